"""The form fields of checks' options. Each bounds what it takes."""

import json
from collections.abc import Callable
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from evals.datasets.schemas import InvalidSchema, schema_of
from prompts.gates.fields import Patterns, choice, flag, lines, number

__all__ = [
    "choice",
    "flag",
    "lines",
    "number",
    "of",
    "pattern",
    "schema",
    "several",
    "text",
]

MAX_TEXT = 2_000


def of() -> forms.Field:
    texts = [("output", gettext_lazy("The output")), ("input", gettext_lazy("The input"))]
    return forms.ChoiceField(label=gettext_lazy("Look at"), choices=texts)


def text(label: Any, help_text: Any = "", *, required: bool = False) -> Callable[[], forms.Field]:
    return lambda: forms.CharField(
        label=label,
        help_text=help_text,
        required=required,
        max_length=MAX_TEXT,
        widget=forms.Textarea(attrs={"rows": 3, "spellcheck": "false"}),
    )


def several(label: Any, choices: list, help_text: Any = "") -> Callable[[], forms.Field]:
    return lambda: forms.MultipleChoiceField(
        label=label, choices=choices, help_text=help_text, widget=forms.CheckboxSelectMultiple
    )


class OnePatternAtLeast(Patterns):
    def validate(self, value: Any) -> None:
        super().validate(value)
        if not value:
            raise forms.ValidationError(_("Write one pattern at least."))


def pattern(label: Any, help_text: Any = "") -> Callable[[], forms.Field]:
    return lambda: OnePatternAtLeast(label=label, help_text=help_text)


class SchemaField(forms.CharField):
    """A JSON schema, as an object."""

    widget = forms.Textarea(attrs={"rows": 8, "spellcheck": "false", "class": "input mono"})

    def to_python(self, value: Any) -> Any:
        written = super().to_python(value)
        if not written:
            return None
        try:
            return schema_of(json.loads(written))
        except InvalidSchema as error:
            raise forms.ValidationError(str(error)) from error
        except (ValueError, RecursionError):
            raise forms.ValidationError(_("This is no JSON.")) from None

    def prepare_value(self, value: Any) -> Any:
        return json.dumps(value, ensure_ascii=False, indent=2) if isinstance(value, dict) else value

    def run_validators(self, value: Any) -> None:
        """Those of CharField are for text; `schema_of` bounds the schema."""


def schema(label: Any, help_text: Any = "") -> Callable[[], forms.Field]:
    return lambda: SchemaField(label=label, help_text=help_text, required=True)
