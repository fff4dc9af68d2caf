"""What the answer to a question has to be, reckoned in plain Python over the same rows."""

from collections import defaultdict
from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

from tests.traces.metrics.things import Thing, things
from traces.queries.metrics import Question

PERCENT = {"p50": 0.5, "p75": 0.75, "p90": 0.9, "p95": 0.95, "p99": 0.99}


def reckoned(question: Question, sample) -> list[dict[str, Any]]:
    """The rows in the answer's own order."""
    found = things(question, sample)
    keyed = [(key, thing) for thing in found for key in _keys(question, thing)]
    columns = [f"{one.aggregation}_{one.name}" for one in question.measures]
    order = question.order or columns[0]
    by_key = defaultdict(list)
    for key, thing in keyed:
        by_key[key].append(thing)
    top = sorted(by_key)
    if question.by:
        top = _ranked(question, by_key, order)[: question.most]
    groups = defaultdict(list)
    for key, thing in keyed:
        if key in top:
            groups[_bucket(question, thing), key].append(thing)
        elif question.rest:
            groups[_bucket(question, thing), (None,) * len(key)].append(thing)
    if not question.by and not question.bucket:
        groups.setdefault((None, ()), [])
    places = {key: number for number, key in enumerate(top)}
    rows = []
    for at, key in sorted(groups, key=lambda one: (one[0] or 0, places.get(one[1], len(top)))):
        row = {"time": at} if question.bucket else {}
        row |= dict(zip(question.by, key, strict=True))
        rows.append(row | _measured(question, groups[at, key]))
    return rows


def _ranked(question: Question, by_key: dict, order: str) -> list[tuple]:
    """Unknown values last, equal ones by their key."""
    if order in question.by:
        place = question.by.index(order)
        return sorted(sorted(by_key), key=lambda key: key[place], reverse=not question.ascending)
    values = {key: _measured(question, things)[order] for key, things in by_key.items()}
    sign = 1 if question.ascending else -1
    return sorted(by_key, key=lambda key: (values[key] is None, sign * (values[key] or 0), key))


def _keys(question: Question, thing: Thing) -> list[tuple]:
    """One, or several where a dimension is a list."""
    keys: list[tuple] = [()]
    for name in question.by:
        value = _clock(question, thing, name) or thing.dimensions[name]
        values = (sorted(set(value)) or [""]) if isinstance(value, list) else [value]
        keys = [(*key, one) for key in keys for one in values]
    return keys


def local(moment: int, zone: str) -> datetime:
    return datetime.fromtimestamp(moment // 10**9, UTC).astimezone(ZoneInfo(zone))


def _clock(question: Question, thing: Thing, name: str) -> str:
    if name == "hour":
        return str(local(thing.at, question.zone).hour)
    if name == "weekday":
        return str(local(thing.at, question.zone).isoweekday())
    return ""


def _bucket(question: Question, thing: Thing) -> int | None:
    """By the clock on the wall, without a look at the edges that the layer makes."""
    if not question.bucket:
        return None
    at = local(thing.at, question.zone)
    if question.bucket == "hour":  # of every zone here, hours begin with those of UTC
        return thing.at // (3600 * 10**9) * 3600 * 10**9
    day = at.replace(hour=0, minute=0, second=0, microsecond=0, fold=0)
    if question.bucket == "6h":
        day = day.replace(hour=at.hour // 6 * 6)
    if question.bucket == "week":
        day = datetime.fromisocalendar(*at.isocalendar()[:2], 1).replace(tzinfo=at.tzinfo)
    if question.bucket == "month":
        day = day.replace(day=1)
    return int(day.timestamp()) * 10**9


def _measured(question: Question, found: list[Thing]) -> dict[str, Any]:
    measured = {}
    for one in question.measures:
        known = [v for thing in found if (v := thing.quantities[one.name]) is not None]
        value = AGGREGATE[one.aggregation](known)
        is_unknown = one.aggregation == "sum" and found and not known
        measured[f"{one.aggregation}_{one.name}"] = None if is_unknown else value
    return measured


def _sum(values: list) -> Any:
    summed = sum(values)
    return float(summed) if isinstance(summed, Decimal) else summed


def _mean(values: list) -> float | None:
    return float(sum(values)) / len(values) if values else None


def _percentile(values: list, level: float) -> float | None:
    """Between the two nearest, as spreadsheets do (PERCENTILE.INC)."""
    if not values:
        return None
    ordered = sorted(map(float, values))
    place = level * (len(ordered) - 1)
    low = int(place)
    high = min(low + 1, len(ordered) - 1)
    return ordered[low] + (place - low) * (ordered[high] - ordered[low])


AGGREGATE: dict[str, Callable[[list], Any]] = {
    "sum": _sum,
    "avg": _mean,
    "count": len,
    "min": lambda values: float(min(values)) if values else None,
    "max": lambda values: float(max(values)) if values else None,
    "uniq": lambda values: len(set(values)),
    **{name: partial(_percentile, level=level) for name, level in PERCENT.items()},
}
