"""Prices in memory, and which of them a model's name means."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from typing import Any

import re2

from pricing.matching import PROVIDERS, candidates, same_provider

MAX_DOLLARS_PER_TOKEN = Decimal(1000)
SERVICE_TIERS = ("", "batch", "flex", "priority")


class InvalidPrice(ValueError):
    """A price row that cannot be used; the message says why."""


@dataclass(frozen=True, slots=True)
class Price:
    """What one model's tokens cost while it is valid. Times are nanoseconds; None is open-ended."""

    id: str
    model_name: str
    provider: str
    # {service tier: ((above tokens, {unit: dollars per token}), …)}, the highest step first and
    # always one above 0
    steps: Mapping[str, tuple[tuple[int, Mapping[str, Decimal]], ...]]
    valid_from: int | None = None
    valid_to: int | None = None
    pattern: str = ""

    def rates(self, *, input_tokens: int, service_tier: str) -> Mapping[str, Decimal]:
        """Dollars per token by unit. A step holds for the whole request once its input goes over
        it.
        """
        steps = self.steps.get(service_tier) or self.steps[""]
        return next(rates for above, rates in steps if input_tokens > above or above == 0)

    def is_valid_at(self, time: int) -> bool:
        return (self.valid_from is None or self.valid_from <= time) and (
            self.valid_to is None or time < self.valid_to
        )


def price_of(row: Any) -> Price:
    """The price that a ModelPrice row describes. Raises InvalidPrice."""
    if row.match_pattern:
        compiled(row.match_pattern)
    return Price(
        id=row.id,
        model_name=row.model_name.lower(),
        provider=row.provider.lower(),
        steps=steps_of(row.rates),
        valid_from=nanoseconds(row.valid_from),
        valid_to=nanoseconds(row.valid_to),
        pattern=row.match_pattern,
    )


def steps_of(rates: list) -> dict[str, tuple[tuple[int, dict[str, Decimal]], ...]]:
    """Rows of [unit, dollars, above, service] as Price.steps; a step or service without a unit
    takes the plain one's.
    """
    table: dict[tuple[str, int], dict[str, Decimal]] = defaultdict(dict)
    for rate in rates:
        unit, dollars, above, service = checked(rate)
        table[service, above][unit] = dollars
    plain = table.get(("", 0))
    if not plain or not ("input" in plain or "output" in plain or "total" in plain):
        raise InvalidPrice("A price needs at least one rate for input, output or total tokens.")
    steps = {}
    for service in {service for service, _ in table}:
        below = plain if service == "" else plain | table.get((service, 0), {})
        made = [(0, below)]
        for above in sorted(above for name, above in table if name == service and above):
            below = below | table[service, above]
            made.append((above, below))
        steps[service] = tuple(reversed(made))
    return steps


def checked(rate: Any) -> tuple[str, Decimal, int, str]:
    try:
        unit, dollars, above, service = rate
        price = Decimal(str(dollars))
    except (TypeError, ValueError, InvalidOperation) as error:
        raise InvalidPrice(
            f"A rate is [unit, dollars per token, above tokens, service tier], not {rate!r}."
        ) from error
    if not isinstance(unit, str) or not isinstance(above, int) or above < 0:
        raise InvalidPrice(
            f"A rate is [unit, dollars per token, above tokens, service tier], not {rate!r}."
        )
    if not price.is_finite() or not 0 <= price <= MAX_DOLLARS_PER_TOKEN:
        raise InvalidPrice(
            f"{dollars} dollars per token is not between 0 and {MAX_DOLLARS_PER_TOKEN}."
        )
    if service not in SERVICE_TIERS:
        raise InvalidPrice(
            f"The service tier is one of batch, flex and priority or empty, not {service!r}."
        )
    return unit, price, above, service


def nanoseconds(time: datetime | None) -> int | None:
    return None if time is None else int(time.timestamp()) * 1_000_000_000


def compiled(pattern: str) -> Any:
    """A pattern for names, which are compared in lower case."""
    return compiled_as(pattern, case_sensitive=False)


@lru_cache(maxsize=1024)
def compiled_as(pattern: str, *, case_sensitive: bool) -> Any:
    """RE2 runs in time linear in the name, so that no project's pattern can hold a worker up."""
    options = re2.Options()
    options.log_errors = False
    options.never_capture = True
    options.case_sensitive = case_sensitive
    options.max_mem = 1 << 20
    try:
        return re2.compile(pattern, options)
    except re2.error as error:
        raise InvalidPrice(
            f"{pattern!r} is not a regular expression that RE2 reads: {error}"
        ) from error


class Catalogue:
    """Every price, found by name: a project's own first, then the bundled ones."""

    def __init__(
        self, bundled: Iterable[Price] = (), own: Iterable[tuple[str, Price]] = ()
    ) -> None:
        """`own` pairs a project id with its price."""
        self._bundled: dict[str, list[Price]] = defaultdict(list)
        self._own: dict[str, list[Price]] = defaultdict(list)
        for price in bundled:
            self._bundled[price.model_name].append(price)
        for project_id, price in own:
            self._own[project_id].append(price)
        self._found: dict[tuple[str, str, str], tuple[Price, ...]] = {}

    def price(self, project_id: str, *, provider: str, model: str, time: int) -> Price | None:
        """The price of `model` at `time` (nanoseconds), or None when nobody knows it."""
        key = (project_id if project_id in self._own else "", provider, model)
        found = self._found.get(key)
        if found is None:
            if len(self._found) > 10_000:  # model names come from outside
                self._found.clear()
            found = self._found[key] = tuple(self._matches(*key))
        return next((price for price in found if price.is_valid_at(time)), None)

    def _matches(self, project_id: str, provider: str, model: str) -> list[Price]:
        """In the order of preference, the newest of one name first."""
        provider, model = provider.strip().lower(), model.strip().lower()[:256]
        own = [price for price in self._own.get(project_id, ()) if matches(price, provider, model)]
        bundled = [
            price
            for name in candidates(provider, model)
            for price in self._bundled.get(name, ())
            if same_provider(provider, price.provider)
        ]
        return newest_first(own) + (keep_first_name(bundled))


def matches(price: Price, provider: str, model: str) -> bool:
    """Whether a project's own price is for this model."""
    if not is_of_provider(price, provider):
        return False
    if price.pattern:
        return compiled(price.pattern).search(model) is not None
    return price.model_name == model


def is_of_provider(price: Price, provider: str) -> bool:
    """An own price names its provider as calls do, or as the catalogue does."""
    if not price.provider or not provider or provider == price.provider:
        return True
    return provider in PROVIDERS and same_provider(provider, price.provider)


def newest_first(prices: list[Price]) -> list[Price]:
    return sorted(prices, key=lambda price: -(price.valid_from or 0))


def keep_first_name(prices: list[Price]) -> list[Price]:
    """Only the best-matching name's prices: an older day of a worse match must not answer for
    it.
    """
    return newest_first([price for price in prices if price.model_name == prices[0].model_name])
