"""What the pages of checks ask for."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from evals.checks.changing import Settings
from evals.checks.check import CONTEXTS, EXPECTED, EXPECTED_CONTEXTS, EXPECTED_TOOLS, Check
from evals.checks.models import MAX_NAME, ProjectCheck
from prompts.gates.fields import Lines
from traces.records import OBSERVATION_TYPES, Span

MOST_LINES = 20
MOST_TEXT = 50_000
NS = 1_000_000_000


class FewLines(Lines):
    def validate(self, value: Any) -> None:
        super().validate(value)
        if len(value) > MOST_LINES:
            raise forms.ValidationError(_("At most %(most)d lines.") % {"most": MOST_LINES})


class CheckForm(forms.Form):
    """How a project uses a check, without the options, which are the check's own."""

    name = forms.CharField(
        label=gettext_lazy("Name of the score"),
        max_length=MAX_NAME,
        help_text=gettext_lazy("Under this name the outcomes stand at the observations."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    types = forms.MultipleChoiceField(
        label=gettext_lazy("Of observations of these types"),
        choices=[(one, one) for one in OBSERVATION_TYPES],
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy("None ticked: of every type."),
    )
    names = FewLines(
        label=gettext_lazy("With these names"),
        required=False,
        help_text=gettext_lazy("One on each line, * for anything. Empty: any name."),
    )
    environments = FewLines(
        label=gettext_lazy("In these environments"),
        required=False,
        help_text=gettext_lazy("One on each line. Empty: all of them."),
    )
    percent = forms.FloatField(
        label=gettext_lazy("Of this share of traces, in percent"),
        min_value=0,
        max_value=100,
        help_text=gettext_lazy("The same traces for every check of the same share."),
        widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}),
    )
    is_on = forms.BooleanField(label=gettext_lazy("Check what comes in"), required=False)

    def clean_name(self) -> str:
        name = self.cleaned_data["name"].strip()
        if not name.isprintable():
            raise forms.ValidationError(_("A name has visible characters only."))
        return name

    def settings(self, options: Mapping[str, Any]) -> Settings:
        said = self.cleaned_data
        return Settings(
            name=said["name"],
            options=options,
            types=tuple(said["types"]),
            names=tuple(said["names"]),
            environments=tuple(said["environments"]),
            sampling=said["percent"] / 100,
            is_on=said["is_on"],
        )


def initial_of(row: ProjectCheck) -> dict[str, Any]:
    return {
        "name": row.name,
        "types": row.types,
        "names": row.names,
        "environments": row.environments,
        "percent": f"{row.sampling * 100:g}",
        "is_on": row.is_on,
    }


def area(label: Any, rows: int = 3, help_text: Any = "") -> forms.CharField:
    return forms.CharField(
        label=label,
        required=False,
        max_length=MOST_TEXT,
        strip=False,
        help_text=help_text,
        widget=forms.Textarea(attrs={"rows": rows, "spellcheck": "false"}),
    )


JSON_LIST = gettext_lazy("As a JSON list.")
OF_NEEDS = {  # what a check needs, the metadata that says it, and the field that asks for it
    EXPECTED: ("expected_output", gettext_lazy("Expected output"), ""),
    CONTEXTS: ("contexts", gettext_lazy("Contexts"), JSON_LIST),
    EXPECTED_CONTEXTS: ("expected_context_ids", gettext_lazy("Ids that were expected"), JSON_LIST),
    EXPECTED_TOOLS: (
        "expected_tool_calls",
        gettext_lazy("Tool calls that were expected"),
        JSON_LIST,
    ),
}


class TrialForm(forms.Form):
    """A call to try a check on, with the fields that the check looks at."""

    input = area(gettext_lazy("Input"))
    output = area(gettext_lazy("Output"), 4)

    def __init__(self, *args: Any, check: Check, **kwargs: Any) -> None:
        super().__init__(*args, prefix="t", **kwargs)
        self.check = check
        for need, (key, label, help_text) in OF_NEEDS.items():
            if need in check.needs:
                self.fields[key] = area(label, 2, help_text)
        if EXPECTED_TOOLS in check.needs:
            self.fields["tool_calls"] = area(gettext_lazy("Tool calls"), 2, JSON_LIST)
        if check.key == "latency_within":
            self.fields["seconds"] = forms.FloatField(
                label=gettext_lazy("Seconds"), required=False, min_value=0, max_value=10**6
            )
        if check.key == "cost_within":
            self.fields["cost"] = forms.DecimalField(
                label=gettext_lazy("Dollars"), required=False, min_value=0, max_value=10**6
            )

    def span(self) -> Span:
        """As ingest would have stored such a call."""
        said = self.cleaned_data
        keys = [key for key, _label, _help in OF_NEEDS.values()]
        seconds = said.get("seconds")
        return Span(
            "",
            "trial",
            "trial",
            0,
            end_time=None if seconds is None else round(seconds * NS),
            type="GENERATION",
            input=said.get("input", ""),
            output=said.get("output", ""),
            metadata={key: said[key] for key in keys if said.get(key)},
            tool_calls=said.get("tool_calls", ""),
            total_cost=said.get("cost"),
        )
