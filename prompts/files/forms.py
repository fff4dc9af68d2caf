"""What is asked before files become prompts."""

import base64
import binascii

from django import forms
from django.utils.translation import gettext_lazy as _

from prompts.files.archive import InvalidArchive, unpacked
from prompts.models import MAX_MESSAGE

# It waits in the page between the plan and the word to go on.
MAX_BYTES = 4 * 1024 * 1024


class HowForm(forms.Form):
    """With the files in a field of the page, as `UploadForm` made it."""

    packed = forms.CharField(widget=forms.HiddenInput, max_length=MAX_BYTES * 4 // 3 + 4)
    message = forms.CharField(
        label=_("Message"),
        max_length=MAX_MESSAGE,
        required=False,
        help_text=_("For new versions whose files have none."),
        widget=forms.TextInput(attrs={"class": "input", "autocomplete": "off"}),
    )
    is_forced = forms.BooleanField(
        label=_("Also over newer versions, and labels back to older ones"), required=False
    )

    def clean_packed(self) -> str:
        packed = self.cleaned_data["packed"]
        try:
            self.files_in_it = unpacked(base64.b64decode(packed, validate=True))
        except (InvalidArchive, binascii.Error, ValueError) as error:
            raise forms.ValidationError(str(error)) from error
        return packed


class UploadForm(HowForm):
    """The same with the zip itself."""

    packed = None
    zip = forms.FileField(label=_("Zip"), help_text=_("Of .md files, 4 MB at the most."))
    field_order = ("zip", "message", "is_forced")

    def clean_zip(self) -> str:
        given = self.cleaned_data["zip"]
        if given.size > MAX_BYTES:
            raise forms.ValidationError(
                _("The zip is larger than 4 MB. Push it with the command line.")
            )
        content = given.read()
        try:
            self.files_in_it = unpacked(content)
        except InvalidArchive as error:
            raise forms.ValidationError(str(error)) from error
        return base64.b64encode(content).decode()
