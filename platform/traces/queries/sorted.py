"""Traces by cost, latency, tokens or errors: an order that only the whole range can tell."""

import time
from typing import Any

from traces.clickhouse import rows
from traces.errors import LimitReached
from traces.queries.clauses import LATENCY_NS, TRACE_NAME
from traces.queries.filters import (
    FILTER_REACH,
    LAST,
    TraceFilter,
    conditions,
    narrowing,
    parameters,
)
from traces.queries.limits import WHOLE_RANGE
from traces.queries.trace_row import SortedPlace, TracePage, TraceRow
from traces.queries.traces import dress, exact_traces
from traces.queries.windows import Place

ORDERS = {
    "started": "minOrNull(toUnixTimestamp64Nano(start_time))",
    "latency": LATENCY_NS,
    "cost": "ifNull(sum(total_cost), -1)",
    "tokens": "sum(total_tokens)",
    "errors": "countIf(level = 'ERROR')",
}
CHUNK = 71  # a page of 50, the one after it, and some that fall out when they are read exactly
SECONDS = 15.0  # each chunk reads the whole range, and many fall out where a text is negated


def sorted_traces(
    project_id: str,
    wanted: TraceFilter,
    order: str,
    *,
    ascending: bool,
    after: SortedPlace | None,
    limit: int = 50,
) -> TracePage:
    """The traces that match, by the order named (one of ORDERS). Raises LimitReached where the
    range holds too much.
    """
    deadline = time.monotonic() + SECONDS
    taken: list[tuple[SortedPlace, TraceRow]] = []
    while len(taken) <= limit:
        places = _places(project_id, wanted, order, ascending, after, CHUNK)
        exact = exact_traces(project_id, wanted, _anywhere(places, wanted))
        taken += [(one, exact[one.trace_id]) for one in places if one.trace_id in exact]
        if len(places) < CHUNK:
            break
        if len(taken) <= limit and time.monotonic() > deadline:
            raise LimitReached("Too few of the traces that were looked at match.")
        after = places[-1]
    page = dress(project_id, [row for _, row in taken[:limit]])
    return TracePage(page, after=taken[limit - 1][0] if len(taken) > limit else None)


def _anywhere(places: list[SortedPlace], wanted: TraceFilter) -> list[Place]:
    """The traces, at both ends of the range: their values do not tell when they start."""
    return [Place(at, one.trace_id) for one in places for at in (wanted.since, wanted.until)]


def _places(
    project_id: str,
    wanted: TraceFilter,
    order: str,
    ascending: bool,
    after: SortedPlace | None,
    limit: int,
) -> list[SortedPlace]:
    """The next ones in order. All terms but those of text are looked at here already: every one
    that falls out later makes it likelier that the whole range is read once more.
    """
    beyond, direction = (">", "ASC") if ascending else ("<", "DESC")
    keyset = f"(value, trace_id) {beyond} ({{value:Float64}}, {{place:String}})" if after else "1"
    place: dict[str, Any] = {"value": after.value, "place": after.trace_id} if after else {}
    found = rows(
        f"""
        WITH {TRACE_NAME} AS trace
        SELECT trace_id, toFloat64({ORDERS[order]}) AS value
        FROM spans AS s FINAL
        WHERE project_id = {{project_id:String}}
          AND start_time >= fromUnixTimestamp64Nano({{low:Int64}}, 'UTC')
          AND start_time < fromUnixTimestamp64Nano({{high:Int64}}, 'UTC')
          {narrowing(wanted)}
        GROUP BY trace_id
        HAVING toUnixTimestamp64Nano(min(start_time)) < {{until:Int64}} AND {keyset}
            AND {" AND ".join(conditions(wanted)) or "1"}
        ORDER BY value {direction}, trace_id {direction}
        LIMIT {{limit:UInt32}}
        """,
        project_id=project_id,
        low=wanted.since,
        high=min(wanted.until + FILTER_REACH, LAST),
        until=wanted.until,
        limit=limit,
        **place,
        **parameters(wanted),
        options=WHOLE_RANGE,
    )
    return [SortedPlace(row["value"], row["trace_id"]) for row in found]
