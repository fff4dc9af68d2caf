"""The form fields of gates' settings."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.utils.translation import gettext as _

from prompts.gates.patterns import InvalidPattern, compiled

MOST_LINES = 50
MAX_LINE = 200


class Lines(forms.CharField):
    """One thing on each line; as a list, each once."""

    widget = forms.Textarea(attrs={"rows": 3, "spellcheck": "false"})

    def to_python(self, value: Any) -> list[str]:  # type: ignore[override]
        lines = (line.strip() for line in (super().to_python(value) or "").splitlines())
        return list(dict.fromkeys(line for line in lines if line))

    def prepare_value(self, value: Any) -> Any:
        return "\n".join(value) if isinstance(value, list) else value

    def validate(self, value: Any) -> None:
        if len(value) > MOST_LINES:
            raise forms.ValidationError(_("At most %(most)d lines.") % {"most": MOST_LINES})
        for line in value:
            if len(line) > MAX_LINE:
                raise forms.ValidationError(
                    _("A line has at most %(most)d characters.") % {"most": MAX_LINE}
                )

    def run_validators(self, value: Any) -> None:
        """Those of CharField are for one text."""


class Patterns(Lines):
    def validate(self, value: Any) -> None:
        super().validate(value)
        for line in value:
            try:
                compiled(line)
            except InvalidPattern:
                raise forms.ValidationError(
                    _("“%(line)s” is not a regular expression that RE2 can read.") % {"line": line}
                ) from None


def flag(label: Any, help_text: Any = "") -> Callable[[], forms.Field]:
    return lambda: forms.BooleanField(label=label, help_text=help_text, required=False)


def number(
    label: Any, low: float, high: float, help_text: Any = "", *, whole: bool = False
) -> Callable[[], forms.Field]:
    kind = forms.IntegerField if whole else forms.FloatField
    mode = "numeric" if whole else "decimal"
    return lambda: kind(
        label=label,
        help_text=help_text,
        required=False,
        min_value=low,
        max_value=high,
        widget=forms.TextInput(attrs={"inputmode": mode, "autocomplete": "off"}),
    )


def lines(label: Any, help_text: Any = "") -> Callable[[], forms.Field]:
    return lambda: Lines(label=label, help_text=help_text, required=False)


def patterns(label: Any, help_text: Any = "") -> Callable[[], forms.Field]:
    return lambda: Patterns(label=label, help_text=help_text, required=False)


def choice(label: Any, choices: list, help_text: Any = "") -> Callable[[], forms.Field]:
    return lambda: forms.ChoiceField(
        label=label, choices=choices, help_text=help_text, required=False
    )
