"""Evaluators, their versions, what they are put to, and each single judgement."""

from typing import Any

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Project, User, new_id
from evals.datasets.models import ItemVersion
from evals.judges.mapping import Place, mapping_of
from evals.judges.outputs import Output, output_of
from evals.judges.states import State, Status
from evals.scores.models import Better
from exports.models import Run
from llm.models import LlmConnection

MAX_NAME = 100
MAX_DESCRIPTION = 1_000
MAX_EXPERIMENT = 1_000  # characters of its id


class Evaluator(models.Model):
    """A question asked of traces. Its scores carry its name."""

    id = models.CharField(primary_key=True, max_length=64, default=new_id, editable=False)
    project = models.ForeignKey(
        Project, models.CASCADE, related_name="evaluators", verbose_name=_("project")
    )
    name = models.CharField(_("name"), max_length=MAX_NAME)
    description = models.CharField(_("description"), max_length=MAX_DESCRIPTION, blank=True)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.OFF)
    # What it goes back to: one that was off judges nothing new because it was resumed.
    paused_from = models.CharField(max_length=10, choices=State, blank=True)
    reason = models.CharField(max_length=40, blank=True)  # a word of judges.reasons
    reason_said = models.TextField(blank=True)  # what the provider said
    failures_in_row = models.PositiveIntegerField(default=0)  # of those that no retry heals
    held_until = models.DateTimeField(null=True)  # today's budget is spent
    created_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(_("created"), default=timezone.now, editable=False)
    changed_at = models.DateTimeField(_("changed"), default=timezone.now, editable=False)

    class Meta:
        verbose_name = _("evaluator")
        verbose_name_plural = _("evaluators")
        ordering = ("name",)
        constraints = (
            models.UniqueConstraint(fields=("project", "name"), name="one_evaluator_of_a_name"),
        )

    def __str__(self) -> str:
        return self.name

    @property
    def is_held(self) -> bool:
        return self.held_until is not None and self.held_until > timezone.now()


