"""What ingest keeps in Postgres: batches that wait for ClickHouse, and rows that it refuses."""

from django.db import models
from django.db.models.functions import Now

from ingest.media.models import Media, MediaUse

__all__ = ["DeadLetter", "HeldBatch", "Media", "MediaUse"]


class HeldBatch(models.Model):
    """A batch that was acknowledged while ClickHouse was away. The drain writes it back.

    It names its project without a foreign key: holding is one INSERT that depends on nothing else.
    """

    project_id = models.CharField(max_length=64)
    payload = models.BinaryField()  # ingest.held says how it is written
    rows = models.PositiveIntegerField()
    bytes = models.PositiveIntegerField()
    version = models.BigIntegerField()  # when it was accepted, in nanoseconds: its rows' version
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        verbose_name = "held batch"
        verbose_name_plural = "held batches"
        ordering = ("id",)
        indexes = (models.Index(fields=("project_id",), name="heldbatch_by_project"),)

    def __str__(self) -> str:
        return f"{self.rows} rows of {self.project_id}"


class DeadLetter(models.Model):
    """A row that ClickHouse refuses for its data, or a held batch that cannot be read."""

    class Kind(models.TextChoices):
        SPAN = "span"
        MERGEABLE = "mergeable"
        PATCH = "patch"
        SCORE = "score"
        BATCH = "batch"

    project_id = models.CharField(max_length=64)
    kind = models.CharField(max_length=16, choices=Kind)
    protocol = models.CharField(max_length=32, blank=True)
    reason = models.TextField()
    payload = models.BinaryField()  # zstd: JSON of a row, or a held batch's payload as it is
    bytes = models.PositiveIntegerField()  # before compression
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        ordering = ("-id",)
        indexes = (models.Index(fields=("project_id", "-id"), name="deadletter_by_project"),)

    def __str__(self) -> str:
        return f"{self.kind} of {self.project_id}"
