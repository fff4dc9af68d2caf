"""What people do with a channel: test it, pause it, send again what did not arrive."""

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe
from django_htmx.http import trigger_client_event

from accounts.access import project_for
from accounts.models import Project
from alerts.channels import delivering, tasks
from alerts.channels.models import Channel, Delivery, State
from alerts.channels.testing import send_test
from alerts.channels.views.asked import channel_of, editable, note

MOST_AGAIN = 500


@require_POST
def channel_test(request: HttpRequest, project_id: str, channel_id: str) -> HttpResponse:
    """htmx gets what came of it, which asks again until that is known and draws the log anew."""
    project = editable(request, project_id)
    channel = channel_of(project, channel_id)
    if not channel.is_active:
        messages.warning(request, _("The channel is paused: resume it first."))
        return redirect("alerts-channel", project.id, channel.pk)
    delivery = send_test(channel)
    if request.htmx:
        return trial(request, project, channel, delivery)
    messages.success(request, _("The test is on its way. What came of it stands in the log."))
    return redirect("alerts-channel", project.id, channel.pk)


@require_safe
@never_cache
def channel_trial(
    request: HttpRequest, project_id: str, channel_id: str, delivery_id: int
) -> HttpResponse:
    project = project_for(request.user, project_id)
    channel = channel_of(project, channel_id)
    delivery = get_object_or_404(channel.deliveries, pk=delivery_id, is_test=True)
    return trial(request, project, channel, delivery)


def trial(
    request: HttpRequest, project: Project, channel: Channel, delivery: Delivery
) -> HttpResponse:
    context = {"project": project, "channel": channel, "delivery": delivery}
    answer = render(request, "alerts/channels/_trial.html", context)
    return trigger_client_event(answer, "tested") if delivery.state != State.WAITING else answer


@require_POST
def channel_switch(request: HttpRequest, project_id: str, channel_id: str) -> HttpResponse:
    """`on` is yes or no. Made active again, a channel begins with a clean record."""
    project = editable(request, project_id)
    channel = channel_of(project, channel_id)
    if request.POST.get("on") == "yes":
        channel.activate()
        channel.save(update_fields=Channel.RECORD)
        messages.success(request, _("“%(name)s” is active.") % {"name": channel.name})
        note("alert_channel_resumed", request, channel)
    else:
        Channel.objects.filter(pk=channel.pk).update(is_active=False)
        words = _("“%(name)s” is paused. What waits for it is sent when it is resumed.")
        messages.success(request, words % {"name": channel.name})
        note("alert_channel_paused", request, channel)
    return redirect("alerts-channel", project.id, channel.pk)


@require_POST
def redeliver(
    request: HttpRequest, project_id: str, channel_id: str, delivery_id: int
) -> HttpResponse:
    project = editable(request, project_id)
    channel = channel_of(project, channel_id)
    delivery = get_object_or_404(channel.deliveries, pk=delivery_id)
    if begun([delivery]):
        messages.success(request, _("It is sent again, under the same id."))
    else:
        messages.warning(request, _("It is being sent just now, or the channel is paused."))
    return redirect("alerts-channel", project.id, channel.pk)


@require_POST
def redeliver_failed(request: HttpRequest, project_id: str, channel_id: str) -> HttpResponse:
    """All that was given up, the oldest first."""
    project = editable(request, project_id)
    channel = channel_of(project, channel_id)
    failed = channel.deliveries.filter(state=State.FAILED, is_test=False).order_by("at", "pk")
    count = begun(list(failed[:MOST_AGAIN]))
    if count:
        words = ngettext(
            "%(count)d message is sent again.", "%(count)d messages are sent again.", count
        )
        messages.success(request, words % {"count": count})
    else:
        messages.warning(request, _("Nothing to send again, or the channel is paused."))
    return redirect("alerts-channel", project.id, channel.pk)


def begun(deliveries: list[Delivery]) -> int:
    taken = [delivery.pk for delivery in deliveries if delivering.again(delivery)]
    transaction.on_commit(lambda: tasks.hand_over(taken))
    return len(taken)
