"""How bad an alert is, and what it does. Pure."""

from enum import StrEnum


class Tier(StrEnum):
    """Info is kept and digested, warning is told, critical calls somebody."""

    INFO = "info"
    WARNING = "warning"
    CRITICAL = "critical"

    @property
    def rank(self) -> int:
        return list(Tier).index(self)


class Step(StrEnum):
    """What an alert did."""

    FIRED = "fired"
    TIER = "tier"  # worse or less bad
    RESOLVED = "resolved"
