"""Who asks for what."""

import structlog
from django.http import Http404, HttpRequest
from django.shortcuts import get_object_or_404

from accounts.access import project_for
from accounts.models import Project
from accounts.roles import LEAST_ROLE
from alerts.channels.listing import ICONS, channels_of, goes_to
from alerts.channels.models import Channel

log = structlog.get_logger(__name__)


def editable(request: HttpRequest, project_id: str) -> Project:
    return project_for(request.user, project_id, LEAST_ROLE["edit"])


def channel_of(project: Project, channel_id: str) -> Channel:
    if "\0" in channel_id:
        raise Http404("There is no such channel.")
    return get_object_or_404(channels_of(project), pk=channel_id)


def shown(project: Project, channel: Channel) -> Channel:
    """With its icon, and where it goes as far as the person may see it."""
    channel.where = goes_to(channel, whole=project.may["edit"])  # type: ignore[attr-defined]
    channel.symbol = ICONS[channel.kind]  # type: ignore[attr-defined]
    return channel


def note(what: str, request: HttpRequest, channel: Channel) -> None:
    log.info(what, user=request.user.pk, project=channel.project_id, channel=channel.pk)
