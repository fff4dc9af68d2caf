"""All links with which strangers read something of a project, for whoever answers for them."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from accounts.access import project_for
from accounts.roles import LEAST_ROLE
from sharing import links
from sharing.models import Kind

SHOWN = 50
ROLE = LEAST_ROLE["manage_shares"]


@require_safe
@never_cache
def share_list(request: HttpRequest, project_id: str) -> HttpResponse:
    """Also those to what only their maker can see: it is the project's figures that they show."""
    project = project_for(request.user, project_id, ROLE)
    found = Paginator(links.live_of_project(project.id, timezone.now()), SHOWN)
    page = found.get_page(request.GET.get("page"))
    return render(request, "sharing/list.html", {"project": project, "page": page})


@require_POST
def share_end(request: HttpRequest, project_id: str, link_id: int) -> HttpResponse:
    project = project_for(request.user, project_id, ROLE)
    now = timezone.now()
    ended = [links.revoke(project.id, kind, link_id, by=request.user, now=now) for kind in Kind]
    if any(ended):
        messages.success(request, _("The link opens nothing any more."))
    else:
        messages.error(request, _("This link was not open any more."))
    return redirect("share-list", project.id)
