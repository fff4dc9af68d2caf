"""Bringing messages to channels: one attempt at a time for each, in order for each group of alerts,
again after each failure for a day, and by another worker where one was killed.
"""

import random
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.utils import timezone

from alerts.channels.kinds import KINDS
from alerts.channels.models import (
    UNWRITTEN,
    Attempt,
    Channel,
    Delivery,
    Disabled,
    State,
    give_up_at,
)
from outbound.outcomes import Fault, Outcome

HOLD = timedelta(seconds=60)  # longer than an attempt takes
WAITS = (5, 15, 30, 60, 120, 300, 600, 1200, 1800, 3600)  # seconds; the last one for ever
LONGEST_QUIET = 300
LONGEST_PATIENCE = 3600  # whatever a receiver asks for by Retry-After
TOO_MANY = 429
UNFIT_TRIES = 3  # of a message that its receiver does not take
MOST_REJECTIONS = 9  # in a row: a quarter of an hour
KEEP = timedelta(days=90)
AT_ONCE = 200

log = structlog.get_logger(__name__)


def due() -> list[int]:
    """What could be attempted now: of each channel the one that has waited longest. Those that
    failed least are first: one that may be back does not wait for many that hang.
    """
    first = _free(timezone.now()).order_by("channel_id", "next_at", "pk").distinct("channel_id")
    found = Delivery.objects.filter(pk__in=first.values("pk"))
    ordered = found.order_by("channel__failures", "next_at", "pk")
    return list(ordered.values_list("pk", flat=True)[:AT_ONCE])


def _free(now: datetime) -> QuerySet[Delivery]:
    """What nobody holds, what may be tried by now, and what nothing older of its line waits for."""
    unheld = Q(held_until=None) | Q(held_until__lt=now)
    loud = Q(channel__quiet_until=None) | Q(channel__quiet_until__lte=now)
    older = Delivery.objects.filter(
        channel=OuterRef("channel"),
        line=OuterRef("line"),
        state=State.WAITING,
        pk__lt=OuterRef("pk"),
    )
    return Delivery.objects.filter(
        unheld,
        loud,
        ~Exists(older),
        state=State.WAITING,
        next_at__lte=now,
        until__gt=now,
        channel__is_active=True,
    )


def attempt(delivery_id: int) -> list[int]:
    """Try once, if it is due and nobody else is at it. Returns what the channel waits for next."""
    begun = claimed(delivery_id)
    if begun is None:
        return []
    delivery = Delivery.objects.select_related("channel").filter(pk=delivery_id).first()
    if delivery is None:
        return []  # deleted at this moment
    record(begun, sent(delivery))
    following = _free(timezone.now()).filter(channel=delivery.channel_id).order_by("next_at", "pk")
    return list(following.values_list("pk", flat=True)[:1])


def sent(delivery: Delivery) -> Outcome:
    channel = delivery.channel
    try:
        return KINDS[channel.kind].send(
            channel, delivery.message, delivery.dedup_key, timezone.now()
        )
    except Exception:  # a message that cannot be written must not be in the way of the rest
        log.exception("alert_not_written", delivery=delivery.pk, channel=channel.pk)
        return Outcome(fault=UNWRITTEN)


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
        waiting = Delivery.objects.filter(pk=delivery_id).values("channel")
        channel = Channel.objects.select_for_update().filter(pk__in=waiting).first()
        if channel is None or _is_taken(channel, now):
            return None
        if not _free(now).filter(pk=delivery_id).exists():
            return None
        Delivery.objects.filter(pk=delivery_id).update(
            holder=holder, held_until=now + HOLD, tries=F("tries") + 1
        )
        made = Attempt.objects.create(delivery_id=delivery_id, at=now)
    return Begun(delivery_id, made.pk, holder)


