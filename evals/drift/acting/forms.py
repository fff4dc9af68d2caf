"""What is asked of a person who wants something done about a drift, once or each time."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Project
from evals.annotation import queues
from evals.annotation.models import Queue
from evals.datasets.bulk import ChoiceForm
from evals.drift.acting.models import DriftAction, Kind
from evals.drift.acting.slices import MOST, Choose
from evals.drift.models import DriftVerdict
from evals.drift.watched import DIMENSIONS
from evals.experiments.models import Plan
from evals.judges.models import Evaluator
from prompts.models import Prompt
from prompts.names import LATEST, MAX_LABEL, PRODUCTION

MOST_PLANS = 50
MOST_SEGMENTS = 100
APART = "\x1f"
CHOICES = [
    (Choose.RANDOM.value, gettext_lazy("At random, over the whole window")),
    (Choose.SHOWN.value, gettext_lazy("Those that the verdict shows")),
    (Choose.SEGMENT.value, gettext_lazy("Of the segment that moved")),
]


class SampleForm(forms.Form):
    """Which traces of the drifted slice. Without a verdict it is for verdicts to come."""

    choose = forms.ChoiceField(
        label=gettext_lazy("Which traces"), choices=CHOICES, initial=Choose.RANDOM.value
    )
    segment = forms.ChoiceField(label=gettext_lazy("Segment"), required=False)
    most = forms.IntegerField(
        label=gettext_lazy("At most"), min_value=1, max_value=MOST, initial=100
    )

    def __init__(
        self, *args: Any, project: Project, verdict: DriftVerdict | None, **more: Any
    ) -> None:
        super().__init__(*args, **more)
        self.project = project
        self.offer_segments(verdict)

    def offer_segments(self, verdict: DriftVerdict | None) -> None:
        said = [(one["dimension"], one["segment"]) for one in verdict.moved] if verdict else []
        if not said:
            del self.fields["segment"]
            return
        most_moved = ("", _("The one that moved most"))
        segment = self.fields["segment"]
        assert isinstance(segment, forms.ChoiceField)
        segment.choices = [most_moved, *map(_choice, said[:MOST_SEGMENTS])]

    @property
    def sample(self) -> dict[str, Any]:
        found = self.cleaned_data
        segment = found.get("segment", "")
        told = {"choose": found["choose"], "most": found["most"]}
        if found["choose"] == Choose.SEGMENT and segment:
            told["segment"] = segment.split(APART, 1)
        return told

    @property
    def options(self) -> dict[str, Any]:
        return self.sample


def _choice(segment: tuple[str, str]) -> tuple[str, str]:
    dimension, value = segment
    words = f"{DIMENSIONS.get(dimension, dimension)}: {value[:80] or '–'}"
    return f"{dimension}{APART}{value}", words


class DatasetForm(SampleForm, ChoiceForm):
    with_output = forms.BooleanField(
        label=gettext_lazy("What each trace put out is the expected output"), required=False
    )
    field_order = ("dataset", "new_dataset", "with_output", "choose", "segment", "most")

    def __init__(
        self, *args: Any, project: Project, verdict: DriftVerdict | None, **more: Any
    ) -> None:
        ChoiceForm.__init__(self, *args, project=project, **more)
        self.offer_segments(verdict)
        self.order_fields(self.field_order)

    @property
    def options(self) -> dict[str, Any]:
        found = self.cleaned_data
        return {
            **self.sample,
            "dataset": found["dataset"],
            "new_dataset": found["new_dataset"],
            "with_output": found["with_output"],
        }


class QueueForm(SampleForm):
    queue = forms.ModelChoiceField(
        Queue.objects.none(), label=gettext_lazy("Queue"), empty_label=None
    )
    field_order = ("queue", "choose", "segment", "most")

    def __init__(self, *args: Any, project: Project, **more: Any) -> None:
        super().__init__(*args, project=project, **more)
        _known(self, "queue", queues.of_project(project.id))

    @property
    def options(self) -> dict[str, Any]:
        return {**self.sample, "queue": self.cleaned_data["queue"].pk}


class EvaluationForm(SampleForm):
    evaluator = forms.ModelChoiceField(
        Evaluator.objects.none(), label=gettext_lazy("Evaluator"), empty_label=None
    )
    field_order = ("evaluator", "choose", "segment", "most")

    def __init__(self, *args: Any, project: Project, **more: Any) -> None:
        super().__init__(*args, project=project, **more)
        _known(self, "evaluator", Evaluator.objects.filter(project=project).order_by("name"))

    @property
    def options(self) -> dict[str, Any]:
        return {**self.sample, "evaluator": self.cleaned_data["evaluator"].pk}


class ExperimentForm(SampleForm):
    plan = forms.ModelChoiceField(
        Plan.objects.none(),
        label=gettext_lazy("Like the experiment"),
        help_text=gettext_lazy("The same prompt, model and evaluators."),
        empty_label=None,
    )
    label = forms.CharField(
        label=gettext_lazy("Version with the label"), max_length=MAX_LABEL, initial=LATEST
    )
    field_order = ("plan", "label", "choose", "segment", "most")

    def __init__(self, *args: Any, project: Project, **more: Any) -> None:
        super().__init__(*args, project=project, **more)
        plans = Plan.objects.filter(run__project=project).exclude(prompt=None)
        newest = plans.exclude(connection=None).values_list("pk", flat=True)[:MOST_PLANS]
        known = Plan.objects.filter(pk__in=list(newest)).select_related("run")
        _known(self, "plan", known)

    @property
    def options(self) -> dict[str, Any]:
        found = self.cleaned_data
        return {**self.sample, "plan": found["plan"].pk, "label": found["label"]}


class RollbackForm(forms.Form):
    prompt = forms.ModelChoiceField(
        Prompt.objects.none(), label=gettext_lazy("Prompt"), empty_label=None
    )
    label = forms.CharField(
        label=gettext_lazy("Label"),
        max_length=MAX_LABEL,
        initial=PRODUCTION,
        help_text=gettext_lazy(
            "The canary that then runs there is ended: everybody gets the version from before."
        ),
    )

    def __init__(
        self, *args: Any, project: Project, verdict: DriftVerdict | None, **more: Any
    ) -> None:
        super().__init__(*args, **more)
        _known(self, "prompt", Prompt.objects.filter(project=project).order_by("name"))

    @property
    def options(self) -> dict[str, Any]:
        found = self.cleaned_data
        return {"prompt": found["prompt"].name, "label": found["label"]}


FORMS: dict[str, type[Any]] = {
    str(Kind.DATASET): DatasetForm,
    str(Kind.QUEUE): QueueForm,
    str(Kind.EVALUATION): EvaluationForm,
    str(Kind.EXPERIMENT): ExperimentForm,
    str(Kind.ROLLBACK): RollbackForm,
}
NOTHING_THERE = {
    "queue": gettext_lazy("There is no queue yet. Make one under Annotation first."),
    "evaluator": gettext_lazy("There is no evaluator yet. Make one under Evaluators first."),
    "plan": gettext_lazy(
        "Sonde has run no experiment yet. Start one on a dataset first: this one is made like it."
    ),
    "prompt": gettext_lazy("There is no prompt yet."),
}


def _known(form: forms.Form, name: str, known: "QuerySet[Any]") -> None:
    field = form.fields[name]
    assert isinstance(field, forms.ModelChoiceField)
    field.queryset = known
    if not known.exists():
        field.help_text = NOTHING_THERE[name]


class BoundsForm(forms.ModelForm):
    """When an action is done by itself, and how often at most."""

    after = forms.IntegerField(
        label=gettext_lazy("Drifts in a row"), min_value=1, max_value=50, initial=1
    )
    pause_hours = forms.IntegerField(
        label=gettext_lazy("Hours of pause after it was done"),
        min_value=0,
        max_value=24 * 90,
        initial=24,
    )
    most_a_day = forms.IntegerField(
        label=gettext_lazy("At most so often a day"), min_value=1, max_value=50, initial=1
    )

    class Meta:
        model = DriftAction
        fields = ("occasion", "after", "pause_hours", "most_a_day")

    def clean(self) -> None:
        found = self.cleaned_data
        if found.get("occasion") == "harmful" and found.get("after", 1) > 1:
            self.add_error("after", ValidationError(_("Of marks each one counts: say 1 here.")))
