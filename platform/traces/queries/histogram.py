"""How many traces or observations there were per time, how slow and how dear: the strip above the
list, and its total.
"""

from dataclasses import dataclass
from decimal import Decimal

from traces.clickhouse import rows
from traces.errors import LimitReached
from traces.queries.clauses import LATENCY_NS, TRACE_NAME
from traces.queries.filters import (
    FILTER_REACH,
    HOUR,
    LAST,
    TraceFilter,
    conditions,
    having,
    narrowing,
    parameters,
)
from traces.queries.limits import WHOLE_RANGE
from traces.queries.observations import LATENCY as SPAN_NS
from traces.queries.observations import condition_of as of_observation
from traces.queries.traces import exact_traces
from traces.queries.windows import Place

BINS = 100
MINUTE = HOUR // 60
WIDTHS = [MINUTE * n for n in (1, 2, 5, 10, 15, 30)] + [
    HOUR * n for n in (1, 2, 3, 6, 12, 24, 48, 7 * 24, 30 * 24)
]
EXACT_TRACES = 500
NOTHING = {"found": 0, "errors": 0, "slowest": 0, "cost": Decimal(0)}


@dataclass(frozen=True, slots=True)
class Bin:
    since: int
    until: int
    found: int
    errors: int  # of these, those with an error
    slowest: int  # nanoseconds
    cost: Decimal  # what is known of it


@dataclass(frozen=True, slots=True)
class Histogram:
    width: int
    bins: list[Bin]
    found: int
    errors: int
    is_exact: bool = False  # counted from the same rows as the list shows


def histogram(project_id: str, wanted: TraceFilter) -> Histogram:
    """Traces per time, about BINS bins over the range. Exact up to EXACT_TRACES of them, each
    counted where it begins.

    Beyond, it is about right: a trace that began before the range counts where it goes on, and from
    some 10,000 a bin on the count is within 1 %.
    """
    first, width = _scale(wanted)
    count = _per_bin_of_matches if wanted.terms else _per_bin
    found = {row["bin"]: row for row in count(project_id, wanted, first, width)}
    total = found.pop(-1, NOTHING)
    exact = None
    if total.get("candidates", 0) <= EXACT_TRACES:
        exact = _exactly(project_id, wanted, total.get("trace_ids", []), first, width)
    if exact is not None:
        found = exact
        total = {name: sum(row[name] for row in found.values()) for name in ("found", "errors")}
    bins = _bins(wanted, found, first, width)
    return Histogram(width, bins, total["found"], total["errors"], exact is not None)


def observation_histogram(project_id: str, wanted: TraceFilter) -> Histogram:
    """The same of observations, each where it starts."""
    first, width = _scale(wanted)
    condition, values = of_observation(wanted)
    rows_found = rows(
        f"""
        SELECT
            intDiv(toUnixTimestamp64Nano(s.start_time) - {{first:Int64}}, {{width:Int64}}) AS bin,
            count() AS found, countIf(s.level = 'ERROR') AS errors,
            max({SPAN_NS}) AS slowest, ifNull(sum(s.total_cost), 0) AS cost
        FROM spans AS s FINAL
        WHERE project_id = {{project_id:String}}
          AND start_time >= fromUnixTimestamp64Nano({{low:Int64}}, 'UTC')
          AND start_time < fromUnixTimestamp64Nano({{high:Int64}}, 'UTC')
          AND span_id != '' AND {condition}
        GROUP BY bin
        """,
        project_id=project_id,
        first=first,
        width=width,
        low=wanted.since,
        high=wanted.until,
        **values,
        options=WHOLE_RANGE,
    )
    found = {row["bin"]: row for row in rows_found}
    bins = _bins(wanted, found, first, width)
    found_in_all, errors = sum(one.found for one in bins), sum(one.errors for one in bins)
    return Histogram(width, bins, found_in_all, errors, is_exact=True)


def _scale(wanted: TraceFilter) -> tuple[int, int]:
    """Where the first bin begins, and how wide all are."""
    span = wanted.until - wanted.since
    width = next((width for width in WIDTHS if span / width <= BINS), WIDTHS[-1])
    return wanted.since // width * width, width


