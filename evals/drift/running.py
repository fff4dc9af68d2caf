"""Running the monitors that are due. Those of a project are asked together, so that chance is
corrected for all of them; one run at a time of each project. Killed anywhere, nothing was written
or whole verdicts were; what was not is found due again.
"""

import time
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from django.db import connection, transaction
from django.db.models import F
from django.utils import timezone, translation

from evals.drift.asking import Asked, asked
from evals.drift.judging import corrected
from evals.drift.keeping import fail, keep
from evals.drift.models import DriftMonitor
from evals.drift.monitors import InvalidMonitor
from evals.drift.waiting import due
from evals.drift.windows import InvalidBaseline
from traces.errors import LimitReached, Refused, Unavailable

LOCK = 0xD21F7  # the first half of the advisory locks' keys; the second is the project's
MOST_AT_ONCE = 25  # monitors of a run: the next comes behind those of other projects
SECONDS = 240.0  # after which no further one is asked: a task has 15 minutes
SOON, LATER, TOMORROW = timedelta(minutes=5), timedelta(hours=1), timedelta(days=1)
TOO_MUCH = "There is too much to go through. Narrow it by a query, or take shorter windows."
OWN_FAULT = "It could not be run: %s. The worker's log says more."
log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Failed:
    """What stood in the way, and after which time it is tried again."""

    monitor: DriftMonitor
    why: str
    again: timedelta


def run(project_id: str, now: datetime | None = None, *, seconds: float = SECONDS) -> int:
    """How many monitors were asked: of those that are due, as many as the seconds suffice for, at
    least one. 0 as well where another run of the project is not over.
    """
    now, until = now or timezone.now(), time.monotonic() + seconds
    found: list[Asked | Failed] = []
    with transaction.atomic(), translation.override("en"):
        if not _is_alone(project_id):
            return 0
        for monitor in _due(project_id, now):
            found.append(_asked(monitor, now))
            if time.monotonic() > until:
                break
        _keep(found, now)  # at the end, so that nobody waits for a row of ours
    return len(found)


def _is_alone(project_id: str) -> bool:
    """Postgres frees the lock with the transaction, also that of a worker that was killed."""
    second = zlib.crc32(project_id.encode()) - 2**31
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s, %s)", [LOCK, second])
        return bool(cursor.fetchone()[0])


def _due(project_id: str, now: datetime) -> Sequence[DriftMonitor]:
    found = DriftMonitor.objects.filter(due(now), project=project_id)
    return found.order_by(F("asked_at").asc(nulls_last=True), "next_at", "pk")[:MOST_AT_ONCE]


def _asked(monitor: DriftMonitor, now: datetime) -> Asked | Failed:
    try:
        return asked(monitor, now)
    except LimitReached:
        return Failed(monitor, TOO_MUCH, LATER)
    except Unavailable as error:
        return Failed(monitor, str(error), SOON)
    except (InvalidMonitor, InvalidBaseline, Refused) as error:
        return Failed(monitor, str(error), TOMORROW)
    except Exception as error:  # one monitor must not stop the others
        log.exception("drift_not_judged", monitor=monitor.pk)
        return Failed(monitor, OWN_FAULT % type(error).__name__, LATER)


def _keep(found: Sequence[Asked | Failed], now: datetime) -> None:
    for one in found:
        if isinstance(one, Failed):
            fail(one.monitor, one.why, now, again=one.again)
    judged = [one for one in found if isinstance(one, Asked)]
    verdicts = corrected([one.verdict for one in judged])
    for given, verdict in zip(judged, verdicts, strict=True):
        try:
            keep(given, verdict, now)
        except Exception as error:  # the others are to be kept
            log.exception("drift_not_kept", monitor=given.monitor.pk)
            fail(given.monitor, OWN_FAULT % type(error).__name__, now, again=LATER)
