"""Observations by themselves: those that match, newest first or by a figure of theirs."""

from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any

from traces.clickhouse import rows
from traces.queries.filters import HOUR, LAST, TraceFilter
from traces.queries.limits import LIST, WHOLE_RANGE
from traces.queries.one_span import of_one
from traces.queries.told import TOLD, or_told, told_by_traces, told_range
from traces.queries.trace_row import SortedPlace
from traces.queries.traces import ENDS, SEARCH_SECONDS
from traces.queries.windows import BATCH, Cut, Place, Search, Window, first_rows, walk
from traces.render.preview import preview

FIRST_WINDOW = HOUR // 4
APART = "\x1f"  # between the ids of a trace and of its span, in the id of a place
LATENCY = (
    "toUnixTimestamp64Nano(ifNull(s.end_time, s.start_time)) - toUnixTimestamp64Nano(s.start_time)"
)
ORDERS = {
    "started": "toUnixTimestamp64Nano(s.start_time)",
    "latency": LATENCY,
    "cost": "ifNull(s.total_cost, -1)",
    "tokens": "s.total_tokens",
}


@dataclass(slots=True, kw_only=True)
class ObservationRow:
    """An observation as a list shows it; `cost` is None where it is unknown or nothing was paid."""

    trace_id: str
    span_id: str
    started: int
    latency_ns: int
    is_ended: bool
    name: str
    trace_name: str
    type: str
    level: str
    error: str
    model: str
    input_tokens: int
    output_tokens: int
    tokens: int
    cost: Decimal | None
    cost_source: str
    user: str
    session: str
    environment: str
    release: str
    version: str
    tags: list[str]
    input: str
    output: str
    metadata: dict[str, str] = field(default_factory=dict)

    @property
    def model_words(self) -> str:
        return self.model

    @property
    def unpriced(self) -> int:
        return int(self.cost_source == "unknown")


@dataclass(frozen=True, slots=True)
class ObservationPage:
    """As TracePage."""

    observations: list[ObservationRow]
    after: Cut | SortedPlace | None = None
    searched_to: int | None = None


def list_observations(
    project_id: str, wanted: TraceFilter, *, after: Cut | None = None, limit: int = 50
) -> ObservationPage:
    """The observations that match, newest first."""
    search = Search(wanted.until)

    def exact(found: list[Place], window: Window) -> dict[Place, ObservationRow]:
        some = _exact(project_id, wanted, [place.id for place in found], window.low, window.high)
        return {Place(row.started, f"{row.trace_id}{APART}{row.span_id}"): row for row in some}

    stream = walk(
        lambda window: _seen(project_id, wanted, window),
        exact,
        since=wanted.since,
        until=wanted.until,
        after=after,
        first_width=FIRST_WINDOW,
        seconds=SEARCH_SECONDS,
        search=search,
    )
    return ObservationPage(*first_rows(stream, limit, search))


def sorted_observations(
    project_id: str,
    wanted: TraceFilter,
    order: str,
    *,
    ascending: bool,
    after: SortedPlace | None,
    limit: int = 50,
) -> ObservationPage:
    """By the order named (one of ORDERS). Raises LimitReached where the range holds too much."""
    condition, values = condition_of(wanted)
    beyond, direction = (">", "ASC") if ascending else ("<", "DESC")
    keyset = f"(value, id) {beyond} ({{value:Float64}}, {{place:String}})" if after else "1"
    place: dict[str, Any] = {"value": after.value, "place": after.trace_id} if after else {}
    found = rows(
        f"""
        SELECT concat(s.trace_id, '{APART}', s.span_id) AS id, toFloat64({ORDERS[order]}) AS value
        FROM spans AS s FINAL
        WHERE project_id = {{project_id:String}}
          AND start_time >= fromUnixTimestamp64Nano({{low:Int64}}, 'UTC')
          AND start_time < fromUnixTimestamp64Nano({{high:Int64}}, 'UTC')
          AND span_id != '' AND {condition} AND {keyset}
        ORDER BY value {direction}, id {direction}
        LIMIT {{limit:UInt32}}
        """,
        project_id=project_id,
        low=wanted.since,
        high=wanted.until,
        limit=limit + 1,
        **place,
        **values,
        options=WHOLE_RANGE,
    )
    ids = [row["id"] for row in found[:limit]]
    exact = _exact(project_id, wanted, ids, wanted.since, wanted.until)
    by_id = {f"{row.trace_id}{APART}{row.span_id}": row for row in exact}
    page = [by_id[one] for one in ids if one in by_id]
    if len(found) <= limit:
        return ObservationPage(page)
    last = found[limit - 1]
    return ObservationPage(page, after=SortedPlace(last["value"], last["id"]))


