"""Which labels are protected, and who may move those: a page of the project's settings."""

import structlog
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from accounts.access import project_for
from accounts.models import Project
from accounts.roles import LEAST_ROLE, Role
from prompts import listing
from prompts.forms import ProtectionForm
from prompts.models import ProtectedLabel
from prompts.names import PRODUCTION
from prompts.views.asked import page

MOST = 100
log = structlog.get_logger(__name__)


@page
def protected_labels(request: HttpRequest, project_id: str) -> HttpResponse:
    project = project_for(request.user, project_id)
    form = ProtectionForm(initial={"name": PRODUCTION})
    if request.method == "POST":
        project = project_for(request.user, project_id, Role(LEAST_ROLE["manage_gates"]))
        if "remove" in request.POST:
            return unprotected(request, project)
        form = ProtectionForm(request.POST)
        if form.is_valid() and protect(request, project, form):
            return redirect("protected-labels", project.id)
    protections = list(ProtectedLabel.objects.filter(project=project))
    context = {
        "project": project,
        "form": form,
        "protections": protections,
        "names": listing.labels_of(project.id),
    }
    return render(request, "prompts/protection.html", context, status=400 if form.errors else 200)


def protect(request: HttpRequest, project: Project, form: ProtectionForm) -> bool:
    name, role = form.cleaned_data["name"], Role(form.cleaned_data["least_role"])
    if not project.role.includes(role):
        form.add_error("least_role", _("Choose a role that you have yourself."))
        return False
    known = ProtectedLabel.objects.filter(project=project, name=name).first()
    if known and not project.role.includes(Role(known.least_role)):
        form.add_error("name", _("Only owners change the protection of this label."))
        return False
    if known is None and ProtectedLabel.objects.filter(project=project).count() >= MOST:
        words = _("A project has at most %(most)s protected labels.")
        form.add_error("name", words % {"most": MOST})
        return False
    ProtectedLabel.objects.update_or_create(
        project=project, name=name, defaults={"least_role": role}
    )
    told = {"user": request.user.pk, "project": project.id, "label": name, "role": str(role)}
    log.info("label_protected", **told)
    messages.success(request, _("“%(label)s” is protected.") % {"label": name})
    return True


def unprotected(request: HttpRequest, project: Project) -> HttpResponse:
    name = request.POST["remove"].replace("\0", "")
    found = ProtectedLabel.objects.filter(project=project, name=name).first()
    if found and not project.role.includes(Role(found.least_role)):
        messages.error(request, _("Only owners change the protection of this label."))
    elif found:
        found.delete()
        log.info("label_unprotected", user=request.user.pk, project=project.id, label=name)
        messages.success(request, _("“%(label)s” is no longer protected.") % {"label": name})
    return redirect("protected-labels", project.id)
