"""Queues of what people are to judge, who judged what, and how."""

import hashlib
import uuid

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Project, User

MAX_NAME = 200
MAX_DESCRIPTION = 1_000
MAX_RUBRIC = 20_000  # as much as is shown of a text in markdown
MAX_QUERY = 4_000
MAX_OBJECT_ID = 800  # as ingestion takes them
MAX_COMMENT = 5_000
MAX_CORRECTION = 100_000
MOST_CONFIGS = 20  # of a queue
MOST_A_DAY = 1_000  # that a filter adds
MOST_PER_ITEM = 10  # people who judge the same


class ObjectType(models.TextChoices):
    TRACE = "TRACE", _("Trace")
    OBSERVATION = "OBSERVATION", _("Observation")
    SESSION = "SESSION", _("Session")


class Status(models.TextChoices):
    PENDING = "PENDING", _("Pending")
    COMPLETED = "COMPLETED", _("Completed")


class Origin(models.TextChoices):
    """How an item came into its queue."""

    PAGE = "page", _("by hand")
    API = "api", _("API")
    BULK = "bulk", _("from the list")
    FILTER = "filter", _("by the filter")


def new_uuid() -> str:
    return str(uuid.uuid4())


def key_of(object_type: str, trace_id: str, object_id: str) -> str:
    """An object's name of one length: ids of 800 characters are too long for an index."""
    where = trace_id if object_type == ObjectType.OBSERVATION else ""
    return hashlib.sha256(f"{object_type}\0{where}\0{object_id}".encode()).hexdigest()


class Queue(models.Model):
    """What is to be judged by which scores, and by whom: its members, or without any everybody who
    may edit. With a filter it also takes in new traces by itself.
    """

    id = models.CharField(primary_key=True, max_length=64, default=new_uuid, editable=False)
    project = models.ForeignKey(
        Project, models.CASCADE, related_name="annotation_queues", verbose_name=_("project")
    )
    name = models.CharField(_("name"), max_length=MAX_NAME)
    description = models.CharField(_("description"), max_length=MAX_DESCRIPTION, blank=True)
    rubric = models.TextField(_("rubric"), max_length=MAX_RUBRIC, blank=True)  # Markdown
    # Of evals.scores.ScoreConfig, in the order in which the annotating page asks for them.
    config_ids = ArrayField(models.CharField(max_length=64), default=list, blank=True)
    members = models.ManyToManyField(
        User, through="Membership", related_name="annotation_queues", verbose_name=_("members")
    )
    per_item = models.PositiveSmallIntegerField(_("annotations per item"), default=1)

    has_filter = models.BooleanField(_("takes in new traces"), default=False)
    query = models.CharField(_("query"), max_length=MAX_QUERY, blank=True)
    sampling = models.FloatField(_("share of the traces, in per cent"), default=100.0)
    a_day = models.PositiveIntegerField(_("at most a day"), default=100)
    filter_since = models.DateTimeField(null=True, editable=False)  # traces before it are not taken
    filter_error = models.CharField(max_length=200, blank=True, editable=False)
    # Where the last round left off: nanoseconds, width and trace, as a walk through traces has it.
    filter_position = models.JSONField(null=True, editable=False)

    created_at = models.DateTimeField(_("created"), default=timezone.now, editable=False)
    updated_at = models.DateTimeField(_("changed"), default=timezone.now, editable=False)

    class Meta:
        verbose_name = _("annotation queue")
        verbose_name_plural = _("annotation queues")
        ordering = ("name", "id")
        constraints = (
            models.UniqueConstraint(fields=("project", "name"), name="one_queue_of_a_name"),
        )

    def __str__(self) -> str:
        return self.name


