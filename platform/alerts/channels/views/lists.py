"""All channels of a project, and making one."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from accounts.access import project_for
from alerts.channels.email.sending import is_configured
from alerts.channels.forms import FORMS, WebhookForm
from alerts.channels.listing import ICONS, channels_of
from alerts.channels.models import Channel, ChannelKind
from alerts.channels.views.asked import editable, note, shown


@require_safe
def channel_list(request: HttpRequest, project_id: str) -> HttpResponse:
    project = project_for(request.user, project_id)
    channels = [shown(project, one) for one in channels_of(project)]
    context = {"project": project, "channels": channels, "kinds": kinds()}
    return render(request, "alerts/channels/list.html", context)


def kinds() -> list[tuple[str, str, str]]:
    """Key, name and icon."""
    return [(kind, ChannelKind(kind).label, symbol) for kind, symbol in ICONS.items()]


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def channel_new(request: HttpRequest, project_id: str, kind: str) -> HttpResponse:
    """The answer to the POST that made a webhook shows its secret, and no other answer does."""
    project = editable(request, project_id)
    if kind not in FORMS:
        raise Http404("There is no such kind of channel.")
    channel = Channel(project=project, kind=kind, author=request.user)
    form = FORMS[kind](request.POST or None, instance=channel, project=project)
    context = {"project": project, "form": form, "channel": channel, "can_mail": is_configured()}
    if request.method == "POST" and form.is_valid() and form.keep():
        note("alert_channel_created", request, channel)
        if isinstance(form, WebhookForm):
            return render(request, "alerts/channels/made.html", {**context, "secret": form.secret})
        messages.success(request, _("The channel is made. Send a test to see whether it arrives."))
        return redirect("alerts-channel", project.id, channel.pk)
    return render(request, "alerts/channels/edit.html", context)
