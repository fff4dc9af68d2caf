"""A part of the editor: a form whose fields have the names of the rule's JSON."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.http import QueryDict

from alerts.rules.editing.fields import shown

Json = dict[str, Any]
Sent = dict[str, str | list[str]]


class Part(forms.Form):
    """Bound to what was sent, always: a form that is not filled in yet is filled from a rule."""

    def __init__(self, data: QueryDict, prefix: str) -> None:
        super().__init__(data, prefix=prefix)
        self.adapt()

    def adapt(self) -> None:
        """Takes away what does not fit the rest that was sent, and offers what does."""

    def typed(self, name: str) -> str:
        """As it was sent, whether it is valid or not."""
        return str(self.data.get(self.add_prefix(name), "")).replace("\0", "")

    def told(self) -> Json:
        """Of a valid form, for the rule's JSON."""
        return {name: self.cleaned_data[name] for name in self.fields}

    @classmethod
    def filled(cls, told: Mapping[str, Any]) -> Sent:
        """As told in JSON, for the form."""
        fields = cls.base_fields  # type: ignore[attr-defined]
        return {name: shown(one, told[name]) for name, one in fields.items() if name in told}
