"""What tokens of a call cost by the price table, at other rates than its own. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from pricing.catalogue import Catalogue, Price
from pricing.cost import rate_of
from pricing.units import unit_of
from traces.queries.advice import Call

BATCH = "batch"
CACHED, WRITTEN = "input_cached_tokens", "input_cache_creation"


@dataclass(frozen=True, slots=True)
class InputRates:
    """Dollars per token of input: plain, read from a cache, and written to one."""

    plain: float
    cached: float
    written: float


class Charges:
    """The prices of a project, each looked up once."""

    def __init__(self, project_id: str, catalogue: Catalogue) -> None:
        self._project_id, self._catalogue = project_id, catalogue
        self._prices: dict[tuple[str, str], Price | None] = {}

    def price(self, provider: str, model: str, at: int) -> Price | None:
        key = provider, model
        if key not in self._prices:
            self._prices[key] = self._catalogue.price(
                self._project_id, provider=provider, model=model, time=at
            )
        return self._prices[key]

    def input_rates(self, call: Call) -> InputRates | None:
        """None where no price of cached input is known, or it is no lower."""
        price = self.price(call.provider, call.model, call.at)
        rates = price.rates(input_tokens=call.input_tokens, service_tier="") if price else {}
        plain, cached = rates.get("input"), rates.get(CACHED)
        if plain is None or cached is None or cached >= plain:
            return None
        return InputRates(float(plain), float(cached), float(rates.get(WRITTEN, plain)))

    def plain_rate(self, call: Call) -> float | None:
        """Dollars of a token of input that no cache had."""
        price = self.price(call.provider, call.model, call.at)
        rates = price.rates(input_tokens=call.input_tokens, service_tier="") if price else {}
        rate = rates.get("input")
        return None if rate is None else float(rate)

    def batch_share(self, call: Call) -> float | None:
        """Which share of its cost a call has left in a batch; None where no price says."""
        price = self.price(call.provider, call.model, call.at)
        if price is None or BATCH not in price.steps:
            return None
        plain, batch = (roughly(price, call, tier) for tier in ("", BATCH))
        if not plain or batch is None or batch >= plain:
            return None
        if call.cost is not None and float(call.cost) <= 1.001 * batch:
            return None  # it was one
        return batch / plain


def roughly(price: Price, call: Call, service_tier: str) -> float | None:
    """As pricing.cost_of, in floats: thousands of calls are looked at, and only shares are told."""
    rates = price.rates(input_tokens=call.input_tokens, service_tier=service_tier)
    total = 0.0
    for key, count in call.usage.items():
        unit = unit_of(key)
        if not count or unit == "total":
            continue
        rate = rate_of(rates, unit)
        if rate is None:
            return None
        total += float(rate) * count
    return total


def cached_tokens(usage: Mapping[str, int]) -> int:
    """Input that was read from a cache already."""
    return sum(count for key, count in usage.items() if unit_of(key) == CACHED)


def at_rates(price: Price, units: Mapping[str, float], *, input_per_call: float) -> Decimal | None:
    """What so many units cost, by the step of a call of that many input tokens. None where a unit
    has no rate.
    """
    rates = price.rates(input_tokens=round(input_per_call), service_tier="")
    total = Decimal(0)
    for unit, count in units.items():
        if not count:
            continue
        rate = rate_of(rates, unit)
        if rate is None:
            return None
        total += rate * Decimal(repr(float(count)))
    return total
