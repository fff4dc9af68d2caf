"""What a list says of evaluators: the last day's executions, failures, cost and mean score."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from django.db.models import Avg, Count, Q, Sum

from evals.judges import evaluators
from evals.judges.models import Evaluator, EvaluatorVersion, Execution, Spending, Status

DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Line:
    """`mean` is of numbers, shares, and yes as 1; None where there are none. `cost` is of calls
    that ended in the time; `unpriced` of them have an unknown one.
    """

    evaluator: Evaluator
    version: EvaluatorVersion | None
    reason: str
    done: int = 0
    failed: int = 0
    waiting: int = 0
    mean: float | None = None
    cost: Decimal | None = None
    unpriced: int = 0


def lines(found: Sequence[Evaluator], now: datetime) -> list[Line]:
    ids = [one.pk for one in found]
    recent = Q(finished_at__gte=now - DAY)
    rows = (
        Execution.objects.filter(evaluator__in=ids)
        .filter(recent | Q(finished_at=None))
        .order_by()
        .values("evaluator")
        .annotate(
            done=Count("pk", filter=recent & Q(status=Status.DONE)),
            failed=Count("pk", filter=recent & Q(status=Status.FAILED)),
            waiting=Count("pk", filter=Q(finished_at=None)),
            mean=Avg("value", filter=recent & Q(status=Status.DONE, repeat=0)),
            cost=Sum("cost", filter=recent),
            unpriced=Count("pk", filter=recent & Q(is_unpriced=True)),
        )
    )
    told = {row.pop("evaluator"): row for row in rows}
    versions = newest(ids)
    return [
        Line(one, versions.get(one.pk), evaluators.reason_shown(one), **told.get(one.pk, {}))
        for one in found
    ]


def newest(evaluator_ids: Sequence[str]) -> dict[str, EvaluatorVersion]:
    found = EvaluatorVersion.objects.filter(evaluator__in=evaluator_ids)
    latest = found.order_by("evaluator_id", "-number").distinct("evaluator_id")
    return {one.evaluator_id: one for one in latest.select_related("connection")}


def spent_today(evaluator: Evaluator, now: datetime) -> Spending | None:
    return Spending.objects.filter(evaluator=evaluator, day=now.date()).first()
