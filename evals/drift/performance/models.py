"""Monitors of how well predictions do, by labels that come late, and what they found."""

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Project, User, new_id
from evals.drift.monitors import State

MAX_ID, MAX_NAME, MAX_SAID = 64, 200, 500
MOST_MONITORS = 50  # of a project


class Kind(models.TextChoices):
    CLASSES = "classes", _("Classes")
    NUMBERS = "numbers", _("Numbers")


class Figure(models.TextChoices):
    ACCURACY = "accuracy", _("Accuracy")
    PRECISION = "precision", _("Precision")
    RECALL = "recall", _("Recall")
    F1 = "f1", "F1"
    AUC = "auc", "AUC"
    RMSE = "rmse", "RMSE"
    MAE = "mae", "MAE"


OF_NUMBERS = (Figure.RMSE, Figure.MAE)


class PerformanceMonitor(models.Model):
    """`prediction`, `label` and `confidence` are names of scores. The current window ends
    `label_days` ago: until then labels have had the time to come.
    """

    id = models.CharField(primary_key=True, max_length=MAX_ID, default=new_id, editable=False)
    project = models.ForeignKey(Project, models.CASCADE, related_name="performance_monitors")
    name = models.CharField(_("Name"), max_length=MAX_NAME)
    kind = models.CharField(_("Predictions are"), max_length=8, choices=Kind, default=Kind.CLASSES)
    prediction = models.CharField(_("Score that is the prediction"), max_length=MAX_NAME)
    label = models.CharField(_("Score that is the label"), max_length=MAX_NAME)
    by_trace = models.BooleanField(
        _("Label and prediction may be anywhere in a trace"), default=True
    )
    positive = models.CharField(_("Class that is looked for"), max_length=MAX_NAME, blank=True)
    confidence = models.CharField(
        _("Score that is its probability"), max_length=MAX_NAME, blank=True
    )
    figure = models.CharField(_("Watch"), max_length=10, choices=Figure, default=Figure.ACCURACY)
    least_effect = models.FloatField(_("Least change"), default=0.05)
    label_days = models.PositiveSmallIntegerField(_("Days that labels take"), default=1)
    current_days = models.PositiveSmallIntegerField(_("Days of the current window"), default=7)
    reference_days = models.PositiveSmallIntegerField(_("Days before that"), default=28)
    is_on = models.BooleanField(_("On"), default=True)
    version = models.PositiveIntegerField(default=1)
    author = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    next_at = models.DateTimeField(default=timezone.now)
    last_error = models.CharField(max_length=MAX_SAID, blank=True)

    class Meta:
        verbose_name = _("monitor of performance")
        verbose_name_plural = _("monitors of performance")
        ordering = ("name", "pk")
        constraints = (
            models.UniqueConstraint(fields=("project", "name"), name="performance_monitor_names"),
        )
        indexes = (
            models.Index(
                fields=("next_at",), condition=Q(is_on=True), name="performance_monitors_due"
            ),
        )

    def __str__(self) -> str:
        return self.name


class PerformanceVerdict(models.Model):
    """What was found in the window that ended `at`. `figures` are those that both sides have:
    {"name", "reference", "current", "difference", "is_sure"}, intervals as [low, estimate, high].
    """

    id = models.CharField(primary_key=True, max_length=MAX_ID, default=new_id, editable=False)
    monitor = models.ForeignKey(PerformanceMonitor, models.CASCADE, related_name="verdicts")
    at = models.DateTimeField()
    judged_at = models.DateTimeField(default=timezone.now)
    current_start = models.DateTimeField()
    reference_start = models.DateTimeField()
    state = models.CharField(max_length=16, choices=[(str(one), str(one)) for one in State])
    figures = models.JSONField(default=list)
    labelled_reference = models.PositiveIntegerField(default=0)
    waiting_reference = models.PositiveIntegerField(default=0)
    labelled_current = models.PositiveIntegerField(default=0)
    waiting_current = models.PositiveIntegerField(default=0)
    why = models.CharField(max_length=MAX_SAID, blank=True)

    class Meta:
        verbose_name = _("verdict on performance")
        verbose_name_plural = _("verdicts on performance")
        ordering = ("-at", "pk")
        constraints = (
            models.UniqueConstraint(
                fields=("monitor", "at"), name="one_performance_verdict_of_a_window"
            ),
        )

    def __str__(self) -> str:
        return f"{self.monitor_id} {self.at:%Y-%m-%d %H:%M} {self.state}"

    @property
    def is_drift(self) -> bool:
        return self.state == State.DRIFT
