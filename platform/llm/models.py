"""Connections to providers of models. Their keys are sealed, and never shown again."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Project, User, new_id

MAX_NAME = 100
MAX_MODEL = 200
MOST_MODELS = 200
MAX_URL = 500


class Protocol(models.TextChoices):
    """How a provider is spoken to. Langfuse calls it the adapter."""

    OPENAI = "openai", _("OpenAI-compatible")
    ANTHROPIC = "anthropic", "Anthropic"
    AZURE = "azure", "Azure OpenAI"


class LlmConnection(models.Model):
    id = models.CharField(primary_key=True, max_length=64, default=new_id, editable=False)
    project = models.ForeignKey(
        Project, models.CASCADE, related_name="llm_connections", verbose_name=_("project")
    )
    name = models.CharField(_("name"), max_length=MAX_NAME)
    protocol = models.CharField(
        _("provider"), max_length=20, choices=Protocol.choices, default=Protocol.OPENAI
    )
    base_url = models.CharField(_("base URL"), max_length=MAX_URL, blank=True)  # "": its own
    model_names = ArrayField(
        models.CharField(max_length=MAX_MODEL), default=list, blank=True, verbose_name=_("models")
    )
    with_default_models = models.BooleanField(default=True, editable=False)
    secret = models.TextField(blank=True, editable=False)  # sealed
    secret_hint = models.CharField(_("key"), max_length=4, blank=True, editable=False)
    headers = models.TextField(blank=True, editable=False)  # sealed: a JSON object
    header_names = ArrayField(
        models.CharField(max_length=100), default=list, blank=True, editable=False
    )
    api_version = models.CharField(_("API version"), max_length=40, blank=True)  # Azure's
    parameters = models.JSONField(_("default parameters"), default=dict, blank=True)
    config = models.JSONField(null=True, editable=False)  # what Langfuse's API was given
    created_by = models.ForeignKey(
        User, models.SET_NULL, null=True, related_name="+", verbose_name=_("created by")
    )
    changed_by = models.ForeignKey(
        User, models.SET_NULL, null=True, related_name="+", verbose_name=_("changed by")
    )
    public_key = models.CharField(max_length=200, blank=True)  # where a program changed it last
    created_at = models.DateTimeField(_("created"), default=timezone.now, editable=False)
    updated_at = models.DateTimeField(_("changed"), default=timezone.now, editable=False)

    SEALED = ("secret", "headers")

    class Meta:
        verbose_name = _("LLM connection")
        verbose_name_plural = _("LLM connections")
        ordering = ("name",)
        constraints = (
            models.UniqueConstraint(fields=("project", "name"), name="one_connection_of_a_name"),
        )

    def __str__(self) -> str:
        return self.name

    def purpose_of(self, name: str) -> str:
        """What a sealed field is sealed for: one moved to another row does not open."""
        return f"llm.connection:{self.pk}:{name}"

    @property
    def shown_url(self) -> str:
        """The address as people may see it: what stands before an @ could be a password."""
        scheme, mark, rest = (self.base_url or OWN_URLS.get(self.protocol, "")).partition("://")
        host, slash, path = rest.partition("/")
        return f"{scheme}{mark}{host.rpartition('@')[2]}{slash}{path.partition('?')[0]}"


# Where a provider is found when no address is given.
OWN_URLS = {
    Protocol.OPENAI: "https://api.openai.com/v1",
    Protocol.ANTHROPIC: "https://api.anthropic.com/v1",
}
