"""Making, opening and ending share links. Whoever calls has asked who may; each of the three is
logged, never with the token.
"""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import structlog
from django.core.signing import BadSignature, Signer
from django.utils import timezone

from accounts.models import Project, User, digest_of, random_text
from sharing.models import MAX_TRACE_ID, ShareLink

MOST_DAYS = 90
MOST_LIVE = 50  # of one trace
log = structlog.get_logger(__name__)


class NotShared(ValueError):
    """There is no making this link; the message says why."""


@dataclass(frozen=True, slots=True)
class NewLink:
    """A link and its token, which can be shown now and never again."""

    link: ShareLink
    token: str = field(repr=False)


def create(project: Project, trace_id: str, *, by: User, days: int, now: datetime) -> NewLink:
    """A link that opens the trace for so many days. Raises NotShared."""
    if not 1 <= days <= MOST_DAYS:
        raise NotShared(f"A link lasts 1 to {MOST_DAYS} days.")
    if not 0 < len(trace_id) <= MAX_TRACE_ID or "\0" in trace_id:
        raise NotShared("No trace has such an id.")
    if len(live(project.id, trace_id, now)) >= MOST_LIVE:
        raise NotShared(f"A trace has at most {MOST_LIVE} links at a time.")
    secret = random_text(43)
    link = ShareLink.objects.create(
        project=project,
        trace_id=trace_id,
        token_digest=digest_of(secret),
        created_by=by,
        created_at=now,
        expires_at=now + timedelta(days=days),
    )
    log.info("share link created", link=link.pk, project=project.id, trace=trace_id, user=by.pk)
    return NewLink(link, _signer().sign(secret))


def opened(token: str, now: datetime) -> ShareLink | None:
    """The link of the token, while it is live. A token that we did not sign asks no database."""
    try:
        secret = _signer().unsign(token)
    except BadSignature:
        return None
    found = ShareLink.objects.select_related("project").filter(token_digest=digest_of(secret))
    link = found.first()
    if link is None or not link.is_live(now):
        return None
    log.info("share link opened", link=link.pk, project=link.project_id)
    return link


def live(project_id: str, trace_id: str, now: datetime) -> list[ShareLink]:
    """The trace's links that can be opened, the newest first."""
    if "\0" in trace_id:
        return []
    found = ShareLink.objects.filter(
        project=project_id, trace_id=trace_id, revoked_at=None, expires_at__gt=now
    )
    return list(found.select_related("created_by").order_by("-created_at", "-pk"))


def revoke(project_id: str, link_id: int, *, by: User, now: datetime) -> ShareLink | None:
    """End a link at once; None where the project has no such link that is live."""
    link = ShareLink.objects.filter(project=project_id, pk=link_id).first()
    if link is None or not link.is_live(now):
        return None
    link.revoked_at, link.revoked_by = now, by
    link.save(update_fields=("revoked_at", "revoked_by"))
    log.info("share link revoked", link=link.pk, project=project_id, user=by.pk)
    return link


def end(project_id: str, trace_ids: Collection[str]) -> None:
    """The traces are deleted: whatever comes under their ids later, nobody outside is to read."""
    now = timezone.now()
    ids = [one for one in trace_ids if "\0" not in one]
    gone = ShareLink.objects.filter(project=project_id, trace_id__in=ids, revoked_at=None)
    if ended := gone.update(revoked_at=now):
        log.info("share links ended with their traces", project=project_id, links=ended)


def _signer() -> Signer:
    return Signer(sep=".", salt="sharing.links")
