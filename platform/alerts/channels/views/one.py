"""One channel: how it stands, what went to it, changing and ending it."""

from copy import copy

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe
from django.views.decorators.vary import vary_on_headers

from accounts.access import project_for
from accounts.sealing import Unsealable
from alerts.channels.email.sending import is_configured
from alerts.channels.forms import FORMS
from alerts.channels.listing import deliveries_of
from alerts.channels.models import Channel, ChannelKind, State
from alerts.channels.sent import as_sent
from alerts.channels.views.asked import channel_of, editable, note, shown
from alerts.channels.webhook.signing import rotate

page = require_http_methods(["GET", "HEAD", "POST"])
# All that the form changes: a worker may be writing the rest at the same moment.
CHANGED = ("name", "least_tier", "digest_hour", "digest_zone", "settings", "secret")


@require_safe
@never_cache
@vary_on_headers("HX-Request")
def channel_page(request: HttpRequest, project_id: str, channel_id: str) -> HttpResponse:
    """`?part=log` is the list of deliveries alone, which the page asks for after a test."""
    project = project_for(request.user, project_id)
    channel = shown(project, channel_of(project, channel_id))
    context = {"project": project, "channel": channel, **log_of(request, channel)}
    is_part = request.GET.get("part") == "log" and request.htmx
    return render(request, f"alerts/channels/{'_log' if is_part else 'channel'}.html", context)


@require_safe
@never_cache
def delivery_head(
    request: HttpRequest, project_id: str, channel_id: str, delivery_id: int
) -> HttpResponse:
    """How it stands, which the page asks for while it is under way."""
    project = project_for(request.user, project_id)
    channel = channel_of(project, channel_id)
    delivery = get_object_or_404(channel.deliveries.select_related("channel"), pk=delivery_id)
    context = {"project": project, "channel": channel, "delivery": delivery}
    return render(request, "alerts/channels/_delivery_head.html", context)


@require_safe
@never_cache
@vary_on_headers("HX-Request")
def delivery_sent(
    request: HttpRequest, project_id: str, channel_id: str, delivery_id: int
) -> HttpResponse:
    """As its receiver gets it: with links that do something, so not for those who may not."""
    project = editable(request, project_id)
    channel = channel_of(project, channel_id)
    delivery = get_object_or_404(channel.deliveries.select_related("channel"), pk=delivery_id)
    if request.htmx:
        return render(request, "alerts/channels/_sent.html", {"sent": as_sent(delivery)})
    return HttpResponse(as_sent(delivery), content_type="text/plain; charset=utf-8")


def log_of(request: HttpRequest, channel: Channel) -> dict:
    state = request.GET.get("state", "")
    state = state if state in State.values else ""
    found = deliveries_of(channel, state, request.GET.get("page"))
    return {
        "page": found,
        "state": state,
        "states": State.choices,
        "can_mail": channel.kind != ChannelKind.EMAIL or is_configured(),
        "failed": channel.deliveries.filter(state=State.FAILED, is_test=False).count(),
    }


@page
@never_cache
def channel_edit(request: HttpRequest, project_id: str, channel_id: str) -> HttpResponse:
    project = editable(request, project_id)
    channel = channel_of(project, channel_id)
    form = FORMS[channel.kind](request.POST or None, instance=copy(channel), project=project)
    if request.method == "POST" and form.is_valid() and form.keep(CHANGED):
        note("alert_channel_changed", request, channel)
        messages.success(request, _("Saved."))
        return redirect("alerts-channel", project.id, channel.pk)
    context = {"project": project, "form": form, "channel": channel, "can_mail": is_configured()}
    return render(request, "alerts/channels/edit.html", context)


@page
def channel_delete(request: HttpRequest, project_id: str, channel_id: str) -> HttpResponse:
    """GET asks, POST does it."""
    project = editable(request, project_id)
    channel = channel_of(project, channel_id)
    if request.method == "POST":
        note("alert_channel_deleted", request, channel)
        channel.delete()
        messages.success(request, _("“%(name)s” is deleted.") % {"name": channel.name})
        return redirect("alerts-channels", project.id)
    waiting = channel.deliveries.filter(state=State.WAITING).count()
    context = {"project": project, "channel": shown(project, channel), "waiting": waiting}
    return render(request, "alerts/channels/delete.html", context)


@page
@never_cache
def channel_secret(request: HttpRequest, project_id: str, channel_id: str) -> HttpResponse:
    """Asks first; the answer to the POST shows the new secret, and no other answer does."""
    project = editable(request, project_id)
    channel = channel_of(project, channel_id)
    if channel.kind != ChannelKind.WEBHOOK:
        raise Http404("Only webhooks sign.")
    secret, wrong = "", ""
    if request.method == "POST":
        try:
            secret = rotate(channel, timezone.now())
            note("alert_channel_secret_rotated", request, channel)
        except Unsealable as error:
            wrong = str(error)
    context = {"project": project, "channel": channel, "secret": secret, "wrong": wrong}
    return render(request, "alerts/channels/secret.html", context)