def condition_of(wanted: TraceFilter) -> tuple[str, dict[str, Any]]:
    """What a row of spans must fulfil, and the values bound in it."""
    conditions, values = conditions_of(wanted)
    return " AND ".join(conditions) or "1", values


def conditions_of(wanted: TraceFilter) -> tuple[list[str], dict[str, Any]]:
    """The same, term by term."""
    values: dict[str, Any] = {}

    def bind(value: object, kind: str) -> str:
        name = f"q{len(values)}"
        values[name] = value
        return f"{{{name}:{kind}}}"

    found = [of_one(term, bind) for term in wanted.terms]
    if any("{told_low" in one for one in found):
        values |= told_range(wanted.since, wanted.until)
    return found, values


def _seen(project_id: str, wanted: TraceFilter, window: Window) -> list[Place]:
    """What has a row in the window that matches, superseded ones included."""
    condition, values = condition_of(replace(wanted, since=window.low, until=window.high))
    found = rows(
        f"""
        SELECT id, toUnixTimestamp64Nano(max(start_time)) AS at
        FROM (
            SELECT concat(s.trace_id, '{APART}', s.span_id) AS id, s.start_time AS start_time
            FROM spans AS s
            WHERE project_id = {{project_id:String}}
              AND start_time >= fromUnixTimestamp64Nano({{low:Int64}}, 'UTC')
              AND start_time < fromUnixTimestamp64Nano({{high:Int64}}, 'UTC')
              AND NOT is_deleted AND span_id != ''
              AND ({{before:String}} = '' OR id < {{before:String}})
              AND {condition}
        )
        GROUP BY id
        ORDER BY at DESC, id DESC
        LIMIT {{batch:UInt32}}
        """,
        project_id=project_id,
        low=window.low,
        high=window.high,
        before=window.before,
        batch=BATCH,
        **values,
        options=LIST,
    )
    return [Place(row["at"], row["id"]) for row in found]


def _exact(
    project_id: str, wanted: TraceFilter, ids: list[str], low: int, high: int
) -> list[ObservationRow]:
    """The current rows of those that do match and start in the time."""
    if not ids:
        return []
    condition, values = condition_of(wanted)
    values |= told_range(low, high)
    pairs = [one.partition(APART) for one in ids]
    found = rows(
        f"""
        SELECT trace_id, span_id, toUnixTimestamp64Nano(s.start_time) AS started,
            {LATENCY} AS latency_ns, s.end_time IS NOT NULL AS is_ended, name, type, level,
            leftUTF8(s.status_message, 400) AS error, model, input_tokens, output_tokens,
            total_tokens AS tokens, total_cost AS cost, cost_source, environment,
            {or_told("trace_name")} AS trace_name, {or_told("user")} AS user,
            {or_told("session")} AS session, {or_told("release")} AS release,
            version_label AS version, {or_told("tag")} AS tags,
            {ENDS.format("s.input")} AS input, {ENDS.format("s.output")} AS output, metadata
        FROM (
            SELECT *
            FROM spans AS s
            WHERE project_id = {{project_id:String}}
              AND start_time >= fromUnixTimestamp64Nano({{low:Int64}}, 'UTC')
              AND start_time < fromUnixTimestamp64Nano({{high:Int64}}, 'UTC')
              AND trace_id IN {{trace_ids:Array(String)}} AND span_id IN {{span_ids:Array(String)}}
            ORDER BY version DESC
            LIMIT 1 BY trace_id, span_id, toStartOfHour(start_time)
        ) AS s {told_by_traces(TOLD, {}, only="s.trace_id IN {trace_ids:Array(String)}")}
        WHERE NOT is_deleted AND {condition}
        """,
        project_id=project_id,
        low=low // HOUR * HOUR,  # the newest of a key may lie anywhere in its hour
        high=min(LAST, -(-high // HOUR) * HOUR),
        trace_ids=[trace_id for trace_id, _apart, _span in pairs],
        span_ids=[span_id for _trace, _apart, span_id in pairs],
        **values,
        options=LIST,
    )
    return [_row(row) for row in found]


def _row(row: dict) -> ObservationRow:
    row["input"], row["output"] = preview(row["input"], "user"), preview(row["output"], "assistant")
    row["environment"] = row["environment"] or "default"
    return ObservationRow(**row)
