"""Monitors of drift, what they found each time, and what people said of it."""

from functools import cached_property

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Project, User, new_id
from evals.drift.methods import ALPHA, LEAST_SAMPLES, Kind, Method
from evals.drift.monitors import Correction, Monitor, State
from evals.drift.stored import Chosen, read
from evals.drift.tuning import Mark

MAX_ID, MAX_NAME, MAX_QUERY, MAX_KEY = 64, 200, 2000, 200
MAX_REASON, MAX_NOTE = 500, 2000
MOST_MONITORS = 200  # of a project
DIMENSIONS = ("model", "prompt_version", "user", "language")


def _every_dimension() -> list[str]:
    return list(DIMENSIONS)


class DriftMonitor(models.Model):
    """`watched` is a name of `evals.drift.watched`; `key` the name of the score or the key of the
    metadata it takes, `figure` the input of a relation. A threshold that people's marks moved
    stands in `tuned_effect` and goes before `least_effect`; None is the method's own. `version`
    grows with each change, so that a run under an older one is thrown away.
    """

    id = models.CharField(primary_key=True, max_length=MAX_ID, default=new_id, editable=False)
    project = models.ForeignKey(Project, models.CASCADE, related_name="drift_monitors")
    name = models.CharField(_("Name"), max_length=MAX_NAME)
    note = models.CharField(_("Note"), max_length=1000, blank=True)
    watched = models.CharField(_("What is watched"), max_length=40)
    key = models.CharField(_("Score or metadata key"), max_length=MAX_KEY, blank=True)
    figure = models.CharField(_("Input"), max_length=40, blank=True)
    kind = models.CharField(max_length=12, choices=[(str(one), str(one)) for one in Kind])
    query = models.CharField(_("Only what matches"), max_length=MAX_QUERY, blank=True)
    method = models.CharField(_("Method"), max_length=20, blank=True)
    baseline = models.JSONField(default=dict)
    least_effect = models.FloatField(_("Least effect"), null=True, blank=True)
    tuned_effect = models.FloatField(null=True, editable=False)
    tuned_since = models.DateTimeField(null=True, editable=False)  # earlier marks do not tune it
    alpha = models.FloatField(_("Significance level"), default=ALPHA)
    least_samples = models.PositiveIntegerField(_("Least samples"), default=LEAST_SAMPLES)
    correction = models.CharField(
        max_length=20,
        choices=[(str(one), str(one)) for one in Correction],
        default=str(Correction.BENJAMINI_HOCHBERG),
    )
    by = models.JSONField(default=_every_dimension)
    every_hours = models.PositiveIntegerField(_("Hours between runs"), default=24)
    is_on = models.BooleanField(_("On"), default=True)
    paused_reason = models.CharField(max_length=MAX_REASON, blank=True)
    version = models.PositiveIntegerField(default=1)
    ready_made = models.CharField(max_length=40, blank=True)  # which it was made from
    author = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    updated_at = models.DateTimeField(auto_now=True)

    next_at = models.DateTimeField(default=timezone.now)
    asked_at = models.DateTimeField(null=True)  # when somebody asked for a run that is still to be
    last_run = models.DateTimeField(_("Last run"), null=True)
    last_error = models.CharField(max_length=MAX_REASON, blank=True)
    failing_since = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("drift monitor")
        verbose_name_plural = _("drift monitors")
        ordering = ("name", "pk")
        constraints = (
            models.UniqueConstraint(fields=("project", "name"), name="drift_monitor_names"),
        )
        indexes = (
            models.Index(fields=("next_at",), condition=Q(is_on=True), name="drift_monitors_due"),
        )

    def __str__(self) -> str:
        return self.name

    @cached_property
    def chosen(self) -> Chosen:
        """Raises InvalidBaseline where what is stored is none."""
        return read(self.baseline)

    def wanted(self) -> Monitor:
        """As it is judged, but for a baseline's start that is looked up. Raises InvalidMonitor."""
        return Monitor(
            watched=" ".join(filter(None, (self.watched, self.figure, self.key)))[:MAX_KEY],
            kind=Kind(self.kind),
            method=Method(self.method) if self.method else None,
            least_effect=self.least_effect if self.tuned_effect is None else self.tuned_effect,
            alpha=self.alpha,
            least_samples=self.least_samples,
            correction=Correction(self.correction),
            by=tuple(self.by),
        )


class DriftVerdict(models.Model):
    """What a monitor found in the window that ended `at`; never changed but for what a person says
    of it. Figures as `evals.drift.monitors.Verdict` has them. `moved` are its segments, `words` of
    both sides, `scored` of a relation. `shapes` draws both sides over each other, `samples` are
    the ids of traces of both, `changed` is what else changed at that time.
    """

    id = models.CharField(primary_key=True, max_length=MAX_ID, default=new_id, editable=False)
    monitor = models.ForeignKey(DriftMonitor, models.CASCADE, related_name="verdicts")
    at = models.DateTimeField(_("Window's end"))
    judged_at = models.DateTimeField(default=timezone.now)
    current_start = models.DateTimeField()
    reference_start = models.DateTimeField(null=True)  # of a dataset there is no time
    reference_end = models.DateTimeField(null=True)
    state = models.CharField(max_length=16, choices=[(str(one), str(one)) for one in State])
    method = models.CharField(max_length=20, blank=True)
    n_reference = models.PositiveIntegerField()
    n_current = models.PositiveIntegerField()
    dropped = models.PositiveIntegerField(default=0)
    statistic = models.FloatField(null=True)
    effect = models.FloatField(null=True)
    least_effect = models.FloatField(null=True)
    alpha = models.FloatField(default=ALPHA)
    p = models.FloatField(null=True)
    q = models.FloatField(null=True)
    began_at = models.DateTimeField(null=True)
    began_earliest = models.DateTimeField(null=True)
    began_latest = models.DateTimeField(null=True)
    began_is_whole = models.BooleanField(default=False)
    moved = models.JSONField(default=list)
    words = models.JSONField(default=dict)
    scored = models.JSONField(default=list)
    inputs_moved = models.FloatField(null=True)
    why = models.CharField(max_length=MAX_REASON, blank=True)
    shapes = models.JSONField(default=dict)
    samples = models.JSONField(default=dict)
    changed = models.JSONField(default=list)

    mark = models.CharField(
        max_length=8, choices=[(str(one), str(one)) for one in Mark], blank=True
    )
    marked_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    marked_at = models.DateTimeField(null=True)
    note = models.CharField(max_length=MAX_NOTE, blank=True)

    class Meta:
        verbose_name = _("drift verdict")
        verbose_name_plural = _("drift verdicts")
        ordering = ("-at", "pk")
        constraints = (
            models.UniqueConstraint(fields=("monitor", "at"), name="one_drift_verdict_of_a_window"),
        )

    def __str__(self) -> str:
        return f"{self.monitor_id} {self.at:%Y-%m-%d %H:%M} {self.state}"

    @property
    def is_drift(self) -> bool:
        return self.state == State.DRIFT
