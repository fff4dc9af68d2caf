"""The checks that a project has switched on, what people changed of them, and runs over what is
stored already.
"""

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Project, User
from exports.models import Run

MAX_NAME = 100
MOST_CHECKS = 50  # of a project


class ProjectCheck(models.Model):
    """One check as a project uses it. Lists that are empty narrow nothing.

    `revision` goes up whenever a change may change outcomes, so that what is found by the newer
    settings replaces what was found by the older, whichever is written first.
    """

    project = models.ForeignKey(Project, models.CASCADE, related_name="checks")
    check_key = models.CharField(_("check"), max_length=40)
    name = models.CharField(_("name of the score"), max_length=MAX_NAME)
    options = models.JSONField(_("options"), default=dict)
    types = models.JSONField(_("types"), default=list)
    names = models.JSONField(_("names"), default=list)
    environments = models.JSONField(_("environments"), default=list)
    sampling = models.FloatField(
        _("share of traces"),
        default=1.0,
        validators=[MinValueValidator(0.0), MaxValueValidator(1.0)],
    )
    is_on = models.BooleanField(_("on"), default=True)
    on_since = models.DateTimeField(_("on since"), default=timezone.now, editable=False)
    revision = models.PositiveIntegerField(default=1, editable=False)
    author = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(_("created"), default=timezone.now, editable=False)
    updated_at = models.DateTimeField(_("changed"), auto_now=True)

    class Meta:
        verbose_name = _("check")
        verbose_name_plural = _("checks")
        ordering = ("name", "pk")
        constraints = (
            models.UniqueConstraint(fields=("project", "name"), name="one_check_of_a_score_name"),
        )

    def __str__(self) -> str:
        return self.name


class CheckChange(models.Model):
    """That somebody added, changed or deleted a check; no settings before, or after, where there
    was none.
    """

    project = models.ForeignKey(Project, models.CASCADE, related_name="+")
    name = models.CharField(_("name of the score"), max_length=MAX_NAME)
    before = models.JSONField(_("before"), null=True)
    after = models.JSONField(_("after"), null=True)
    user = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    at = models.DateTimeField(_("changed"), default=timezone.now, editable=False)

    class Meta:
        verbose_name = _("change of a check")
        verbose_name_plural = _("changes of checks")
        ordering = ("-at", "-pk")

    def __str__(self) -> str:
        return f"{self.name} {self.at:%Y-%m-%d %H:%M}"


class Swept(models.Model):
    """Up to which time of receipt it is known that a project's spans were checked."""

    project = models.OneToOneField(Project, models.CASCADE, primary_key=True, related_name="+")
    until = models.BigIntegerField()  # nanoseconds

    class Meta:
        verbose_name_plural = "swept"

    def __str__(self) -> str:
        return f"{self.project_id} {self.until}"


class CheckRun(Run):
    """One check over the observations that a query finds."""

    check_of = models.ForeignKey(ProjectCheck, models.CASCADE, related_name="runs")
    scored = models.PositiveBigIntegerField(default=0)
    failed = models.PositiveBigIntegerField(default=0)

    class Meta(Run.Meta):
        verbose_name = _("run of a check")
        verbose_name_plural = _("runs of checks")
