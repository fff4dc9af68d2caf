"""What the pages of webhooks ask for."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from outbound.errors import OutboundError, Refused
from outbound.sending import WEBHOOK, check
from webhooks.models import MAX_URL, Endpoint
from webhooks.names import CHOSEN

MOST_ENDPOINTS = 20


class EndpointForm(forms.ModelForm):
    url = forms.CharField(
        label=gettext_lazy("Address"),
        max_length=MAX_URL,
        widget=forms.URLInput(
            attrs={"placeholder": "https://example.com/hooks/sonde", "spellcheck": "false"}
        ),
        help_text=gettext_lazy("Gets a POST with JSON, signed with the webhook's secret."),
    )
    events = forms.MultipleChoiceField(
        label=gettext_lazy("Tell of"),
        choices=CHOSEN,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy(
            "None ticked: of everything, also of what later versions of Sonde tell."
        ),
    )

    class Meta:
        model = Endpoint
        fields = ["url", "note", "events"]
        help_texts = {"note": gettext_lazy("What it is for, for example “deploys the agent”.")}

    def clean_url(self) -> str:
        """As it is kept. Where a message really goes is checked again each time it is sent."""
        typed = self.cleaned_data["url"].strip()
        try:
            return str(check(typed, WEBHOOK))
        except Refused as error:
            raise ValidationError(str(error)) from error
        except OutboundError as error:
            raise ValidationError(
                _("%(why)s Try again when it can be reached.") % {"why": error}
            ) from error


class NewEndpointForm(EndpointForm):
    def __init__(self, *args: Any, count: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.count = count

    def clean(self) -> dict[str, Any]:
        if self.count >= MOST_ENDPOINTS:
            raise ValidationError(
                _("A project has at most %(count)d webhooks.") % {"count": MOST_ENDPOINTS}
            )
        return self.cleaned_data


class ChangedEndpointForm(EndpointForm):
    class Meta(EndpointForm.Meta):
        fields = ["url", "note", "events", "is_active"]
