"""The form of a gate's settings, made from the table of checks."""

from collections import defaultdict
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from prompts.gates.checks import CHECKS, GROUPS
from prompts.names import InvalidName, label_name

MOST_DAYS = 90
SCORED = ("min_score", "max_score", "max_regression", "max_rise")


def is_set(value: Any) -> bool:
    """0 is a limit like any other."""
    return value is not None and value is not False and value not in ("", [])


def one_of(field: forms.Field, names: list[str]) -> forms.Field:
    return forms.ChoiceField(
        label=field.label,
        help_text=field.help_text,
        required=False,
        choices=[("", "–"), *((name, name) for name in names)],
    )


class GateForm(forms.Form):
    """Valid, it holds the settings as `checks`."""

    label = forms.CharField(
        label=_("Label"),
        max_length=36,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    days = forms.IntegerField(
        label=_("Calls of the last days"),
        min_value=1,
        max_value=MOST_DAYS,
        initial=7,
        required=False,
        help_text=_("Calls of the version count under whatever label or number it was fetched."),
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )
    score = forms.CharField(
        label=_("Name of the score"),
        max_length=200,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )

    def __init__(
        self, *args: Any, kept: dict[str, Any] | None = None, project_id: str = "", **kwargs: Any
    ) -> None:
        super().__init__(*args, initial={**(kept or {}), **kwargs.pop("initial", {})}, **kwargs)
        self.checks: dict[str, Any] = {}
        for key, check in CHECKS.items():
            if check.field is not None:
                self.fields[key] = check.field()
            if check.known is not None and project_id:
                names = {*check.known(project_id), str((kept or {}).get(key, ""))} - {""}
                self.fields[key] = one_of(self.fields[key], sorted(names))

    @property
    def groups(self) -> list[tuple[Any, list[forms.BoundField]]]:
        """A heading and its fields, as the checks are grouped."""
        fields: dict[str, list[forms.BoundField]] = defaultdict(list)
        fields["traffic"].append(self["days"])
        fields["score"].append(self["score"])
        for key, check in CHECKS.items():
            if check.field is not None:
                fields[check.group].append(self[key])
        return [(words, fields[group]) for group, words in GROUPS.items() if fields[group]]

    def clean_label(self) -> str:
        try:
            return label_name(self.cleaned_data["label"].strip())
        except InvalidName as error:
            raise forms.ValidationError(str(error)) from error

    def clean(self) -> dict[str, Any]:
        data = self.cleaned_data
        self.checks = {key: data[key] for key in CHECKS if is_set(data.get(key))}
        if any(key in self.checks for key in SCORED) and not data.get("score", "").strip():
            self.add_error("score", _("Say which score is meant."))
        for need in {one for key in self.checks for one in CHECKS[key].needs} - self.checks.keys():
            self.add_error(need, _("The other settings need this."))
        if not self.checks and not self.errors:
            raise forms.ValidationError(_("Choose one check or more."))
        self.checks["days"] = data.get("days") or 7
        if score := data.get("score", "").strip():
            self.checks["score"] = score
        return data
