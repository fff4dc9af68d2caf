"""Spans in their place within a trace: how deep they lie, what of their time is their own, what a
tool is asked again, what a search finds.

That takes joins and long texts, too much for every span of a large project: where the time holds
more than MOST spans, whole hours spread evenly over it are looked at, and the answer says that it
is an estimate. Sums are then of these hours alone: ask for shares, averages and percentiles.
"""

import time
from datetime import UTC, datetime
from functools import lru_cache
from math import ceil
from typing import Any

from traces import clickhouse
from traces.queries.filters import FIRST, HOUR, LAST, TraceFilter
from traces.queries.limits import LIST
from traces.queries.metrics.dimensions import OF_OBSERVATIONS as DIMENSIONS_OF_OBSERVATIONS
from traces.queries.metrics.dimensions import Dimension
from traces.queries.metrics.quantities import FLAGS, NUMBERS, OF_OBSERVATIONS, SUMS, Quantity
from traces.queries.metrics.question import Question
from traces.queries.metrics.settled import CLOSED
from traces.queries.observations import condition_of
from traces.queries.told import told_range, told_to

MOST = 100_000
LAST_HOUR = (2**32 - 1) // 3600 * 3600  # that ClickHouse's DateTime can say
REMEMBERED = 60  # seconds for which hours are chosen by the same counts
AROUND = HOUR  # in which parents and children of the spans that are looked at are found
DEEPEST = 8  # from here on depths are one
TIMES = """
    s.project_id = {project_id:String} AND s.span_id != ''
    AND s.start_time >= fromUnixTimestamp64Nano({LOW:Int64}, 'UTC')
    AND s.start_time < fromUnixTimestamp64Nano({HIGH:Int64}, 'UTC')
"""
START = "toUnixTimestamp64Nano(s.start_time)"
END = "toUnixTimestamp64Nano(ifNull(s.end_time, s.start_time))"
# What children cover of a span, each only as far as it lies within the span.
COVERED = f"""
    arrayReduce('intervalLengthSum',
        arrayMap(x -> least(greatest(x, {START}), {END}), c.starts),
        arrayMap(x -> least(greatest(x, {START}), {END}), c.ends))
"""
OWN = f"if(isNull(s.end_time), NULL, ({END} - {START} - toInt64({COVERED})) / 1e9)"
ANCESTORS = range(1, DEEPEST)
DEPTH = " + ".join(["1", *(f"(p{number}.id != 0)" for number in ANCESTORS)])
# The first call of a tool with some arguments in a trace repeats nothing.
REPEATED = f"""
    s.type = 'TOOL' AND row_number() OVER (
        PARTITION BY s.trace_id, s.type, s.name, cityHash64(s.input) ORDER BY {START}, s.span_id
    ) > 1
"""
# A list of documents, or an object that holds one (as traces.render.content reads them).
HELD = """
    arrayFirst(
        k -> JSONType(s.output, k) = 'Array', ['documents', 'docs', 'results', 'nodes', 'matches'])
"""
DOCUMENTS = f"""
    if(JSONType(s.output) = 'Array', JSONExtractArrayRaw(s.output),
        JSONExtractArrayRaw(s.output, {HELD}))
"""
RESULTS = f"""
    multiIf(s.type != 'RETRIEVER', NULL,
        JSONType(s.output) = 'Array', toInt64(JSONLength(s.output)),
        JSONType(s.output) = 'Object' AND {HELD} != '', toInt64(JSONLength(s.output, {HELD})),
        NULL)
"""
SCORE_OF = """
    coalesce(
        JSONExtract(x, 'score', 'Nullable(Float64)'),
        JSONExtract(x, 'document.score', 'Nullable(Float64)'),
        JSONExtract(x, 'relevance_score', 'Nullable(Float64)'),
        JSONExtract(x, 'similarity', 'Nullable(Float64)'),
        JSONExtract(x, 'document', 'score', 'Nullable(Float64)'),
        JSONExtract(x, 'metadata', 'score', 'Nullable(Float64)'))
"""
SCORES = f"""
    arrayMap(x -> assumeNotNull(x),
        arrayFilter(x -> isNotNull(x), arrayMap(x -> {SCORE_OF}, {DOCUMENTS})))
"""
RELEVANCE = f"if(s.type != 'RETRIEVER' OR empty({SCORES}), NULL, arrayAvg({SCORES}))"
STAGE = """
    multiIf(
        positionCaseInsensitive(s.name, 'rerank') > 0, 'rerank',
        s.type = 'EMBEDDING' OR positionCaseInsensitive(s.name, 'embed') > 0, 'embed',
        s.type = 'RETRIEVER' OR p1.type = 'RETRIEVER', 'search',
        '')
"""
QUANTITIES = {
    **OF_OBSERVATIONS,
    "own": Quantity(OWN, "seconds", SUMS),
    "depth": Quantity(DEPTH, "count", NUMBERS),
    "repeats": Quantity(REPEATED, "count", FLAGS),
    "results": Quantity(RESULTS, "count", NUMBERS),
    "empty": Quantity(f"({RESULTS}) = 0", "share", ("avg", "sum", "count")),
    "relevance": Quantity(RELEVANCE, "score", NUMBERS),
}
DIMENSIONS = {
    **DIMENSIONS_OF_OBSERVATIONS,
    "depth": Dimension(DEPTH),
    "stage": Dimension(STAGE),
}


