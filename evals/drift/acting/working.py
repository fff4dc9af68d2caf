"""Doing what was asked for. A worker that is killed leaves its run to the next one; what is done
twice is as if done once.
"""

from datetime import timedelta

import structlog
from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from evals.drift.acting.kinds import DOERS
from evals.drift.acting.kinds.doing import Did, Undoable
from evals.drift.acting.models import MAX_SAID, ActionRun, Status
from evals.drift.acting.slices import NoSlice
from evals.drift.monitors import InvalidMonitor
from prompts.changes import Busy
from traces.errors import LimitReached, Refused, Unavailable

HOLD = timedelta(minutes=15)  # longer than a task may take
AGAIN = timedelta(minutes=1)
MOST_TRIES = 10
MOST_DUE = 100
AWAY = (Unavailable, LimitReached, Busy)
NOT_TO_BE_DONE = (Undoable, NoSlice, InvalidMonitor, Refused)

log = structlog.get_logger(__name__)


def due() -> list[int]:
    found = ActionRun.objects.filter(status=Status.WAITING, due_at__lte=timezone.now())
    return list(found.order_by("due_at", "pk").values_list("pk", flat=True)[:MOST_DUE])


def work(run_id: int) -> None:
    """Nothing where another worker has it, or it is over."""
    run = _taken(run_id)
    if run is None:
        return
    try:
        if run.tries > MOST_TRIES:
            raise Undoable(_("It was tried %(n)d times in vain.") % {"n": MOST_TRIES})
        did = DOERS[run.kind](run)
    except AWAY as error:
        _put_off(run, error)
    except NOT_TO_BE_DONE as error:
        _ended(run, str(Status.FAILED), Did(str(error)))
    else:
        _ended(run, str(Status.DONE), did)


def _taken(run_id: int) -> ActionRun | None:
    with transaction.atomic():
        now = timezone.now()
        waiting = ActionRun.objects.filter(pk=run_id, status=Status.WAITING, due_at__lte=now)
        if not waiting.select_for_update(skip_locked=True).exists():
            return None
        waiting.update(due_at=now + HOLD, tries=F("tries") + 1)
    found = ActionRun.objects.select_related("verdict__monitor__project", "asked_by")
    return found.get(pk=run_id)


def _put_off(run: ActionRun, error: Exception) -> None:
    waiting = ActionRun.objects.filter(pk=run.pk, status=Status.WAITING)
    waiting.update(due_at=timezone.now() + AGAIN, said=str(error)[:MAX_SAID])
    log.warning("drift_action_later", run=run.pk, kind=run.kind, reason=str(error)[:200])


def _ended(run: ActionRun, status: str, did: Did) -> None:
    ActionRun.objects.filter(pk=run.pk, status=Status.WAITING).update(
        status=status,
        said=did.said[:MAX_SAID],
        address=did.address,
        finished_at=timezone.now(),
    )
    log.info("drift_action_over", run=run.pk, kind=run.kind, status=status)
