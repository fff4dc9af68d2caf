"""How far an experiment is that Sonde runs."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from typing import Any

from django.db.models import Count
from django.utils import timezone

from evals.experiments.models import Judgement, Plan, PlannedItem, Step
from evals.judges.evaluators import reason_shown
from evals.judges.models import Evaluator

MOST_TOLD = 10


@dataclass(frozen=True, slots=True)
class Progress:
    """`problems` are what holds judges up, and what items, or their judges, stumbled over: each
    once.
    """

    plan: Plan
    items: int
    done: int
    failed: int
    problems: list[str]

    @property
    def settled(self) -> int:
        return self.done + self.failed

    @property
    def has_failed(self) -> bool:
        """Not one item was answered."""
        return self.plan.is_over and 0 < self.items == self.failed

    @property
    def is_paused(self) -> bool:
        """A provider asked for time, or judges are held up."""
        return self.plan.due_at > timezone.now()

    @property
    def share(self) -> int:
        return 100 * self.settled // self.items if self.items else 0


def progress_of(project_id: str, public_id: str) -> Progress | None:
    """None of one that Sonde does not run."""
    found = Plan.objects.filter(run__project=project_id, run__public_id=public_id)
    plan = found.select_related("run", "prompt", "asked_by", "connection").first()
    if plan is None:
        return None
    items = PlannedItem.objects.filter(plan=plan)
    said = items.exclude(said="").order_by().values_list("said", flat=True).distinct()
    problems = [*held_up(plan), *said[:MOST_TOLD]]
    (found,) = counted([plan])
    return replace(found, problems=problems)


def progress_of_several(project_id: str, public_ids: Collection[str]) -> dict[str, Progress]:
    """By experiment, of those that Sonde runs, without their problems."""
    found = Plan.objects.filter(run__project=project_id, run__public_id__in=list(public_ids))
    plans = found.select_related("run").defer("body")
    return {one.plan.run.public_id: one for one in counted(plans)}


def counted(plans: Iterable[Plan]) -> list[Progress]:
    known = {plan.pk: plan for plan in plans}
    items = PlannedItem.objects.filter(plan__in=list(known)).order_by()
    steps: dict[int, dict[Any, int]] = {pk: {} for pk in known}
    for pk, step, n in items.values_list("plan", "step").annotate(n=Count("pk")):
        steps[pk][step] = n
    return [
        Progress(known[pk], sum(of.values()), of.get(Step.DONE, 0), of.get(Step.FAILED, 0), [])
        for pk, of in steps.items()
    ]


def held_up(plan: Plan) -> list[str]:
    """Why judges are not asked for now."""
    if plan.is_over:
        return []
    waiting = Judgement.objects.filter(plan=plan, step=Step.WAITING).order_by()
    versions = waiting.values("version").distinct()
    found = Evaluator.objects.filter(versions__in=versions).distinct()
    reasons = [(one.name, reason_shown(one)) for one in found]
    return [f"{name}: {reason}" for name, reason in reasons if reason]
