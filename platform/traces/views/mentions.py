"""Where people read what comments said to them, and the way from a comment to what it is about."""

from urllib.parse import quote

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts.access import project_for
from accounts.views.home import last_project
from comments import inbox, threads
from comments.models import Comment, ObjectType
from traces.queries.langfuse.traces import traces_of_observations
from traces.views.away import tells_when_away
from traces.views.talk import About


@require_safe
@never_cache
def mention_list(request: HttpRequest) -> HttpResponse:
    """Of every project that the person may see. What is shown counts as read from then on; a HEAD
    shows nothing.
    """
    before = request.GET.get("before", "")
    is_place = before.isdecimal() and before.isascii() and len(before) < 19
    found, older = inbox.page(request.user, int(before) if is_place else None)
    if request.method == "GET":
        inbox.mark_read(request.user, found)
    context = {"project": last_project(request), "mentions": found, "older": older}
    return render(request, "traces/mentions.html", context)


@require_safe
@tells_when_away
def comment_place(request: HttpRequest, project_id: str, comment_id: str) -> HttpResponse:
    """To the page of what is commented on, at the comment."""
    project = project_for(request.user, project_id)
    comment = threads.one(project.id, comment_id)
    address = address_of(comment) if comment else None
    if comment is None or address is None:
        raise Http404(_("There is no such comment, or what it was about is gone."))
    return redirect(f"{address}#comment-{comment.id}")


def address_of(comment: Comment) -> str | None:
    """None where no page shows what it is about."""
    trace_id, span_id = "", ""
    match comment.object_type:
        case ObjectType.TRACE:
            trace_id = comment.object_id
        case ObjectType.OBSERVATION:
            span_id = comment.object_id
            trace_id = comment.trace_id or trace_of(comment.project_id, span_id)
        case ObjectType.SESSION:
            page = reverse("session-page", args=[comment.project_id])
            return f"{page}?id={quote(comment.object_id, safe='')}"
    if not trace_id:
        return None
    page = reverse("trace-page", args=[comment.project_id, trace_id])
    return page + About(trace_id, span_id).address


def trace_of(project_id: str, span_id: str) -> str:
    return traces_of_observations(project_id, [span_id]).get(span_id, "")
