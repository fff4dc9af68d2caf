"""Datasets: what an application is tried on. Every version of every item is kept."""

import uuid

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q, Value
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Project, User
from evals.datasets.names import MAX_ID, MAX_NAME, MAX_SOURCE, MAX_SPLIT
from exports.models import Run

MAX_DESCRIPTION = 5_000


def new_uuid() -> str:
    return str(uuid.uuid4())


class Status(models.TextChoices):
    """An archived item stays in the dataset and is left out of experiments."""

    ACTIVE = "ACTIVE", _("Active")
    ARCHIVED = "ARCHIVED", _("Archived")


class Dataset(models.Model):
    id = models.CharField(primary_key=True, max_length=64, default=new_uuid, editable=False)
    project = models.ForeignKey(
        Project, models.CASCADE, related_name="datasets", verbose_name=_("project")
    )
    name = models.CharField(_("name"), max_length=MAX_NAME)
    description = models.CharField(_("description"), max_length=MAX_DESCRIPTION, blank=True)
    metadata = models.JSONField(_("metadata"), null=True)
    input_schema = models.JSONField(_("schema of the input"), null=True)
    expected_output_schema = models.JSONField(_("schema of the expected output"), null=True)
    created_at = models.DateTimeField(_("created"), default=timezone.now, editable=False)
    updated_at = models.DateTimeField(_("changed"), default=timezone.now, editable=False)
    # Both move under the lock of `items.change` alone.
    items_changed_at = models.DateTimeField(null=True, editable=False)
    last_number = models.PositiveBigIntegerField(default=0, editable=False)

    class Meta:
        verbose_name = _("dataset")
        verbose_name_plural = _("datasets")
        ordering = ("name",)
        constraints = (
            models.UniqueConstraint(fields=("project", "name"), name="one_dataset_of_a_name"),
        )

    def __str__(self) -> str:
        return self.name


class ItemVersion(models.Model):
    """What an item was from `valid_from` until before `valid_to`; the present version has no end.

    Never changed once made but for its end. An item that is deleted has a present version that
    says so, hence its id is never free for another item of the project.
    """

    # As in `dataset`, which Postgres could not ask in a constraint.
    project = models.ForeignKey(Project, models.CASCADE, related_name="+")
    dataset = models.ForeignKey(
        Dataset, models.CASCADE, related_name="versions", verbose_name=_("dataset")
    )
    item_id = models.CharField(max_length=MAX_ID)
    number = models.PositiveBigIntegerField()  # of the item in its dataset, as they were added
    created_at = models.DateTimeField(_("created"))  # of the item
    valid_from = models.DateTimeField()
    valid_to = models.DateTimeField(null=True)
    is_deleted = models.BooleanField(default=False)
    input = models.JSONField(_("input"), null=True)
    expected_output = models.JSONField(_("expected output"), null=True)
    metadata = models.JSONField(_("metadata"), null=True)
    status = models.CharField(
        _("status"), max_length=8, choices=Status.choices, default=Status.ACTIVE
    )
    splits = ArrayField(models.CharField(max_length=MAX_SPLIT), default=list, blank=True)
    source_trace_id = models.CharField(max_length=MAX_SOURCE, blank=True)
    source_observation_id = models.CharField(max_length=MAX_SOURCE, blank=True)
    author = models.ForeignKey(User, models.SET_NULL, null=True, blank=True, related_name="+")
    public_key = models.CharField(max_length=200, blank=True)  # of the key, where a program wrote
    bulk_run = models.BigIntegerField(null=True)  # that wrote it

    class Meta:
        verbose_name = _("version of an item")
        verbose_name_plural = _("versions of items")
        ordering = ("-number", "-valid_from")
        constraints = (
            models.UniqueConstraint(
                fields=("project", "item_id"),
                condition=Q(valid_to=None),
                name="one_present_version_of_an_item",
            ),
        )
        indexes = (
            models.Index(fields=("dataset", "number", "valid_from"), name="items_at_a_moment"),
            models.Index(fields=("dataset", "valid_from"), name="changes_of_a_dataset"),
            models.Index(
                fields=("dataset", "number"), condition=Q(valid_to=None), name="present_items"
            ),
            models.Index(fields=("project", "item_id"), name="versions_of_an_item"),
            models.Index(
                fields=("project", "source_trace_id"),
                condition=Q(valid_to=None) & ~Q(source_trace_id=""),
                name="items_from_a_trace",
            ),
        )

    def __str__(self) -> str:
        return f"{self.dataset} #{self.number}"


class UploadedFile(models.Model):
    """A file that is to become items, until its upload is over. What it says of itself was found
    out when it came.
    """

    dataset = models.ForeignKey(Dataset, models.CASCADE, related_name="files")
    brought_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    name = models.CharField(max_length=200)
    format = models.CharField(max_length=8)  # csv or jsonl
    encoding = models.CharField(max_length=16)
    delimiter = models.CharField(max_length=1, blank=True)
    columns = models.JSONField()
    rows = models.PositiveIntegerField()
    size = models.PositiveBigIntegerField()
    created_at = models.DateTimeField(default=timezone.now, db_index=True)

    class Meta:
        verbose_name = _("uploaded file")
        verbose_name_plural = _("uploaded files")

    def __str__(self) -> str:
        return self.name


class FilePart(models.Model):
    """A piece of a file's bytes. In Postgres, where every worker finds it."""

    file = models.ForeignKey(UploadedFile, models.CASCADE, related_name="parts")
    number = models.PositiveIntegerField()
    content = models.BinaryField()

    class Meta:
        verbose_name = _("part of a file")
        verbose_name_plural = _("parts of files")
        constraints = (
            models.UniqueConstraint(fields=("file", "number"), name="one_part_of_a_number"),
        )

    def __str__(self) -> str:
        return f"{self.file} {self.number}"


class Upload(Run):
    """The rows of a file becoming items. `position` is the line of the last row that is done;
    `query` and the times of a run say nothing here.
    """

    dataset = models.ForeignKey(Dataset, models.CASCADE, related_name="uploads")
    file = models.OneToOneField(UploadedFile, models.SET_NULL, null=True, related_name="upload")
    file_name = models.CharField(max_length=200)
    mapping = models.JSONField()  # as evals.datasets.uploads.mapping writes it
    # Of the file, to write refused rows as they stood in it; without a delimiter, JSON.
    delimiter = models.CharField(max_length=1, blank=True, db_default="", default="")
    columns = models.JSONField(default=list, db_default=Value([], models.JSONField()))
    stored = models.PositiveIntegerField(default=0)
    refused = models.PositiveIntegerField(default=0)

    class Meta(Run.Meta):
        verbose_name = _("upload")
        verbose_name_plural = _("uploads")

    def __str__(self) -> str:
        return self.file_name


class RefusedRow(models.Model):
    upload = models.ForeignKey(Upload, models.CASCADE, related_name="refusals")
    line = models.PositiveIntegerField()  # of the file, counted from 1
    reason = models.CharField(max_length=500)
    # Its text in UTF-8, as it stands in the file: a NUL in it is a reason to refuse it, and no
    # text to Postgres.
    content = models.BinaryField(default=b"", db_default=b"")

    class Meta:
        verbose_name = _("refused row")
        verbose_name_plural = _("refused rows")
        ordering = ("line",)
        constraints = (
            models.UniqueConstraint(fields=("upload", "line"), name="one_refusal_of_a_line"),
        )

    def __str__(self) -> str:
        return f"{self.line}: {self.reason}"
