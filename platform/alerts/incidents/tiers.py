"""What an alert does, and how bad it is. Pure."""

from enum import StrEnum

from alerts.channels.tiers import Tier

__all__ = ("Step", "Tier")


class Step(StrEnum):
    """What an alert did."""

    FIRED = "fired"
    TIER = "tier"  # worse or less bad
    RESOLVED = "resolved"