def _bins(wanted: TraceFilter, found: dict[int, dict], first: int, width: int) -> list[Bin]:
    bins = []
    for index in range((wanted.until - first + width - 1) // width):
        row, since = found.get(index, NOTHING), first + index * width
        bins.append(Bin(since, since + width, **{name: row[name] for name in NOTHING}))
    return bins


def _exactly(
    project_id: str, wanted: TraceFilter, ids: list[str], first: int, width: int
) -> dict[int, dict] | None:
    """The traces that may match, read again as the list reads them; None where that is too much."""
    places = [Place(at, one) for one in ids for at in (wanted.since, wanted.until)]
    try:
        traces = exact_traces(project_id, wanted, places).values()
    except LimitReached:
        return None
    found: dict[int, dict] = {}
    for trace in traces:
        row = found.setdefault((trace.started - first) // width, dict(NOTHING))
        row["found"] += 1
        row["errors"] += trace.errors > 0
        row["slowest"] = max(row["slowest"], trace.latency_ns)
        row["cost"] += trace.cost or 0
    return found


def _per_bin(project_id: str, wanted: TraceFilter, first: int, width: int) -> list[dict]:
    """uniq over the spans of a bin: a trace that runs on into the next bin is in both, and once in
    the total (bin -1).
    """
    return rows(
        f"""
        SELECT if(grouping(bin_of) = 1, -1, toInt64(bin_of)) AS bin, uniq(trace_id) AS found,
            found AS candidates,
            uniqIf(trace_id, level = 'ERROR') AS errors, max(took) AS slowest,
            ifNull(sum(total_cost), 0) AS cost,
            if(bin = -1, groupUniqArray({{exact:UInt32}})(trace_id), []) AS trace_ids
        FROM (
            SELECT intDiv(toUnixTimestamp64Nano(start_time) - {{first:Int64}},
                {{width:Int64}}) AS bin_of, trace_id, level, total_cost,
                {SPAN_NS} AS took
            FROM spans AS s FINAL
            WHERE project_id = {{project_id:String}}
              AND start_time >= fromUnixTimestamp64Nano({{low:Int64}}, 'UTC')
              AND start_time < fromUnixTimestamp64Nano({{high:Int64}}, 'UTC')
        )
        GROUP BY GROUPING SETS ((bin_of), ())
        """,
        project_id=project_id,
        first=first,
        width=width,
        exact=EXACT_TRACES,
        low=wanted.since,
        high=wanted.until,
        options=WHOLE_RANGE,
    )


def _per_bin_of_matches(project_id: str, wanted: TraceFilter, first: int, width: int) -> list[dict]:
    return rows(
        f"""
        SELECT if(grouping(bin_of) = 1, -1, toInt64(bin_of)) AS bin, count() AS candidates,
            countIf(fits) AS found, countIf(fits AND failed) AS errors,
            maxIf(took, fits) AS slowest, ifNull(sumIf(paid, fits), 0) AS cost,
            if(bin = -1, groupArray({{exact:UInt32}})(trace_id), []) AS trace_ids
        FROM (
            SELECT trace_id, intDiv(toUnixTimestamp64Nano(min(start_time)) - {{first:Int64}},
                {{width:Int64}}) AS bin_of,
                countIf(s.level = 'ERROR') > 0 AS failed, {LATENCY_NS} AS took,
                sum(s.total_cost) AS paid, {TRACE_NAME} AS trace,
                {" AND ".join(conditions(wanted))} AS fits
            FROM spans AS s FINAL
            WHERE project_id = {{project_id:String}}
              AND start_time >= fromUnixTimestamp64Nano({{low:Int64}}, 'UTC')
              AND start_time < fromUnixTimestamp64Nano({{high:Int64}}, 'UTC')
              {narrowing(wanted)}
            GROUP BY trace_id
            HAVING toUnixTimestamp64Nano(min(start_time)) < {{until:Int64}} AND {
            having(wanted, exact=False)
        }
        )
        GROUP BY GROUPING SETS ((bin_of), ())
        """,
        project_id=project_id,
        first=first,
        width=width,
        exact=EXACT_TRACES,
        low=wanted.since,
        high=min(wanted.until + FILTER_REACH, LAST),
        until=wanted.until,
        options=WHOLE_RANGE,
        **parameters(wanted),
    )
