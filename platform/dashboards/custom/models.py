"""Boards that people make."""

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Project, User, new_id
from dashboards.custom.written import MAX_DESCRIPTION, MAX_NAME


class CustomBoard(models.Model):
    """`widgets` and `before`, what they were before the last change, are lists as custom.written
    has them, each with its `key`. Nobody but the owner sees a board that is not shared.
    """

    id = models.CharField(primary_key=True, max_length=64, default=new_id, editable=False)
    project = models.ForeignKey(Project, models.CASCADE, related_name="custom_boards")
    owner = models.ForeignKey(User, models.SET_NULL, null=True, related_name="custom_boards")
    name = models.CharField(_("name"), max_length=MAX_NAME)
    description = models.CharField(_("what it is for"), max_length=MAX_DESCRIPTION, blank=True)
    is_shared = models.BooleanField(_("shared with the project"), default=False)
    widgets = models.JSONField(default=list, editable=False)
    before = models.JSONField(null=True, editable=False)
    changed_at = models.DateTimeField(_("changed"), default=timezone.now, editable=False)
    deleted_at = models.DateTimeField(null=True, editable=False)

    class Meta:
        verbose_name = _("custom board")
        verbose_name_plural = _("custom boards")
        ordering = ("name", "id")
        indexes = (models.Index(fields=("project", "deleted_at", "name")),)

    def __str__(self) -> str:
        return self.name
