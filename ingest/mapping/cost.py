"""What a call cost, where the sender says so."""

from decimal import Decimal, InvalidOperation

from ingest.mapping import limits, text
from ingest.mapping.groups import KNOWN, Heaps
from ingest.mapping.origin import Origin
from traces.records import Span

DETAILS = "langfuse.observation.cost_details"
TOTAL = ("gen_ai.usage.cost", "llm.cost.total", "mlflow.llm.cost", "langwatch.cost")

KEYS = {DETAILS, *TOTAL}
MOST_DOLLARS = Decimal(1_000_000)


def apply(span: Span, heaps: Heaps, origin: Origin, marks: set[str]) -> None:
    span.cost = _sent(heaps[KNOWN], marks)
    if origin.is_openlit and not any(span.cost.values()):
        span.cost = {}  # it writes 0 for a model that it has no price of
    if span.cost:
        span.cost_source = "sent"
        whole = span.cost.get("total")
        span.total_cost = whole if whole is not None else sum(span.cost.values(), Decimal(0))


def _sent(known: dict, marks: set[str]) -> dict[str, Decimal]:
    found = text.parsed(known.get(DETAILS))
    if isinstance(found, dict):
        del known[DETAILS]
        return dollars(found, marks)
    for key in TOTAL:
        value = known.get(key)
        if value is None or value == "":
            continue
        value = text.parsed(value)
        total = value.get("total_cost") if isinstance(value, dict) else value
        if cost := dollars({"total": total}, marks):
            del known[key]
            return cost
    return {}


def dollars(values: dict[str, object], marks: set[str]) -> dict[str, Decimal]:
    """Amounts of money. What is none, or more than anyone ever paid for a call, is left out and
    marked.
    """
    kept = {}
    for key, value in list(values.items())[: limits.USAGE_KEYS]:
        if value is None or isinstance(value, bool | list | dict):
            continue
        try:
            amount = Decimal(str(value))
        except InvalidOperation:
            amount = Decimal("NaN")
        if amount.is_finite() and 0 <= amount <= MOST_DOLLARS:
            kept[text.label(key, marks)] = amount
        else:
            marks.add("cost_refused")
    return kept
