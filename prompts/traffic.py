"""What a longer or shorter prompt costs at today's traffic."""

import time
from dataclasses import dataclass
from decimal import Decimal

from pricing import store
from pricing.cost import rate_of, total_rate
from traces.clickhouse import LimitReached, Unavailable
from traces.queries.prompt_traffic import ModelCalls, models_of_prompt

DAY = 86_400 * 1_000_000_000


@dataclass(frozen=True, slots=True)
class Traffic:
    """The calls of a prompt in the last 24 hours, and what a token of input costs at each."""

    calls: int
    rates: list[tuple[ModelCalls, Decimal | None]]

    @property
    def without_price(self) -> int:
        return sum(one.calls for one, rate in self.rates if rate is None)

    def cost_of(self, tokens: int) -> Decimal | None:
        """Dollars a day that so many more tokens cost; None where no call has a known price."""
        known = [one.calls * rate * tokens for one, rate in self.rates if rate is not None]
        return sum(known, Decimal(0)) if known else None


def today(project_id: str, name: str) -> Traffic | None:
    """None while ClickHouse cannot tell."""
    now = time.time_ns()
    try:
        models = models_of_prompt(project_id, name, since=now - DAY, until=now)
    except (Unavailable, LimitReached):
        return None
    rates = [(one, _rate(project_id, one, now)) for one in models]
    return Traffic(sum(one.calls for one in models), rates)


def _rate(project_id: str, one: ModelCalls, now: int) -> Decimal | None:
    """Dollars for a token of a plain, short input."""
    if not one.model:
        return None
    price = store.catalogue().price(project_id, provider=one.provider, model=one.model, time=now)
    if price is None:
        return None
    rates = price.rates(input_tokens=0, service_tier="")
    return rate_of(rates, "input") if "input" in rates else total_rate(rates)
