"""Logging in and out."""

from django.contrib.auth import REDIRECT_FIELD_NAME
from django.contrib.auth.forms import AuthenticationForm
from django.contrib.auth.views import LoginView, redirect_to_login
from django.forms import ValidationError
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from accounts.login_limit import client_address, forget_failures, minutes_to_wait, note_failure
from accounts.preferences import remember_language


def to_login(request: HttpRequest) -> HttpResponse:
    """To the login page, and back here afterwards."""
    return redirect_to_login(request.GET.get(REDIRECT_FIELD_NAME) or request.get_full_path())


class LoginForm(AuthenticationForm):
    """One sentence for every failure, so that nobody learns which accounts exist."""

    error_messages = {
        "invalid_login": _("The e-mail address or the password is wrong."),
        "inactive": _("The e-mail address or the password is wrong."),
    }
    limited = False

    def clean(self) -> dict:
        address, email = client_address(self.request), self.cleaned_data.get("username", "")
        now = timezone.now()
        if minutes := minutes_to_wait(address, email, now):
            self.limited = True
            raise ValidationError(
                ngettext(
                    "Too many attempts. Try again in %(minutes)d minute.",
                    "Too many attempts. Try again in %(minutes)d minutes.",
                    minutes,
                )
                % {"minutes": minutes},
                code="limited",
            )
        try:
            cleaned = super().clean()
        except ValidationError:
            note_failure(address, email, now)
            raise
        forget_failures(address, email)
        return cleaned


def start_at_password(form: LoginForm) -> None:
    """The address is filled in already: what is to be typed again is the password."""
    form.fields["username"].widget.attrs.pop("autofocus", None)
    form.fields["password"].widget.attrs["autofocus"] = True


class Login(LoginView):
    form_class = LoginForm
    redirect_authenticated_user = True

    def form_valid(self, form: LoginForm) -> HttpResponse:
        response = super().form_valid(form)
        if language := form.get_user().language:
            remember_language(response, language)
        return response

    def form_invalid(self, form: LoginForm) -> HttpResponse:
        if "username" not in form.errors:
            start_at_password(form)
        response = super().form_invalid(form)
        response.status_code = 429 if form.limited else 200
        return response
