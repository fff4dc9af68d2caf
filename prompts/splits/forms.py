"""The forms of the page of a label's split."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from prompts.splits.buckets import MOST_VERSIONS
from prompts.splits.running import MOST_CALLS, MOST_MINUTES, Plan

MOST_VERSION = 2**31 - 1
NUMBER = {"inputmode": "numeric", "autocomplete": "off"}
DECIMAL = {"inputmode": "decimal", "autocomplete": "off"}


def whole(label: Any, most: int, **options: Any) -> forms.IntegerField:
    widget = forms.TextInput(attrs=NUMBER)
    return forms.IntegerField(label=label, min_value=1, max_value=most, widget=widget, **options)


def limit(label: Any, low: float, help_text: Any = "", **options: Any) -> forms.FloatField:
    return forms.FloatField(
        label=label,
        min_value=low,
        max_value=1e6,
        required=False,
        help_text=help_text,
        widget=forms.TextInput(attrs=DECIMAL),
        **options,
    )


class SharesForm(forms.Form):
    """Versions and their percents, a row each; valid, `shares` holds them by number."""

    def __init__(self, *args: Any, shares: dict[int, int] | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        given = list((shares or {}).items())
        self.shares: dict[int, int] = {}
        for row in range(MOST_VERSIONS):
            number, share = given[row] if row < len(given) else (None, None)
            self.fields[f"version_{row}"] = whole(
                _("Version"), MOST_VERSION, required=False, initial=number
            )
            self.fields[f"share_{row}"] = whole(_("Percent"), 100, required=False, initial=share)

    @property
    def rows(self) -> list[tuple[forms.BoundField, forms.BoundField]]:
        return [(self[f"version_{row}"], self[f"share_{row}"]) for row in range(MOST_VERSIONS)]

    def clean(self) -> dict[str, Any]:
        data = self.cleaned_data
        for row in range(MOST_VERSIONS):
            number, share = data.get(f"version_{row}"), data.get(f"share_{row}")
            if number is None and share is None:
                continue
            if number is None or share is None:
                where = f"version_{row}" if number is None else f"share_{row}"
                if where not in self.errors:
                    self.add_error(where, _("A version and its share belong together."))
            elif number in self.shares:
                self.add_error(f"version_{row}", _("This version stands here twice."))
            else:
                self.shares[number] = share
        return data


class CanaryForm(forms.Form):
    """Valid, it holds the plan."""

    candidate = whole(_("New version"), MOST_VERSION)
    steps = forms.CharField(
        label=_("Steps, percent"),
        max_length=60,
        initial="5, 20, 50, 100",
        help_text=_("What share the new version has, one step after the other."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    least_minutes = whole(_("Minutes of each step at least"), MOST_MINUTES, initial=30)
    least_calls = whole(
        _("Calls of the new version in each step at least"), MOST_CALLS, initial=100
    )
    error_difference = limit(
        _("Failed calls, percentage points above the base at most"),
        0,
        initial=2,
        help_text=_("0.5 means: 3.5 percent where the base has 3."),
    )
    latency_ratio = limit(
        _("Latency at the 95th percentile at most, as a multiple of the base's"), 0.01, initial=1.5
    )
    cost_ratio = limit(
        _("Mean cost of a call at most, as a multiple of the base's"), 0.01, initial=1.5
    )
    score = forms.CharField(
        label=_("Name of a score that must not fall"),
        max_length=200,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    score_fall = limit(_("Fall of its mean at most"), 0)

    @property
    def guard_fields(self) -> list[forms.BoundField]:
        names = ("error_difference", "latency_ratio", "cost_ratio", "score", "score_fall")
        return [self[name] for name in names]

    def clean_steps(self) -> tuple[int, ...]:
        parts = self.cleaned_data["steps"].replace("%", " ").replace(",", " ").split()
        if not all(part.isascii() and part.isdigit() and len(part) <= 3 for part in parts):
            raise ValidationError(_("Whole percents, such as 5, 20, 50, 100."))
        return tuple(int(part) for part in parts)

    def clean(self) -> dict[str, Any]:
        data = self.cleaned_data
        has_score, has_fall = bool(data.get("score")), data.get("score_fall") is not None
        if has_score != has_fall and "score_fall" not in self.errors:
            missing = "score_fall" if has_score else "score"
            self.add_error(missing, _("A score and how far it may fall belong together."))
        return data

    def plan(self) -> Plan:
        data = self.cleaned_data
        keys = ("error_difference", "latency_ratio", "cost_ratio", "score_fall")
        return Plan(
            steps=data["steps"],
            least_minutes=data["least_minutes"],
            least_calls=data["least_calls"],
            guards={key: data[key] for key in keys if data[key] is not None},
            score=data["score"],
        )
