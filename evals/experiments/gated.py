"""The experiment that a gate goes by: the newest one that Sonde ran of a version on the whole of a
dataset.
"""

from dataclasses import dataclass
from typing import Any

from django.db.models import F, Q, QuerySet
from django.utils.translation import gettext_noop

from evals.experiments.measuring import Measured, Measurement, measurements
from evals.experiments.models import Plan
from evals.experiments.reading import ns
from prompts.composition import InvalidComposition
from prompts.gates.case import Case

DATASET, SCORE = "experiment_dataset", "experiment_score"

NONE = gettext_noop(
    "Version %(version)d has not been run on the whole of “%(dataset)s”. Run it there, under "
    "Experiments."
)
UNFINISHED = gettext_noop(
    "Its experiment on “%(dataset)s” still runs: %(done)d of %(items)d items."
)
STOPPED = gettext_noop("Its experiment on “%(dataset)s” was stopped. Run it again.")
CHANGED = gettext_noop(
    "What version %(version)d includes has changed since its experiment on “%(dataset)s”. Run it "
    "again."
)
UNSET = gettext_noop("The gate does not say which dataset, or which score.")
NO_BASE = gettext_noop(
    "Version %(against)d has not been run on the whole of “%(dataset)s” with %(model)s. Run it "
    "there, to compare with."
)


class Missing(Exception):
    """There is no experiment to go by; `reason`, with its figures, says why."""

    def __init__(self, reason: str, **figures: Any) -> None:
        self.reason, self.figures = reason, figures


@dataclass(frozen=True, slots=True)
class Ran:
    """A finished experiment, and what came of its items."""

    plan: Plan
    items: int
    measurement: Measurement

    def scored(self, name: str) -> list[Measured]:
        return [
            one
            for one in self.measurement.values()
            if name in one.scores and one.scores[name].number is not None
        ]


def named(case: Case, key: str) -> str:
    """Raises Missing."""
    if found := str(case.settings.get(key, "")):
        return found
    raise Missing(UNSET)


def plans(case: Case, number_: int, dataset: str) -> "QuerySet[Plan]":
    """The newest first, without those that were deleted."""
    is_there = Q(run__emptied_at=None) | Q(run__emptied_at__lt=F("asked_at"))
    return Plan.objects.filter(
        is_there,
        run__dataset__project=case.prompt.project_id,
        run__dataset__name=dataset,
        prompt=case.prompt,
        prompt_version=number_,
        split="",
    ).select_related("run")


def ran(case: Case) -> Ran:
    """The version's newest experiment. Raises Missing, and traces.errors.Unavailable."""
    if "experiment" not in case.found:
        case.found["experiment"] = _ran(case)
    return case.found["experiment"]


def _ran(case: Case) -> Ran:
    dataset = named(case, DATASET)
    said = {"version": case.version.number, "dataset": dataset}
    plan = plans(case, case.version.number, dataset).first()
    if plan is None:
        raise Missing(NONE, **said)
    items = plan.items.count()
    if not plan.is_over:
        done = plan.items.filter(step__in=("done", "failed")).count()
        raise Missing(UNFINISHED, done=done, items=items, **said)
    if plan.is_cancelled or plan.error:
        raise Missing(STOPPED, **said)
    if is_composed_otherwise(case, plan):
        raise Missing(CHANGED, **said)
    return of_plan(case, plan, items)


def of_plan(case: Case, plan: Plan, items: int) -> Ran:
    found = measurements(case.prompt.project_id, [plan.run.public_id])[plan.run.public_id]
    since = ns(plan.asked_at)
    own = {item_id: one for item_id, one in found.items() if one.run.created >= since}
    return Ran(plan, items, own)


def is_composed_otherwise(case: Case, plan: Plan) -> bool:
    try:
        return case.composed != plan.body
    except InvalidComposition:
        return True


def base(case: Case, ours: Ran) -> Ran:
    """The newest experiment of what the label points at, with the same model. Raises Missing."""
    assert case.against is not None
    if "experiment_base" not in case.found:
        dataset = named(case, DATASET)
        over = plans(case, case.against.number, dataset).filter(
            model=ours.plan.model, finished_at__isnull=False, is_cancelled=False, error=""
        )
        plan = over.first()
        if plan is None:
            said = {"against": case.against.number, "dataset": dataset, "model": ours.plan.model}
            raise Missing(NO_BASE, **said)
        case.found["experiment_base"] = of_plan(case, plan, plan.items.count())
    return case.found["experiment_base"]
