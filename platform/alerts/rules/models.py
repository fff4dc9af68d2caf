"""Rules as people set them, how each segment stands, and what went wrong with evaluating."""

from functools import cached_property

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Project, User, new_id
from alerts.incidents.models import MAX_ID, MAX_NAME, TIERS
from alerts.incidents.tiers import Tier
from alerts.rules.definition import Definition
from alerts.rules.lifecycle import Phase, State
from alerts.rules.stored import read

MOST_RULES = 200  # of a project
MAX_ERROR = 500


class Rule(models.Model):
    """`version` grows with each change, so that an evaluation under an older one is thrown away.
    `evaluated_until` is the end of the last bucket evaluated, in seconds since 1970.
    """

    id = models.CharField(primary_key=True, max_length=MAX_ID, default=new_id, editable=False)
    project = models.ForeignKey(Project, models.CASCADE, related_name="alert_rules")
    name = models.CharField(_("Name"), max_length=MAX_NAME)
    note = models.CharField(_("Note"), max_length=1000, blank=True)  # what to do about it
    runbook_url = models.URLField(_("Runbook"), max_length=500, blank=True)
    definition = models.JSONField()
    is_on = models.BooleanField(_("On"), default=True)
    version = models.PositiveIntegerField(default=1)
    ready_made = models.CharField(max_length=40, blank=True)  # which it was made from
    author = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    updated_at = models.DateTimeField(auto_now=True)

    next_at = models.DateTimeField(default=timezone.now)
    evaluated_until = models.BigIntegerField(null=True)
    evaluated_at = models.DateTimeField(_("Last evaluated"), null=True)
    passed_over_at = models.DateTimeField(null=True)  # when a pause was too long to catch up
    unseen_segments = models.PositiveIntegerField(default=0)
    last_error = models.CharField(max_length=MAX_ERROR, blank=True)
    failing_since = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("alert rule")
        verbose_name_plural = _("alert rules")
        ordering = ("name", "pk")
        constraints = (
            models.UniqueConstraint(fields=("project", "name"), name="alert_rule_names"),
        )
        indexes = (
            models.Index(fields=("next_at",), condition=Q(is_on=True), name="alert_rules_due"),
        )

    def __str__(self) -> str:
        return self.name

    @cached_property
    def wanted(self) -> Definition:
        """Raises WrongRule where what is stored is none."""
        return read(self.definition)


class SegmentState(models.Model):
    """How one segment of a rule stands: lifecycle.State, and the bucket that was judged last."""

    rule = models.ForeignKey(Rule, models.CASCADE, related_name="segments")
    fingerprint = models.CharField(max_length=64)
    labels = models.JSONField(default=dict)
    phase = models.CharField(
        max_length=8, choices=[(str(one), str(one)) for one in Phase], default=str(Phase.INACTIVE)
    )
    tier = models.CharField(max_length=8, choices=TIERS, blank=True)
    since = models.BigIntegerField(null=True)
    good_since = models.BigIntegerField(null=True)
    unknown_since = models.BigIntegerField(null=True)
    evaluated = models.BigIntegerField(default=0)
    firings = models.JSONField(default=list)
    last_seen = models.BigIntegerField(default=0)  # the end of the last bucket with anything in it
    verdict = models.CharField(max_length=8, blank=True)
    facts = models.JSONField(default=dict)

    class Meta:
        ordering = ("pk",)
        constraints = (
            models.UniqueConstraint(fields=("rule", "fingerprint"), name="one_state_of_a_segment"),
        )

    def __str__(self) -> str:
        return f"{self.rule_id} {self.phase}"

    @property
    def state(self) -> State:
        return State(
            phase=Phase(self.phase),
            tier=Tier(self.tier) if self.tier else None,
            since=self.since,
            good_since=self.good_since,
            unknown_since=self.unknown_since,
            evaluated=self.evaluated,
            firings=tuple(self.firings),
        )

    def take(self, state: State) -> None:
        self.phase, self.tier = str(state.phase), str(state.tier or "")
        self.since, self.good_since = state.since, state.good_since
        self.unknown_since, self.evaluated = state.unknown_since, state.evaluated
        self.firings = list(state.firings)
