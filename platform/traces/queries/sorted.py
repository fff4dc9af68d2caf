"""Traces by cost, latency, tokens or errors: an order that only the whole range can tell."""

from dataclasses import dataclass

from traces.clickhouse import rows
from traces.queries.candidates import Candidate
from traces.queries.filters import (
    FILTER_REACH,
    LAST,
    LATENCY_NS,
    TraceFilter,
    having,
    narrowing,
    parameters,
)
from traces.queries.limits import WHOLE_RANGE
from traces.queries.traces import TracePage, dress, exact_traces

ORDERS = {
    "started": "minOrNull(toUnixTimestamp64Nano(start_time))",
    "latency": LATENCY_NS,
    "cost": "ifNull(sum(total_cost), -1)",
    "tokens": "sum(input_tokens + output_tokens)",
    "errors": "countIf(level = 'ERROR')",
}
SLACK = 20  # for those that fall out when they are read exactly


@dataclass(frozen=True, slots=True)
class Place:
    """A row's place in the order."""

    value: float
    trace_id: str


def sorted_traces(
    project_id: str,
    wanted: TraceFilter,
    order: str,
    *,
    ascending: bool,
    after: Place | None,
    limit: int = 50,
) -> TracePage:
    """The traces that match, by the order named (one of ORDERS). Raises LimitReached where the
    range holds too much.
    """
    places = _places(project_id, wanted, order, ascending, after, limit + SLACK + 1)
    first = wanted.since
    exact = exact_traces(
        project_id,
        wanted,
        [
            (Candidate(t, place.trace_id), first)
            for place in places
            for t in (wanted.since, wanted.until)
        ],
    )
    taken = [(place, exact[place.trace_id]) for place in places if place.trace_id in exact][:limit]
    page = dress(project_id, [row for _, row in taken])
    more = bool(taken) and taken[-1][0] is not places[-1]
    return TracePage(page, after=taken[-1][0] if more else None)


def _places(
    project_id: str,
    wanted: TraceFilter,
    order: str,
    ascending: bool,
    after: Place | None,
    limit: int,
) -> list[Place]:
    beyond, direction = (">", "ASC") if ascending else ("<", "DESC")
    keyset = f"(value, trace_id) {beyond} ({{value:Float64}}, {{place:String}})" if after else "1"
    found = rows(
        f"""
        SELECT trace_id, toFloat64({ORDERS[order]}) AS value
        FROM spans AS s FINAL
        WHERE project_id = {{project_id:String}}
          AND start_time >= fromUnixTimestamp64Nano({{low:Int64}}, 'UTC')
          AND start_time < fromUnixTimestamp64Nano({{high:Int64}}, 'UTC')
          {narrowing(wanted)}
        GROUP BY trace_id
        HAVING toUnixTimestamp64Nano(min(start_time)) < {{until:Int64}} AND {keyset}
            AND {having(wanted, exact=False)}
        ORDER BY value {direction}, trace_id {direction}
        LIMIT {{limit:UInt32}}
        """,
        project_id=project_id,
        low=wanted.since,
        high=min(wanted.until + FILTER_REACH, LAST),
        until=wanted.until,
        limit=limit,
        **({"value": after.value, "place": after.trace_id} if after else {}),
        **parameters(wanted),
        options=WHOLE_RANGE,
    )
    return [Place(row["value"], row["trace_id"]) for row in found]