class EvaluatorVersion(models.Model):
    """How the question is asked. Never changed once made, but for a connection that is deleted.
    `better` is empty where nobody said: then the template tells.
    """

    id = models.CharField(primary_key=True, max_length=64, default=new_id, editable=False)
    evaluator = models.ForeignKey(Evaluator, models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField()
    template = models.CharField(max_length=60, blank=True)  # of the library that it began with
    messages = models.JSONField()  # [{"role", "content"}]
    mapping = models.JSONField(default=dict)  # {variable: {"source", "path", "may_lack"}}
    output = models.JSONField()  # outputs.Output.as_json
    better = models.CharField(max_length=7, choices=Better, blank=True, db_default="", default="")
    connection = models.ForeignKey(
        LlmConnection, models.SET_NULL, null=True, related_name="evaluator_versions"
    )
    model = models.CharField(max_length=200)
    parameters = models.JSONField(default=dict, blank=True)  # temperature, top_p, max_tokens, …
    timeout_seconds = models.PositiveIntegerField(default=60)
    most_attempts = models.PositiveSmallIntegerField(default=3)
    note = models.CharField(max_length=500, blank=True)  # what changed
    author = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(_("created"), default=timezone.now, editable=False)

    class Meta:
        verbose_name = _("version of an evaluator")
        verbose_name_plural = _("versions of evaluators")
        ordering = ("-number",)
        constraints = (
            models.UniqueConstraint(
                fields=("evaluator", "number"), name="one_evaluator_version_of_a_number"
            ),
        )

    def __str__(self) -> str:
        return f"{self.evaluator} v{self.number}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        if not self._state.adding:
            raise TypeError("A version never changes: make a new one.")
        super().save(*args, **kwargs)

    @property
    def places(self) -> dict[str, Place]:
        return mapping_of(self.mapping)

    @property
    def shape(self) -> Output:
        return output_of(self.output)


class Target(models.TextChoices):
    TRACE = "trace", _("Traces")
    OBSERVATION = "observation", _("Observations")


class Rule(models.Model):
    """Which new traces an evaluator is put to, and what it may cost."""

    evaluator = models.OneToOneField(Evaluator, models.CASCADE, related_name="rule")
    target = models.CharField(max_length=20, choices=Target, default=Target.TRACE)
    query = models.TextField(blank=True)  # in the lists' language
    sampling = models.FloatField(default=1.0)  # 0 to 1, by the target's id
    delay_seconds = models.PositiveIntegerField(default=60)  # without news of the trace
    daily_budget = models.DecimalField(max_digits=14, decimal_places=6, null=True)  # dollars
    # What arrived before this nanosecond has been looked at, but for what may come late.
    watermark = models.BigIntegerField()

    class Meta:
        verbose_name = _("rule")
        verbose_name_plural = _("rules")

    def __str__(self) -> str:
        return f"{self.evaluator}: {self.query}"


class Spending(models.Model):
    """What an evaluator's calls cost on a day (UTC), those that failed included."""

    evaluator = models.ForeignKey(Evaluator, models.CASCADE, related_name="spendings")
    day = models.DateField()
    calls = models.PositiveIntegerField(default=0)
    cost = models.DecimalField(max_digits=18, decimal_places=12, default=0)
    unpriced = models.PositiveIntegerField(default=0)  # calls whose cost nobody knows

    class Meta:
        verbose_name = _("spending")
        verbose_name_plural = _("spendings")
        constraints = (
            models.UniqueConstraint(fields=("evaluator", "day"), name="one_spending_of_a_day"),
        )

    def __str__(self) -> str:
        return f"{self.evaluator_id} {self.day} {self.cost}"


class Seat(models.Model):
    """One of the seats for workers that judge, of which there are JUDGE_MOST_WORKERS."""

    number = models.PositiveSmallIntegerField(primary_key=True)
    holder = models.CharField(max_length=32, blank=True)
    held_until = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("seat for a worker")
        verbose_name_plural = _("seats for workers")

    def __str__(self) -> str:
        return f"{self.number}"


class Pace(models.Model):
    """How fast a connection is asked, by all evaluators together, and who is at it."""

    connection = models.OneToOneField(LlmConnection, models.CASCADE, related_name="judging_pace")
    per_minute = models.PositiveIntegerField(default=120)
    at_once = models.PositiveSmallIntegerField(default=8)
    next_at = models.DateTimeField(null=True)  # the rate's own clock, which runs ahead
    slowed_until = models.DateTimeField(null=True)  # the provider asked to wait
    slowed_in_row = models.PositiveSmallIntegerField(default=0)
    holder = models.CharField(max_length=32, blank=True)
    held_until = models.DateTimeField(null=True)
    worked_at = models.DateTimeField(null=True)  # when a worker last took it up

    class Meta:
        verbose_name = _("pace")
        verbose_name_plural = _("paces")

    def __str__(self) -> str:
        return f"{self.connection} {self.per_minute}/min"

    @property
    def is_slowed(self) -> bool:
        return self.slowed_until is not None and self.slowed_until > timezone.now()


class PastRun(Run):
    """An evaluator put to what is there already: what its query finds, or an experiment's items."""

    version = models.ForeignKey(EvaluatorVersion, models.CASCADE, related_name="past_runs")
    target = models.CharField(max_length=20, choices=Target)
    experiment = models.CharField(max_length=MAX_EXPERIMENT, blank=True, default="", db_default="")
    experiment_name = models.CharField(max_length=500, blank=True, default="", db_default="")
    sampling = models.FloatField(default=1.0)
    most = models.PositiveIntegerField()  # targets, at most
    made = models.PositiveBigIntegerField(default=0)  # executions of its own
    known = models.PositiveBigIntegerField(default=0)  # targets that this version had judged before
    dropped = models.PositiveBigIntegerField(default=0)  # executions that were cancelled unbegun


class Execution(models.Model):
    """One judgement of one target by one version: asked for, worked on, told.

    `repeat` 0 is the one that gives the score. The others only tell how much the judge varies, and
    whether the `order` of what it is shown sways it. `item` is what a dataset says of the target.
    Whoever works on it holds it for a while, so that a worker that is killed leaves it to the next.
    """

    project = models.ForeignKey(Project, models.CASCADE, related_name="+")
    evaluator = models.ForeignKey(Evaluator, models.CASCADE, related_name="executions")
    version = models.ForeignKey(EvaluatorVersion, models.CASCADE, related_name="executions")
    run = models.ForeignKey(PastRun, models.SET_NULL, null=True, related_name="executions")
    trace_id = models.TextField()
    observation_id = models.TextField(blank=True)
    target_key = models.CharField(max_length=64)  # of both ids, which may be long
    repeat = models.PositiveSmallIntegerField(default=0)
    order = models.CharField(max_length=10, blank=True, default="", db_default="")
    item = models.ForeignKey(ItemVersion, models.SET_NULL, null=True, related_name="+")

    status = models.CharField(max_length=10, choices=Status, default=Status.WAITING)
    created_at = models.DateTimeField(default=timezone.now)
    due_at = models.DateTimeField(default=timezone.now)
    started_at = models.DateTimeField(null=True)  # the latest attempt
    finished_at = models.DateTimeField(null=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    taken = models.PositiveSmallIntegerField(default=0)  # by workers, those that died included
    holder = models.CharField(max_length=32, blank=True)
    held_until = models.DateTimeField(null=True)

    environment = models.TextField(blank=True)  # the target's
    output_length = models.PositiveIntegerField(null=True)  # characters of what was judged
    sent = models.JSONField(null=True)  # messages
    answer = models.TextField(blank=True)  # raw
    model = models.CharField(max_length=200, blank=True)  # that answered
    usage = models.JSONField(default=dict)
    # Dollars of all attempts; None is unknown.
    cost = models.DecimalField(max_digits=18, decimal_places=12, null=True)
    is_unpriced = models.BooleanField(default=False)  # some attempt's cost is unknown
    error = models.CharField(max_length=40, blank=True)  # a word of judges.reasons
    said = models.TextField(blank=True)

    value = models.FloatField(null=True)
    string_value = models.CharField(max_length=200, blank=True)
    reasoning = models.TextField(blank=True)
    items = models.JSONField(default=list)
    score_id = models.CharField(max_length=64, blank=True)
    execution_trace_id = models.CharField(max_length=64, blank=True)

    class Meta:
        verbose_name = _("execution")
        verbose_name_plural = _("executions")
        ordering = ("-id",)
        constraints = (
            models.UniqueConstraint(
                fields=("version", "target_key", "repeat", "order"),
                name="one_execution_of_a_target_in_an_order",
            ),
        )
        indexes = (
            models.Index(fields=("evaluator", "-id"), name="executions_of_an_evaluator"),
            models.Index(fields=("evaluator", "status", "-id"), name="executions_by_status"),
            models.Index(fields=("evaluator", "finished_at"), name="executions_by_their_end"),
            models.Index(
                fields=("due_at",),
                condition=Q(status__in=("waiting", "running")),
                name="unfinished_executions",
            ),
            models.Index(
                fields=("finished_at",),
                condition=Q(sent__isnull=False),
                name="executions_with_texts",
            ),
        )

    def __str__(self) -> str:
        return f"{self.version_id} {self.trace_id} {self.observation_id}"

    @property
    def has_verdict(self) -> bool:
        """The judge has answered; perhaps the score is not written yet."""
        return self.value is not None or bool(self.string_value)
