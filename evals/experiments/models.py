"""Experiments: a dataset's items, each run through an application once."""

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Project, User
from evals.datasets.models import Dataset, ItemVersion, new_uuid
from evals.datasets.names import MAX_ID, MAX_SOURCE, MAX_SPLIT
from evals.judges.models import MAX_NAME as MAX_EVALUATOR
from evals.judges.models import EvaluatorVersion
from llm.models import MAX_MODEL, LlmConnection
from prompts.models import Prompt
from prompts.names import MAX_LABEL
from prompts.names import MAX_NAME as MAX_PROMPT_NAME

MAX_NAME = 500
MAX_DESCRIPTION = 5_000
MAX_RUN_ID = 1_000  # as SDKs may choose one, and spans name it


class Run(models.Model):
    """What somebody said of an experiment beforehand. One that only its spans tell of (as the SDK 5
    makes them) has no row, and reads the same (`evals.experiments.reading`).

    `public_id` is what all the world calls it: a function of project, dataset and name, so that all
    ways of recording one experiment meet. What began before `emptied_at` was deleted.
    """

    public_id = models.CharField(max_length=MAX_RUN_ID, editable=False)
    project = models.ForeignKey(Project, models.CASCADE, related_name="+")
    dataset = models.ForeignKey(Dataset, models.CASCADE, null=True, related_name="runs")
    name = models.CharField(_("name"), max_length=MAX_NAME)
    description = models.CharField(_("description"), max_length=MAX_DESCRIPTION, blank=True)
    metadata = models.JSONField(_("metadata"), null=True)
    created_at = models.DateTimeField(_("created"), default=timezone.now)
    updated_at = models.DateTimeField(_("changed"), default=timezone.now)
    emptied_at = models.DateTimeField(null=True, editable=False)

    class Meta:
        verbose_name = _("experiment")
        verbose_name_plural = _("experiments")
        ordering = ("-created_at", "pk")
        constraints = (
            models.UniqueConstraint(fields=("project", "public_id"), name="one_run_of_an_id"),
        )
        indexes = (
            models.Index(fields=("project", "-created_at"), name="runs_of_a_project"),
            models.Index(fields=("dataset", "-created_at"), name="runs_of_a_dataset"),
        )

    def __str__(self) -> str:
        return self.name

    @property
    def is_there(self) -> bool:
        """Not deleted, or begun anew since."""
        return self.emptied_at is None or self.created_at > self.emptied_at


