"""What people have the workers do with all the traces that a query finds: export them, tag them,
delete them.
"""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from exports import actions


class Run(models.Model):
    """A walk through a project's traces, newest first: what is asked for, and how far it came.

    Whoever works on it holds it for a while (`holder`, `held_until`), so that a worker that is
    killed leaves it to the next one, which goes on behind `position`.
    """

    project = models.ForeignKey("accounts.Project", on_delete=models.CASCADE)
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True)
    asked_at = models.DateTimeField(default=timezone.now)
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    is_cancelled = models.BooleanField(default=False)
    error = models.CharField(max_length=40, blank=True)  # a word of exports.runs, or a class of bug

    query = models.TextField(blank=True)  # as the query bar writes it
    since = models.BigIntegerField()  # nanoseconds
    until = models.BigIntegerField()

    estimated = models.PositiveBigIntegerField(null=True)  # None where it takes too long
    looked_at = models.PositiveBigIntegerField(default=0)  # of the list

    # [start, width, trace id] as ASCII JSON: ids from outside may hold what Postgres cannot
    position = models.TextField(blank=True)
    holder = models.CharField(max_length=32, blank=True)
    held_until = models.DateTimeField(null=True)
    tries = models.PositiveSmallIntegerField(default=0)  # since it last got on

    class Meta:
        abstract = True
        ordering = ("-asked_at", "-id")

    def __str__(self) -> str:
        return f"{self.project_id} {self.asked_at:%Y-%m-%d %H:%M}"

    @property
    def is_over(self) -> bool:
        return self.finished_at is not None

    @property
    def is_stopping(self) -> bool:
        """Over, while a worker may not have noticed yet and still be writing."""
        return self.is_over and self.held_until is not None and self.held_until > timezone.now()

    @property
    def is_done(self) -> bool:
        return self.is_over and not self.is_cancelled and not self.error

    @property
    def share(self) -> int:
        """Of a hundred, as far as the estimate goes."""
        if self.is_done:
            return 100
        return min(99, 100 * self.looked_at // self.estimated) if self.estimated else 0


class Kind(models.TextChoices):
    TRACES = "traces", _("Traces")
    OBSERVATIONS = "observations", _("Observations")
    SPANS = "spans", _("Observations of traces")


class Format(models.TextChoices):
    CSV = "csv", "CSV"
    JSONL = "jsonl", "JSON Lines"
    PARQUET = "parquet", "Parquet"


class Export(Run):
    """A file of what the query finds. It is there when the run is done, until it expires."""

    kind = models.CharField(max_length=20, choices=Kind)
    format = models.CharField(max_length=20, choices=Format)
    rows = models.PositiveBigIntegerField(default=0)
    size = models.PositiveBigIntegerField(default=0)  # bytes written and noted
    is_cut = models.BooleanField(default=False)  # it reached the most rows that a file may have
    expires_at = models.DateTimeField(null=True)  # once it is done

    @property
    def is_there(self) -> bool:
        return self.is_done and self.expires_at is not None and self.expires_at > timezone.now()


class Action(models.TextChoices):
    ADD_TAG = "add_tag", _("Add tag")
    REMOVE_TAG = "remove_tag", _("Remove tag")
    DELETE = "delete", _("Delete")
    UNDO = "undo", _("Undo")


class BulkRun(Run):
    """Something done to each of the traces that the query finds, or to those that were ticked."""

    action = models.CharField(max_length=20)  # an Action, or one of exports.actions
    tag = models.CharField(max_length=200, blank=True)
    target = models.CharField(max_length=200, blank=True)  # what a registered action is done with
    options = models.JSONField(default=dict)  # as its form said
    refused = models.PositiveBigIntegerField(default=0)  # traces that it could not be done to
    problems = models.JSONField(default=list)  # [trace id, reason] of the first of them
    trace_ids = models.JSONField(default=list)  # those that were ticked; none: all that match
    changed = models.PositiveBigIntegerField(default=0)  # traces
    is_cut = models.BooleanField(default=False)  # it reached the most traces that a run may change
    undoes = models.ForeignKey(
        "self", on_delete=models.CASCADE, null=True, related_name="undone_by"
    )

    class Meta(Run.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["project"], condition=Q(finished_at=None), name="one_bulk_run_at_a_time"
            )
        ]

    @property
    def label(self) -> str:
        action = actions.named(self.action)
        return str(action.label if action else Action(self.action).label)

    @property
    def link(self) -> str:
        action = actions.named(self.action)
        return action.link(self) if action else ""

    @property
    def can_be_undone(self) -> bool:
        """What a run that was stopped changed last is not in `changed`, but is written down."""
        return bool(
            self.is_over
            and (self.action in (Action.ADD_TAG, Action.REMOVE_TAG) or actions.named(self.action))
            and not any(one.is_done or not one.is_over for one in self.undone_by.all())
            and (self.changed > 0 or self.changes.exists())
        )


class BulkChange(models.Model):
    """One trace of a tag run: which of its rows get, or lose, the tag. Written before it is done,
    so that a run that was killed can still be undone exactly.
    """

    run = models.ForeignKey(BulkRun, on_delete=models.CASCADE, related_name="changes")
    # As ASCII JSON, like a run's position
    trace_id = models.TextField()
    span_ids = models.TextField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["run", "trace_id"], name="one_change_a_trace")
        ]

    def __str__(self) -> str:
        return f"{self.run_id} {self.trace_id}"
