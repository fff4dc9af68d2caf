"""What people and programs write onto the time axis."""

from django.core.validators import MaxLengthValidator, URLValidator
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Project, User

MAX_TEXT, MAX_URL = 200, 800


class MarkerKind(models.TextChoices):
    DEPLOY = "deploy", _("Deployment")
    INCIDENT = "incident", _("Incident")
    NOTE = "note", _("Note")


class Marker(models.Model):
    """Something that happened, at a moment of the time axis. A person or a key (a CI) said so."""

    project = models.ForeignKey(
        Project, models.CASCADE, related_name="markers", verbose_name=_("project")
    )
    at = models.DateTimeField(_("when"))
    kind = models.CharField(_("kind"), max_length=8, choices=MarkerKind.choices)
    text = models.CharField(_("what happened"), max_length=MAX_TEXT)
    url = models.CharField(
        _("address"),
        max_length=MAX_URL,
        blank=True,
        validators=[URLValidator(schemes=["http", "https"]), MaxLengthValidator(MAX_URL)],
    )
    user = models.ForeignKey(User, models.SET_NULL, null=True, editable=False, related_name="+")
    public_key = models.CharField(max_length=200, blank=True, editable=False)
    created_at = models.DateTimeField(_("created"), default=timezone.now, editable=False)

    class Meta:
        verbose_name = _("marker")
        verbose_name_plural = _("markers")
        ordering = ("at", "pk")
        indexes = (models.Index(fields=("project", "at")),)

    def __str__(self) -> str:
        return self.text[:60]
