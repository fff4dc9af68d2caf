"""The webhooks of a project: which there are, what they were told, and what came of it."""

from copy import copy

import structlog
from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST
from django.views.decorators.vary import vary_on_headers

from accounts.access import project_for
from accounts.models import Project
from accounts.roles import LEAST_ROLE
from accounts.sealing import Unsealable
from webhooks import delivering, events, signing, tasks
from webhooks.endpoints import ended, made
from webhooks.forms import ChangedEndpointForm, EndpointForm, NewEndpointForm
from webhooks.models import Delivery, Endpoint

SHOWN = 50
# All that the form changes: a worker may be writing the rest at the same moment.
CHANGED = (
    "url", "note", "events", "is_active", "disabled", "failures", "failing_since", "quiet_until",
)  # fmt: skip
page = require_http_methods(["GET", "HEAD", "POST"])
log = structlog.get_logger(__name__)


def allowed(request: HttpRequest, project_id: str) -> Project:
    return project_for(request.user, project_id, LEAST_ROLE["manage_webhooks"])


@page
@never_cache
def webhook_list(request: HttpRequest, project_id: str) -> HttpResponse:
    """The endpoints; after a POST also the new one's secret, in this answer and in no other."""
    project = allowed(request, project_id)
    form = NewEndpointForm(request.POST or None, count=project.webhooks.count())
    new = secret = None
    if request.method == "POST" and form.is_valid():
        try:
            new, secret = made(project, form, user=request.user)
        except Unsealable as error:
            form.add_error(None, str(error))
        else:
            form = NewEndpointForm(count=project.webhooks.count())
    context = {
        "project": project,
        "form": form,
        "new": new,
        "secret": secret,
        "endpoints": list(project.webhooks.all()),
    }
    return render(request, "webhooks/list.html", context)


def said(what: str, request: HttpRequest, endpoint: Endpoint) -> None:
    log.info(what, user=request.user.pk, project=endpoint.project_id, endpoint=endpoint.pk)


@page
@never_cache
@vary_on_headers("HX-Request")
def webhook(request: HttpRequest, project_id: str, endpoint_id: str) -> HttpResponse:
    """`?part=log` is the list of deliveries alone, which the page asks for while one is under
    way.
    """
    project = allowed(request, project_id)
    endpoint = get_object_or_404(project.webhooks, pk=endpoint_id)
    form = ChangedEndpointForm(request.POST or None, instance=copy(endpoint))
    if request.method == "POST" and form.is_valid():
        changed(request, form)
        return redirect("webhook", project.id, endpoint.pk)
    context = {"project": project, "endpoint": endpoint, "form": form, **deliveries_of(endpoint)}
    is_part = request.GET.get("part") == "log" and request.htmx
    return render(request, "webhooks/_log.html" if is_part else "webhooks/webhook.html", context)


def changed(request: HttpRequest, form: EndpointForm) -> None:
    """Made active again, an endpoint begins with a clean record."""
    endpoint = form.save(commit=False)
    if endpoint.is_active:
        endpoint.disabled, endpoint.failures = "", 0
        endpoint.failing_since = endpoint.quiet_until = None
    endpoint.save(update_fields=CHANGED)
    said("webhook_changed", request, endpoint)
    messages.success(request, _("Saved."))


def deliveries_of(endpoint: Endpoint) -> dict:
    deliveries = list(
        Delivery.objects.filter(endpoint=endpoint)
        .select_related("message", "endpoint")
        .prefetch_related("attempts")[: SHOWN + 1]
    )
    return {
        "deliveries": deliveries[:SHOWN],
        "is_cut": len(deliveries) > SHOWN,
        "is_under_way": any(one.is_under_way for one in deliveries),
    }


@require_POST
def webhook_test(request: HttpRequest, project_id: str, endpoint_id: str) -> HttpResponse:
    project = allowed(request, project_id)
    endpoint = get_object_or_404(project.webhooks, pk=endpoint_id)
    if endpoint.is_active:
        events.announce_test(endpoint)
        messages.success(request, _("The test is on its way. What came of it stands in the log."))
    else:
        messages.warning(request, _("The webhook is not active."))
    return redirect("webhook", project.id, endpoint.pk)


@require_POST
def webhook_redeliver(
    request: HttpRequest, project_id: str, endpoint_id: str, delivery_id: int
) -> HttpResponse:
    project = allowed(request, project_id)
    delivery = get_object_or_404(
        Delivery, pk=delivery_id, endpoint=endpoint_id, endpoint__project=project
    )
    if delivering.again(delivery):
        transaction.on_commit(lambda: tasks.hand_over([delivery.pk]))
        messages.success(request, _("It is sent again, under the same id."))
    else:
        messages.warning(request, _("It is being sent just now, or the webhook is not active."))
    return redirect("webhook", project.id, endpoint_id)


@page
@never_cache
def webhook_rotate(request: HttpRequest, project_id: str, endpoint_id: str) -> HttpResponse:
    """Asks first; the answer to the POST shows the new secret, and no other answer does."""
    project = allowed(request, project_id)
    endpoint = get_object_or_404(project.webhooks, pk=endpoint_id)
    secret, wrong = None, ""
    if request.method == "POST":
        try:
            secret = signing.rotate_secret(endpoint, timezone.now())
            said("webhook_secret_rotated", request, endpoint)
        except Unsealable as error:
            wrong = str(error)
    context = {"project": project, "endpoint": endpoint, "secret": secret, "wrong": wrong}
    return render(request, "webhooks/rotate.html", context)


@page
def webhook_delete(request: HttpRequest, project_id: str, endpoint_id: str) -> HttpResponse:
    project = allowed(request, project_id)
    endpoint = get_object_or_404(project.webhooks, pk=endpoint_id)
    if request.method == "POST":
        ended(endpoint, user=request.user)
        messages.success(request, _("The webhook is deleted."))
        return redirect("webhook-list", project.id)
    return render(request, "webhooks/delete.html", {"project": project, "endpoint": endpoint})
