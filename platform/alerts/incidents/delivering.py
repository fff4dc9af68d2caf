"""From the outbox to channels: which of them a notice is for, and what is noted where none is."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

import structlog
from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext_noop

from alerts.channels.message import Alert, Message
from alerts.channels.models import Channel, Delivery
from alerts.channels.writing import write
from alerts.incidents import messages
from alerts.incidents.models import EventKind, IncidentEvent, News, Notice

NO_CHANNEL = gettext_noop("No channel takes it.")

log = structlog.get_logger(__name__)


def deliver(notice: Notice) -> list[Delivery]:
    """For `outbox.hand_over`: what it writes is there if and only if the notice was handed over.
    Alerts for which there is no channel say so in their timelines.
    """
    is_over = notice.news == News.RESOLVED
    chosen = _told_before(notice) if is_over else _wanted(notice)
    written: list[Delivery] = []
    told: set[str] = set()
    if chosen:
        message = _message(notice)
        for channel in chosen:
            said = message if is_over else _from(message, channel)
            if said.alerts and (made := write(channel, said)):
                written += made
                told.update(alert.incident_id for alert in said.alerts)
    if not is_over:
        _note_untold(notice, chosen, told)
    return written


def _wanted(notice: Notice) -> list[Channel]:
    """Those that its rule names; or all, also where those are gone, since nobody would be told.
    Active ones, and told of its tier.
    """
    ours = Channel.objects.filter(project=notice.project)
    named = ours.filter(pk__in=notice.channels)
    active = (named if named.exists() else ours).filter(is_active=True)
    return [channel for channel in active if channel.takes(notice.tier)]


def _told_before(notice: Notice) -> list[Channel]:
    """Who was told of one of its incidents is told that it is over, whatever changed meanwhile."""
    before = Notice.objects.filter(incidents__in=notice.incidents.all()).exclude(pk=notice.pk)
    deliveries = Delivery.objects.filter(key__in=before.values("pk"))
    return list(
        Channel.objects.filter(
            project=notice.project, is_active=True, pk__in=deliveries.values("channel")
        )
    )


def _from(message: Message, channel: Channel) -> Message:
    """With the alerts that the channel takes: a warning calls nobody because of its neighbour."""
    return replace(
        message, alerts=tuple(alert for alert in message.alerts if channel.takes(alert.tier))
    )


def _note_untold(notice: Notice, chosen: Iterable[Channel], told: set[str]) -> None:
    """Of what a message names beside how many more there are, only those named are looked at."""
    named = {one["id"] for one in notice.body["incidents"]}
    channels = list(chosen)
    for incident in notice.incidents.select_for_update(of=("self",)).order_by("pk"):
        is_told = incident.pk in told if incident.pk in named else bool(channels)
        if not is_told:
            incident.held_back = NO_CHANNEL
            incident.save(update_fields=("held_back",))
            IncidentEvent.objects.create(
                incident=incident,
                kind=str(EventKind.HELD_BACK),
                data={"why": NO_CHANNEL, "notice": notice.pk},
            )


def _message(notice: Notice) -> Message:
    """Whatever goes wrong with the words, the facts are told."""
    try:
        with transaction.atomic():
            return messages.of(notice)
    except Exception:  # the outermost loop: a notice that cannot be worded must not stop the rest
        log.exception("notice_without_words", notice=notice.pk, project=notice.project_id)
        return _plain(notice)


def _plain(notice: Notice) -> Message:
    body = notice.body
    alerts = tuple(_plain_alert(one) for one in body["incidents"])
    return Message(
        key=notice.pk,
        project_id=notice.project_id,
        project_name=body["project"]["name"],
        news=notice.news,
        tier=notice.tier,
        rule_id=notice.rule_id,
        rule_name=body["rule"]["name"],
        group_key=notice.group_key,
        at=notice.at,
        alerts=alerts,
        more=body["count"] - len(alerts),
        language=settings.LANGUAGE_CODE,
    )


def _plain_alert(told: dict) -> Alert:
    ended = told["resolved_at"]
    return Alert(
        incident_id=told["id"],
        fingerprint=told["fingerprint"],
        labels=told["labels"],
        tier=told["tier"],
        began_at=datetime.fromisoformat(told["began_at"]),
        ended_at=datetime.fromisoformat(ended) if ended else None,
    )
