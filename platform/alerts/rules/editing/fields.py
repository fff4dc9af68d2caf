"""Fields of the editor. Each turns what a rule's JSON holds into text (`shown`), and what people
type into what that JSON wants.
"""

import math
from collections.abc import Iterable
from decimal import Decimal, InvalidOperation
from typing import Any, TypeAlias

from django import forms
from django.core.exceptions import ValidationError
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from alerts.rules.conditions import WrongRule
from alerts.rules.definition import MAX_TEXT
from alerts.rules.prometheus import seconds
from traces.search.grammar import parsed

Words: TypeAlias = str | Promise
Choices = Iterable[tuple[str, Words]]
OFF = {"autocomplete": "off", "spellcheck": "false", "autocapitalize": "off"}
MAX_NUMBER = 30  # characters
UNITS = (("d", 86_400), ("h", 3600), ("m", 60))


class Duration(forms.CharField):
    """Whole seconds, written like 90s, 5m, 1h30m, 7d; nothing is 0."""

    def __init__(self, label: Words, help_text: Words = "") -> None:
        super().__init__(label=label, help_text=help_text, required=False, max_length=20)
        self.widget.attrs |= {"placeholder": "0", **OFF}

    def clean(self, value: Any) -> int:
        text = super().clean(value).replace(" ", "")
        if text in ("", "0"):
            return 0
        try:
            return seconds(text)
        except WrongRule as error:
            raise ValidationError(str(error)) from None

    @staticmethod
    def shown(value: int) -> str:
        for name, size in UNITS:
            if value and value % size == 0:
                return f"{value // size}{name}"
        return f"{value}s" if value else ""


class Number(forms.CharField):
    """A finite number. It is shown `scale` times as large: shares as per cent. With `is_optional`
    nothing is None.
    """

    def __init__(
        self, label: Words, *, help_text: Words = "", scale: int = 1, is_optional: bool = False
    ) -> None:
        super().__init__(
            label=label, help_text=help_text, required=not is_optional, max_length=MAX_NUMBER
        )
        self.scale = scale
        self.widget.attrs |= {"inputmode": "decimal", **OFF}

    def clean(self, value: Any) -> float | None:
        text = super().clean(value).replace("%", "").replace("$", "").strip()
        if not text:
            return None
        try:
            number = float(Decimal(text.replace("−", "-")) / self.scale)
        except (InvalidOperation, OverflowError):
            raise ValidationError(_("A number, such as 5 or 0.25.")) from None
        if not math.isfinite(number):
            raise ValidationError(_("A number, such as 5 or 0.25."))
        return number

    def shown(self, value: float | None) -> str:
        if value is None:
            return ""
        text = f"{(Decimal(repr(float(value))) * self.scale).normalize():f}"
        return text if len(text) <= MAX_NUMBER else repr(float(value) * self.scale)


class Whole(forms.IntegerField):
    def __init__(self, label: Words, *, least: int = 0, most: int, help_text: Words = "") -> None:
        super().__init__(label=label, min_value=least, max_value=most, help_text=help_text)


class Search(forms.CharField):
    """A query as in the bar of the lists; what cannot be read is said at its place."""

    def __init__(self, label: Words, *, help_text: Words = "", required: bool = False) -> None:
        super().__init__(
            label=label, help_text=help_text, required=required, max_length=MAX_TEXT, strip=True
        )
        self.widget.attrs |= {"placeholder": "env:production -level:DEBUG", **OFF}

    def clean(self, value: Any) -> str:
        text = super().clean(value)
        problems = parsed(text).problems
        if problems:
            raise ValidationError([_told(text, one) for one in problems[:5]])
        return text


def _told(text: str, problem: Any) -> str:
    place = text[problem.start : problem.end][:60]
    return f"{place}: {problem.message}" if place else str(problem.message)


class Choice(forms.ChoiceField):
    def __init__(self, label: Words, choices: Choices, *, help_text: Words = "") -> None:
        super().__init__(label=label, choices=[*choices], help_text=help_text, required=False)


class Flag(forms.BooleanField):
    def __init__(self, label: Words, *, help_text: Words = "") -> None:
        super().__init__(label=label, help_text=help_text, required=False)


class Text(forms.CharField):
    def __init__(self, label: Words, *, most: int, help_text: Words = "") -> None:
        super().__init__(label=label, help_text=help_text, required=False, max_length=most)
        self.widget.attrs |= OFF


class Several(forms.MultipleChoiceField):
    """Ticks. What was chosen and is there no more is kept out."""

    def __init__(self, label: Words, choices: Choices, *, help_text: Words = "") -> None:
        super().__init__(
            label=label,
            choices=[*choices],
            required=False,
            help_text=help_text,
            widget=forms.CheckboxSelectMultiple,
        )


def shown(field: forms.Field, value: Any) -> str | list[str]:
    """What the form sends for a value of the JSON."""
    if isinstance(field, Duration | Number):
        return field.shown(value)
    if isinstance(field, forms.MultipleChoiceField):
        return [str(one) for one in value or ()]
    if isinstance(field, forms.BooleanField):
        return "on" if value else ""
    return "" if value is None else str(value)
