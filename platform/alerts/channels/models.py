"""Where a project's alerts are told: channels, what goes to them, and each try to bring it."""

from datetime import datetime, timedelta

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Project, User, new_id
from accounts.sealing import seal, unseal
from alerts.channels.message import Message, News, of_json
from alerts.channels.tiers import TIERS, Tier
from outbound.outcomes import MAX_ANSWER, MAX_DETAIL, Fault

MAX_NAME, MAX_ID = 100, 64
KEEP_TRYING = timedelta(hours=24)


def give_up_at() -> datetime:
    """Of what is asked for now."""
    return timezone.now() + KEEP_TRYING


class ChannelKind(models.TextChoices):
    EMAIL = "email", _("E-mail")
    SLACK = "slack", "Slack"
    WEBHOOK = "webhook", _("Webhook")
    PAGERDUTY = "pagerduty", "PagerDuty"
    TEAMS = "teams", "Microsoft Teams"


class Disabled(models.TextChoices):
    """Why Sonde stopped telling a channel anything."""

    REJECTED = "rejected", _("It refused several messages in a row. Check its address or its key.")
    SECRET = "secret", _("Its secret cannot be read any more. Enter it again.")


class Channel(models.Model):
    """`settings` are those of its kind, without secrets; `secret` is the sealed address, key or
    signing secret. It is told of alerts from `least_tier` on.
    """

    SEALED = ("secret", "old_secret")
    RECORD = (  # what `activate` makes clean
        "is_active", "disabled", "failures", "rejections", "failing_since", "quiet_until",
    )  # fmt: skip

    id = models.CharField(primary_key=True, max_length=MAX_ID, default=new_id, editable=False)
    project = models.ForeignKey(Project, models.CASCADE, related_name="alert_channels")
    name = models.CharField(_("Name"), max_length=MAX_NAME)
    kind = models.CharField(_("Kind"), max_length=9, choices=ChannelKind.choices)
    settings = models.JSONField(default=dict, blank=True)
    secret = models.TextField(blank=True)
    old_secret = models.TextField(blank=True)  # signs beside the new one for a day
    old_secret_until = models.DateTimeField(null=True)
    least_tier = models.CharField(
        _("Least tier"), max_length=8, choices=TIERS, default=str(Tier.WARNING)
    )
    digest_hour = models.PositiveSmallIntegerField(null=True, blank=True)  # None: wants no digest
    digest_zone = models.CharField(max_length=64, default="UTC")
    is_active = models.BooleanField(_("Active"), default=True)
    author = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    disabled = models.CharField(max_length=10, choices=Disabled.choices, blank=True)
    failures = models.PositiveIntegerField(default=0)  # in a row
    rejections = models.PositiveIntegerField(default=0)  # in a row
    failing_since = models.DateTimeField(null=True)
    quiet_until = models.DateTimeField(null=True)  # one that fails is left alone for a while

    class Meta:
        verbose_name = _("alert channel")
        verbose_name_plural = _("alert channels")
        ordering = ("created_at", "pk")
        constraints = (
            models.UniqueConstraint(fields=("project", "name"), name="one_channel_of_a_name"),
        )

    def __str__(self) -> str:
        return self.name

    def purpose_of(self, name: str) -> str:
        """What a sealed secret is of. The old one was once the secret, and stays sealed as it."""
        return f"alerts.channel:{self.pk}:secret"

    def give_secret(self, plain: str) -> None:
        """Not saved yet. Raises accounts.sealing.Unsealable where there is nothing to seal with."""
        self.secret = seal(plain, self.purpose_of("secret"))

    def plain_secret(self) -> str:
        """Raises accounts.sealing.Unsealable."""
        return unseal(self.secret, self.purpose_of("secret"))

    def activate(self) -> None:
        """With a clean record. Not saved yet: RECORD names the fields."""
        self.is_active, self.disabled = True, ""
        self.failures = self.rejections = 0
        self.failing_since = self.quiet_until = None

    def takes(self, tier: str) -> bool:
        return Tier(tier).rank >= Tier(self.least_tier).rank


class State(models.TextChoices):
    WAITING = "waiting", _("Waiting")
    DELIVERED = "delivered", _("Delivered")
    FAILED = "failed", _("Failed")


class Delivery(models.Model):
    """A message on its way to a channel. `key` is the id of the notice that it comes of, `part`
    tells apart what a channel is told one by one; what has the same `line` is told in order.
    Whoever works on it holds it for a while, so that a worker that is killed leaves it to the next.
    """

    channel = models.ForeignKey(Channel, models.CASCADE, related_name="deliveries")
    key = models.CharField(max_length=MAX_ID, db_index=True)
    part = models.CharField(max_length=MAX_ID, blank=True)
    line = models.CharField(max_length=MAX_ID)
    news = models.CharField(max_length=13, choices=News.choices)
    tier = models.CharField(max_length=8, choices=TIERS)
    content = models.JSONField()  # alerts.channels.message.as_json
    is_test = models.BooleanField(default=False)
    at = models.DateTimeField(default=timezone.now, db_index=True)
    state = models.CharField(max_length=10, choices=State.choices, default=State.WAITING)
    tries = models.PositiveSmallIntegerField(default=0)  # since it was last asked for
    next_at = models.DateTimeField(default=timezone.now)
    until = models.DateTimeField(default=give_up_at)  # then it is given up
    holder = models.CharField(max_length=32, blank=True)
    held_until = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("delivery of an alert")
        verbose_name_plural = _("deliveries of alerts")
        ordering = ("-at", "-pk")
        constraints = (
            models.UniqueConstraint(
                fields=("channel", "key", "part"), name="one_alert_delivery_of_each"
            ),
        )
        indexes = (
            models.Index(
                fields=("channel", "line"),
                condition=Q(state="waiting"),
                name="alert_deliveries_waiting",
            ),
            models.Index(fields=("channel", "-at"), name="alert_deliveries_of_channel"),
        )

    def __str__(self) -> str:
        return f"{self.key} → {self.channel_id}"

    @property
    def message(self) -> Message:
        return of_json(self.content)

    @property
    def dedup_key(self) -> str:
        """By which a receiver knows a second copy."""
        return f"{self.key}.{self.part}" if self.part else self.key

    @property
    def due_at(self) -> datetime:
        """When it is tried, which is not while its channel is left alone."""
        return max(self.next_at, self.channel.quiet_until or self.next_at)

    @property
    def is_under_way(self) -> bool:
        """Something will have changed in a moment."""
        soon = timezone.now() + timedelta(seconds=10)
        return self.state == State.WAITING and self.channel.is_active and self.due_at < soon


UNWRITTEN = "unwritten"
FAULTS = [*Fault.choices, (UNWRITTEN, _("Sonde could not write the message"))]


class Attempt(models.Model):
    """One try. Without a status and a fault it is under way, or its worker was ended. Of an e-mail
    the status is what the SMTP server answered: 250 is good.
    """

    delivery = models.ForeignKey(Delivery, models.CASCADE, related_name="attempts")
    at = models.DateTimeField(default=timezone.now)
    status = models.PositiveSmallIntegerField(null=True)
    milliseconds = models.PositiveIntegerField(null=True)
    answer = models.CharField(max_length=MAX_ANSWER, blank=True)  # its beginning
    fault = models.CharField(max_length=12, choices=FAULTS, blank=True)
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
