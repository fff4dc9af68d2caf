"""What people do with incidents, and programs and signed links for them. Whoever calls has asked
who may; where nobody was logged in, `via` is BY_LINK or the key's public part. Each is one
transaction, with a line in the timeline; done twice it is done once.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Project, User
from alerts.incidents.matching import MAX_VALUE, MOST_MATCHERS, Matcher
from alerts.incidents.models import (
    MAX_COMMENT,
    EventKind,
    Incident,
    IncidentEvent,
    News,
    Notice,
    Silence,
)
from alerts.incidents.telling import body
from alerts.incidents.tiers import Tier

LONGEST_SILENCE = timedelta(days=90)
MOST_SILENCES = 200  # of a project, that are not over
BY_LINK = "link"


class CannotSilence(ValueError):
    """The text says what to change."""


def acknowledge(incident_id: str, user: User | None, *, via: str = "") -> bool:
    """That somebody is at it: no reminders and no escalation any more."""
    with transaction.atomic():
        incident = _locked(incident_id)
        if incident is None or not incident.is_open or incident.acknowledged_at:
            return False
        incident.acknowledged_at, incident.acknowledged_by = timezone.now(), user
        incident.save(update_fields=("acknowledged_at", "acknowledged_by"))
        _note(incident, str(EventKind.ACKNOWLEDGED), user, data=_by(via))
        return True


def assign(incident_id: str, user: User, assignee: User | None) -> bool:
    with transaction.atomic():
        incident = _locked(incident_id)
        if incident is None or incident.assignee == assignee:
            return False
        incident.assignee = assignee
        incident.save(update_fields=("assignee",))
        _note(incident, str(EventKind.ASSIGNED), user, data={"to": assignee and str(assignee)})
        return True


def comment(incident_id: str, user: User | None, text: str, *, via: str = "") -> bool:
    with transaction.atomic():
        incident = _locked(incident_id)
        text = text.replace("\0", "").strip()[:MAX_COMMENT]
        if incident is None or not text:
            return False
        _note(incident, str(EventKind.COMMENTED), user, text=text, data=_by(via))
        return True


def close(incident_id: str, user: User | None, *, via: str = "") -> bool:
    """That it is over, before the rule says so. It opens anew where it gets worse, or is good and
    then bad again. Those who were told of it are told.
    """
    with transaction.atomic():
        incident = _locked(incident_id)
        if incident is None or not incident.is_open:
            return False
        now = timezone.now()
        incident.resolved_at = now
        incident.save(update_fields=("resolved_at",))
        _note(incident, str(EventKind.CLOSED), user, data=_by(via))
        if incident.told_tier:
            _tell_closed(incident, now)
        return True


def _tell_closed(incident: Incident, now: datetime) -> None:
    before = incident.notices.order_by("-at", "-pk").first()
    about = before.body["rule"] if before else {}
    news, tier = str(News.RESOLVED), Tier(incident.tier)
    notice = Notice.objects.create(
        project=incident.project,
        rule_id=incident.rule_id,
        group_key=incident.group_key,
        news=news,
        tier=incident.tier,
        body=body(incident.project, news, tier, [incident], now, about),
        channels=before.channels if before else [],
        at=now,
    )
    notice.incidents.set([incident])


def judge(incident_id: str, user: User | None, was_real: bool | None, *, via: str = "") -> bool:
    """Whether it was worth telling, for the figures of how good alerts are. None takes it back."""
    with transaction.atomic():
        incident = _locked(incident_id)
        if incident is None or incident.was_real == was_real:
            return False
        incident.was_real = was_real
        incident.save(update_fields=("was_real",))
        _note(incident, str(EventKind.JUDGED), user, data={"was_real": was_real, **_by(via)})
        return True


def silence(
    project: Project,
    matchers: Sequence[Matcher],
    *,
    begins_at: datetime,
    ends_at: datetime,
    author: User | None,
    comment: str = "",
) -> Silence:
    """Raises CannotSilence."""
    if not 0 < len(matchers) <= MOST_MATCHERS:
        raise CannotSilence(_("A silence has one to ten labels."))
    if any(len(one.value) > MAX_VALUE or not 0 < len(one.label) <= MAX_VALUE for one in matchers):
        raise CannotSilence(_("A label or its value is too long."))
    if not timedelta(0) < ends_at - begins_at <= LONGEST_SILENCE:
        raise CannotSilence(_("A silence ends after it begins, within 90 days."))
    if Silence.objects.filter(project=project, ends_at__gt=timezone.now()).count() >= MOST_SILENCES:
        raise CannotSilence(_("There are too many silences: end one first."))
    return Silence.objects.create(
        project=project,
        matchers=_stored(matchers),
        begins_at=begins_at,
        ends_at=ends_at,
        author=author,
        comment=comment.replace("\0", "")[:500],
    )


def silence_once(
    project: Project, matchers: Sequence[Matcher], *, ends_at: datetime, comment: str
) -> Silence:
    """By nobody who is known: a second click makes no second silence, it may make the first one
    longer. Raises CannotSilence.
    """
    now, told = timezone.now(), _stored(matchers)
    with transaction.atomic():
        Project.objects.select_for_update().get(pk=project.pk)  # one click at a time
        holding = Silence.objects.filter(
            project=project, author=None, matchers=told, begins_at__lte=now, ends_at__gt=now
        ).first()
        if holding is None:
            return silence(
                project, matchers, begins_at=now, ends_at=ends_at, author=None, comment=comment
            )
        holding.ends_at = max(holding.ends_at, ends_at)
        holding.save(update_fields=("ends_at",))
        return holding


def extend_silence(silence: Silence, ends_at: datetime) -> None:
    """Raises CannotSilence; a silence that is over stays so."""
    now = timezone.now()
    if not timedelta(0) < ends_at - now <= LONGEST_SILENCE:
        raise CannotSilence(_("A silence ends within 90 days from now."))
    if not Silence.objects.filter(pk=silence.pk, ends_at__gt=now).update(ends_at=ends_at):
        raise CannotSilence(_("This silence is over: make a new one."))


def end_silence(silence: Silence) -> None:
    """Now; what it held back and still fires is told with the next evaluation."""
    now = timezone.now()
    Silence.objects.filter(pk=silence.pk, ends_at__gt=now).update(ends_at=now)


def _stored(matchers: Sequence[Matcher]) -> list[dict[str, str]]:
    return [{"label": one.label, "value": one.value, "how": str(one.how)} for one in matchers]


def _locked(incident_id: str) -> Incident | None:
    return Incident.objects.select_for_update(of=("self",)).filter(pk=incident_id).first()


def _by(via: str) -> dict[str, str]:
    return {"via": via} if via else {}


def _note(
    incident: Incident, kind: str, user: User | None, *, text: str = "", data: dict | None = None
) -> None:
    IncidentEvent.objects.create(
        incident=incident, kind=kind, user=user, text=text, data=data or {}
    )
