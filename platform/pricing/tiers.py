"""Langfuse's pricing tiers ↔ the rates of a price row.

A tier is a set of prices that holds under conditions. Two kinds of condition mean something here:
that the input is longer than so many tokens, and that the call was made at a service tier.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from pricing.catalogue import SERVICE_TIERS, InvalidPrice, compiled_as, steps_of
from pricing.units import unit_of

STANDARD = "Standard"
INPUT = "^input"
SERVICE_KEYS = ("service_tier", "serviceTier")
MAX_STEP = 10**12


@dataclass(frozen=True, slots=True)
class Tier:
    """`prices` are dollars per unit; `above` and `service` are what its conditions come to."""

    name: str
    priority: int
    prices: Mapping[str, Decimal]
    above: int = 0
    service: str = ""
    conditions: Sequence[Mapping[str, Any]] = field(default=())

    @property
    def is_default(self) -> bool:
        return not (self.above or self.service)


def tiers_of(rates: list) -> list[Tier]:
    """What a row's rates say, the default first; each tier with all the prices that then hold."""
    steps = steps_of(rates)
    found = [Tier(STANDARD, 0, steps[""][-1][1])]
    for service in sorted(steps, key=SERVICE_TIERS.index):
        for above, prices in steps[service]:
            if above or service:
                found.append(
                    Tier(
                        _name(service, above),
                        len(found),
                        prices,
                        above,
                        service,
                        _conditions(service, above),
                    )
                )
    return found


def _name(service: str, above: int) -> str:
    words = [service.capitalize()] if service else []
    return " ".join([*words, f"above {above:,} input tokens"] if above else words)


def _conditions(service: str, above: int) -> list[dict]:
    conditions: list[dict] = []
    if above:
        conditions.append(
            {
                "usageDetailPattern": INPUT,
                "operator": "gt",
                "value": above,
                "caseSensitive": False,
            }
        )
    if service:
        conditions.append(
            {
                "source": "model_parameters",
                "key": SERVICE_KEYS[0],
                "operator": "in",
                "values": [service],
            }
        )
    return conditions


def rates_of(tiers: Sequence[Tier]) -> list[list]:
    """The rows that price like these tiers. Raises InvalidPrice where two of them collide."""
    rates: dict[tuple[str, int, str], Decimal] = {}
    for tier in tiers:
        for key, dollars in tier.prices.items():
            place = _unit(key), tier.above, tier.service
            if rates.setdefault(place, dollars) != dollars:
                raise InvalidPrice(f"“{key}” counts the same as another key of another price.")
    return [
        [unit, f"{dollars.normalize():f}", above, service]
        for (unit, above, service), dollars in rates.items()
    ]


def _unit(key: str) -> str:
    unit = unit_of(key)
    if not unit:
        raise InvalidPrice(f"Nothing is known of the unit “{key}”: input, output and total are.")
    return unit


def step_in(condition: Mapping[str, Any]) -> int:
    """The number of input tokens above which a usage condition holds. Raises InvalidPrice."""
    pattern, value = condition.get("usageDetailPattern"), condition.get("value")
    is_cased = condition.get("caseSensitive", False)
    if not isinstance(pattern, str) or not isinstance(is_cased, bool):
        raise InvalidPrice("A usage condition needs usageDetailPattern, operator and value.")
    expression = compiled_as(pattern, case_sensitive=is_cased)
    if not expression.search("input") or expression.search("output"):
        raise InvalidPrice(f"A tier can hold above a number of input tokens, not of “{pattern}”.")
    if not isinstance(value, int | float) or isinstance(value, bool) or not 0 < value < MAX_STEP:
        raise InvalidPrice("A usage condition's value must be a positive number of tokens.")
    if int(value) != value or condition.get("operator") not in ("gt", "gte"):
        raise InvalidPrice("A tier can hold above (gt, gte) a whole number of tokens.")
    return int(value) - (condition["operator"] == "gte")


def services_in(condition: Mapping[str, Any]) -> list[str]:
    """The service tiers that an attribute condition names. Raises InvalidPrice."""
    values = condition.get("values")
    if (
        condition.get("source") not in ("model_parameters", "metadata")
        or condition.get("key") not in SERVICE_KEYS
        or condition.get("operator", "in") != "in"
        or not isinstance(values, list)
        or not values
        or not all(value in SERVICE_TIERS[1:] for value in values)
    ):
        raise InvalidPrice(
            "Of attributes, a tier can ask for service_tier in batch, flex and priority."
        )
    return values
