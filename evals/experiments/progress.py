"""How far an experiment is that Sonde runs."""

from dataclasses import dataclass

from django.db.models import Count
from django.utils import timezone

from evals.experiments.models import Plan, PlannedItem, Step

MOST_TOLD = 10


@dataclass(frozen=True, slots=True)
class Progress:
    """`problems` are what single items, or their judges, stumbled over: each once."""

    plan: Plan
    items: int
    done: int
    failed: int
    problems: list[str]

    @property
    def settled(self) -> int:
        return self.done + self.failed

    @property
    def is_paused(self) -> bool:
        """A provider asked for time."""
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
    steps = dict(items.order_by().values_list("step").annotate(n=Count("pk")))
    said = items.exclude(said="").order_by().values_list("said", flat=True).distinct()
    return Progress(
        plan,
        sum(steps.values()),
        steps.get(Step.DONE, 0),
        steps.get(Step.FAILED, 0),
        list(said[:MOST_TOLD]),
    )
