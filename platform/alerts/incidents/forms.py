"""What people fill in about incidents and silences."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from alerts.incidents.matching import MAX_VALUE, MOST_MATCHERS, RULE, How, Matcher

HOURS = (1, 4, 12, 24, 72, 168, 720)
DURATIONS = (
    (1, gettext_lazy("1 hour")),
    (4, gettext_lazy("4 hours")),
    (12, gettext_lazy("12 hours")),
    (24, gettext_lazy("1 day")),
    (72, gettext_lazy("3 days")),
    (168, gettext_lazy("7 days")),
    (720, gettext_lazy("30 days")),
)
HOW_WORDS = (
    (str(How.IS), gettext_lazy("is")),
    (str(How.IS_NOT), gettext_lazy("is not")),
    (str(How.STARTS_WITH), gettext_lazy("starts with")),
    (str(How.CONTAINS), gettext_lazy("contains")),
)
SHOWN = 3  # rows of labels that a new form has, at least


def hours_in(text: str) -> int:
    """One of HOURS; one hour for anything else."""
    return next((hours for hours in HOURS if str(hours) == text), HOURS[0])


class SilenceForm(forms.Form):
    """When and why; which alerts stands beside it, in rows of labels (`matchers_in`)."""

    hours = forms.TypedChoiceField(
        label=gettext_lazy("For how long"), choices=DURATIONS, coerce=int, initial=4
    )
    begins = forms.DateTimeField(
        label=gettext_lazy("From (UTC)"),
        required=False,
        help_text=gettext_lazy("Left empty: from now on."),
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        input_formats=["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M"],
    )
    comment = forms.CharField(label=gettext_lazy("Why"), required=False, max_length=500)

    def times(self, now: datetime) -> tuple[datetime, datetime]:
        """Of a valid form."""
        begins: datetime = self.cleaned_data["begins"] or now
        return begins, begins + timedelta(hours=self.cleaned_data["hours"])

    def clean_begins(self) -> datetime | None:
        begins: datetime | None = self.cleaned_data["begins"]
        if begins and not 2020 <= begins.year < 2200:
            raise forms.ValidationError(_("That is no time to begin at."))
        return begins


@dataclass(frozen=True, slots=True)
class Row:
    label: str = ""
    how: str = str(How.IS)
    value: str = ""

    @property
    def is_empty(self) -> bool:
        return not self.label.strip()


def rows_in(said: QueryDict) -> list[Row]:
    """Rows of labels as they were filled in: `label`, `how` and `value`, each several times."""
    parts = [said.getlist(name)[:MOST_MATCHERS] for name in ("label", "how", "value")]
    return [Row(*(_clean(one) for one in row)) for row in zip(*parts, strict=False)]


def matchers_of(rows: list[Row], rule: str) -> list[Matcher]:
    """The rule and the rows that name a label. An unknown way to compare is IS."""
    found = [Matcher(RULE, rule)] if rule else []
    for row in rows:
        if not row.is_empty:
            how = How(row.how) if row.how in set(How) else How.IS
            found.append(Matcher(row.label.strip(), row.value.strip(), how))
    return found


def padded(rows: list[Row]) -> list[Row]:
    """With an empty row at the end, and SHOWN of them at least."""
    filled = [row for row in rows if not row.is_empty]
    wanted = min(max(SHOWN, len(filled) + 1), MOST_MATCHERS)
    return filled + [Row()] * (wanted - len(filled))


def _clean(text: Any) -> str:
    return str(text).replace("\0", "")[: MAX_VALUE + 1]
