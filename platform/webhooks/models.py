"""Where a project's changes are told: endpoints, what was told to them, and each try to tell it."""

from datetime import datetime, timedelta

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Project, new_id
from outbound.outcomes import MAX_ANSWER, MAX_DETAIL, Fault
from webhooks.names import Event, new_message_id

MAX_URL = 2000


class Disabled(models.TextChoices):
    """Why Sonde stopped telling an endpoint anything."""

    FAILING = "failing", _("It failed for three days.")
    GONE = "gone", _("It answered 410: it wants no more.")
    SECRET = "secret", _("Its secret cannot be read any more. Make a new one.")


class Endpoint(models.Model):
    """An address that wants to be told. No events named: all of them."""

    SEALED = ("secret", "old_secret")

    id = models.CharField(primary_key=True, max_length=64, default=new_id, editable=False)
    project = models.ForeignKey(Project, models.CASCADE, related_name="webhooks")
    url = models.CharField(_("Address"), max_length=MAX_URL)
    note = models.CharField(_("Note"), max_length=200, blank=True)
    events = ArrayField(models.CharField(max_length=40), default=list, blank=True)
    is_active = models.BooleanField(_("Active"), default=True)
    secret = models.TextField()
    old_secret = models.TextField(blank=True)  # signs beside the new one for a day
    old_secret_until = models.DateTimeField(null=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True)
    created_at = models.DateTimeField(default=timezone.now)

    disabled = models.CharField(max_length=10, choices=Disabled.choices, blank=True)
    failures = models.PositiveIntegerField(default=0)  # in a row
    failing_since = models.DateTimeField(null=True)
    quiet_until = models.DateTimeField(null=True)  # one that fails is left alone for a while

    class Meta:
        ordering = ("created_at", "pk")

    def __str__(self) -> str:
        return self.url

    def purpose_of(self, name: str) -> str:
        """What a sealed secret is of. The old one was once the secret, and stays sealed as it."""
        return f"webhooks.endpoint:{self.pk}:secret"

    def wants(self, event: str) -> bool:
        return self.is_active and (not self.events or event in self.events)

    @property
    def event_labels(self) -> list[str]:
        return [Event(event).label for event in self.events]


class Message(models.Model):
    """Something that happened, in the very bytes that are sent and signed."""

    id = models.CharField(primary_key=True, max_length=64, default=new_message_id)
    project = models.ForeignKey(Project, models.CASCADE, related_name="+")
    event = models.CharField(max_length=40, choices=Event.choices)
    body = models.TextField()
    at = models.DateTimeField(default=timezone.now, db_index=True)

    def __str__(self) -> str:
        return f"{self.event} {self.id}"


class State(models.TextChoices):
    WAITING = "waiting", _("Waiting")
    DELIVERED = "delivered", _("Delivered")
    FAILED = "failed", _("Failed")


class Delivery(models.Model):
    """A message on its way to one endpoint. Written with the change that it tells of, so neither is
    there without the other; whoever works on it holds it for a while, so that a worker that is
    killed leaves it to the next.
    """

    message = models.ForeignKey(Message, models.CASCADE, related_name="deliveries")
    endpoint = models.ForeignKey(Endpoint, models.CASCADE, related_name="deliveries")
    state = models.CharField(max_length=10, choices=State.choices, default=State.WAITING)
    tries = models.PositiveSmallIntegerField(default=0)  # since it was last asked for
    next_at = models.DateTimeField(default=timezone.now)
    holder = models.CharField(max_length=32, blank=True)
    held_until = models.DateTimeField(null=True)

    class Meta:
        ordering = ("-message__at", "-pk")
        constraints = (
            models.UniqueConstraint(fields=("message", "endpoint"), name="one_delivery_of_each"),
        )
        indexes = (
            models.Index(
                fields=("next_at",), condition=Q(state="waiting"), name="deliveries_waiting"
            ),
        )

    def __str__(self) -> str:
        return f"{self.message_id} → {self.endpoint_id}"

    @property
    def due_at(self) -> datetime:
        """When it is tried, which is not while its endpoint is left alone."""
        return max(self.next_at, self.endpoint.quiet_until or self.next_at)

    @property
    def is_under_way(self) -> bool:
        """Something will have changed in a moment."""
        soon = timezone.now() + timedelta(seconds=10)
        return self.state == State.WAITING and self.endpoint.is_active and self.due_at < soon


class Attempt(models.Model):
    """One try. Without a status and a fault it is under way, or its worker was ended."""

    delivery = models.ForeignKey(Delivery, models.CASCADE, related_name="attempts")
    at = models.DateTimeField(default=timezone.now)
    status = models.PositiveSmallIntegerField(null=True)
    milliseconds = models.PositiveIntegerField(null=True)
    answer = models.CharField(max_length=MAX_ANSWER, blank=True)  # its beginning
    fault = models.CharField(max_length=12, choices=Fault.choices, blank=True)
    detail = models.CharField(max_length=MAX_DETAIL, blank=True)

    class Meta:
        ordering = ("-at", "-pk")

    def __str__(self) -> str:
        return f"{self.delivery} {self.status or self.fault}"

    @property
    def is_good(self) -> bool:
        return self.status is not None and 200 <= self.status < 300

    @property
    def is_open(self) -> bool:
        return self.status is None and not self.fault
