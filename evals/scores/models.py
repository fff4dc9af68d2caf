"""What a project's scores may be: configurations, which people and programs score by."""

import uuid

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Project

MAX_NAME = 100
MAX_DESCRIPTION = 1_000


class DataType(models.TextChoices):
    NUMERIC = "NUMERIC", _("Number")
    BOOLEAN = "BOOLEAN", _("Yes or no")
    CATEGORICAL = "CATEGORICAL", _("Category")
    TEXT = "TEXT", _("Text")


class Better(models.TextChoices):
    """Which way a score is better."""

    HIGHER = "higher", _("More is better")
    LOWER = "lower", _("Less is better")
    NEITHER = "neither", _("Neither is better")


def new_config_id() -> str:
    return str(uuid.uuid4())


class ScoreConfig(models.Model):
    """A score's name, its type, and which values it takes. The type never changes; scores that were
    stored before a range or the categories changed stay as they are.
    """

    id = models.CharField(primary_key=True, max_length=64, default=new_config_id, editable=False)
    project = models.ForeignKey(
        Project, models.CASCADE, related_name="score_configs", verbose_name=_("project")
    )
    name = models.CharField(_("name"), max_length=MAX_NAME)
    data_type = models.CharField(_("type"), max_length=11, choices=DataType.choices)
    min_value = models.FloatField(_("least value"), null=True, blank=True)
    max_value = models.FloatField(_("greatest value"), null=True, blank=True)
    # [{"label": "Correct", "value": 1}]; of BOOLEAN always True and False.
    categories = models.JSONField(_("categories"), null=True, blank=True)
    description = models.CharField(_("description"), max_length=MAX_DESCRIPTION, blank=True)
    # Empty where nobody said: then what is known of the check or judge of the name holds.
    better = models.CharField(
        _("better"), max_length=7, choices=Better.choices, blank=True, db_default="", default=""
    )
    is_archived = models.BooleanField(_("archived"), default=False)
    created_at = models.DateTimeField(_("created"), default=timezone.now, editable=False)
    updated_at = models.DateTimeField(_("changed"), default=timezone.now, editable=False)

    class Meta:
        verbose_name = _("score configuration")
        verbose_name_plural = _("score configurations")
        ordering = ("name", "id")
        constraints = (
            models.UniqueConstraint(
                fields=("project", "name"),
                condition=Q(is_archived=False),
                name="one_score_config_of_a_name",
            ),
        )

    def __str__(self) -> str:
        return self.name


class FeedbackSetting(models.Model):
    """Whether a project's feedback links open, and which of them: those of the present generation.

    The links themselves are kept nowhere. What they say is signed.
    """

    project = models.OneToOneField(
        Project, models.CASCADE, primary_key=True, related_name="+", verbose_name=_("project")
    )
    is_open = models.BooleanField(_("open"), default=True)
    generation = models.PositiveIntegerField(default=1)

    class Meta:
        verbose_name = _("feedback setting")
        verbose_name_plural = _("feedback settings")

    def __str__(self) -> str:
        return f"{self.project_id}: {self.generation}"
