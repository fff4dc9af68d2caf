"""The form of a connection."""

import json
from collections.abc import Callable
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from accounts.models import Project
from llm import wishes
from llm.connections import Wish
from llm.models import MAX_NAME, MAX_URL, LlmConnection, Protocol

MAX_TEXT = 20_000


def text_area(rows: int, **attrs: str) -> forms.Textarea:
    return forms.Textarea(
        attrs={"rows": rows, "class": "mono", "spellcheck": "false", "autocomplete": "off", **attrs}
    )


class ConnectionForm(forms.Form):
    """Valid, it holds what is wished for as `wish`, and as `doubt` why the address cannot be asked
    just now. A key that is stored is never in it.
    """

    name = forms.CharField(
        label=_("Name"),
        max_length=MAX_NAME,
        help_text=_("What the team calls it, for example openai-production."),
    )
    protocol = forms.ChoiceField(
        label=_("Provider"),
        choices=Protocol.choices,
        help_text=_(
            "OpenAI-compatible are OpenAI, vLLM, Ollama, and LiteLLM’s proxy, through which you "
            "reach Bedrock, Vertex AI and others."
        ),
    )
    base_url = forms.CharField(
        label=_("Base URL"),
        required=False,
        max_length=MAX_URL,
        help_text=_(
            "Empty: the provider’s own. Else up to /v1, such as https://llm.example.org/v1; for "
            "Azure the resource, such as https://name.openai.azure.com."
        ),
        widget=forms.TextInput(attrs={"inputmode": "url", "spellcheck": "false"}),
    )
    api_version = forms.CharField(
        label=_("API version"), required=False, max_length=40, help_text=_("For Azure only.")
    )
    key = forms.CharField(
        label=_("API key"),
        required=False,
        max_length=wishes.MAX_KEY,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text=_("Stored encrypted and never shown again."),
    )
    forget_key = forms.BooleanField(label=_("Forget the stored key"), required=False)
    headers = forms.CharField(
        label=_("Extra headers"),
        required=False,
        max_length=MAX_TEXT,
        widget=text_area(2, placeholder="X-Team: support"),
        help_text=_("“Name: value”, one a line. Stored encrypted, as the key is."),
    )
    forget_headers = forms.BooleanField(label=_("Forget the stored headers"), required=False)
    model_names = forms.CharField(
        label=_("Models"),
        required=False,
        max_length=MAX_TEXT * 2,
        widget=text_area(4),
        help_text=_("One a line: what the playground offers. For Azure the deployments’ names."),
    )
    parameters = forms.CharField(
        label=_("Default parameters"),
        required=False,
        max_length=MAX_TEXT,
        widget=text_area(2, placeholder='{"temperature": 0.2}'),
        help_text=_("A JSON object that goes into every call, unless the call says otherwise."),
    )

    def __init__(self, *args: Any, project: Project, connection: LlmConnection, **kwargs: Any):
        self.project, self.connection, self.doubt = project, connection, ""
        super().__init__(*args, initial=initial_of(connection), **kwargs)
        if not connection.secret:
            del self.fields["forget_key"]
        else:
            self.fields["key"].help_text = _(
                "A key is stored, and never shown. Type one only to replace it."
            )
        if not connection.headers:
            del self.fields["forget_headers"]
        else:
            self.fields["headers"].help_text = _(
                "Stored are: %(names)s. Type all of them anew to replace them."
            ) % {"names": ", ".join(connection.header_names)}

    def clean_name(self) -> str:
        name = accepted(wishes.name_in, self.cleaned_data["name"])
        others = self.project.llm_connections.exclude(pk=self.connection.pk)
        if others.filter(name=name).exists():
            raise ValidationError(_("There is a connection of this name."))
        return name

    def clean_key(self) -> str:
        return accepted(wishes.key_in, self.cleaned_data["key"])

    def clean_headers(self) -> dict[str, str]:
        return accepted(wishes.header_lines, self.cleaned_data["headers"])

    def clean_model_names(self) -> list[str]:
        return accepted(wishes.models_in, self.cleaned_data["model_names"].splitlines())

    def clean_parameters(self) -> dict[str, Any]:
        return accepted(wishes.parameters_in, self.cleaned_data["parameters"])

    def clean(self) -> dict[str, Any]:
        found = self.cleaned_data
        try:
            found["base_url"], self.doubt = wishes.url_and_doubt(
                found.get("base_url", ""), found.get("protocol", Protocol.OPENAI)
            )
        except wishes.Unacceptable as error:
            self.add_error("base_url", str(error))
        if not self.errors:
            self._refuse_to_carry_secrets_elsewhere(found)
        return found

    def _refuse_to_carry_secrets_elsewhere(self, found: dict[str, Any]) -> None:
        """Who may not read a key may not send it to a server of their own either."""
        if self.connection._state.adding or not wishes.is_elsewhere(
            self.connection, found["protocol"], found["base_url"]
        ):
            return
        if self.connection.secret and not (found["key"] or found.get("forget_key")):
            self.add_error(
                "key", _("The address is another one: type the key for it, or forget the stored.")
            )
        if self.connection.headers and not (found["headers"] or found.get("forget_headers")):
            self.add_error(
                "headers",
                _("The address is another one: type the headers anew, or forget the stored."),
            )

    @property
    def wish(self) -> Wish:
        found = self.cleaned_data
        return Wish(
            name=found["name"],
            protocol=found["protocol"],
            base_url=found["base_url"],
            model_names=found["model_names"],
            key=found["key"] or ("" if found.get("forget_key") else None),
            headers=found["headers"] or ({} if found.get("forget_headers") else None),
            parameters=found["parameters"],
            api_version=found["api_version"],
            with_default_models=self.connection.with_default_models,
            config=self.connection.config,
        )


def accepted(check: Callable[[Any], Any], value: Any) -> Any:
    try:
        return check(value)
    except wishes.Unacceptable as error:
        raise ValidationError(str(error)) from error


def initial_of(connection: LlmConnection) -> dict[str, Any]:
    if connection._state.adding:
        return {}
    return {
        "name": connection.name,
        "protocol": connection.protocol,
        "base_url": connection.base_url,
        "api_version": connection.api_version,
        "model_names": "\n".join(connection.model_names),
        "parameters": json.dumps(connection.parameters, ensure_ascii=False, indent=2)
        if connection.parameters
        else "",
    }
