"""Bringing messages to endpoints: one attempt at a time for each endpoint, again after each
failure for three days, and by another worker where one was killed.
"""

import random
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone

from accounts.sealing import Unsealable
from outbound.outcomes import Fault, Outcome, posted, unreadable
from outbound.sending import WEBHOOK, Limits
from webhooks.models import Attempt, Delivery, Disabled, Endpoint, Message, State
from webhooks.signing import headers

LIMITS = Limits(seconds=15, connect_seconds=5, idle_seconds=15)
HOLD = timedelta(seconds=60)  # longer than an attempt takes
# Seconds from one attempt to the next, as standardwebhooks.com proposes; about three days.
WAITS = (5, 300, 1800, 7200, 18_000, 36_000, 50_400, 72_000, 86_400)
LONGEST_QUIET = 600
DISABLE_AFTER = timedelta(days=3)  # of nothing but failures
KEEP = timedelta(days=30)
AT_ONCE = 200

log = structlog.get_logger(__name__)


def due() -> list[int]:
    """What could be attempted now: of each endpoint the one that has waited longest."""
    first = _free(timezone.now()).order_by("endpoint_id", "next_at", "pk").distinct("endpoint_id")
    longest = Delivery.objects.filter(pk__in=first.values("pk")).order_by("next_at", "pk")
    return list(longest.values_list("pk", flat=True)[:AT_ONCE])


def _free(now: datetime):
    unheld = Q(held_until=None) | Q(held_until__lt=now)
    loud = Q(endpoint__quiet_until=None) | Q(endpoint__quiet_until__lte=now)
    return Delivery.objects.filter(
        unheld, loud, state=State.WAITING, next_at__lte=now, endpoint__is_active=True
    )


def attempt(delivery_id: int) -> list[int]:
    """Try once, if it is due and nobody else is at it. Returns what the endpoint waits for next."""
    begun = claimed(delivery_id)
    if begun is None:
        return []
    waiting = Delivery.objects.select_related("message", "endpoint")
    if (delivery := waiting.filter(pk=delivery_id).first()) is None:
        return []  # deleted at this moment
    outcome = sent(delivery.endpoint, delivery.message)
    record(begun, outcome)
    following = (
        _free(timezone.now()).filter(endpoint=delivery.endpoint_id).order_by("next_at", "pk")
    )
    return list(following.values_list("pk", flat=True)[:1])


@dataclass(frozen=True, slots=True)
class Begun:
    """An attempt that is this worker's to finish."""

    delivery_id: int
    attempt_id: int
    holder: str


def claimed(delivery_id: int) -> Begun | None:
    """The attempt is written down before it is made: one that is cut off is seen in the log."""
    now, holder = timezone.now(), secrets.token_hex(16)
    with transaction.atomic():
        waiting = Delivery.objects.filter(pk=delivery_id).values("endpoint")
        endpoint = Endpoint.objects.select_for_update().filter(pk__in=waiting).first()
        if endpoint is None or _is_taken(endpoint, now):
            return None
        if not _free(now).filter(pk=delivery_id).exists():
            return None
        Delivery.objects.filter(pk=delivery_id).update(
            holder=holder, held_until=now + HOLD, tries=F("tries") + 1
        )
        made = Attempt.objects.create(delivery_id=delivery_id, at=now)
    return Begun(delivery_id, made.pk, holder)


def _is_taken(endpoint: Endpoint, now: datetime) -> bool:
    """By another attempt; all endpoints that fail share one, or those that hang would hold every
    worker.
    """
    under_way = Delivery.objects.filter(held_until__gt=now)
    if endpoint.failures:
        return under_way.filter(Q(endpoint=endpoint) | Q(endpoint__failures__gt=0)).exists()
    return under_way.filter(endpoint=endpoint).exists()


def sent(endpoint: Endpoint, message: Message) -> Outcome:
    now = timezone.now()
    try:
        told = headers(endpoint, message, now)
    except Unsealable as error:
        return unreadable(error)
    return posted(
        endpoint.url,
        surface=WEBHOOK,
        headers=told,
        content=message.body.encode(),
        limits=LIMITS,
        now=now,
    )


def record(begun: Begun, outcome: Outcome) -> None:
    """What came of it. Where another worker holds the delivery by now, only the log changes."""
    now = timezone.now()
    with transaction.atomic():
        Attempt.objects.filter(pk=begun.attempt_id).update(
            status=outcome.status,
            milliseconds=outcome.milliseconds,
            answer=outcome.answer,
            fault=outcome.fault,
            detail=outcome.detail,
        )
        mine = Delivery.objects.filter(
            pk=begun.delivery_id, holder=begun.holder, state=State.WAITING
        )
        # Whoever claims a delivery locks its endpoint first, and so it is here.
        endpoint = (
            Endpoint.objects.select_for_update().filter(pk__in=mine.values("endpoint")).first()
        )
        if endpoint is None or (delivery := mine.first()) is None:
            return
        _move_on(delivery, outcome, now)
        _note_health(endpoint, outcome, now)


def _move_on(delivery: Delivery, outcome: Outcome, now: datetime) -> None:
    delivery.held_until = None
    if outcome.is_good:
        delivery.state = State.DELIVERED
    elif delivery.tries > len(WAITS):
        delivery.state = State.FAILED
    else:
        wait = WAITS[delivery.tries - 1] * random.uniform(1, 1.1)
        delivery.next_at = now + timedelta(seconds=max(wait, outcome.retry_after))
    delivery.save(update_fields=("held_until", "state", "next_at"))


def _note_health(endpoint: Endpoint, outcome: Outcome, now: datetime) -> None:
    if outcome.is_good:
        endpoint.failures, endpoint.failing_since, endpoint.quiet_until = 0, None, None
    else:
        endpoint.failures += 1
        endpoint.failing_since = endpoint.failing_since or now
        quiet = min(5 * 2 ** min(endpoint.failures - 1, 10), LONGEST_QUIET)
        endpoint.quiet_until = now + timedelta(seconds=quiet)
        if reason := _reason_to_stop(endpoint, outcome, now):
            endpoint.is_active, endpoint.disabled = False, reason
            log.warning(
                "webhook_disabled", endpoint=endpoint.pk, project=endpoint.project_id, reason=reason
            )
    endpoint.save(
        update_fields=("failures", "failing_since", "quiet_until", "is_active", "disabled")
    )


def _reason_to_stop(endpoint: Endpoint, outcome: Outcome, now: datetime) -> str:
    if outcome.status == 410:
        return str(Disabled.GONE)
    if outcome.fault == Fault.SECRET:
        return str(Disabled.SECRET)
    assert endpoint.failing_since is not None
    return str(Disabled.FAILING) if now - endpoint.failing_since >= DISABLE_AFTER else ""


def again(delivery: Delivery) -> bool:
    """From the start of the schedule, under the same id. False while somebody is at it, or the
    endpoint is not active.
    """
    now = timezone.now()
    unheld = Q(held_until=None) | Q(held_until__lt=now)
    with transaction.atomic():
        Endpoint.objects.filter(pk=delivery.endpoint_id).update(quiet_until=None)
        return bool(
            Delivery.objects.filter(unheld, pk=delivery.pk, endpoint__is_active=True).update(
                state=State.WAITING, tries=0, next_at=now, held_until=None, holder=""
            )
        )


def expire() -> None:
    """Messages older than thirty days, with all that was tried."""
    while True:
        old = Message.objects.filter(at__lt=timezone.now() - KEEP).values_list("pk", flat=True)
        if not (some := list(old[:1000])):
            return
        Message.objects.filter(pk__in=some).delete()