class RunItem(models.Model):
    """That a trace (or an observation in it) is what the application did with an item."""

    id = models.CharField(primary_key=True, max_length=64, default=new_uuid, editable=False)
    run = models.ForeignKey(Run, models.CASCADE, related_name="items")
    item_id = models.CharField(max_length=MAX_ID)
    version_at = models.DateTimeField(null=True)  # the moment whose version of the item was taken
    trace_id = models.CharField(max_length=MAX_SOURCE)
    observation_id = models.CharField(max_length=MAX_SOURCE, blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    updated_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("item of an experiment")
        verbose_name_plural = _("items of experiments")
        ordering = ("created_at", "id")
        constraints = (
            models.UniqueConstraint(
                fields=("run", "item_id", "trace_id", "observation_id"),
                name="one_row_of_a_trace_of_an_item",
            ),
        )

    def __str__(self) -> str:
        return f"{self.run} {self.item_id}"


class Baseline(models.Model):
    """The experiment that others on the same dataset are compared with."""

    dataset = models.OneToOneField(
        Dataset, models.CASCADE, primary_key=True, related_name="baseline"
    )
    public_id = models.CharField(max_length=MAX_RUN_ID)  # of the experiment
    set_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    set_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("baseline")
        verbose_name_plural = _("baselines")

    def __str__(self) -> str:
        return f"{self.dataset_id}: {self.public_id}"


class Plan(models.Model):
    """What Sonde itself runs: a version of a prompt, with a model, on a dataset as it was.

    Whoever works on it holds it (`holder`, `held_until`), and says again and again that it is still
    at it. The prompt's text is kept as it was composed when it was asked for.
    """

    run = models.OneToOneField(Run, models.CASCADE, related_name="plan")
    prompt = models.ForeignKey(Prompt, models.SET_NULL, null=True, related_name="+")
    prompt_name = models.CharField(max_length=MAX_PROMPT_NAME)
    prompt_version = models.PositiveIntegerField()
    body = models.JSONField()
    connection = models.ForeignKey(LlmConnection, models.SET_NULL, null=True, related_name="+")
    model = models.CharField(max_length=MAX_MODEL)
    parameters = models.JSONField(default=dict)
    evaluators = models.JSONField(default=list)  # evaluators.Evaluator.as_json
    version_at = models.DateTimeField()  # the moment whose versions of the items are taken
    split = models.CharField(max_length=MAX_SPLIT, blank=True)
    estimated_cost = models.DecimalField(max_digits=18, decimal_places=12, null=True)
    asked_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    asked_at = models.DateTimeField(default=timezone.now)
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    is_cancelled = models.BooleanField(default=False)
    error = models.CharField(max_length=40, blank=True)  # why it was given up, as its page words it
    due_at = models.DateTimeField(default=timezone.now)  # nobody works on it before
    holder = models.CharField(max_length=32, blank=True)
    held_until = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("planned experiment")
        verbose_name_plural = _("planned experiments")
        ordering = ("-asked_at", "-pk")
        indexes = (
            models.Index(
                fields=("due_at",), condition=models.Q(finished_at=None), name="plans_to_work_on"
            ),
            models.Index(fields=("prompt", "prompt_version"), name="plans_of_a_version"),
        )

    def __str__(self) -> str:
        return f"{self.run} ({self.prompt_name} v{self.prompt_version})"

    @property
    def is_over(self) -> bool:
        return self.finished_at is not None


class Step(models.TextChoices):
    """How far an item is. Its answer is kept before it is stored, and stored before it is judged:
    whoever takes up what a killed worker left goes on from there.
    """

    WAITING = "waiting", _("Waiting")
    ANSWERED = "answered", _("Answered")
    STORED = "stored", _("Stored")  # with what the checks say; judges are asked (`Judgement`)
    DONE = "done", _("Done")
    FAILED = "failed", _("Failed")


class PlannedItem(models.Model):
    plan = models.ForeignKey(Plan, models.CASCADE, related_name="items")
    item = models.ForeignKey(ItemVersion, models.CASCADE, related_name="+")
    step = models.CharField(max_length=10, choices=Step.choices, default=Step.WAITING)
    due_at = models.DateTimeField(default=timezone.now)
    taken = models.PositiveSmallIntegerField(default=0)  # by workers, since it last got on
    tries = models.PositiveSmallIntegerField(default=0)  # at this step
    answer = models.JSONField(null=True)  # answering.Answered.as_json
    said = models.TextField(blank=True)  # why it, or a judge of it, failed

    class Meta:
        verbose_name = _("planned item")
        verbose_name_plural = _("planned items")
        ordering = ("pk",)
        constraints = (
            models.UniqueConstraint(fields=("plan", "item"), name="one_plan_of_an_item"),
        )
        indexes = (models.Index(fields=("plan", "step", "due_at"), name="items_to_work_on"),)

    def __str__(self) -> str:
        return f"{self.plan_id} {self.item_id}"


class Judgement(models.Model):
    """That a judge is asked of an item's answer. What it says is kept before it is stored; then
    only the step, and what went wrong, are.
    """

    plan = models.ForeignKey(Plan, models.CASCADE, related_name="judgements")
    item = models.ForeignKey(PlannedItem, models.CASCADE, related_name="judgements")
    version = models.ForeignKey(EvaluatorVersion, models.CASCADE, related_name="+")
    name = models.CharField(max_length=MAX_EVALUATOR)  # the score's
    step = models.CharField(max_length=10, choices=Step.choices, default=Step.WAITING)
    due_at = models.DateTimeField(default=timezone.now)
    taken = models.PositiveSmallIntegerField(default=0)  # by workers, since it last got on
    tries = models.PositiveSmallIntegerField(default=0)
    attempts = models.JSONField(default=list)  # what is not stored yet: calls, and the score
    said = models.TextField(blank=True)  # why it failed

    class Meta:
        verbose_name = _("judgement of an experiment")
        verbose_name_plural = _("judgements of experiments")
        ordering = ("pk",)
        constraints = (
            models.UniqueConstraint(fields=("item", "version"), name="one_judgement_of_an_answer"),
        )
        indexes = (
            models.Index(
                fields=("plan", "version", "step", "due_at"), name="judgements_to_work_on"
            ),
        )

    def __str__(self) -> str:
        return f"{self.item_id} {self.name}"


class Nightly(models.Model):
    """An experiment that is run each night, with the version that a label then points at."""

    dataset = models.ForeignKey(Dataset, models.CASCADE, related_name="nightlies")
    prompt = models.ForeignKey(Prompt, models.CASCADE, related_name="+")
    label = models.CharField(_("label"), max_length=MAX_LABEL)
    connection = models.ForeignKey(LlmConnection, models.CASCADE, related_name="+")
    model = models.CharField(_("model"), max_length=MAX_MODEL)
    parameters = models.JSONField(default=dict)
    evaluators = models.JSONField(default=list)
    split = models.CharField(max_length=MAX_SPLIT, blank=True)
    hour = models.PositiveSmallIntegerField(_("hour (UTC)"))
    last_on = models.DateField(null=True)  # the day on which it was begun, or tried
    said = models.TextField(blank=True)  # why it was not begun then
    author = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("nightly experiment")
        verbose_name_plural = _("nightly experiments")
        ordering = ("dataset__name", "pk")

    def __str__(self) -> str:
        return f"{self.prompt} {self.label} · {self.model}"
