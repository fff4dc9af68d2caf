"""The people of an organisation: see, invite, change the role of, remove."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from accounts import membership
from accounts.access import project_for
from accounts.forms import InvitationForm
from accounts.models import Invitation, Membership, Project
from accounts.roles import LEAST_ROLE, Role

page = require_http_methods(["GET", "HEAD", "POST"])


@page
@never_cache
def member_list(request: HttpRequest, project_id: str) -> HttpResponse:
    """The members; after a POST also the new invitation's link, in this answer and in no other."""
    least = LEAST_ROLE["manage_members" if request.method == "POST" else "see_members"]
    project = project_for(request.user, project_id, least)
    organisation = project.organisation
    form = InvitationForm(request.POST or None, organisation=organisation, inviter=project.role)
    link = ""
    if request.method == "POST" and form.is_valid():
        link = invitation_link(request, project, form)
        form = InvitationForm(organisation=organisation, inviter=project.role)  # for the next one
    return render(request, "accounts/members.html", member_context(project, form, link))


def invitation_link(request: HttpRequest, project: Project, form: InvitationForm) -> str:
    new = membership.invite(
        project.organisation,
        email=form.cleaned_data["email"],
        role=Role(form.cleaned_data["role"]),
        invited_by=request.user,
        now=timezone.now(),
    )
    return request.build_absolute_uri(reverse("invitation", args=[new.token]))


def member_context(project: Project, form: InvitationForm, link: str) -> dict:
    members = Membership.objects.filter(organisation=project.organisation).select_related("user")
    owners = [member.pk for member in members if member.role == Role.OWNER]
    invitations = Invitation.objects.filter(
        organisation=project.organisation, accepted_at=None, expires_at__gt=timezone.now()
    )
    return {
        "project": project,
        "form": form,
        "link": link,
        "members": [
            (member, project.may["manage_members"] and project.role.includes(Role(member.role)))
            for member in members.order_by("user__name", "user__email")
        ],
        "last_owner": owners[0] if len(owners) == 1 else None,
        "roles": [role for role in Role if project.role.includes(role)],
        "invitations": invitations.order_by("-created_at"),
    }


@require_POST
def member_role(request: HttpRequest, project_id: str, member_id: int) -> HttpResponse:
    project, member = member_of(request, project_id, member_id)
    if request.POST.get("role") not in Role.values:
        raise Http404("There is no such role.")
    try:
        membership.change_role(member, Role(request.POST["role"]), actor=project.role)
    except membership.NotAllowed:
        messages.error(request, _("Only an owner may do that."))
    except membership.LastOwner:
        messages.error(request, _("An organisation needs an owner. Make someone else owner first."))
    else:
        messages.success(request, _("Saved."))
    return redirect("member-list", project.id)


@page
def member_remove(request: HttpRequest, project_id: str, member_id: int) -> HttpResponse:
    project, member = member_of(request, project_id, member_id)
    if request.method != "POST":
        return render(
            request, "accounts/member_remove.html", {"project": project, "member": member}
        )
    try:
        membership.remove(member, actor=project.role)
    except membership.NotAllowed:
        messages.error(request, _("Only an owner may do that."))
    except membership.LastOwner:
        messages.error(request, _("An organisation needs an owner. Make someone else owner first."))
    else:
        messages.success(request, _("The member is removed."))
        if member.user_id == request.user.pk:
            return redirect("home")
    return redirect("member-list", project.id)


@require_POST
def invitation_withdraw(request: HttpRequest, project_id: str, invitation_id: int) -> HttpResponse:
    project = project_for(request.user, project_id, LEAST_ROLE["manage_members"])
    get_object_or_404(project.organisation.invitations, pk=invitation_id, accepted_at=None).delete()
    messages.success(request, _("The invitation is withdrawn: its link no longer works."))
    return redirect("member-list", project.id)


def member_of(request: HttpRequest, project_id: str, member_id: int) -> tuple[Project, Membership]:
    project = project_for(request.user, project_id, LEAST_ROLE["manage_members"])
    members = project.organisation.memberships.select_related("user")
    return project, get_object_or_404(members, pk=member_id)
