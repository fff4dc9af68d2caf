"""What is done now and then: texts that were kept long enough, versions without a connection."""

import time
from datetime import datetime, timedelta

from django.db.models import Q

from evals.judges import evaluators, queue, settling
from evals.judges.judging import NO_CONNECTION
from evals.judges.models import Evaluator, Execution, State, Status

TEXTS_KEPT = timedelta(days=30)  # the judgement's own trace keeps them for as long as traces are
AT_ONCE = 5_000
MOST_LEFT = 100  # by workers that died, looked at in one go
LONGEST_SECONDS = 300.0


def leave_to_nobody(now: datetime) -> None:
    """What a worker died at and no other may take up, since its evaluator does not go on, does not
    run any more, and is not shown as if it did.
    """
    may_not = Q(evaluator__state=State.PAUSED) | Q(evaluator__held_until__gt=now)
    stuck = Q(status=Status.RUNNING, held_until__lt=now) & (may_not | Q(version__connection=None))
    for execution in Execution.objects.filter(stuck).order_by("due_at")[:MOST_LEFT]:
        if settling.is_gone(execution):
            settling.end_gone(execution)
        else:
            queue.put_back(execution, execution.due_at)


def pause_without_connection() -> None:
    """Their executions would wait for ever, and nobody would know why."""
    stranded = Execution.objects.filter(status=Status.WAITING, version__connection=None)
    ids = stranded.order_by().values_list("evaluator", flat=True).distinct()
    for evaluator in Evaluator.objects.filter(pk__in=ids).exclude(state=State.PAUSED):
        evaluators.pause(evaluator, NO_CONNECTION)


def forget_texts(now: datetime, *, seconds: float = LONGEST_SECONDS) -> None:
    """What was sent and answered, also finding by finding; the verdict and its reasons stay. What
    is left once the time is over has its turn in the next hour.
    """
    old = Execution.objects.filter(finished_at__lt=now - TEXTS_KEPT, sent__isnull=False)
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        some = old.order_by("finished_at").values("pk")[:AT_ONCE]
        if not Execution.objects.filter(pk__in=some).update(sent=None, answer="", items=[]):
            return