def _is_taken(channel: Channel, now: datetime) -> bool:
    """By another attempt; all channels that fail share one, or those that hang would hold every
    worker.
    """
    under_way = Delivery.objects.filter(held_until__gt=now)
    if channel.failures:
        return under_way.filter(Q(channel=channel) | Q(channel__failures__gt=0)).exists()
    return under_way.filter(channel=channel).exists()


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
        # Whoever claims a delivery locks its channel first, and so it is here.
        channel = Channel.objects.select_for_update().filter(pk__in=mine.values("channel")).first()
        if channel is None or (delivery := mine.first()) is None:
            return
        _move_on(delivery, KINDS[channel.kind].unfit, outcome, now)
        _note_health(channel, outcome, now)


def _move_on(delivery: Delivery, unfit: frozenset[int], outcome: Outcome, now: datetime) -> None:
    delivery.held_until = None
    wait = WAITS[min(delivery.tries, len(WAITS)) - 1] * random.uniform(1, 1.1)
    next_at = now + timedelta(seconds=max(wait, _patience(outcome)))
    is_unfit = outcome.status in unfit or outcome.fault == UNWRITTEN
    is_hopeless = is_unfit and delivery.tries >= UNFIT_TRIES
    if outcome.is_good:
        delivery.state = State.DELIVERED
    elif delivery.is_test or is_hopeless or next_at >= delivery.until:
        delivery.state = State.FAILED
    else:
        delivery.next_at = next_at
    delivery.save(update_fields=("held_until", "state", "next_at"))


def _patience(outcome: Outcome) -> int:
    return min(outcome.retry_after, LONGEST_PATIENCE)


def _note_health(channel: Channel, outcome: Outcome, now: datetime) -> None:
    """One that asks for patience fails at nothing: it is left alone for as long as it asks."""
    if outcome.fault == UNWRITTEN:
        return  # that is not the channel's
    is_rejected = outcome.status in KINDS[channel.kind].rejected
    if outcome.is_good:
        channel.failures = channel.rejections = 0
        channel.failing_since = channel.quiet_until = None
    elif outcome.status == TOO_MANY:
        channel.quiet_until = now + timedelta(seconds=max(WAITS[0], _patience(outcome)))
    else:
        channel.failures += 1
        channel.rejections = channel.rejections + 1 if is_rejected else 0
        channel.failing_since = channel.failing_since or now
        quiet = min(5 * 2 ** min(channel.failures - 1, 10), LONGEST_QUIET)
        channel.quiet_until = now + timedelta(seconds=max(quiet, _patience(outcome)))
        _stop_if_hopeless(channel, outcome)
    channel.save(update_fields=Channel.RECORD)


def _stop_if_hopeless(channel: Channel, outcome: Outcome) -> None:
    if outcome.fault == Fault.SECRET:
        channel.disabled = str(Disabled.SECRET)
    elif channel.rejections >= MOST_REJECTIONS:
        channel.disabled = str(Disabled.REJECTED)
    else:
        return
    channel.is_active = False
    log.warning(
        "alert_channel_disabled",
        channel=channel.pk,
        project=channel.project_id,
        reason=channel.disabled,
    )


def again(delivery: Delivery) -> bool:
    """From the start of the schedule, under the same key. False while somebody is at it, or the
    channel is not active.
    """
    now = timezone.now()
    unheld = Q(held_until=None) | Q(held_until__lt=now)
    with transaction.atomic():
        Channel.objects.filter(pk=delivery.channel_id).update(quiet_until=None)
        return bool(
            Delivery.objects.filter(unheld, pk=delivery.pk, channel__is_active=True).update(
                state=State.WAITING,
                tries=0,
                next_at=now,
                until=give_up_at(),
                held_until=None,
                holder="",
            )
        )


def give_up() -> int:
    """What has waited too long, also for a channel that is not active: it is seen as failed, and no
    longer in the way of what is newer. Returns how many.
    """
    now = timezone.now()
    unheld = Q(held_until=None) | Q(held_until__lt=now)
    return Delivery.objects.filter(unheld, state=State.WAITING, until__lte=now).update(
        state=State.FAILED, held_until=None
    )


def expire() -> None:
    """Deliveries of ninety days ago, with all that was tried."""
    while True:
        old = Delivery.objects.filter(at__lt=timezone.now() - KEEP).values_list("pk", flat=True)
        if not (some := list(old[:1000])):
            return
        Delivery.objects.filter(pk__in=some).delete()