def spans_of(question: Question, uses: str) -> tuple[str, dict[str, Any], bool]:
    """What follows SELECT, its values, and whether only some hours are looked at."""
    hours = _hours(question)
    condition, values = condition_of(
        TraceFilter(since=question.since, until=question.until, terms=question.terms)
    )
    values |= {
        "project_id": question.project_id,
        "low": question.since,
        "high": question.until,
        "around_low": max(FIRST, question.since - AROUND),
        "around_high": min(LAST, question.until + AROUND),
        **told_range(question.since, question.until),
    }
    chosen, around = "", ""
    if hours:
        chosen = "AND toStartOfHour(s.start_time) IN {hours:Array(DateTime('UTC'))}"
        around = "AND toStartOfHour(s.start_time) IN {hours_around:Array(DateTime('UTC'))}"
        near = {hour + step for hour in hours for step in (-3600, 0, 3600)}
        values |= {"hours": _moments(hours), "hours_around": _moments(near)}
    spans = f"SELECT * FROM spans AS s FINAL WHERE {_times('low', 'high')} {chosen}"
    others = f"FROM spans AS s FINAL WHERE {_times('around_low', 'around_high')} {around}"
    sql = f"FROM ({spans}) AS s {_joined(others, uses)} {told_to(uses)} WHERE ({condition})"
    return sql, values, bool(hours)


def _joined(others: str, uses: str) -> str:
    """The ancestors and children that are used, each span once."""
    up = [number for number in ANCESTORS if f"p{number}." in uses]
    joined = ""
    for number in range(1, max(up, default=0) + 1):
        below = f"p{number - 1}.up" if number > 1 else "cityHash64(s.trace_id, s.parent_span_id)"
        joined += f"""
            LEFT JOIN (
                SELECT cityHash64(s.trace_id, s.span_id) AS id,
                    cityHash64(s.trace_id, s.parent_span_id) AS up, s.type AS type {others}
            ) AS p{number} ON p{number}.id = {below}
        """
    if "c.starts" in uses:
        joined += f"""
            LEFT JOIN (
                SELECT cityHash64(s.trace_id, s.parent_span_id) AS id,
                    groupArray({START}) AS starts, groupArray({END}) AS ends
                {others} AND s.parent_span_id != '' GROUP BY id
            ) AS c ON c.id = cityHash64(s.trace_id, s.span_id)
        """
    return joined


def _hours(question: Question) -> list[int]:
    """The hours that are looked at, in seconds; none where all are. Only they hang on the counts,
    no figure does: rows are as good as spans, and those of a minute ago as those of now.
    """
    after_last = min(-(-question.until // HOUR) * 3600, LAST_HOUR)
    asked = question.project_id, question.since // HOUR * 3600, after_last
    step = ceil(_rows_in(*asked) / MOST)
    if step <= 1:
        return []
    hours = _hours_with_rows(*asked, int(time.monotonic() / REMEMBERED))
    return list(hours[step // 2 :: step] or hours[:1])


def _rows_in(project_id: str, first_hour: int, open_hour: int) -> int:
    """From the primary index alone."""
    return _asked("count() AS rows", project_id, first_hour, open_hour)[0]["rows"]


@lru_cache(maxsize=500)
def _hours_with_rows(
    project_id: str, first_hour: int, open_hour: int, minute: int
) -> tuple[int, ...]:
    hours = "DISTINCT toUnixTimestamp(toStartOfHour(s.start_time)) AS hour"
    found = _asked(hours, project_id, first_hour, open_hour)
    return tuple(sorted(row["hour"] for row in found))


def _asked(columns: str, project_id: str, first_hour: int, open_hour: int) -> list[dict]:
    return clickhouse.rows(
        f"SELECT {columns} FROM spans AS s WHERE {CLOSED}",
        who="traces.queries.metrics.steps",
        project_id=project_id,
        first_hour=first_hour,
        open_hour=open_hour,
        options=LIST,
    )


def _times(low: str, high: str) -> str:
    return TIMES.replace("LOW", low).replace("HIGH", high)


def _moments(hours: Any) -> list[str]:
    return [f"{datetime.fromtimestamp(hour, UTC):%Y-%m-%d %H:%M:%S}" for hour in sorted(hours)]
