"""The models that a project calls, and what a call of each costs from now on."""

import time
from dataclasses import dataclass

from pricing import store
from pricing.catalogue import Catalogue, InvalidPrice, Price, matches, price_of
from pricing.models import ModelPrice
from pricing.rates import RateLine, lines
from traces.clickhouse import LimitReached, Unavailable
from traces.queries.pricing import ModelUse, models_in_use

DAYS = 30
DAY = 86_400 * 1_000_000_000
MOST = 200


@dataclass(frozen=True, slots=True)
class PricedUse:
    """A model in use with the price that a call of it gets now, and that price's row."""

    use: ModelUse
    price: Price | None
    row: ModelPrice | None
    is_repriceable: bool  # calls without a price could have one by now

    @property
    def state(self) -> str:
        """own, catalogue, sent (clients tell what they paid), unnamed, or unpriced."""
        if not self.use.model:
            return "unnamed"
        if self.price is not None:
            return "own" if self.row is not None and self.row.project_id else "catalogue"
        return "sent" if self.use.sent == self.use.calls else "unpriced"

    @property
    def rank(self) -> int:
        """What wants somebody's attention most comes first."""
        if self.state == "unpriced":
            return 0 if self.use.without_price else 1
        if self.state == "unnamed":
            return 4
        return 2 if self.use.without_price or self.use.without_rate else 3

    @property
    def date(self) -> str:
        """The day of the catalogue that told the price."""
        return self.price.id.rpartition("@")[2] if self.price else ""

    @property
    def lines(self) -> list[RateLine]:
        return lines(self.row.rates)[:1] if self.row else []


@dataclass(frozen=True, slots=True)
class InUse:
    """What was called in the last DAYS days; `is_known` is False while ClickHouse cannot tell."""

    models: list[PricedUse]
    is_known: bool = True
    is_cut: bool = False

    @property
    def unpriced(self) -> int:
        return sum(1 for one in self.models if one.state == "unpriced")


def uses(project_id: str, now: int) -> list[ModelUse]:
    since = now - DAYS * DAY
    return models_in_use(project_id, since=since, until=now + DAY, limit=MOST)


def in_use(project_id: str, catalogue: Catalogue | None = None) -> InUse:
    """The models of the last DAYS days, the unpriced first."""
    now = time.time_ns()
    try:
        found = uses(project_id, now)
    except (Unavailable, LimitReached):
        return InUse([], is_known=False)
    catalogue = catalogue or store.catalogue()
    prices = [price_at(catalogue, project_id, use, now) for use in found]
    rows = ModelPrice.objects.in_bulk([price.id for price in prices if price])
    priced = [
        PricedUse(
            use,
            price,
            rows.get(price.id) if price else None,
            use.without_price > 0 and price_at(catalogue, project_id, use, use.last) is not None,
        )
        for use, price in zip(found, prices, strict=True)
    ]
    return InUse(sorted(priced, key=lambda one: one.rank), is_cut=len(found) == MOST)


def price_at(catalogue: Catalogue, project_id: str, use: ModelUse, time: int) -> Price | None:
    if not use.model:
        return None
    return catalogue.price(project_id, provider=use.provider, model=use.model, time=time)


def matched(price: ModelPrice, found: list[ModelUse]) -> list[ModelUse]:
    """Which of these models an own price would answer for. Raises InvalidPrice."""
    sample = ModelPrice(
        id="preview",
        model_name=price.model_name,
        match_pattern=price.match_pattern,
        provider=price.provider,
        rates=[["input", 0, 0, ""]],
    )
    wanted = price_of(sample)
    return [
        use
        for use in found
        if use.model and matches(wanted, use.provider.strip().lower(), use.model.strip().lower())
    ]


def names(price: ModelPrice, found: list[ModelUse]) -> list[str]:
    try:
        return sorted({use.model for use in matched(price, found)})
    except InvalidPrice:
        return []
