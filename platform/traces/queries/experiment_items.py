"""What came of the items of experiments: what each took, cost and was found to be worth."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, NamedTuple

from traces.clickhouse import columns, rows
from traces.queries.langfuse.conditions import ALL_TIME
from traces.queries.limits import LIST

# Of the ids that one query names: ClickHouse takes 128 KiB in a field of a form. As many as go in,
# since each query goes through all that the project has of that time.
MOST_BYTES = 90_000
MOST_NAMES = 200  # scores of one trace
MOST_PAID = 5_000  # calls of one trace whose costs are added up


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """What a run of an item took: the time of its root observation (of the trace's root, where none
    is named), and the cost of what began while that ran: what judges the answer comes after it. A
    cost is None where some of it is unknown.
    """

    trace_id: str
    started: int
    ended: int | None
    cost: Decimal | None
    has_failed: bool
    said: str  # of a failure
    environment: str = "default"
    input: str = ""
    output: str = ""
    level: str = "DEFAULT"

    @property
    def latency_ms(self) -> float | None:
        return None if self.ended is None else (self.ended - self.started) / 1e6


def figures(
    project_id: str, places: Sequence[tuple[str, str]], *, texts: int = 0
) -> dict[tuple[str, str], Figure]:
    """By (trace, root observation or ""); what is not there is not told. With `texts`, that many
    characters of the input and the output.
    """
    found: dict[tuple[str, str], Figure] = {}
    for some in _portions(places):
        found |= _figures(project_id, some, texts)
    return found


def _portions(places: Collection[tuple[str, str]]) -> Iterator[list[tuple[str, str]]]:
    """Those of a trace stay together."""
    some: list[tuple[str, str]] = []
    size = 0
    for trace_id, span_id in sorted(places):
        more = max(len(trace_id.encode()), len(span_id.encode())) + 4  # quotes, a comma
        if some and some[-1][0] != trace_id and size + more > MOST_BYTES:
            yield some
            some, size = [], 0
        some.append((trace_id, span_id))
        size += more
    if some:
        yield some


_TEXTS = """
    if(s.span_id = '', leftUTF8(s.trace_input, {texts:UInt32}),
        if(is_place OR is_top, leftUTF8(s.input, {texts:UInt32}), '')) AS asked,
    if(s.span_id = '', leftUTF8(s.trace_output, {texts:UInt32}),
        if(is_place OR is_top, leftUTF8(s.output, {texts:UInt32}), '')) AS answered
