"""Saving a list under a name, and throwing such a view away."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.access import project_for
from accounts.models import Project
from accounts.roles import Role
from saved.forms import ViewForm
from saved.models import SavedView
from saved.shelf import TooMany, canonical, save, views_of


@require_POST
def save_view(request: HttpRequest, project_id: str) -> HttpResponse:
    """Everyone who sees a project may keep views of it; to share one takes a member."""
    project = project_for(request.user, project_id)
    form = ViewForm(request.POST)
    address = canonical(request.POST.get("address", "")[:10_000])
    if not form.is_valid():
        first = next(iter(form.errors.values()))[0]
        messages.error(request, _("The view was not saved. %(why)s") % {"why": first})
        return _to_list(project, address)
    is_shared = form.cleaned_data["is_shared"] and project.may["edit"]
    name = form.cleaned_data["name"]
    try:
        view = save(project, request.user, name, address, is_shared=is_shared)
    except TooMany:
        messages.error(request, _("You have as many views here as there may be. Delete one first."))
        return _to_list(project, address)
    messages.success(request, _("The view “%(name)s” is saved.") % {"name": view.name})
    return _to_list(project, view.address)


@require_POST
def delete_view(request: HttpRequest, project_id: str, view_id: str) -> HttpResponse:
    """One's own, or as an admin one that is shared."""
    project = project_for(request.user, project_id)
    known = views_of(project, request.user)
    view = known.filter(pk=view_id).first() if "\0" not in view_id else None
    if view is None or not may_delete(view, project, request):
        raise Http404("There is no such view, or it is not yours to delete.")
    view.delete()
    messages.success(request, _("The view “%(name)s” is deleted.") % {"name": view.name})
    return _to_list(project, canonical(request.POST.get("address", "")[:10_000]))


def may_delete(view: SavedView, project: Project, request: HttpRequest) -> bool:
    return view.made_by_id == request.user.pk or project.role.includes(Role.ADMIN)


def _to_list(project: Project, address: str) -> HttpResponse:
    url = reverse("trace-list", args=[project.id])
    return redirect(f"{url}?{address}" if address else url)
