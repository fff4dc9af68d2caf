"""Tokens → dollars: the arithmetic, and filling in the cost of spans as they come in."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from pricing import store
from pricing.catalogue import Catalogue, Price
from pricing.units import CHARGED_AS, token_totals, unit_of
from traces.records import Span

PICODOLLAR = Decimal("1e-12")  # what the store keeps
MAX_COST = Decimal(999_999)
MODEL_CALLS = frozenset({"GENERATION", "EMBEDDING"})
SERVICE_TIER_KEYS = ("service_tier", "gen_ai.request.service_tier", "openai.request.service_tier")
SERVICE_TIER_ATTRIBUTES = (
    "gen_ai.openai.response.service_tier",
    "openai.response.service_tier",
    "gen_ai.openai.request.service_tier",
    "openai.request.service_tier",
)
SERVICE_TIERS = {"batch": "batch", "flex": "flex", "priority": "priority", "fast": "priority"}


@dataclass(frozen=True, slots=True)
class Cost:
    """Dollars by usage key. `total` is None when some of the tokens have no known price."""

    by_key: Mapping[str, Decimal]
    total: Decimal | None


def cost_of(price: Price, usage: Mapping[str, int], *, service_tier: str = "") -> Cost:
    """What `usage` costs: Σ tokens × rate of its unit, a unit without a rate charged as providers
    do.

    Usage keys exclude each other (`input` is what was neither read from nor written to a cache), as
    Langfuse's do. A bare
    total is priced only where the model charges for one side alone, as embedding models do.
    """
    input_tokens, _, _ = token_totals(usage)
    rates = price.rates(input_tokens=input_tokens, service_tier=service_tier)
    sided = any(unit_of(key) not in ("", "total") for key in usage)
    by_key: dict[str, Decimal] = {}
    is_known = True
    for key, count in usage.items():
        unit = unit_of(key)
        if count == 0 or (unit == "total" and sided):
            continue
        rate = total_rate(rates) if unit == "total" else rate_of(rates, unit)
        if rate is None:
            is_known = False
        else:
            by_key[key] = (rate * count).quantize(PICODOLLAR)
    return Cost(by_key, sum(by_key.values(), Decimal(0)) if is_known else None)


def rate_of(rates: Mapping[str, Decimal], unit: str) -> Decimal | None:
    while unit:
        if unit in rates:
            return rates[unit]
        unit = CHARGED_AS.get(unit, "")
    return None


def total_rate(rates: Mapping[str, Decimal]) -> Decimal | None:
    """Dollars for a token that may be of either side."""
    if "total" in rates:
        return rates["total"]
    return rates.get("input") if not rates.get("output") else None


def price_spans(spans: Iterable[Span], catalogue: Catalogue | None = None) -> None:
    """Fill in tokens, cost and where the cost comes from, in place. What a client said it paid is
    kept as said.

    cost_source tells: sent, computed (price_id names the price), unknown (a model was called and
    its price or its tokens are
    not known) or "" (nothing to pay for). Unknown leaves total_cost None.
    """
    catalogue = catalogue or store.catalogue()
    for span in spans:
        if span.usage:
            span.input_tokens, span.output_tokens, span.total_tokens = token_totals(span.usage)
        if span.cost_source == "sent":
            keep_sent_cost(span)
        elif span.usage or span.type in MODEL_CALLS:
            compute_cost(span, catalogue)


def keep_sent_cost(span: Span) -> None:
    cost = {
        key: value
        for key, value in span.cost.items()
        if value.is_finite() and 0 <= value <= MAX_COST
    }
    if len(cost) != len(span.cost):
        span.marks = [*span.marks, "cost_out_of_range"]
    if not cost:
        span.cost, span.total_cost, span.cost_source = {}, None, "unknown"
        return
    cost = {key: value.quantize(PICODOLLAR) for key, value in cost.items()}
    if "total" not in cost:
        cost["total"] = min(sum(cost.values(), Decimal(0)), MAX_COST)
    span.cost, span.total_cost = cost, cost["total"]


def compute_cost(span: Span, catalogue: Catalogue) -> None:
    span.cost, span.total_cost, span.cost_source, span.price_id = {}, None, "", ""
    if not span.usage:
        # A call that failed or still runs has used nothing that anybody told of; one that ended
        # well has.
        if span.model and span.level != "ERROR" and span.end_time is not None:
            span.cost_source = "unknown"
        return
    if not span.model and span.type not in MODEL_CALLS:
        return  # an agent that sums its children up is no call of a model
    price = None
    if span.model:
        price = catalogue.price(
            span.project_id, provider=span.provider, model=span.model, time=span.start_time
        )
    if price is None:
        span.cost_source = "unknown" if span.total_tokens else ""
        return
    cost = cost_of(price, span.usage, service_tier=service_tier(span))
    span.price_id = price.id
    if max(cost.by_key.values(), default=0) <= MAX_COST:  # else no column holds it
        span.cost = dict(cost.by_key)
    if cost.total is None or cost.total > MAX_COST:
        span.cost_source = "unknown"
        return
    span.cost["total"] = span.total_cost = cost.total
    span.cost_source = "computed"


def service_tier(span: Span) -> str:
    """batch, flex or priority as the response said, else as the request asked; "" is the plain
    one.
    """
    said = next(
        (span.attributes[key] for key in SERVICE_TIER_ATTRIBUTES if key in span.attributes), ""
    )
    if not said:
        said = next(
            (
                span.model_parameters[key]
                for key in SERVICE_TIER_KEYS
                if key in span.model_parameters
            ),
            "",
        )
    return SERVICE_TIERS.get(said.strip('"').lower(), "")
