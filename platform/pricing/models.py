"""Prices as people see and change them. Rows are never edited in place by Sonde: a new price closes
the old one.
"""

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class ModelPrice(models.Model):
    """What a model's tokens cost from one day to another: of the bundled catalogue (no project), or
    one project's own.
    """

    id = models.CharField(primary_key=True, max_length=300)  # told on every span that it priced
    project = models.ForeignKey(
        "accounts.Project", on_delete=models.CASCADE, null=True, blank=True, related_name="prices"
    )
    model_name = models.CharField(_("model"), max_length=200)
    match_pattern = models.CharField(
        _("match pattern"),
        max_length=300,
        blank=True,
        help_text=_(
            "A regular expression (RE2) for the model's name; empty means exactly the name."
        ),
    )
    provider = models.CharField(_("provider"), max_length=80, blank=True)
    rates = models.JSONField(
        _("rates"),
        help_text=_(
            "Rows of [unit, dollars per token, above tokens, service tier], "
            'as ["input", "0.000003", 0, ""].'
        ),
    )
    valid_from = models.DateTimeField(_("valid from"), null=True, blank=True)
    valid_to = models.DateTimeField(_("valid to"), null=True, blank=True)
    source = models.CharField(_("source"), max_length=120)
    # What a client of the API said beside the rates, and the rates that it said it of.
    definition = models.JSONField(null=True, blank=True, editable=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    updated_at = models.DateTimeField(auto_now=True, db_index=True)

    class Meta:
        verbose_name = _("model price")
        verbose_name_plural = _("model prices")
        indexes = [models.Index(fields=["project", "model_name"])]

    def __str__(self) -> str:
        return self.id

    def clean(self) -> None:
        """Refuse a pattern or a rate that pricing could not use."""
        from django.core.exceptions import ValidationError

        from pricing.catalogue import InvalidPrice, price_of

        try:
            price_of(self)
        except InvalidPrice as error:
            raise ValidationError(str(error)) from error


class RepriceRun(models.Model):
    """Pricing a project's calls of some days again, as a person asked for it: how far it came.

    Whoever works on it holds it for a while (`holder`, `held_until`), so that a worker that is
    killed leaves it to the next one, which goes on from `position`.
    """

    project = models.ForeignKey(
        "accounts.Project", on_delete=models.CASCADE, related_name="reprice_runs"
    )
    model = models.CharField(max_length=500, blank=True)  # "" is every model
    since = models.DateTimeField()
    until = models.DateTimeField()
    asked_by = models.CharField(max_length=120, blank=True)
    asked_at = models.DateTimeField(default=timezone.now)
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    is_cancelled = models.BooleanField(default=False)
    error = models.CharField(max_length=200, blank=True)  # of a finished run: why it gave up

    hours = models.PositiveIntegerField(default=0)
    hours_done = models.PositiveIntegerField(default=0)
    seen = models.PositiveBigIntegerField(default=0)
    changed = models.PositiveBigIntegerField(default=0)
    before = models.DecimalField(max_digits=30, decimal_places=12, default=0)
    after = models.DecimalField(max_digits=30, decimal_places=12, default=0)

    # [hour, trace id, span id] as ASCII JSON: ids from outside may hold what Postgres cannot
    position = models.TextField(blank=True)
    holder = models.CharField(max_length=32, blank=True)
    held_until = models.DateTimeField(null=True)
    tries = models.PositiveSmallIntegerField(default=0)  # since it last got on

    class Meta:
        ordering = ("-asked_at", "-id")
        constraints = [
            models.UniqueConstraint(
                fields=["project"],
                condition=models.Q(finished_at=None),
                name="one_repricing_at_a_time",
            )
        ]

    def __str__(self) -> str:
        return f"{self.project_id} {self.since:%Y-%m-%d}–{self.until:%Y-%m-%d}"

    @property
    def is_over(self) -> bool:
        return self.finished_at is not None
