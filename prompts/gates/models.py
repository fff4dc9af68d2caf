"""What is kept of gates: their settings, and every run."""

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Project, User
from prompts.gates.verdicts import WORDS
from prompts.names import MAX_LABEL, MAX_NAME

MAX_REASON = 1_000
CHOICES = [(verdict.value, words) for verdict, words in WORDS.items()]


class Gate(models.Model):
    """The checks of a label: of one prompt, or of every prompt of the project that has no gate of
    its own for the label.
    """

    project = models.ForeignKey(Project, models.CASCADE, related_name="+")
    prompt = models.ForeignKey(
        "prompts.Prompt", models.CASCADE, null=True, blank=True, related_name="gates"
    )
    label = models.CharField(_("label"), max_length=MAX_LABEL)
    checks = models.JSONField(_("checks"), default=dict)  # a check's key and its setting
    changed_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    changed_at = models.DateTimeField(_("changed"), default=timezone.now)

    class Meta:
        verbose_name = _("gate")
        verbose_name_plural = _("gates")
        ordering = ("label", "prompt__name")
        constraints = (
            models.UniqueConstraint(
                fields=("project", "label"),
                condition=Q(prompt=None),
                name="one_gate_of_a_label_for_all",
            ),
            models.UniqueConstraint(fields=("prompt", "label"), name="one_gate_of_a_label"),
        )

    def __str__(self) -> str:
        return f"{self.label}: {self.prompt.name if self.prompt else '*'}"


class GateRun(models.Model):
    """What the checks said of one version at one time, kept whatever becomes of the gate and the
    prompt.
    """

    prompt = models.ForeignKey(
        "prompts.Prompt", models.CASCADE, null=True, related_name="gate_runs"
    )
    kept_under = models.ForeignKey(
        "prompts.Numbering", models.CASCADE, null=True, editable=False, related_name="+"
    )  # while there is no such prompt
    label = models.CharField(_("label"), max_length=MAX_LABEL)
    number = models.PositiveIntegerField(_("version"))
    against = models.PositiveIntegerField(_("against version"), null=True)
    verdict = models.CharField(_("verdict"), max_length=7, choices=CHOICES)
    results = models.JSONField(default=list)
    is_move = models.BooleanField(default=False)  # whether a label was to move, or somebody asked
    override = models.CharField(_("reason to override the gate"), max_length=MAX_REASON, blank=True)
    way = models.CharField(max_length=8)
    user = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    public_key = models.CharField(max_length=200, blank=True)
    at = models.DateTimeField(_("run"), default=timezone.now, editable=False)

    class Meta:
        verbose_name = _("run of a gate")
        verbose_name_plural = _("runs of gates")
        ordering = ("-at", "-pk")
        indexes = (models.Index(fields=("prompt", "at")),)

    def __str__(self) -> str:
        return f"{self.label} v{self.number}: {self.verdict}"


class GateChange(models.Model):
    """That somebody set a gate up, changed or deleted it. `prompt_name` is empty where the gate was
    for every prompt; no checks before, or after, where there was no gate.
    """

    project = models.ForeignKey(Project, models.CASCADE, related_name="+")
    prompt_name = models.CharField(_("prompt"), max_length=MAX_NAME, blank=True)
    label = models.CharField(_("label"), max_length=MAX_LABEL)
    before = models.JSONField(_("checks before"), null=True)
    after = models.JSONField(_("checks after"), null=True)
    user = models.ForeignKey(
        User, models.SET_NULL, null=True, related_name="+", verbose_name=_("user")
    )
    at = models.DateTimeField(_("changed"), default=timezone.now, editable=False)

    class Meta:
        verbose_name = _("change of a gate")
        verbose_name_plural = _("changes of gates")
        ordering = ("-at", "-pk")

    def __str__(self) -> str:
        return f"{self.label}: {self.prompt_name or '*'}"
