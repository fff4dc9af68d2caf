"""Saved views of the lists: private, or shared with the project."""

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Project, User, new_id

MAX_NAME = 60
MAX_ADDRESS = 4_000


class SavedView(models.Model):
    """`address` is the query string of a list. A person has one view of a name in a project."""

    id = models.CharField(primary_key=True, max_length=64, default=new_id, editable=False)
    project = models.ForeignKey(
        Project, models.CASCADE, related_name="saved_views", verbose_name=_("project")
    )
    made_by = models.ForeignKey(
        User, models.CASCADE, related_name="saved_views", verbose_name=_("made by")
    )
    name = models.CharField(_("name"), max_length=MAX_NAME)
    address = models.CharField(_("address"), max_length=MAX_ADDRESS, blank=True)
    is_shared = models.BooleanField(_("shared with the project"), default=False)
    created_at = models.DateTimeField(_("created"), default=timezone.now, editable=False)

    class Meta:
        verbose_name = _("saved view")
        verbose_name_plural = _("saved views")
        ordering = ("name", "created_at")
        constraints = (
            models.UniqueConstraint(
                fields=("project", "made_by", "name"), name="one_view_of_a_name_each"
            ),
        )

    def __str__(self) -> str:
        return self.name
