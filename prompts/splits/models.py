"""What is kept of splits: who gets what, how a canary is to go on, and each step."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.roles import Role
from prompts.names import MAX_LABEL
from prompts.splits.buckets import shares_of
from prompts.splits.kinds import WORDS

KINDS = [(kind.value, words) for kind, words in WORDS.items()]


class Split(models.Model):
    """A label that serves more than one version for a while. The label itself goes on pointing at
    `base`: that is what other prompts include.
    """

    prompt = models.ForeignKey("prompts.Prompt", models.CASCADE, null=True, related_name="splits")
    kept_under = models.ForeignKey(
        "prompts.Numbering", models.CASCADE, null=True, editable=False, related_name="+"
    )  # while the prompt is deleted
    label = models.CharField(_("label"), max_length=MAX_LABEL)
    base = models.PositiveIntegerField()
    salt = models.CharField(max_length=32)  # so that two splits do not pick the same units
    buckets = ArrayField(models.PositiveIntegerField())  # a hundred, each with its version
    started_at = models.DateTimeField(_("started"), default=timezone.now)
    started_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    role = models.CharField(max_length=10, choices=Role.choices)  # of who started it, at that time
    ended_at = models.DateTimeField(_("ended"), null=True)

    class Meta:
        verbose_name = _("split of a label")
        verbose_name_plural = _("splits of labels")
        ordering = ("-started_at", "-pk")
        constraints = (
            models.UniqueConstraint(
                fields=("prompt", "label"), condition=Q(ended_at=None), name="one_split_of_a_label"
            ),
        )

    def __str__(self) -> str:
        return f"{self.label}: {self.shares}"

    @property
    def shares(self) -> dict[int, int]:
        """Percent by version."""
        return shares_of(self.buckets)

    @property
    def is_canary(self) -> bool:
        return hasattr(self, "canary")


class Canary(models.Model):
    """How a split goes on by itself."""

    split = models.OneToOneField(Split, models.CASCADE, primary_key=True, related_name="canary")
    candidate = models.PositiveIntegerField()
    steps = ArrayField(models.PositiveIntegerField())  # percent of the candidate
    step = models.PositiveIntegerField(default=0)  # the index of the one that it is at
    step_at = models.DateTimeField(default=timezone.now)
    least_minutes = models.PositiveIntegerField()  # of each step
    least_calls = models.PositiveIntegerField()  # of the candidate in each step
    guards = models.JSONField(default=dict)  # a guard's key and its limit
    score = models.CharField(max_length=200, blank=True)  # that a guard is about
    checked_at = models.DateTimeField(null=True)
    findings = models.JSONField(default=dict)  # of the last check

    class Meta:
        verbose_name = _("canary")
        verbose_name_plural = _("canaries")

    def __str__(self) -> str:
        return f"{self.split_id}: v{self.candidate} at {self.steps[self.step]} %"


class SplitStep(models.Model):
    """One change of a split, by a person or by the canary itself, with what it was decided on."""

    split = models.ForeignKey(Split, models.CASCADE, related_name="history")
    kind = models.CharField(max_length=12, choices=KINDS)
    shares = models.JSONField(default=dict)  # percent by version, after the step
    reason = models.TextField(blank=True)
    findings = models.JSONField(default=dict)
    user = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        verbose_name = _("step of a split")
        verbose_name_plural = _("steps of splits")
        ordering = ("-at", "-pk")

    def __str__(self) -> str:
        return f"{self.split_id} {self.kind}"
