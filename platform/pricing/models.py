"""Prices as people see and change them. Rows are never edited in place by Sonde: a new price closes
the old one.
"""

from django.db import models
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
