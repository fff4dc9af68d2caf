"""What went wrong, from the alert to its end; what people say of it; and what is to be told.

Rules stand to the right of this package: an incident knows its rule by id and by the name it had.
"""

from datetime import datetime

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Project, User, new_id
from alerts.channels.message import News
from alerts.channels.tiers import TIERS
from alerts.incidents.matching import Firing, How, Matcher, Silenced
from alerts.incidents.tiers import Tier

MAX_NAME, MAX_COMMENT, MAX_ID = 200, 5000, 64


class Incident(models.Model):
    """An alert of one rule and segment, from when it fires until it is over. While it is open it is
    the only one of its fingerprint. `told_tier` is the highest that anybody was told, "" none.
    """

    id = models.CharField(primary_key=True, max_length=MAX_ID, default=new_id, editable=False)
    project = models.ForeignKey(Project, models.CASCADE, related_name="incidents")
    rule_id = models.CharField(max_length=MAX_ID, db_index=True)
    rule_name = models.CharField(_("Rule"), max_length=MAX_NAME)
    fingerprint = models.CharField(max_length=64)
    group_key = models.CharField(max_length=64)
    labels = models.JSONField(default=dict)
    inhibits = ArrayField(models.CharField(max_length=MAX_ID), default=list, blank=True)
    tier = models.CharField(_("Tier"), max_length=8, choices=TIERS)
    facts = models.JSONField(default=dict)  # of the bucket that changed it last

    began_at = models.DateTimeField(_("Began"))  # the first bad bucket
    fired_at = models.DateTimeField(_("Fired"))
    resolved_at = models.DateTimeField(_("Resolved"), null=True)
    acknowledged_at = models.DateTimeField(_("Acknowledged"), null=True)
    acknowledged_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    assignee = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    was_real = models.BooleanField(_("Was it real?"), null=True)  # as people judged it

    told_tier = models.CharField(max_length=8, choices=TIERS, blank=True)
    told_at = models.DateTimeField(null=True)  # last
    held_back = models.CharField(max_length=200, blank=True)  # why nobody was told

    class Meta:
        verbose_name = _("incident")
        verbose_name_plural = _("incidents")
        ordering = ("-fired_at", "pk")
        constraints = (
            models.UniqueConstraint(
                fields=("fingerprint",),
                condition=Q(resolved_at=None),
                name="one_open_incident_of_a_fingerprint",
            ),
        )
        indexes = (
            models.Index(fields=("project", "-fired_at"), name="incidents_of_project"),
            models.Index(fields=("project",), condition=Q(resolved_at=None), name="incidents_open"),
        )

    def __str__(self) -> str:
        return f"{self.rule_name} {self.tier}"

    @property
    def is_open(self) -> bool:
        return self.resolved_at is None

    @property
    def firing(self) -> Firing:
        """What is info is told nobody, and explains nothing: both would be kept quiet."""
        explains = self.inhibits if self.tier != Tier.INFO else ()
        return Firing(self.rule_id, self.labels, frozenset(explains))

    @property
    def told_rank(self) -> int:
        return Tier(self.told_tier).rank if self.told_tier else -1


class EventKind(models.TextChoices):
    FIRED = "fired", _("Fired")
    TIER = "tier", _("Changed its tier")
    ESCALATED = "escalated", _("Escalated: nobody acknowledged it")
    RESOLVED = "resolved", _("Over")
    CLOSED = "closed", _("Resolved")
    ACKNOWLEDGED = "acknowledged", _("Acknowledged")
    ASSIGNED = "assigned", _("Assigned")
    COMMENTED = "commented", _("Commented")
    JUDGED = "judged", _("Judged")
    TOLD = "told", _("Told")
    HELD_BACK = "held_back", _("Nobody was told")


class IncidentEvent(models.Model):
    """A line of the timeline. `data` are facts, `text` is what a person wrote."""

    incident = models.ForeignKey(Incident, models.CASCADE, related_name="events")
    kind = models.CharField(max_length=12, choices=EventKind.choices)
    at = models.DateTimeField(default=timezone.now)
    user = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    text = models.CharField(max_length=MAX_COMMENT, blank=True)
    data = models.JSONField(default=dict)

    class Meta:
        ordering = ("at", "pk")

    def __str__(self) -> str:
        return f"{self.incident_id} {self.kind}"


class Silence(models.Model):
    """Alerts that nobody is told of for a while. They are still evaluated, and seen on pages."""

    id = models.CharField(primary_key=True, max_length=MAX_ID, default=new_id, editable=False)
    project = models.ForeignKey(Project, models.CASCADE, related_name="silences")
    matchers = models.JSONField()  # [{"label", "value", "how"}]
    begins_at = models.DateTimeField(_("From"))
    ends_at = models.DateTimeField(_("Until"))
    comment = models.CharField(_("Why"), max_length=500, blank=True)
    author = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        verbose_name = _("silence")
        verbose_name_plural = _("silences")
        ordering = ("-begins_at", "pk")
        indexes = (models.Index(fields=("project", "ends_at"), name="silences_by_end"),)

    def __str__(self) -> str:
        return self.comment or str(self.pk)

    @property
    def silenced(self) -> Silenced:
        matchers = tuple(
            Matcher(one["label"], one["value"], How(one["how"])) for one in self.matchers
        )
        return Silenced(matchers, self.begins_at, self.ends_at)

    def holds(self, labels: dict[str, str], at: datetime) -> bool:
        return self.silenced.holds(labels, at)


class Notice(models.Model):
    """The outbox: something to tell, written in the transaction that changed its incidents, so that
    neither is there without the other. Whoever brings it to channels sets `handed_at`; its id is
    the key by which receivers know a second copy. Without `channels` it is for all of the project.
    """

    id = models.CharField(primary_key=True, max_length=MAX_ID, default=new_id, editable=False)
    project = models.ForeignKey(Project, models.CASCADE, related_name="+")
    rule_id = models.CharField(max_length=MAX_ID)
    group_key = models.CharField(max_length=64)
    news = models.CharField(max_length=13, choices=News.choices)
    tier = models.CharField(max_length=8, choices=TIERS)  # the highest of its incidents
    incidents = models.ManyToManyField(Incident, related_name="notices")
    body = models.JSONField()  # telling.body: as it was at that moment
    channels = ArrayField(models.CharField(max_length=MAX_ID), default=list, blank=True)
    at = models.DateTimeField(default=timezone.now, db_index=True)
    handed_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ("at", "pk")
        indexes = (
            models.Index(fields=("at",), condition=Q(handed_at=None), name="notices_waiting"),
        )

    def __str__(self) -> str:
        return f"{self.news} {self.rule_id}"
