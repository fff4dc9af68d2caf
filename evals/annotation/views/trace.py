"""Putting one trace, observation or session into a queue, from where one looks at it."""

from urllib.parse import urlencode

import structlog
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from evals.annotation import items
from evals.annotation.models import ObjectType
from evals.annotation.views.asked import editable, queue_of
from evals.scores.targets import Target, environment_of, target_in
from traces.views.away import tells_when_away

log = structlog.get_logger(__name__)


@require_POST
@tells_when_away
def queue_this(request: HttpRequest, project_id: str) -> HttpResponse:
    """`trace` and `span`, or `session`; `queue` says where to."""
    project = editable(request.user, project_id)
    queue = queue_of(project, request.POST.get("queue", ""))
    target = target_in(request.POST)
    environment_of(str(project.id), target)  # 404 where there is no such thing
    link = reverse("queue-page", args=[project.id, queue.pk])
    try:
        added = items.add(queue, [ref_of(target)], items.How())
    except items.QueueFull as error:
        messages.error(request, str(error))
        return redirect(back(project.id, target))
    told = {"user": request.user.pk, "project": project.id, "queue": queue.pk}
    log.info("annotation_items_added", **told, items=len(added))
    words = _("Put into the queue {queue}.") if added else _("It is in the queue {queue} already.")
    named = format_html('<a class="link" href="{}">{}</a>', link, queue.name)
    messages.success(request, format_html(words, queue=named))
    return redirect(back(project.id, target))


def ref_of(target: Target) -> items.Ref:
    if target.session_id:
        return items.Ref(str(ObjectType.SESSION), target.session_id)
    if target.observation_id:
        return items.Ref(str(ObjectType.OBSERVATION), target.observation_id, target.trace_id)
    return items.of_trace(target.trace_id)


def back(project_id: str, target: Target) -> str:
    """To the page that shows it."""
    if target.session_id:
        query = urlencode({"id": target.session_id})
        return f"{reverse('session-page', args=[project_id])}?{query}"
    page = reverse("trace-page", args=[project_id, target.trace_id])
    return f"{page}?{urlencode({'span': target.query['span']})}"
