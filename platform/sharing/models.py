"""Links with which people without an account read one trace."""

from datetime import datetime

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Project, User

MAX_TRACE_ID = 800  # as long as ids of traces may be


class ShareLink(models.Model):
    """Opens one trace until it expires or is revoked. Only the token's digest is kept."""

    project = models.ForeignKey(
        Project, models.CASCADE, related_name="share_links", verbose_name=_("project")
    )
    trace_id = models.CharField(_("trace"), max_length=MAX_TRACE_ID)
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
        return f"{self.project_id} {self.trace_id[:40]}"

    def is_live(self, now: datetime) -> bool:
        return self.revoked_at is None and self.expires_at > now