"""
_NO_TEXTS = "'' AS asked, '' AS answered"  # a column that is cut to nothing is read all the same


def _figures(
    project_id: str, places: Sequence[tuple[str, str]], texts: int
) -> dict[tuple[str, str], Figure]:
    roots: dict[str, list[str]] = {}
    for trace_id, span_id in places:
        roots.setdefault(trace_id, []).append(span_id)
    low, high = _extent(project_id, list(roots))
    found = rows(
        f"""
        SELECT trace_id,
            groupArrayIf({MOST_PAID})((start, total_cost), has_price) AS paid,
            groupArrayIf(
                (span_id, start, ended, level, status_message, environment, asked, answered),
                is_place OR is_first OR span_id = '') AS shown
        FROM (
            SELECT *, row_number() OVER (
                PARTITION BY trace_id ORDER BY NOT is_top, span_id = '', start) = 1 AS is_first
            FROM (
                SELECT s.trace_id AS trace_id, s.span_id AS span_id,
                    toUnixTimestamp64Nano(s.start_time) AS start,
                    toUnixTimestamp64Nano(s.end_time) AS ended,
                    s.level AS level, s.status_message AS status_message,
                    s.environment AS environment, s.total_cost AS total_cost,
                    s.total_cost IS NOT NULL OR s.cost_source = 'unknown' AS has_price,
                    s.is_deleted AS is_deleted,
                    s.span_id != '' AND (s.is_root OR s.parent_span_id = '') AS is_top,
                    s.span_id IN {{span_ids:Array(String)}} AS is_place,
                    {_TEXTS if texts else _NO_TEXTS}
                FROM spans AS s
                WHERE s.project_id = {{project_id:String}}
                  AND s.start_time >= fromUnixTimestamp64Nano({{low:Int64}}, 'UTC')
                  AND s.start_time <= fromUnixTimestamp64Nano({{high:Int64}}, 'UTC')
                  AND s.trace_id IN {{trace_ids:Array(String)}}
                ORDER BY s.version DESC
                LIMIT 1 BY s.trace_id, s.span_id, toStartOfHour(s.start_time)
            )
            WHERE NOT is_deleted
        )
        GROUP BY trace_id
        """,
        project_id=project_id,
        trace_ids=list(roots),
        span_ids=sorted({span_id for _, span_id in places if span_id}),
        low=low,
        high=high,
        texts=texts,
        options=LIST,
    )
    return {
        (row["trace_id"], span_id): _figure(row, span_id)
        for row in found
        for span_id in roots[row["trace_id"]]
    }


def _figure(row: dict[str, Any], span_id: str) -> Figure:
    by_id = {one[0]: one for one in row["shown"]}
    stated = by_id.pop("", None)  # what was said of the trace itself
    shown = by_id.get(span_id) or next(iter(by_id.values()), None) or stated
    _id, start, ended, level, said, environment, asked, answered = shown
    if span_id not in by_id and stated:
        asked, answered = stated[6] or asked, stated[7] or answered
    until = ended if span_id in by_id and ended is not None else ALL_TIME.until
    since = start if span_id in by_id else ALL_TIME.since
    paid = [cost for at, cost in row["paid"] if since <= at <= until]
    return Figure(
        trace_id=row["trace_id"],
        started=start,
        ended=ended,
        cost=sum(paid, Decimal()) if paid and None not in paid else None,
        has_failed=level == "ERROR",
        said=said,
        environment=environment,
        input=asked,
        output=answered,
        level=level,
    )


def _extent(project_id: str, trace_ids: list[str]) -> tuple[int, int]:
    """Where in time the traces lie: asks the index over all time, so that the rest need not."""
    [found] = rows(
        """
        SELECT toUnixTimestamp64Nano(min(start_time)) AS low,
            toUnixTimestamp64Nano(max(start_time)) AS high
        FROM spans
        WHERE project_id = {project_id:String}
          AND start_time >= fromUnixTimestamp64Nano({first:Int64}, 'UTC')
          AND start_time < fromUnixTimestamp64Nano({last:Int64}, 'UTC')
          AND trace_id IN {trace_ids:Array(String)}
        """,
        project_id=project_id,
        trace_ids=trace_ids,
        first=ALL_TIME.since,
        last=ALL_TIME.until,
        options=LIST,
    )
    return found["low"], found["high"]


class Said(NamedTuple):
    """A score. There are tens of thousands of them where experiments are compared."""

    name: str
    data_type: str
    value: float | None
    string_value: str
    comment: str


def scores_of_runs(project_id: str, ids: Collection[str]) -> list[Said]:
    """Those of the experiments as wholes, oldest first."""
    found = rows(
        """
        SELECT name, data_type, value, string_value, comment
        FROM scores FINAL
        WHERE project_id = {project_id:String} AND dataset_run_id IN {ids:Array(String)}
          AND trace_id = ''
        ORDER BY timestamp, id
        LIMIT 100 BY dataset_run_id
        """,
        project_id=project_id,
        ids=list(ids),
        options=LIST,
    )
    return [Said(**row) for row in found]


_COMMENT = "leftUTF8(s.comment, {comments:UInt32}) AS comment"
_NO_COMMENT = "'' AS comment"  # a column that is cut to nothing is read all the same


def scores_of_places(
    project_id: str, places: Collection[tuple[str, str]], *, comments: int = 0
) -> dict[tuple[str, str], list[Said]]:
    """By (trace, root observation or ""): of each name the newest score of the trace as a whole or
    of that observation; of its other observations only where no root is known. With `comments`,
    that many characters of what was said to each.
    """
    found: dict[tuple[str, str], list[Said]] = {}
    for some in _portions(places):
        spans: dict[str, list[str]] = {}
        for trace_id, span_id in some:
            spans.setdefault(trace_id, []).append(span_id)
        for trace_id, observation_id, said in _newest_scores(project_id, spans, comments):
            for span_id in spans[trace_id]:
                if not span_id or observation_id in ("", span_id):
                    found.setdefault((trace_id, span_id), []).append(said)
    return found


def _newest_scores(
    project_id: str, spans: dict[str, list[str]], comments: int
) -> Iterator[tuple[str, str, Said]]:
    """Each with its trace and observation, oldest first; the newest MOST_NAMES of each trace. An
    agent's trace may hold any number of scores of its inner steps, so those are left out before
    anything is cut.
    """
    found = columns(
        f"""
        SELECT trace_id, observation_id, name, data_type, value, string_value, comment
        FROM (
            SELECT s.trace_id AS trace_id, s.observation_id AS observation_id, s.name AS name,
                s.id AS id, s.data_type AS data_type, s.value AS value,
                s.string_value AS string_value, {_COMMENT if comments else _NO_COMMENT},
                toUnixTimestamp64Nano(s.timestamp) AS at
            FROM scores AS s FINAL
            WHERE s.project_id = {{project_id:String}}
              AND s.id IN (
                SELECT id FROM scores
                WHERE project_id = {{project_id:String}}
                  AND trace_id IN {{trace_ids:Array(String)}}
              )
              AND s.trace_id IN {{trace_ids:Array(String)}}
              AND (s.observation_id = '' OR s.observation_id IN {{span_ids:Array(String)}}
                   OR s.trace_id IN {{rootless:Array(String)}})
            ORDER BY at DESC, id DESC
            LIMIT 1 BY trace_id, observation_id, name
        )
        ORDER BY at DESC, id DESC
        LIMIT {{most:UInt32}} BY trace_id
        """,
        project_id=project_id,
        trace_ids=list(spans),
        span_ids=sorted(
            {span_id for of_trace in spans.values() for span_id in of_trace if span_id}
        ),
        rootless=[trace_id for trace_id, of_trace in spans.items() if "" in of_trace],
        most=MOST_NAMES,
        comments=comments,
        options=LIST,
    )
    said = map(Said, *(found[name] for name in Said._fields))
    newest_first = list(zip(found["trace_id"], found["observation_id"], said, strict=True))
    return reversed(newest_first)
