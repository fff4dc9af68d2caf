"""The forms of the pages about people, organisations, projects and keys."""

from datetime import datetime, timedelta

from django import forms
from django.conf import settings
from django.contrib.auth.password_validation import (
    password_validators_help_text_html,
    validate_password,
)
from django.utils.translation import gettext_lazy as _

from accounts.keys import DEFAULT_SCOPES
from accounts.models import ApiKey, Invitation, Membership, Organisation, Project, Scope, User
from accounts.roles import Role

NEVER = ""
LIFETIMES = (
    (NEVER, _("Never")),
    ("7", _("In 7 days")),
    ("30", _("In 30 days")),
    ("90", _("In 90 days")),
    ("365", _("In a year")),
)


class ProfileForm(forms.ModelForm):
    language = forms.ChoiceField(
        label=_("Language"), required=False, choices=[("", _("The browser's")), *settings.LANGUAGES]
    )

    class Meta:
        model = User
        fields = ("name", "language")


class ProjectForm(forms.ModelForm):
    class Meta:
        model = Project
        fields = ("name",)


class OrganisationForm(forms.ModelForm):
    class Meta:
        model = Organisation
        fields = ("name",)


class NewOrganisationForm(forms.Form):
    """An organisation and its first project: one without the other has no page."""

    organisation = forms.CharField(label=_("Organisation"), max_length=100)
    project = forms.CharField(label=_("First project"), max_length=100)


class KeyForm(forms.ModelForm):
    scopes = forms.MultipleChoiceField(
        label=_("May"),
        choices=Scope.choices,
        initial=[str(scope) for scope in DEFAULT_SCOPES],
        widget=forms.CheckboxSelectMultiple,
    )
    expires = forms.ChoiceField(label=_("Expires"), choices=LIFETIMES, required=False)

    class Meta:
        model = ApiKey
        fields = ("note", "scopes")
        help_texts = {"note": _("What uses it, for example “checkout service, production”.")}

    def expires_at(self, now: datetime) -> datetime | None:
        days = self.cleaned_data["expires"]
        return now + timedelta(days=int(days)) if days else None


class InvitationForm(forms.ModelForm):
    """Offers only the roles that the inviter may give, and refuses who is a member already."""

    class Meta:
        model = Invitation
        fields = ("email", "role")

    def __init__(self, *args, organisation: Organisation, inviter: Role, **kwargs):
        super().__init__(*args, **kwargs)
        self.organisation = organisation
        self.fields["role"].choices = [
            (role.value, role.label) for role in Role if inviter.includes(role)
        ]

    def clean_email(self) -> str:
        email = self.cleaned_data["email"].strip().lower()
        members = Membership.objects.filter(organisation=self.organisation)
        if members.filter(user__email=email).exists():
            raise forms.ValidationError(_("This person is a member already."))
        return email


class JoinForm(forms.Form):
    """What a person without an account fills in to accept an invitation."""

    name = forms.CharField(label=_("Name"), max_length=100)
    password = forms.CharField(
        label=_("Password"),
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text=password_validators_help_text_html,
    )

    def __init__(self, *args, email: str, **kwargs):
        super().__init__(*args, **kwargs)
        self.email = email

    def clean(self) -> dict:
        password = self.cleaned_data.get("password")
        if password:
            user = User(email=self.email, name=self.cleaned_data.get("name", ""))
            try:
                validate_password(password, user)
            except forms.ValidationError as error:
                self.add_error("password", error)
        return self.cleaned_data
