"""Tokens and money as an event states them, in every shape that Langfuse's clients have had."""

from decimal import Decimal

from ingest.langfuse.body import Body, finite
from ingest.mapping import limits

MAX_UNITS = 2**53
MAX_DOLLARS = Decimal(1_000_000)
SMALLEST_DOLLARS = Decimal("1e-12")

# OpenAI's usage objects: the totals of a side contain its details, ours do not.
_SIDES = (
    ("input", ("prompt_tokens", "input_tokens", "promptTokens"),
     ("prompt_tokens_details", "input_tokens_details")),
    ("output", ("completion_tokens", "output_tokens", "completionTokens"),
     ("completion_tokens_details", "output_tokens_details")),
    ("total", ("total_tokens", "totalTokens"), ()),
)  # fmt: skip
_OPENAI_NAMES = {name for _, totals, details in _SIDES for name in (*totals, *details)}
_COST_NAMES = {"inputCost": "input", "outputCost": "output", "totalCost": "total"}


def stated_usage(body: Body) -> dict[str, int]:
    """Units by Langfuse's names, {} where nothing was said. `usageDetails` goes before `usage`."""
    for key in ("usageDetails", "usage"):
        sent = body.values.get(key)
        if isinstance(sent, dict) and (usage := _usage_of(sent, body)):
            return usage
        if sent is not None and not isinstance(sent, dict):
            body.marks.add("usage_invalid")
    return {}


def _usage_of(sent: dict, body: Body) -> dict[str, int]:
    usage: dict[str, int] = {}
    for side, totals, details in _SIDES:
        total = next((sent[name] for name in totals if sent.get(name) is not None), None)
        if total is not None and (units := _units(total, body)) is not None:
            usage[side] = units
        for name in details:
            _subtract_details(usage, side, sent.get(name), body)
    for name, value in sent.items():
        if name not in _OPENAI_NAMES and name not in _COST_NAMES and name != "unit":
            units = None if value is None else _units(value, body)
            if units is not None:
                usage[name] = units
    return _bounded(usage, body, "usage_invalid")


def _bounded(amounts: dict, body: Body, mark: str) -> dict:
    """The first of the amounts, as many as can be added up. Nobody counts more kinds of tokens."""
    kept = [item for item in amounts.items() if len(item[0]) <= limits.KEY_CHARACTERS]
    if len(kept) == len(amounts) <= limits.USAGE_KEYS:
        return amounts
    body.marks.add(mark)
    return dict(kept[: limits.USAGE_KEYS])


def _subtract_details(usage: dict[str, int], side: str, details: object, body: Body) -> None:
    if not isinstance(details, dict):
        return
    for name, value in details.items():
        units = None if value is None else _units(value, body)
        if units is not None:
            usage[f"{side}_{name}"] = units
            usage[side] = max(usage.get(side, 0) - units, 0)


def _units(value: object, body: Body) -> int | None:
    number = finite(value)
    if number is None or number < 0 or number > MAX_UNITS or number != int(number):
        body.marks.add("usage_invalid")
        return None
    return int(number)


def stated_cost(body: Body) -> dict[str, Decimal]:
    """Dollars by the usage's names and `total`, {} where nothing was said."""
    details, usage = body.values.get("costDetails"), body.values.get("usage")
    cost = {}
    if isinstance(details, dict):
        cost = {name: _dollars(value, body) for name, value in details.items() if value is not None}
    elif details is not None:
        body.marks.add("cost_invalid")
    if not cost and isinstance(usage, dict):
        cost = {
            name: _dollars(usage[key], body)
            for key, name in _COST_NAMES.items()
            if usage.get(key) is not None
        }
    known = {name: dollars for name, dollars in cost.items() if dollars is not None}
    known = _bounded(known, body, "cost_invalid")
    if known and "total" not in known:
        known["total"] = sum(known.values(), Decimal(0))
    return known


def _dollars(value: object, body: Body) -> Decimal | None:
    number = finite(value)
    dollars = None if number is None else Decimal(str(value))
    if dollars is None or dollars < 0 or dollars >= MAX_DOLLARS:
        body.marks.add("cost_invalid")
        return None
    return dollars.quantize(SMALLEST_DOLLARS)
