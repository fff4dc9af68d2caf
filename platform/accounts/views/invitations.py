"""The page behind an invitation link: join with the account one has, or make one."""

from django.contrib import messages
from django.contrib.auth import login
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from accounts import membership
from accounts.forms import JoinForm
from accounts.models import Invitation, User


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@login_not_required
def invitation(request: HttpRequest, token: str) -> HttpResponse:
    invited = membership.open_invitation(token, timezone.now())
    if invited is None:
        return render(request, "accounts/invitation_closed.html", status=404)
    if request.user.is_authenticated:
        return join(request, invited)
    if User.objects.filter(email=invited.email).exists():
        return render(
            request, "accounts/invitation.html", {"invited": invited, "has_account": True}
        )
    return join_as_new(request, invited)


def join(request: HttpRequest, invited: Invitation) -> HttpResponse:
    """With the account that is logged in, if it is the invited one."""
    context = {"invited": invited, "is_other": request.user.email != invited.email}
    if request.method != "POST" or context["is_other"]:
        return render(request, "accounts/invitation.html", context)
    if not membership.accept(invited, request.user, timezone.now()):
        return render(request, "accounts/invitation_closed.html", status=404)
    return welcome(request, invited)


def join_as_new(request: HttpRequest, invited: Invitation) -> HttpResponse:
    form = JoinForm(request.POST or None, email=invited.email)
    if request.method != "POST" or not form.is_valid():
        return render(request, "accounts/invitation.html", {"invited": invited, "form": form})
    user = membership.accept_as_new(
        invited,
        name=form.cleaned_data["name"],
        password=form.cleaned_data["password"],
        now=timezone.now(),
    )
    if user is None:
        return render(request, "accounts/invitation_closed.html", status=404)
    login(request, user)
    return welcome(request, invited)


def welcome(request: HttpRequest, invited: Invitation) -> HttpResponse:
    messages.success(
        request,
        _("You are a member of %(organisation)s.") % {"organisation": invited.organisation.name},
    )
    return redirect("home")
