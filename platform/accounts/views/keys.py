"""The API keys of a project: see, make, revoke."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from accounts.access import project_for
from accounts.forms import KeyForm
from accounts.keys import NewKey, create_key, revoke
from accounts.models import Project
from accounts.roles import LEAST_ROLE

page = require_http_methods(["GET", "HEAD", "POST"])


@page
@never_cache
def key_list(request: HttpRequest, project_id: str) -> HttpResponse:
    """The keys; after a POST also the new one with its secret, in this answer and in no other."""
    project = project_for(request.user, project_id, LEAST_ROLE["manage_keys"])
    form = KeyForm(request.POST or None)
    new = None
    if request.method == "POST" and form.is_valid():
        new = created(request, project, form)
        form = KeyForm()
    return render(request, "accounts/keys.html", key_context(project, form, new))


def created(request: HttpRequest, project: Project, form: KeyForm) -> NewKey:
    return create_key(
        project,
        note=form.cleaned_data["note"],
        scopes=tuple(form.cleaned_data["scopes"]),
        created_by=request.user,
        expires_at=form.expires_at(timezone.now()),
    )


def key_context(project: Project, form: KeyForm, new: NewKey | None) -> dict:
    now = timezone.now()
    keys = list(project.api_keys.select_related("created_by"))
    return {
        "project": project,
        "form": form,
        "new": new,
        "live": [key for key in keys if key.is_live(now)],
        "ended": [key for key in keys if not key.is_live(now)],
    }


@page
def key_revoke(request: HttpRequest, project_id: str, key_id: int) -> HttpResponse:
    project = project_for(request.user, project_id, LEAST_ROLE["manage_keys"])
    key = get_object_or_404(project.api_keys, pk=key_id)
    if request.method == "POST":
        revoke(key)
        messages.success(request, _("The key is revoked. It stops working within a minute."))
        return redirect("key-list", project.id)
    return render(request, "accounts/key_revoke.html", {"project": project, "key": key})
