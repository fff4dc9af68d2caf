"""Running the monitors that are due. Those of a project are asked together, so that chance is
corrected for all of them; one run at a time of each project. Killed anywhere, nothing was written
or whole verdicts were; what was not is found due again.
"""

import zlib
from collections.abc import Sequence
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
SOON, LATER, TOMORROW = timedelta(minutes=5), timedelta(hours=1), timedelta(days=1)
TOO_MUCH = "There is too much to go through. Narrow it by a query, or take shorter windows."
OWN_FAULT = "It could not be run: %s. The worker's log says more."
log = structlog.get_logger(__name__)


def run(project_id: str, now: datetime | None = None) -> int:
    """How many monitors were asked. 0 as well where another run of the project is not over."""
    now = now or timezone.now()
    with transaction.atomic(), translation.override("en"):
        if not _is_alone(project_id):
            return 0
        monitors = _due(project_id, now)
        found = [one for monitor in monitors if (one := _asked(monitor, now))]
        _keep(found, now)
    return len(monitors)


def _is_alone(project_id: str) -> bool:
    """Postgres frees the lock with the transaction, also that of a worker that was killed."""
    second = zlib.crc32(project_id.encode()) - 2**31
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s, %s)", [LOCK, second])
        return bool(cursor.fetchone()[0])


def _due(project_id: str, now: datetime) -> Sequence[DriftMonitor]:
    found = DriftMonitor.objects.filter(due(now), project=project_id)
    return found.order_by(F("asked_at").asc(nulls_last=True), "next_at", "pk")[:MOST_AT_ONCE]


def _asked(monitor: DriftMonitor, now: datetime) -> Asked | None:
    try:
        return asked(monitor, now)
    except LimitReached:
        fail(monitor, TOO_MUCH, now, again=LATER)
    except Unavailable as error:
        fail(monitor, str(error), now, again=SOON)
    except (InvalidMonitor, InvalidBaseline, Refused) as error:
        fail(monitor, str(error), now, again=TOMORROW)
    except Exception as error:  # one monitor must not stop the others
        log.exception("drift_not_judged", monitor=monitor.pk)
        fail(monitor, OWN_FAULT % type(error).__name__, now, again=LATER)
    return None


def _keep(found: Sequence[Asked], now: datetime) -> None:
    verdicts = corrected([one.verdict for one in found])
    for one, verdict in zip(found, verdicts, strict=True):
        keep(one, verdict, now)
