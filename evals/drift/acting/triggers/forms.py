"""The fields of a trigger: those that all have, and those of what it waits for."""

import math
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Project
from evals.drift.acting.models import MAX_NAME, Trigger, When
from evals.drift.models import MAX_KEY, MAX_QUERY, DriftMonitor
from traces.search.grammar import parsed

MOST_DAYS = 366
BEYOND = [
    ("below", gettext_lazy("is below the limit")),
    ("above", gettext_lazy("is above the limit")),
]


class TriggerForm(forms.Form):
    """`when` is chosen before: it says which fields there are."""

    name = forms.CharField(label=gettext_lazy("Name"), max_length=MAX_NAME)
    own: tuple[str, ...] = ()

    def __init__(
        self, *args: Any, project: Project, trigger: Trigger | None = None, **more: Any
    ) -> None:
        if trigger is not None:
            told = {"name": trigger.name, "monitor": trigger.monitor_id, **trigger.options}
            more = {"initial": told, **more}
        super().__init__(*args, **more)
        self.project, self.trigger = project, trigger
        if isinstance(monitor := self.fields.get("monitor"), forms.ModelChoiceField):
            monitor.queryset = DriftMonitor.objects.filter(project=project)

    def clean_name(self) -> str:
        name: str = self.cleaned_data["name"].strip()
        same = Trigger.objects.filter(project=self.project, name=name)
        if same.exclude(pk=self.trigger.pk if self.trigger else None).exists():
            raise ValidationError(_("Another trigger is called so. Choose another name."))
        return name

    @property
    def fields_of_trigger(self) -> dict[str, Any]:
        found = self.cleaned_data
        return {
            "name": found["name"],
            "monitor": found.get("monitor"),
            "options": {name: found[name] for name in self.own},
        }


class VerdictForm(TriggerForm):
    own = ("after",)
    monitor = forms.ModelChoiceField(
        DriftMonitor.objects.none(), label=gettext_lazy("Monitor"), empty_label=None
    )
    after = forms.IntegerField(
        label=gettext_lazy("Drifts in a row"), min_value=1, max_value=50, initial=2
    )


class ScoreForm(TriggerForm):
    own = ("score", "beyond", "limit", "hours", "least", "query")
    score = forms.CharField(
        label=gettext_lazy("Score"),
        max_length=MAX_KEY,
        help_text=gettext_lazy(
            "Its name. Of a score that is 0 or 1, as thumbs are, the mean is the share of 1: a "
            "share of negative feedback above 20 percent is a mean below 0.8."
        ),
    )
    beyond = forms.ChoiceField(label=gettext_lazy("Its mean"), choices=BEYOND)
    limit = forms.FloatField(label=gettext_lazy("Limit"))
    hours = forms.IntegerField(
        label=gettext_lazy("Of the last hours"), min_value=1, max_value=24 * 90, initial=24
    )
    least = forms.IntegerField(
        label=gettext_lazy("At least so many scores"),
        min_value=1,
        max_value=1_000_000,
        initial=50,
        help_text=gettext_lazy("With fewer it is not known, and nothing is told."),
    )
    query = forms.CharField(
        label=gettext_lazy("Only what matches"), max_length=MAX_QUERY, required=False
    )

    def clean_limit(self) -> float:
        limit: float = self.cleaned_data["limit"]
        if not math.isfinite(limit):
            raise ValidationError(_("The limit is a number."))
        return limit

    def clean_query(self) -> str:
        query = parsed(self.cleaned_data["query"])
        if query.problems:
            raise ValidationError(query.problems[0].message)
        return str(query)


class MarksForm(TriggerForm):
    own = ("count", "days")
    count = forms.IntegerField(
        label=gettext_lazy("So many marks"), min_value=1, max_value=1000, initial=3
    )
    days = forms.IntegerField(
        label=gettext_lazy("In so many days"), min_value=1, max_value=MOST_DAYS, initial=30
    )
    monitor = forms.ModelChoiceField(
        DriftMonitor.objects.none(),
        label=gettext_lazy("Monitor"),
        required=False,
        empty_label=gettext_lazy("Any"),
    )


class ScheduleForm(TriggerForm):
    own = ("days",)
    days = forms.IntegerField(
        label=gettext_lazy("Every so many days"), min_value=1, max_value=MOST_DAYS, initial=30
    )


FORMS: dict[str, type[TriggerForm]] = {
    str(When.VERDICT): VerdictForm,
    str(When.SCORE): ScoreForm,
    str(When.MARKS): MarksForm,
    str(When.SCHEDULE): ScheduleForm,
}
