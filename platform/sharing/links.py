"""Making, opening and ending share links. Whoever calls has asked who may; each of the three is
logged, never with the token.
"""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import structlog
from django.core.signing import BadSignature, Signer
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Project, User, digest_of, random_text
from sharing.models import MAX_OBJECT_ID, MAX_QUERY, Kind, ShareLink

DAYS = (1, 7, 30, 90)
MOST_LIVE = 50  # of one thing
# A token opens what it was signed for. Boards' links had a module of their own once: what it
# signed opens still.
SALTS = {Kind.TRACE: "sharing.links", Kind.BOARD: "dashboards.boards.sharing"}
log = structlog.get_logger(__name__)


class NotShared(ValueError):
    """There is no making this link; the message, for people, says why."""


@dataclass(frozen=True, slots=True)
class NewLink:
    """A link and its token, which can be shown now and never again."""

    link: ShareLink
    token: str = field(repr=False)


def days_of(said: str) -> int:
    """The one of DAYS that a form says, 0 where it says none of them."""
    return next((days for days in DAYS if str(days) == said), 0)


def create(
    project: Project,
    kind: Kind,
    object_id: str,
    *,
    query: str = "",
    by: User,
    days: int,
    now: datetime,
) -> NewLink:
    """A link that opens the thing, in the state of the query string, for one of DAYS.

    Raises NotShared.
    """
    if days not in DAYS:
        raise NotShared(_("The link was not made: choose how long it lasts."))
    if not 0 < len(object_id) <= MAX_OBJECT_ID or "\0" in object_id:
        raise NotShared(_("There is nothing with this id to share."))
    if len(query) > MAX_QUERY or "\0" in query:
        raise NotShared(_("The filter is too long for a link."))
    secret = random_text(43)
    with transaction.atomic():
        Project.objects.select_for_update().get(pk=project.pk)  # one link at a time
        if _live(project.id, kind, now).filter(object_id=object_id).count() >= MOST_LIVE:
            raise NotShared(
                _("At most %(most)s links are open at a time: revoke one first.")
                % {"most": MOST_LIVE}
            )
        link = ShareLink.objects.create(
            project=project,
            kind=kind,
            object_id=object_id,
            query=query,
            token_digest=digest_of(secret),
            created_by=by,
            created_at=now,
            expires_at=now + timedelta(days=days),
        )
    log.info("share link created", **_named(link), object=object_id, user=by.pk)
    return NewLink(link, _signer(kind).sign(secret))


def opened(kind: Kind, token: str, now: datetime) -> ShareLink | None:
    """The live link of the token that was made for this kind. A token that we did not sign asks no
    database.
    """
    try:
        secret = _signer(kind).unsign(token)
    except BadSignature:
        return None
    found = _live_ones(now).filter(kind=kind, token_digest=digest_of(secret))
    link = found.select_related("project", "created_by").first()
    if link is not None:
        log.info("share link opened", **_named(link))
    return link


def live(project_id: str, kind: Kind, object_id: str, now: datetime) -> list[ShareLink]:
    """The links that can be opened of one thing, the newest first."""
    if "\0" in object_id:
        return []
    found = _live(project_id, kind, now).filter(object_id=object_id)
    return list(found.select_related("created_by").order_by("-created_at", "-pk"))


def live_of_project(project_id: str, now: datetime) -> QuerySet[ShareLink]:
    """All that can be opened of the project, the newest first."""
    found = _live_ones(now).filter(project=project_id)
    return found.select_related("created_by").order_by("-created_at", "-pk")


def revoke(
    project_id: str, kind: Kind, link_id: int, *, by: User, now: datetime
) -> ShareLink | None:
    """End a link at once; None where the project has no such link that is live."""
    link = _live(project_id, kind, now).filter(pk=link_id).first()
    if link is None:
        return None
    link.revoked_at, link.revoked_by = now, by
    link.save(update_fields=("revoked_at", "revoked_by"))
    log.info("share link revoked", **_named(link), user=by.pk)
    return link


def end(project_id: str, kind: Kind, object_ids: Collection[str]) -> None:
    """The things are deleted: whatever comes under their ids later, nobody outside is to read."""
    now = timezone.now()
    ids = [one for one in object_ids if "\0" not in one]
    if ended := _live(project_id, kind, now).filter(object_id__in=ids).update(revoked_at=now):
        log.info("share links ended", project=project_id, kind=str(kind), links=ended)


def _live(project_id: str, kind: Kind, now: datetime) -> QuerySet[ShareLink]:
    return _live_ones(now).filter(project=project_id, kind=kind)


def _live_ones(now: datetime) -> QuerySet[ShareLink]:
    return ShareLink.objects.filter(revoked_at=None, expires_at__gt=now)


def _named(link: ShareLink) -> dict[str, str | int]:
    return {"link": link.pk, "project": link.project_id, "kind": link.kind}


def _signer(kind: Kind) -> Signer:
    return Signer(sep=".", salt=SALTS[kind])
