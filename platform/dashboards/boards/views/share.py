"""Links to boards: made and revoked by members, opened by whoever has one."""

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe
from django.views.decorators.vary import vary_on_headers

from accounts.access import project_for
from accounts.models import Project
from accounts.roles import LEAST_ROLE, Role
from dashboards.boards.registry import board_of
from dashboards.boards.views.frame import answer
from sharing import links
from sharing.models import Kind

OF_A_READER = ("part", "as", "waited")  # all that whoever has the link may ask for


@require_POST
@never_cache
def board_share(request: HttpRequest, project_id: str, board: str) -> HttpResponse:
    project = project_for(request.user, project_id, Role(LEAST_ROLE["edit"]))
    found = board_of(project, request.user, board)
    if found is None:
        raise Http404("There is no such board.")
    query = _kept(request.POST.get("state", ""))
    back = f"{reverse('dashboard-board', args=[project.id, board])}?{query}"
    try:
        new = links.create(
            project,
            Kind.BOARD,
            board,
            query=query,
            by=request.user,
            days=links.days_of(request.POST.get("days", "")),
            now=timezone.now(),
        )
    except links.NotShared as error:
        messages.error(request, str(error))
        return redirect(back)
    address = request.build_absolute_uri(reverse("shared-board", args=[new.token]))
    context = {"project": project, "board": found, "link": new.link, "address": address}
    return render(request, "dashboards/share_made.html", context | {"back": back})


@require_POST
def board_unshare(request: HttpRequest, project_id: str, link_id: int) -> HttpResponse:
    project = project_for(request.user, project_id, Role(LEAST_ROLE["edit"]))
    link = links.revoke(project.id, Kind.BOARD, link_id, by=request.user, now=timezone.now())
    if link is None:
        raise Http404("There is no such link.")
    messages.success(request, _("The link is revoked: nobody can open it any more."))
    return redirect(reverse("dashboard-board", args=[project.id, link.object_id]))


@require_safe
@never_cache
@login_not_required
@vary_on_headers("HX-Request")
def shared_board(request: HttpRequest, token: str) -> HttpResponse:
    """404 for a token that is wrong, expired or revoked, and where whoever made the link has left
    the project or may no longer see the board. The state is the link's, whatever the address says.
    """
    link = links.opened(Kind.BOARD, token, timezone.now())
    if link is None or link.created_by is None or not link.created_by.is_active:
        raise Http404("There is no such link.")
    project_for(link.created_by, link.project_id)  # who has left shows nothing any more
    board = board_of(link.project, link.created_by, link.object_id)
    if board is None:
        raise Http404("There is no such link.")
    kept = QueryDict(link.query, mutable=True)
    for name in OF_A_READER:
        if name in request.GET:
            kept[name] = request.GET[name]
    request.GET = kept
    page = "dashboards/shared.html"
    response = answer(request, link.project, board, page=page, leads=False)
    response["X-Robots-Tag"] = "noindex, nofollow"
    response["Referrer-Policy"] = "no-referrer"
    return response


def links_of(project: Project, board: str) -> dict:
    """What the page's sheet lists, for who may share."""
    if not project.may.get("edit"):
        return {}
    live = links.live(project.id, Kind.BOARD, board, timezone.now())
    return {"share_links": live, "share_days": links.DAYS}


def _kept(query: str) -> str:
    given = QueryDict(query, mutable=True)
    for name in OF_A_READER:
        given.pop(name, None)
    return given.urlencode()
