"""The only door to a project for people. Programs come through accounts.authentication."""

from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import resolve_url
from django_htmx.http import HttpResponseClientRedirect

from accounts.models import Membership, Project, User
from accounts.roles import Role


def project_for(user: User, project_id: str, role: Role = Role.VIEWER) -> Project:
    """The project, with `.role` and `.may` of this person, or Http404: for a stranger, and for too
    low a role.

    A stranger learns nothing, not even that the project exists.
    """
    project = (
        Project.objects.select_related("organisation").filter(id=project_id).first()
        if user.is_authenticated and "\0" not in project_id  # Postgres takes no NUL
        else None
    )
    membership = (
        project
        and Membership.objects.filter(user=user, organisation=project.organisation_id).first()
    )
    if not membership or not Role(membership.role).includes(role):
        raise Http404("There is no such project, or it is not yours to see.")
    project.role = Role(membership.role)
    return project


def projects_of(user: User) -> list[Project]:
    """Every project this person may see, by organisation and name."""
    memberships = Membership.objects.filter(user=user).values("organisation")
    return list(Project.objects.filter(organisation__in=memberships).select_related("organisation"))


class LoginRequired(LoginRequiredMiddleware):
    """Every page asks for a login, unless its view says `@login_not_required`.

    Two differences from Django's: the view's word comes first, so that a key-authenticated request
    reads no session, and a fragment of a page whose session has ended sends the whole page to the
    login.
    """

    def process_view(self, request: HttpRequest, view_func, view_args, view_kwargs):
        if not getattr(view_func, "login_required", True):
            return None
        return super().process_view(request, view_func, view_args, view_kwargs)

    def handle_no_permission(self, request: HttpRequest, view_func) -> HttpResponseBase:
        if not request.htmx:
            return super().handle_no_permission(request, view_func)
        page = request.htmx.current_url_abs_path or "/"
        return HttpResponseClientRedirect(
            redirect_to_login(page, resolve_url(self.get_login_url(view_func))).url
        )