class Membership(models.Model):
    """Somebody who is given the queue's items."""

    queue = models.ForeignKey(Queue, models.CASCADE, related_name="memberships")
    user = models.ForeignKey(User, models.CASCADE, related_name="annotation_memberships")

    class Meta:
        verbose_name = _("member of a queue")
        verbose_name_plural = _("members of queues")
        constraints = (
            models.UniqueConstraint(fields=("queue", "user"), name="one_queue_membership_each"),
        )

    def __str__(self) -> str:
        return f"{self.queue_id} {self.user_id}"


class Item(models.Model):
    """A trace, observation or session that is to be judged. Whoever has it open holds it for a
    while (`held_by`, `held_until`); an item that nobody renews is free again by itself.
    """

    id = models.CharField(primary_key=True, max_length=64, default=new_uuid, editable=False)
    queue = models.ForeignKey(Queue, models.CASCADE, related_name="items")
    object_type = models.CharField(_("kind"), max_length=11, choices=ObjectType.choices)
    object_id = models.CharField(_("id"), max_length=MAX_OBJECT_ID)
    # The trace, also where an observation of it is meant; "" of sessions.
    trace_id = models.CharField(_("trace"), max_length=MAX_OBJECT_ID, blank=True)
    key = models.CharField(max_length=64, editable=False)
    status = models.CharField(
        _("status"), max_length=9, choices=Status.choices, default=Status.PENDING
    )
    assignee = models.ForeignKey(
        User,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("assigned to"),
    )
    held_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    held_until = models.DateTimeField(null=True)
    completed_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    completed_at = models.DateTimeField(_("completed"), null=True)
    origin = models.CharField(max_length=6, choices=Origin.choices, default=Origin.PAGE)
    origin_run = models.BigIntegerField(null=True)  # of the bulk run that added it
    created_at = models.DateTimeField(_("added"), default=timezone.now, editable=False)
    updated_at = models.DateTimeField(_("changed"), default=timezone.now, editable=False)

    class Meta:
        verbose_name = _("item of a queue")
        verbose_name_plural = _("items of queues")
        ordering = ("created_at", "id")
        constraints = (
            models.UniqueConstraint(fields=("queue", "key"), name="one_item_of_an_object"),
        )
        indexes = (models.Index(fields=("queue", "status", "created_at", "id")),)

    def __str__(self) -> str:
        return f"{self.object_type} {self.object_id}"

    @property
    def is_held(self) -> bool:
        return self.held_until is not None and self.held_until > timezone.now()


class Annotation(models.Model):
    """What one person thinks of one item. `values` holds by the id of a score configuration what
    was chosen; the scores of the trace are made of it. Without `done_at` it was only skipped.
    """

    item = models.ForeignKey(Item, models.CASCADE, related_name="annotations")
    user = models.ForeignKey(User, models.CASCADE, related_name="annotations")
    values = models.JSONField(default=dict)
    comment = models.TextField(max_length=MAX_COMMENT, blank=True)
    correction = models.TextField(max_length=MAX_CORRECTION, blank=True)
    skipped_at = models.DateTimeField(null=True)
    done_at = models.DateTimeField(null=True)  # first, whatever was changed later
    updated_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("annotation")
        verbose_name_plural = _("annotations")
        constraints = (
            models.UniqueConstraint(fields=("item", "user"), name="one_annotation_each"),
        )
        indexes = (
            models.Index(
                fields=("user", "done_at"), condition=~Q(done_at=None), name="annotations_done"
            ),
        )

    def __str__(self) -> str:
        return f"{self.item_id} {self.user_id}"


class Taken(models.Model):
    """A trace that a queue's filter has put in once, for as long as the filter could see it again:
    who removes the item does not find it there again.
    """

    queue = models.ForeignKey(Queue, models.CASCADE, related_name="taken")
    key = models.CharField(max_length=64)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("trace taken by a filter")
        verbose_name_plural = _("traces taken by filters")
        constraints = (
            models.UniqueConstraint(fields=("queue", "key"), name="taken_by_a_filter_once"),
        )

    def __str__(self) -> str:
        return f"{self.queue_id} {self.key[:8]}"
