from django import forms
from django.utils.translation import gettext_lazy as _

from saved.models import MAX_ADDRESS, MAX_NAME


class ViewForm(forms.Form):
    name = forms.CharField(label=_("Name"), max_length=MAX_NAME)
    is_shared = forms.BooleanField(label=_("Share with the project"), required=False)
    address = forms.CharField(required=False, max_length=MAX_ADDRESS, widget=forms.HiddenInput)

    def clean_name(self) -> str:
        return " ".join(self.cleaned_data["name"].split())
