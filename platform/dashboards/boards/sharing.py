"""Links with which people without an account read one board: made, opened, ended. Whoever calls has
asked who may; each of the three is logged, never with the token.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

import structlog
from django.core.signing import BadSignature, Signer
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import Project, User, digest_of, random_text
from dashboards.boards.models import MAX_QUERY, BoardLink

DAYS = (1, 7, 30, 90)
MOST_LIVE = 50  # of one board
log = structlog.get_logger(__name__)


class NotShared(ValueError):
    """There is no making this link; the message, for people, says why."""


@dataclass(frozen=True, slots=True)
class NewLink:
    """A link and its token, which can be shown now and never again."""

    link: BoardLink
    token: str = field(repr=False)


def create(
    project: Project, board: str, query: str, *, by: User, days: int, now: datetime
) -> NewLink:
    """A link that opens the board in the state of the query string. Raises NotShared."""
    if days not in DAYS:
        raise NotShared(_("Choose for how long the link opens."))
    if len(query) > MAX_QUERY or "\0" in query:
        raise NotShared(_("The filter is too long for a link."))
    secret = random_text(43)
    with transaction.atomic():
        Project.objects.select_for_update().get(pk=project.pk)  # one link at a time
        if len(live(project.id, board, now)) >= MOST_LIVE:
            raise NotShared(
                _("A board has at most %(most)s links: revoke one first.") % {"most": MOST_LIVE}
            )
        link = BoardLink.objects.create(
            project=project,
            board=board,
            query=query,
            token_digest=digest_of(secret),
            created_by=by,
            created_at=now,
            expires_at=now + timedelta(days=days),
        )
    log.info("board link created", link=link.pk, project=project.id, board=board, user=by.pk)
    return NewLink(link, _signer().sign(secret))


def opened(token: str, now: datetime) -> BoardLink | None:
    """The link of the token, while it is live. A token that we did not sign asks no database."""
    try:
        secret = _signer().unsign(token)
    except BadSignature:
        return None
    found = BoardLink.objects.select_related("project", "created_by").filter(
        token_digest=digest_of(secret)
    )
    link = found.first()
    if link is None or not link.is_live(now):
        return None
    log.info("board link opened", link=link.pk, project=link.project_id)
    return link


def live(project_id: str, board: str, now: datetime) -> list[BoardLink]:
    """The board's links that can be opened, the newest first."""
    found = BoardLink.objects.filter(
        project=project_id, board=board, revoked_at=None, expires_at__gt=now
    )
    return list(found.select_related("created_by").order_by("-created_at", "-pk"))


def revoke(project_id: str, link_id: int, *, by: User, now: datetime) -> BoardLink | None:
    """End a link at once; None where the project has no such link that is live."""
    link = BoardLink.objects.filter(project=project_id, pk=link_id).first()
    if link is None or not link.is_live(now):
        return None
    link.revoked_at, link.revoked_by = now, by
    link.save(update_fields=("revoked_at", "revoked_by"))
    log.info("board link revoked", link=link.pk, project=project_id, user=by.pk)
    return link


def _signer() -> Signer:
    return Signer(sep=".", salt="dashboards.boards.sharing")
