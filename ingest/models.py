"""What ingest keeps in Postgres: what waits for ClickHouse or for its span, and what is refused."""

from django.db import models
from django.db.models.functions import Now

from ingest.media.models import Media, MediaUse

__all__ = ["DeadLetter", "DoubledSearch", "HeldBatch", "LateStatement", "Media", "MediaUse"]


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


class LateStatement(models.Model):
    """Patches of spans that may not have come yet, to be said again (ingest.late).

    Those `is_adrift` name no trace and are stored nowhere else; the others are stored already.
    """

    project_id = models.CharField(max_length=64)
    payload = models.BinaryField()  # a batch, as ingest.packing writes it
    rows = models.PositiveIntegerField()
    bytes = models.PositiveIntegerField()
    is_adrift = models.BooleanField()
    due_at = models.DateTimeField()
    attempts = models.PositiveSmallIntegerField(db_default=0)
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        indexes = (
            models.Index(fields=("due_at", "id"), name="latestatement_by_due"),
            models.Index(
                fields=("project_id",),
                condition=models.Q(is_adrift=True),
                name="latestatement_adrift",
            ),
        )

    def __str__(self) -> str:
        return f"{self.rows} late statements of {self.project_id}"


class DoubledSearch(models.Model):
    """How far ingest.doubled has come; there is one row."""

    since = models.BigIntegerField()  # what was received before, in nanoseconds, is done
    due_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"from {self.since} on"


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
    digest = models.BinaryField(max_length=32, null=True)  # what was sent: sent again, it is one
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        ordering = ("-id",)
        indexes = (models.Index(fields=("project_id", "-id"), name="deadletter_by_project"),)
        constraints = (
            models.UniqueConstraint(fields=("project_id", "digest"), name="deadletter_once"),
        )

    def __str__(self) -> str:
        return f"{self.kind} of {self.project_id}"
