"""Experiments: a dataset's items, each run through an application once."""

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Project, User
from evals.datasets.models import Dataset, new_uuid
from evals.datasets.names import MAX_ID, MAX_SOURCE

MAX_NAME = 500
MAX_DESCRIPTION = 5_000
MAX_RUN_ID = 200  # as SDKs may choose one


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
