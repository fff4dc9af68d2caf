"""Channels and what went to them, as pages show them."""

from urllib.parse import urlsplit

from django.core.paginator import Page, Paginator
from django.db.models import OuterRef, QuerySet, Subquery
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import Project
from alerts.channels.models import Channel, ChannelKind, Delivery, State

A_PAGE = 25
ICONS = {
    str(ChannelKind.EMAIL): "mail",
    str(ChannelKind.SLACK): "comment",
    str(ChannelKind.WEBHOOK): "link",
    str(ChannelKind.PAGERDUTY): "alerts",
    str(ChannelKind.TEAMS): "users",
}


def channels_of(project: Project) -> QuerySet[Channel]:
    """Each with when it was told last (`last_at`), what came of that (`last_state`)."""
    newest = Delivery.objects.filter(channel=OuterRef("pk")).order_by("-at", "-pk")
    return Channel.objects.filter(project=project).annotate(
        last_at=Subquery(newest.values("at")[:1]),
        last_state=Subquery(newest.values("state")[:1]),
    )


def deliveries_of(channel: Channel, state: str, page: str | None) -> Page:
    """The newest first; of one state, or of all."""
    found = channel.deliveries.prefetch_related("attempts").select_related("channel")
    if state in State.values:
        found = found.filter(state=state)
    return Paginator(found, A_PAGE).get_page(page)


def goes_to(channel: Channel, *, whole: bool) -> str:
    """Where it leads, in words: of what may hold a key, and of people's addresses, no more than
    `whole` allows.
    """
    told = channel.settings
    match channel.kind:
        case ChannelKind.EMAIL:
            return _mail(told, whole=whole)
        case ChannelKind.WEBHOOK:
            url = told.get("url", "")
            return url if whole else urlsplit(url).hostname or ""
        case ChannelKind.PAGERDUTY:
            return _("European Union") if told.get("region") == "eu" else _("United States")
    return told.get("host", "")


def _mail(told: dict, *, whole: bool) -> str:
    addresses = told.get("addresses", [])
    parts = [_("All members of the organisation")] if told.get("to_members") else []
    if whole:
        parts += addresses
    elif addresses:
        words = ngettext("%(n)s address", "%(n)s addresses", len(addresses))
        parts.append(words % {"n": len(addresses)})
    return ", ".join(parts)
