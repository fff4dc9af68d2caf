"""What is done now and then: texts that were kept long enough, versions without a connection."""

from datetime import datetime, timedelta

from evals.judges import evaluators
from evals.judges.judging import NO_CONNECTION
from evals.judges.models import Evaluator, Execution, State, Status

TEXTS_KEPT = timedelta(days=30)  # the judgement's own trace keeps them for as long as traces are
AT_ONCE = 5_000


def pause_without_connection() -> None:
    """Their executions would wait for ever, and nobody would know why."""
    stranded = Execution.objects.filter(status=Status.WAITING, version__connection=None)
    ids = stranded.order_by().values_list("evaluator", flat=True).distinct()
    for evaluator in Evaluator.objects.filter(pk__in=ids).exclude(state=State.PAUSED):
        evaluators.pause(evaluator, NO_CONNECTION)


def forget_texts(now: datetime) -> None:
    old = Execution.objects.filter(finished_at__lt=now - TEXTS_KEPT).exclude(sent=None)
    some = old.order_by("pk").values("pk")[:AT_ONCE]
    Execution.objects.filter(pk__in=some).update(sent=None)
