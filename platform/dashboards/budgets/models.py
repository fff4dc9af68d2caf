"""Budgets as people set them, and who changed them."""

from decimal import Decimal

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models import Project, User, new_id

MAX_NAME, MAX_VALUE, MAX_KEY = 100, 500, 100
MOST_BUDGETS = 100  # of a project, archived ones among them
MOST_AMOUNT = Decimal("1000000000")
THRESHOLDS = (50, 80, 100)
MOST_THRESHOLDS, MOST_PERCENT = 10, 1000


class Dimension(models.TextChoices):
    """What a budget is of. Team and feature are keys of metadata."""

    PROJECT = "project", _("The whole project")
    MODEL = "model", _("Model")
    USER = "user", _("User")
    FEATURE = "feature", _("Feature")
    TEAM = "team", _("Team")
    ENVIRONMENT = "environment", _("Environment")


KEYED = (Dimension.FEATURE, Dimension.TEAM)


class Every(models.TextChoices):
    DAY = "day", pgettext_lazy("budget period", "Day")
    WEEK = "week", pgettext_lazy("budget period", "Week")
    MONTH = "month", pgettext_lazy("budget period", "Month")


class Budget(models.Model):
    """An amount that something may cost in each day, week or month. With a dimension and no value,
    it holds for each value by itself.
    """

    id = models.CharField(primary_key=True, max_length=64, default=new_id, editable=False)
    project = models.ForeignKey(Project, models.CASCADE, related_name="budgets")
    name = models.CharField(_("Name"), max_length=MAX_NAME)
    dimension = models.CharField(
        _("Of"), max_length=20, choices=Dimension.choices, default=Dimension.PROJECT
    )
    metadata_key = models.CharField(_("Metadata key"), max_length=MAX_KEY, blank=True)
    value = models.CharField(_("Value"), max_length=MAX_VALUE, blank=True)
    amount = models.DecimalField(
        _("Amount in US dollars"),
        max_digits=14,
        decimal_places=4,
        validators=[MinValueValidator(Decimal("0.0001")), MaxValueValidator(MOST_AMOUNT)],
    )
    period = models.CharField(_("Per"), max_length=5, choices=Every.choices, default=Every.MONTH)
    zone = models.CharField(_("Time zone"), max_length=64, default="UTC")
    thresholds = models.JSONField(_("Thresholds in percent"), default=list)
    is_archived = models.BooleanField(_("Archived"), default=False)
    author = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(_("Created"), default=timezone.now, editable=False)
    updated_at = models.DateTimeField(_("Changed"), auto_now=True)

    class Meta:
        verbose_name = _("budget")
        verbose_name_plural = _("budgets")
        ordering = ("is_archived", "name", "pk")

    def __str__(self) -> str:
        return self.name

    @property
    def is_each(self) -> bool:
        """Whether each value of the dimension has the amount for itself."""
        return self.dimension != Dimension.PROJECT and not self.value

    @property
    def field(self) -> str:
        """The dimension as queries of figures name it; "" is the whole project."""
        if self.dimension == Dimension.PROJECT:
            return ""
        return f"metadata.{self.metadata_key}" if self.dimension in KEYED else self.dimension


class BudgetChange(models.Model):
    """That somebody made or changed a budget; nothing before where there was none."""

    budget = models.ForeignKey(Budget, models.CASCADE, related_name="changes")
    before = models.JSONField(_("before"), null=True)
    after = models.JSONField(_("after"))
    user = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    public_key = models.CharField(max_length=100, blank=True)
    at = models.DateTimeField(_("changed"), default=timezone.now, editable=False)

    class Meta:
        verbose_name = _("change of a budget")
        verbose_name_plural = _("changes of budgets")
        ordering = ("-at", "-pk")

    def __str__(self) -> str:
        return f"{self.budget_id} {self.at:%Y-%m-%d %H:%M}"
