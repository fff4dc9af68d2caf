"""Looking whether triggers want retraining, and telling it: once an episode, in the transaction
that notes the episode.
"""

from datetime import datetime, timedelta

import structlog
from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from evals.drift.acting.models import MAX_SAID, Episode, Trigger
from evals.drift.acting.triggers.reasons import AT_ONCE_OVER, Reasons, reasons_of
from evals.drift.monitors import InvalidMonitor
from traces.errors import LimitReached, Refused, Unavailable
from traces.queries.metrics import Unanswerable
from webhooks.events import announce
from webhooks.names import Event

EVERY = timedelta(minutes=5)
MOST_AT_ONCE = 500
FAULTS = (Unavailable, LimitReached, Refused, InvalidMonitor, Unanswerable)

log = structlog.get_logger(__name__)


def due(now: datetime | None = None) -> list[str]:
    """The one that has waited longest first."""
    late = Q(looked_at=None) | Q(looked_at__lte=(now or timezone.now()) - EVERY)
    found = Trigger.objects.filter(late, is_on=True).order_by("looked_at", "pk")
    return list(found.values_list("pk", flat=True)[:MOST_AT_ONCE])


def look(trigger_id: str, now: datetime | None = None) -> bool:
    """Whether an episode began. Safe to run twice, also at once."""
    now = now or timezone.now()
    trigger = Trigger.objects.select_related("project").filter(pk=trigger_id, is_on=True).first()
    if trigger is None:
        return False
    try:
        reasons = reasons_of(trigger, now)
    except FAULTS as error:
        same = Trigger.objects.filter(pk=trigger.pk, version=trigger.version)
        same.update(looked_at=now, last_error=str(error)[:MAX_SAID])
        log.warning("trigger_not_looked_at", trigger=trigger.pk, reason=str(error)[:200])
        return False
    return _noted(trigger, reasons, now)


def _noted(trigger: Trigger, reasons: Reasons | None, now: datetime) -> bool:
    """False also where somebody changed it, or looked at it later, meanwhile."""
    with transaction.atomic():
        same = Trigger.objects.select_for_update().filter(
            Q(looked_at=None) | Q(looked_at__lte=now), pk=trigger.pk, version=trigger.version
        )
        if not same.filter(is_on=True).exists():
            return False
        same.update(looked_at=now, last_error="")
        running = Episode.objects.filter(trigger=trigger, ended_at=None)
        if reasons is None:
            running.update(ended_at=now)
        if not reasons or running.exists() or _is_told(trigger, now):
            return False
        ended = now if trigger.when in AT_ONCE_OVER else None
        episode = Episode.objects.create(
            trigger=trigger, began_at=now, ended_at=ended, reasons=reasons
        )
        tell(episode)
    log.info("retraining_wanted", trigger=trigger.pk, project=trigger.project_id)
    return True


def _is_told(trigger: Trigger, now: datetime) -> bool:
    """Of reasons that are over at once: another worker was quicker with the same."""
    is_over = trigger.when in AT_ONCE_OVER
    return is_over and reasons_of(trigger, now) is None


def tell(episode: Episode) -> None:
    trigger = episode.trigger
    page = reverse("drift-triggers", args=[trigger.project_id])
    told = {
        "trigger": {"id": trigger.pk, "name": trigger.name, "when": trigger.when},
        "episode": {"id": episode.pk, "began_at": episode.began_at.isoformat()},
        "reasons": episode.reasons,
        "address": f"{settings.BASE_URL.rstrip('/')}{page}",
    }
    announce(trigger.project, str(Event.RETRAIN_WANTED), told)
