"""Links with which people without an account read one thing of a project."""

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Project, User

MAX_OBJECT_ID = 800  # as long as ids of traces may be
MAX_QUERY = 8_000


class Kind(models.TextChoices):
    """What a link may open. The page behind each kind is in the package that shows the thing."""

    TRACE = "trace", _("Trace")
    BOARD = "board", _("Board")


class ShareLink(models.Model):
    """Opens one thing until it expires or is revoked. Only the token's digest is kept."""

    project = models.ForeignKey(
        Project, models.CASCADE, related_name="share_links", verbose_name=_("project")
    )
    kind = models.CharField(_("kind"), max_length=8, choices=Kind.choices)
    object_id = models.CharField(_("what it opens"), max_length=MAX_OBJECT_ID)
    # The state in which a board opens, as the query string of its page.
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
        verbose_name = _("share link")
        verbose_name_plural = _("share links")
        indexes = (models.Index(fields=("project", "created_at")),)

    def __str__(self) -> str:
        return f"{self.project_id} {self.object_id[:40]}"
