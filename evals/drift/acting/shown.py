"""Actions and their runs, in the words of pages."""

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import Project
from evals.annotation.models import Queue
from evals.datasets.models import Dataset
from evals.drift.acting.kinds import DOERS
from evals.drift.acting.models import ActionRun, DriftAction, Kind, Occasion
from evals.drift.models import DriftMonitor, DriftVerdict
from evals.experiments.models import Plan
from evals.judges.models import Evaluator

MOST_SHOWN = 20
ICONS = {
    Kind.DATASET: "datasets",
    Kind.QUEUE: "annotate",
    Kind.EVALUATION: "judge",
    Kind.EXPERIMENT: "experiments",
    Kind.ROLLBACK: "arrow-left",
}


@dataclass(frozen=True, slots=True)
class ShownAction:
    action: DriftAction
    what: str
    when: str


def context(
    project: Project, monitor: DriftMonitor, verdict: DriftVerdict | None
) -> dict[str, Any]:
    """Of the verdict alone where there is one, else of all of the monitor's."""
    runs = ActionRun.objects.filter(verdict__monitor=monitor)
    if verdict is not None:
        runs = runs.filter(verdict=verdict)
    shown = list(runs.select_related("verdict", "asked_by", "action")[:MOST_SHOWN])
    return {
        "project": project,
        "monitor": monitor,
        "verdict": verdict,
        "kinds": [(kind, Kind(kind).label, ICONS[Kind(kind)]) for kind in DOERS],
        "actions": shown_actions(project, monitor),
        "runs": shown,
        "is_waiting": any(not one.is_over for one in shown),
    }


def shown_actions(project: Project, monitor: DriftMonitor) -> list[ShownAction]:
    return [
        ShownAction(one, what(project, one.kind, one.options), when(one))
        for one in monitor.actions.all()
    ]


def what(project: Project, kind: str, options: dict[str, Any]) -> str:
    """Which one it is about; “gone” where it was deleted."""
    if kind == Kind.ROLLBACK:
        return f"{options.get('prompt', '')} · {options.get('label', '')}"
    if kind == Kind.DATASET and options.get("new_dataset"):
        return str(options["new_dataset"])
    found = _target(project, kind, options)
    return str(found) if found else _("gone")


def _target(project: Project, kind: str, options: dict[str, Any]) -> Any:
    if kind == Kind.DATASET:
        return Dataset.objects.filter(project=project, pk=options.get("dataset")).first()
    if kind == Kind.QUEUE:
        return Queue.objects.filter(project=project, pk=options.get("queue")).first()
    if kind == Kind.EVALUATION:
        return Evaluator.objects.filter(project=project, pk=options.get("evaluator")).first()
    plans = Plan.objects.filter(run__project=project, pk=options.get("plan"))
    plan = plans.select_related("run").first()
    return plan.run if plan else None


def when(action: DriftAction) -> str:
    if action.occasion == Occasion.HARMFUL:
        return _("when somebody marks a drift as harmful")
    words = ngettext("at each drift", "after %(n)d drifts in a row", action.after)
    return words % {"n": action.after}
