"""How bad an alert is. Pure."""

from enum import StrEnum

from django.utils.translation import gettext_lazy as _


class Tier(StrEnum):
    """Info is kept and digested, warning is told, critical calls somebody."""

    INFO = "info"
    WARNING = "warning"
    CRITICAL = "critical"

    @property
    def rank(self) -> int:
        return list(Tier).index(self)


TIERS = [
    (str(Tier.INFO), _("Info")),
    (str(Tier.WARNING), _("Warning")),
    (str(Tier.CRITICAL), _("Critical")),
]
