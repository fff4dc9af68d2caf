"""What is done about drifts: automatic actions, what was done, and triggers of retraining."""

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Project, User, new_id
from accounts.roles import Role
from evals.drift.models import DriftMonitor, DriftVerdict

MAX_ID, MAX_NAME, MAX_SAID = 64, 200, 500
MOST_ACTIONS = 20  # of a monitor
MOST_TRIGGERS = 50  # of a project


class Kind(models.TextChoices):
    DATASET = "dataset", _("Add to a dataset")
    QUEUE = "queue", _("Add to an annotation queue")
    EVALUATION = "evaluation", _("Evaluate")
    EXPERIMENT = "experiment", _("Start an experiment")
    ROLLBACK = "rollback", _("Roll back a canary")


class Occasion(models.TextChoices):
    DRIFT = "drift", _("A drift was found")
    HARMFUL = "harmful", _("Somebody marked a drift as harmful")


class DriftAction(models.Model):
    """Done by itself each time the monitor has found `after` drifts in a row (or somebody marks one
    harmful), at most once in `pause_hours` and `most_a_day` times a day. `role` is what the author
    was when it was made: it may do no more than they might.
    """

    id = models.CharField(primary_key=True, max_length=MAX_ID, default=new_id, editable=False)
    monitor = models.ForeignKey(DriftMonitor, models.CASCADE, related_name="actions")
    kind = models.CharField(max_length=12, choices=Kind)
    options = models.JSONField(default=dict)
    occasion = models.CharField(_("When"), max_length=8, choices=Occasion, default=Occasion.DRIFT)
    after = models.PositiveSmallIntegerField(_("Drifts in a row"), default=1)
    pause_hours = models.PositiveIntegerField(_("Hours of pause after it was done"), default=24)
    most_a_day = models.PositiveSmallIntegerField(_("At most so often a day"), default=1)
    is_on = models.BooleanField(_("On"), default=True)
    author = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    role = models.CharField(max_length=10, choices=Role.choices)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        verbose_name = _("action on drift")
        verbose_name_plural = _("actions on drift")
        ordering = ("created_at", "pk")

    def __str__(self) -> str:
        return f"{self.monitor_id}: {self.kind}"


class Status(models.TextChoices):
    WAITING = "waiting", _("Waiting")
    DONE = "done", _("Done")
    FAILED = "failed", _("Failed")
    SKIPPED = "skipped", _("Not done")


class ActionRun(models.Model):
    """One action on one verdict: by an action of the monitor, once, or by a person. A worker that
    works on it holds it until `due_at`; another then takes it up.
    """

    verdict = models.ForeignKey(DriftVerdict, models.CASCADE, related_name="action_runs")
    action = models.ForeignKey(DriftAction, models.SET_NULL, null=True, related_name="runs")
    kind = models.CharField(max_length=12, choices=Kind)
    options = models.JSONField(default=dict)
    asked_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    role = models.CharField(max_length=10, choices=Role.choices, blank=True)
    status = models.CharField(max_length=8, choices=Status, default=Status.WAITING)
    said = models.CharField(max_length=MAX_SAID, blank=True)  # what came of it, or what was wrong
    address = models.CharField(max_length=500, blank=True)  # the page of what was made
    tries = models.PositiveSmallIntegerField(default=0)
    due_at = models.DateTimeField(default=timezone.now)
    created_at = models.DateTimeField(default=timezone.now)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("run of an action on drift")
        verbose_name_plural = _("runs of actions on drift")
        ordering = ("-created_at", "-pk")
        constraints = (
            models.UniqueConstraint(
                fields=("action", "verdict"), name="one_run_of_an_action_on_a_verdict"
            ),
        )
        indexes = (
            models.Index(
                fields=("due_at",), condition=Q(status="waiting"), name="drift_action_runs_due"
            ),
        )

    def __str__(self) -> str:
        return f"{self.verdict_id} {self.kind} {self.status}"

    @property
    def is_over(self) -> bool:
        return self.status != Status.WAITING


class Considered(models.Model):
    """That a verdict was announced, and its monitor's actions were asked for: once on an occasion,
    however often workers are killed.
    """

    verdict = models.ForeignKey(DriftVerdict, models.CASCADE, related_name="+")
    occasion = models.CharField(max_length=8, choices=Occasion)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("considered verdict")
        verbose_name_plural = _("considered verdicts")
        constraints = (
            models.UniqueConstraint(
                fields=("verdict", "occasion"), name="one_consideration_on_an_occasion"
            ),
        )

    def __str__(self) -> str:
        return f"{self.verdict_id} {self.occasion}"


class When(models.TextChoices):
    VERDICT = "verdict", _("A monitor finds drift")
    SCORE = "score", _("The mean of a score goes beyond a limit")
    MARKS = "marks", _("People mark drifts as harmful")
    SCHEDULE = "schedule", _("Every so many days")


class Trigger(models.Model):
    """When a model wants training again, which webhooks are told. `options` are those of `when`."""

    id = models.CharField(primary_key=True, max_length=MAX_ID, default=new_id, editable=False)
    project = models.ForeignKey(Project, models.CASCADE, related_name="retraining_triggers")
    name = models.CharField(_("Name"), max_length=MAX_NAME)
    when = models.CharField(_("When"), max_length=8, choices=When)
    monitor = models.ForeignKey(DriftMonitor, models.CASCADE, null=True, blank=True)
    options = models.JSONField(default=dict)
    is_on = models.BooleanField(_("On"), default=True)
    version = models.PositiveIntegerField(default=1)
    author = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    looked_at = models.DateTimeField(null=True)
    last_error = models.CharField(max_length=MAX_SAID, blank=True)

    class Meta:
        verbose_name = _("trigger of retraining")
        verbose_name_plural = _("triggers of retraining")
        ordering = ("name", "pk")
        constraints = (
            models.UniqueConstraint(fields=("project", "name"), name="retraining_trigger_names"),
        )

    def __str__(self) -> str:
        return self.name


class Episode(models.Model):
    """That a trigger wanted retraining, and why; told once, and over when its reason is gone."""

    trigger = models.ForeignKey(Trigger, models.CASCADE, related_name="episodes")
    began_at = models.DateTimeField(default=timezone.now)
    ended_at = models.DateTimeField(null=True)
    reasons = models.JSONField(default=dict)

    class Meta:
        verbose_name = _("episode of a trigger")
        verbose_name_plural = _("episodes of triggers")
        ordering = ("-began_at", "-pk")
        constraints = (
            models.UniqueConstraint(
                fields=("trigger",),
                condition=Q(ended_at=None),
                name="one_open_episode_of_a_trigger",
            ),
        )

    def __str__(self) -> str:
        return f"{self.trigger_id} {self.began_at:%Y-%m-%d %H:%M}"
