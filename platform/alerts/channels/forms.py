"""What the pages of channels ask for: the same of all kinds, and each kind's own."""

from typing import Any
from urllib.parse import urlsplit
from zoneinfo import available_timezones

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Project
from accounts.sealing import Unsealable
from alerts.channels.models import Channel, ChannelKind
from outbound.errors import OutboundError, Refused
from outbound.sending import ALERT, check
from webhooks.signing import new_secret

MOST_CHANNELS, MOST_ADDRESSES, MAX_URL = 50, 20, 2000
ZONES = sorted(zone for zone in available_timezones() if "/" in zone or zone == "UTC")
HOURS = [("", gettext_lazy("No digest")), *((hour, f"{hour:02}:00") for hour in range(24))]
TAKEN = gettext_lazy("There is a channel of this name already.")
KEEPS = gettext_lazy("Stored encrypted. Leave it empty to keep the one that is stored.")


class ChannelForm(forms.ModelForm):
    """Of every kind. `fit` puts what is of the kind into the channel."""

    digest_hour = forms.TypedChoiceField(
        label=gettext_lazy("Daily digest"),
        choices=HOURS,
        coerce=int,
        empty_value=None,
        required=False,
        help_text=gettext_lazy(
            "What was logged at tier info and what else fired, once a day at this hour."
        ),
    )
    digest_zone = forms.ChoiceField(
        label=gettext_lazy("Time zone of the digest"),
        choices=[(zone, zone) for zone in ZONES],
        required=False,
    )

    class Meta:
        model = Channel
        fields: tuple[str, ...] = ("name", "least_tier", "digest_hour", "digest_zone")
        labels = {"least_tier": gettext_lazy("Tell of")}
        help_texts = {
            "name": gettext_lazy("As rules choose it, for example “#oncall”."),
            "least_tier": gettext_lazy("This tier and those above. Info is told in digests alone."),
        }

    def __init__(self, *args: Any, project: Project, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.project = project
        self.is_new = self.instance._state.adding
        self.fields["least_tier"].choices = [
            ("warning", _("Warnings and what is critical")),
            ("critical", _("Only what is critical")),
        ]
        self.order_fields(self.order())

    def order(self) -> tuple[str, ...]:
        return ("name",)

    def clean_digest_zone(self) -> str:
        return self.cleaned_data["digest_zone"] or "UTC"

    def clean(self) -> dict[str, Any]:
        others = Channel.objects.filter(project=self.project).exclude(pk=self.instance.pk)
        if others.filter(name=self.cleaned_data.get("name")).exists():
            self.add_error("name", TAKEN)
        if self.is_new and others.count() >= MOST_CHANNELS:
            raise ValidationError(
                _("A project has at most %(count)d channels.") % {"count": MOST_CHANNELS}
            )
        return self.cleaned_data

    def fit(self) -> None:
        """Raises accounts.sealing.Unsealable."""

    def keep(self, fields: tuple[str, ...] | None = None) -> bool:
        """Store the channel of a valid form, or only these of its fields. Where that cannot be, the
        form says why.
        """
        channel = self.save(commit=False)
        try:
            self.fit()
            with transaction.atomic():
                channel.save(update_fields=fields)
        except Unsealable as error:
            self.add_error(None, str(error))
        except IntegrityError:  # somebody was quicker
            self.add_error("name", TAKEN)
        return not self.errors


class EmailForm(ChannelForm):
    to_members = forms.BooleanField(
        label=gettext_lazy("All members of the organisation"), required=False
    )
    addresses = forms.CharField(
        label=gettext_lazy("Addresses"),
        required=False,
        max_length=MOST_ADDRESSES * 255,
        widget=forms.Textarea(attrs={"rows": 3, "spellcheck": "false"}),
        help_text=gettext_lazy("One on each line, 20 at most."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        told = self.instance.settings
        self.fields["to_members"].initial = told.get("to_members", False)
        self.fields["addresses"].initial = "\n".join(told.get("addresses", ()))

    def order(self) -> tuple[str, ...]:
        return ("name", "to_members", "addresses")

    def clean_addresses(self) -> list[str]:
        found = [one.strip(" ,;") for one in self.cleaned_data["addresses"].splitlines()]
        found = list(dict.fromkeys(one for one in found if one))
        if len(found) > MOST_ADDRESSES:
            raise ValidationError(_("20 addresses at most."))
        for one in found:
            try:
                validate_email(one)
            except ValidationError:
                words = _("“%(address)s” is not an e-mail address.") % {"address": one[:60]}
                raise ValidationError(words) from None
        return found

    def clean(self) -> dict[str, Any]:
        told = super().clean()
        if not self.errors and not told["to_members"] and not told["addresses"]:
            self.add_error("addresses", _("Name an address, or choose the members."))
        return told

    def fit(self) -> None:
        told = self.cleaned_data
        self.instance.settings = {name: told[name] for name in ("to_members", "addresses")}


class AddressForm(ChannelForm):
    """Of a kind whose address is its key: whoever knows it can write there, so it is sealed."""

    address = forms.CharField(
        label=gettext_lazy("Address of the webhook"),
        max_length=MAX_URL,
        widget=forms.URLInput(attrs={"spellcheck": "false", "autocomplete": "off"}),
    )
    placeholder = ""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["address"]
        field.required = self.is_new
        field.help_text = "" if self.is_new else KEEPS
        field.widget.attrs["placeholder"] = self.placeholder

    def order(self) -> tuple[str, ...]:
        return ("name", "address")

    def clean_address(self) -> str:
        return checked(self.cleaned_data["address"])

    def fit(self) -> None:
        if address := self.cleaned_data["address"]:
            self.instance.settings = {"host": urlsplit(address).hostname or ""}
            self.instance.give_secret(address)


class SlackForm(AddressForm):
    placeholder = "https://hooks.slack.com/services/…"


class TeamsForm(AddressForm):
    placeholder = "https://….logic.azure.com/workflows/…"


class WebhookForm(ChannelForm):
    """Its signing secret is made for it; `secret` is that, where a new one was made."""

    url = forms.CharField(
        label=gettext_lazy("Address"),
        max_length=MAX_URL,
        widget=forms.URLInput(
            attrs={"placeholder": "https://example.com/hooks/alerts", "spellcheck": "false"}
        ),
        help_text=gettext_lazy("Gets a POST with JSON as Alertmanager sends it, signed."),
    )
    secret = ""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["url"].initial = self.instance.settings.get("url", "")

    def order(self) -> tuple[str, ...]:
        return ("name", "url")

    def clean_url(self) -> str:
        return checked(self.cleaned_data["url"])

    def fit(self) -> None:
        self.instance.settings = {"url": self.cleaned_data["url"]}
        if not self.instance.secret:
            self.secret = new_secret()
            self.instance.give_secret(self.secret)


class PagerDutyForm(ChannelForm):
    digest_hour = digest_zone = None  # a digest wakes nobody
    key = forms.RegexField(
        r"\A[A-Za-z0-9]{32}\Z",
        label=gettext_lazy("Integration key"),
        strip=True,
        widget=forms.TextInput(attrs={"spellcheck": "false", "autocomplete": "off"}),
        error_messages={"invalid": gettext_lazy("The key has 32 letters and digits.")},
    )
    region = forms.ChoiceField(
        label=gettext_lazy("Service region"),
        choices=[("us", gettext_lazy("United States")), ("eu", gettext_lazy("European Union"))],
    )

    class Meta(ChannelForm.Meta):
        fields = ("name", "least_tier")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["key"].required = self.is_new
        self.fields["key"].help_text = "" if self.is_new else KEEPS
        self.fields["region"].initial = self.instance.settings.get("region", "us")

    def order(self) -> tuple[str, ...]:
        return ("name", "key", "region")

    def fit(self) -> None:
        self.instance.settings = {"region": self.cleaned_data["region"]}
        if key := self.cleaned_data["key"]:
            self.instance.give_secret(key)


def checked(typed: str) -> str:
    """As it is kept; nothing typed is nothing. Where a message really goes is checked again each
    time.
    """
    if not typed.strip():
        return ""
    try:
        return str(check(typed.strip(), ALERT))
    except Refused as error:
        raise ValidationError(str(error)) from error
    except OutboundError as error:
        words = _("%(why)s Try again when it can be reached.") % {"why": error}
        raise ValidationError(words) from error


FORMS: dict[str, type[ChannelForm]] = {
    str(ChannelKind.EMAIL): EmailForm,
    str(ChannelKind.SLACK): SlackForm,
    str(ChannelKind.WEBHOOK): WebhookForm,
    str(ChannelKind.PAGERDUTY): PagerDutyForm,
    str(ChannelKind.TEAMS): TeamsForm,
}
