"""What people write onto the time axis."""

from django import forms
from django.utils.translation import gettext_lazy

from dashboards.boards.models import Marker


class MarkerForm(forms.ModelForm):
    at = forms.DateTimeField(
        label=gettext_lazy("When (UTC)"),
        widget=forms.DateTimeInput(
            attrs={"type": "datetime-local", "step": "1"}, format="%Y-%m-%dT%H:%M:%S"
        ),
        input_formats=["%Y-%m-%dT%H:%M:%S", "%Y-%m-%dT%H:%M"],
    )

    class Meta:
        model = Marker
        fields = ("kind", "text", "at", "url")
        help_texts = {
            "url": gettext_lazy("Where more of it is told: a pull request, an incident's page."),
        }

    def clean_text(self) -> str:
        return self.cleaned_data["text"].replace("\0", "").strip()
