"""The forms of the pages of prompts."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from accounts.roles import Role
from prompts.body import Body, InvalidBody, chat_body, text_body
from prompts.config_json import InvalidConfig, config_of
from prompts.kept import MAX_CHARACTERS as MAX_CONFIG
from prompts.models import MAX_MESSAGE, MAX_REASON, PromptType
from prompts.names import (
    MAX_LABEL,
    MAX_NAME,
    MAX_TAG,
    InvalidName,
    label_name,
    prompt_name,
    tag_name,
)

CODE = {"class": "input mono", "spellcheck": "false", "autocomplete": "off", "translate": "no"}


def checked(check: Callable[[str], str], given: str) -> str:
    try:
        return check(given)
    except InvalidName as error:
        raise ValidationError(str(error)) from error


class VersionForm(forms.Form):
    """What a version is made of. Messages come beside the fields, as `prompts.editing` reads them;
    valid, `cleaned_data["body"]` is what will be kept.
    """

    name = forms.CharField(
        label=_("Name"),
        max_length=MAX_NAME,
        help_text=_("Programs ask by it. A slash makes folders: support/answers."),
        widget=forms.TextInput(attrs=CODE),
    )
    type = forms.ChoiceField(
        label=_("Type"),
        choices=[(PromptType.TEXT, _("Text")), (PromptType.CHAT, _("Chat: messages with roles"))],
        widget=forms.RadioSelect,
        initial=PromptType.CHAT,
    )
    text = forms.CharField(
        label=_("Text"),
        required=False,
        strip=False,
        widget=forms.Textarea(attrs=CODE | {"rows": 12, "data-grows": ""}),
    )
    config = forms.CharField(
        label=_("Configuration"),
        required=False,
        strip=False,
        max_length=MAX_CONFIG,
        help_text=_("JSON that programs get with the prompt: the model, its temperature, tools."),
        widget=forms.Textarea(attrs=CODE | {"rows": 5, "data-grows": ""}),
    )
    labels = forms.CharField(
        label=_("Other labels"),
        required=False,
        widget=forms.TextInput(
            attrs=CODE
            | {"placeholder": _("other labels"), "aria-label": _("Other labels, parted by spaces")}
        ),
    )
    tags = forms.CharField(
        label=_("Tags"),
        required=False,
        help_text=_("Parted by commas. They are the prompt's, not the version's."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    message = forms.CharField(
        label=_("What changed"),
        required=False,
        max_length=MAX_MESSAGE,
        help_text=_("And why. It stands in the history."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )

    def __init__(
        self, *args: Any, messages: list[dict[str, str]], ticked: list[str], **options: Any
    ) -> None:
        super().__init__(*args, **options)
        self.messages, self.ticked = messages, ticked

    def clean_name(self) -> str:
        return checked(prompt_name, self.cleaned_data["name"])

    def clean_config(self) -> dict[str, Any]:
        try:
            return config_of(self.cleaned_data["config"])
        except InvalidConfig as error:
            raise ValidationError(str(error)) from error

    def clean_labels(self) -> list[str]:
        typed = self.cleaned_data["labels"].replace(",", " ").split()
        return [checked(label_name, one) for one in dict.fromkeys([*self.ticked, *typed])]

    def clean_tags(self) -> list[str]:
        typed = (part.strip() for part in self.cleaned_data["tags"].split(","))
        return [checked(tag_name, one) for one in dict.fromkeys(typed) if one]

    def clean(self) -> dict[str, Any]:
        kind = self.cleaned_data.get("type")
        try:
            if kind == PromptType.TEXT:
                self.cleaned_data["body"] = self._text()
            elif kind == PromptType.CHAT:
                self.cleaned_data["body"] = chat_body(self.messages)
        except InvalidBody as error:
            self.refuse_body(str(error))
        return self.cleaned_data

    def _text(self) -> Body:
        text = self.cleaned_data.get("text", "").replace("\r\n", "\n")
        if not text.strip():
            raise InvalidBody(str(_("Write the prompt's text.")))
        return text_body(text)

    def refuse_body(self, words: str) -> None:
        """At the text; the messages show what is wrong above themselves."""
        self.add_error("text", words)


class PromotionForm(forms.Form):
    note = forms.CharField(
        label=_("Note"),
        required=False,
        max_length=MAX_MESSAGE,
        help_text=_("Why now. It stands in the history of the label."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    override = forms.CharField(
        label=_("Reason to pass the closed gate"),
        required=False,
        max_length=MAX_REASON,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )


class ProtectionForm(forms.Form):
    name = forms.CharField(
        label=_("Label"), max_length=MAX_LABEL, widget=forms.TextInput(attrs=CODE)
    )
    least_role = forms.ChoiceField(
        label=_("Who may move it"),
        choices=[
            (Role.OWNER, _("Owners only")),
            (Role.ADMIN, _("Admins and owners")),
            (Role.MEMBER, _("Members and above: no API keys")),
        ],
        initial=Role.ADMIN,
    )

    def clean_name(self) -> str:
        return checked(label_name, self.cleaned_data["name"])


class TagForm(forms.Form):
    add = forms.CharField(label=_("Tag"), max_length=MAX_TAG)

    def clean_add(self) -> str:
        return checked(tag_name, self.cleaned_data["add"])
