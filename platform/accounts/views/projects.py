"""Organisations and projects: make, rename."""

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.access import project_for
from accounts.forms import NewOrganisationForm, OrganisationForm, ProjectForm
from accounts.models import Membership, Organisation, Project, User
from accounts.roles import LEAST_ROLE, Role
from accounts.views.home import last_project

page = require_http_methods(["GET", "HEAD", "POST"])


@page
def project_settings(request: HttpRequest, project_id: str) -> HttpResponse:
    least = LEAST_ROLE["manage_projects" if request.method == "POST" else "view"]
    project = project_for(request.user, project_id, least)
    form = ProjectForm(request.POST or None, instance=Project.objects.get(id=project.id))
    if request.method == "POST" and form.is_valid():
        form.save()
        messages.success(request, _("Saved."))
        return redirect("project-settings", project.id)
    return render(request, "accounts/project.html", {"project": project, "form": form})


@page
def project_create(request: HttpRequest, project_id: str) -> HttpResponse:
    """A further project in the organisation of this one."""
    project = project_for(request.user, project_id, LEAST_ROLE["manage_projects"])
    form = ProjectForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        form.instance.organisation = project.organisation
        new = form.save()
        return redirect("setup", new.id)
    return render(request, "accounts/project_create.html", {"project": project, "form": form})


@page
def organisation_settings(request: HttpRequest, project_id: str) -> HttpResponse:
    least = LEAST_ROLE["manage_organisation" if request.method == "POST" else "view"]
    project = project_for(request.user, project_id, least)
    organisation = Organisation.objects.get(id=project.organisation_id)
    form = OrganisationForm(request.POST or None, instance=organisation)
    if request.method == "POST" and form.is_valid():
        form.save()
        messages.success(request, _("Saved."))
        return redirect("organisation-settings", project.id)
    siblings = project.organisation.projects.order_by("name", "id")
    context = {"project": project, "form": form, "siblings": siblings}
    return render(request, "accounts/organisation.html", context)


@page
def organisation_create(request: HttpRequest) -> HttpResponse:
    form = NewOrganisationForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        names = form.cleaned_data
        project = create_organisation(request.user, names["organisation"], names["project"])
        return redirect("setup", project.id)
    context = {"form": form, "project": last_project(request)}
    return render(request, "accounts/organisation_create.html", context)


@transaction.atomic
def create_organisation(owner: User, name: str, project_name: str) -> Project:
    organisation = Organisation.objects.create(name=name)
    Membership.objects.create(user=owner, organisation=organisation, role=Role.OWNER)
    return Project.objects.create(organisation=organisation, name=project_name)
