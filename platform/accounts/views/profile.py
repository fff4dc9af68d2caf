"""What a person sets for themself: name, password, language and theme."""

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.views import PasswordChangeView
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse_lazy
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import override
from django.views.decorators.http import require_http_methods, require_POST

from accounts.forms import ProfileForm
from accounts.preferences import remember_language, remember_theme
from accounts.views.home import last_project


@require_http_methods(["GET", "HEAD", "POST"])
def profile(request: HttpRequest) -> HttpResponse:
    form = ProfileForm(request.POST or None, instance=request.user)
    if request.method == "POST" and form.is_valid():
        user = form.save()
        response = redirect("profile")
        remember_language(response, user.language)
        with override(user.language or None):
            messages.success(request, _("Saved."))
        return response
    context = {"form": form, "project": last_project(request)}
    return render(request, "accounts/profile.html", context)


class PasswordChange(PasswordChangeView):
    """Every other session of this person ends, because sessions carry a digest of the password."""

    template_name = "accounts/password.html"
    success_url = reverse_lazy("profile")

    def get_context_data(self, **context) -> dict:
        return super().get_context_data(project=last_project(self.request), **context)

    def form_valid(self, form) -> HttpResponse:
        messages.success(self.request, _("The password is changed. Other devices are logged out."))
        return super().form_valid(form)


@require_POST
@login_not_required
def preferences(request: HttpRequest) -> HttpResponse:
    """Set the theme or the language, and go back to the page that asked."""
    back = request.POST.get("next", "")
    safe = url_has_allowed_host_and_scheme(back, {request.get_host()}, request.is_secure())
    response = redirect(back if safe else "home")
    if "theme" in request.POST:
        remember_theme(response, request.POST["theme"])
    if "language" in request.POST:
        set_language(request, response, request.POST["language"])
    return response


def set_language(request: HttpRequest, response: HttpResponse, language: str) -> None:
    if remember_language(response, language) and request.user.is_authenticated:
        request.user.language = language
        request.user.save(update_fields=["language"])
