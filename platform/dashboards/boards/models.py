"""What people write onto the time axis, and the links with which others read a board."""

from datetime import datetime

from django.core.validators import MaxLengthValidator, URLValidator
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Project, User

MAX_TEXT, MAX_URL, MAX_QUERY, MAX_BOARD = 200, 800, 8_000, 64


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


class BoardLink(models.Model):
    """Opens one board in one state until it expires or is revoked. Only the token's digest is
    kept.
    """

    project = models.ForeignKey(
        Project, models.CASCADE, related_name="board_links", verbose_name=_("project")
    )
    board = models.CharField(_("board"), max_length=MAX_BOARD)
    query = models.CharField(_("state"), max_length=MAX_QUERY, blank=True)
    token_digest = models.CharField(max_length=64, unique=True, editable=False)
    created_by = models.ForeignKey(
        User, models.SET_NULL, null=True, related_name="+", verbose_name=_("created by")
    )
    created_at = models.DateTimeField(_("created"), default=timezone.now, editable=False)
    expires_at = models.DateTimeField(_("expires"))
    revoked_at = models.DateTimeField(_("revoked"), null=True, editable=False)
    revoked_by = models.ForeignKey(
        User, models.SET_NULL, null=True, related_name="+", verbose_name=_("revoked by")
    )

    class Meta:
        verbose_name = _("link to a board")
        verbose_name_plural = _("links to boards")
        indexes = (models.Index(fields=("project", "created_at")),)

    def __str__(self) -> str:
        return f"{self.project_id} {self.board}"

    def is_live(self, now: datetime) -> bool:
        return self.revoked_at is None and self.expires_at > now
