"""Share links on a trace's page: made, listed and revoked by members."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from accounts.access import project_for
from accounts.models import Project
from accounts.roles import LEAST_ROLE, Role
from sharing import links
from sharing.models import Kind
from traces.queries.trace import locate


@require_POST
@never_cache
def share_create(request: HttpRequest, project_id: str) -> HttpResponse:
    project = project_for(request.user, project_id, Role(LEAST_ROLE["edit"]))
    trace_id = request.POST.get("trace", "")
    if locate(project.id, trace_id) is None:
        raise Http404("There is no such trace.")
    try:
        new = links.create(
            project,
            Kind.TRACE,
            trace_id,
            by=request.user,
            days=links.days_of(request.POST.get("days", "")),
            now=timezone.now(),
        )
    except links.NotShared as error:
        messages.error(request, str(error))
        return _back(project, trace_id)
    context = {
        "project": project,
        "trace_id": trace_id,
        "expires_at": new.link.expires_at,
        "address": request.build_absolute_uri(reverse("shared-trace", args=[new.token])),
    }
    return render(request, "traces/share_made.html", context)


@require_POST
def share_revoke(request: HttpRequest, project_id: str, link_id: int) -> HttpResponse:
    project = project_for(request.user, project_id, Role(LEAST_ROLE["edit"]))
    link = links.revoke(project.id, Kind.TRACE, link_id, by=request.user, now=timezone.now())
    if link is None:
        raise Http404("There is no such link.")
    messages.success(request, _("The link is revoked: nobody can open it any more."))
    return _back(project, link.object_id)


def links_of(project: Project, trace_id: str) -> dict:
    """What the page's sheet lists, for who may share."""
    if not project.may.get("edit"):
        return {}
    live = links.live(project.id, Kind.TRACE, trace_id, timezone.now())
    return {"share_links": live, "share_days": links.DAYS}


def _back(project: Project, trace_id: str) -> HttpResponse:
    return redirect(reverse("trace-page", args=[project.id, trace_id]))
