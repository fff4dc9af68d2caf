"""Sessions and users: what traces have in common, summed over those traces."""

from dataclasses import dataclass
from decimal import Decimal

from traces.clickhouse import rows
from traces.queries.current import current
from traces.queries.filters import HOUR, TraceFilter, having, marks, parameters, reaching
from traces.queries.limits import LIST, WHOLE_RANGE
from traces.queries.traces import EARLIEST
from traces.queries.windows import BATCH, Cut, Place, Search, Window, first_rows, walk

COLUMNS = {"session": "session_id", "user": "user_id"}
FIRST_WINDOW = HOUR
SEARCH_SECONDS = 4.0


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupRow:
    """A session or a user over a time. `cost` is None where nothing is known; `unpriced` counts
    spans of unknown cost.
    """

    id: str
    traces: int
    users: list[str]
    sessions: int
    first: int
    last: int  # when its last trace started
    ended: int
    mark: int  # the start of the last row in the range that names it
    input_tokens: int
    output_tokens: int
    tokens: int
    cost: Decimal | None
    unpriced: int
    errors: int

    @property
    def lasted(self) -> int:
        """From the start of its first trace to the end of the last span, in nanoseconds."""
        return self.ended - self.first


@dataclass(frozen=True, slots=True)
class GroupPage:
    """As TracePage."""

    groups: list[GroupRow]
    after: Cut | None = None
    searched_to: int | None = None


def list_groups(
    project_id: str,
    kind: str,
    wanted: TraceFilter,
    *,
    search: str = "",
    after: Cut | None = None,
    limit: int = 50,
) -> GroupPage:
    """Sessions or users (`kind`) by their last activity in the range, the newest first, each with
    those of its traces that match. The terms must be of fields that are columns of a span.
    """

    def exact(found: list[Place], _window: Window) -> dict[Place, GroupRow]:
        groups = exact_groups(project_id, kind, wanted, [place.id for place in found])
        return {Place(group.mark, group.id): group for group in groups}

    seen = Search(wanted.until)
    stream = walk(
        lambda window: _window(project_id, kind, search, window),
        exact,
        since=wanted.since,
        until=wanted.until,
        after=after,
        first_width=FIRST_WINDOW,
        seconds=SEARCH_SECONDS,
        search=seen,
    )
    return GroupPage(*first_rows(stream, limit, seen))


def _window(project_id: str, kind: str, search: str, window: Window) -> list[Place]:
    """Those that have a row in the window, superseded ones included."""
    column = COLUMNS[kind]
    found = rows(
        f"""
        SELECT {column} AS id, toUnixTimestamp64Nano(max(start_time)) AS at
        FROM spans
        WHERE project_id = {{project_id:String}}
          AND start_time >= fromUnixTimestamp64Nano({{low:Int64}}, 'UTC')
          AND start_time < fromUnixTimestamp64Nano({{high:Int64}}, 'UTC')
          AND NOT is_deleted AND {column} != ''
          AND positionCaseInsensitiveUTF8({column}, {{search:String}}) > 0
          AND ({{before:String}} = '' OR {column} < {{before:String}})
        GROUP BY id
        ORDER BY at DESC, id DESC
        LIMIT {{batch:UInt32}}
        """,
        project_id=project_id,
        low=window.low,
        high=window.high,
        search=search,
        before=window.before,
        batch=BATCH,
        options=LIST,
    )
    return [Place(row["at"], row["id"]) for row in found]


def exact_groups(project_id: str, kind: str, wanted: TraceFilter, ids: list[str]) -> list[GroupRow]:
    """The sums of these sessions or users over their traces that start in the range. A trace is in
    one session only.
    """
    found = rows(
        f"""
        SELECT {kind} AS id, count() AS traces,
            arraySort(groupUniqArrayIf(20)(user, user != '')) AS users,
            uniqIf(session, session != '') AS sessions, min(started) AS first,
            max(started) AS last, max(t.ended) AS ended, max(t.mark) AS mark,
            sum(t.input_tokens) AS input_tokens, sum(t.output_tokens) AS output_tokens,
            sum(t.tokens) AS tokens, sum(t.cost) AS cost,
            sum(t.unpriced) AS unpriced, sum(t.errors) AS errors
        FROM ({_traces_of(COLUMNS[kind], wanted)}) AS t
        WHERE {kind} IN {{ids:Array(String)}}
        GROUP BY id
        """,
        project_id=project_id,
        ids=ids,
        since=wanted.since,
        until=wanted.until,
        **reaching(wanted.since, wanted.until),
        **parameters(wanted),
        options=WHOLE_RANGE,
    )
    return [GroupRow(**row) for row in found]


def _traces_of(column: str, wanted: TraceFilter) -> str:
    """The sums of each trace that names one of the groups and is wanted."""
    named = f"""
        trace_id IN (
            SELECT trace_id FROM spans
            WHERE project_id = {{project_id:String}}
              AND start_time >= fromUnixTimestamp64Nano({{low:Int64}}, 'UTC')
              AND start_time < fromUnixTimestamp64Nano({{high:Int64}}, 'UTC')
              AND {column} IN {{ids:Array(String)}}
        )
    """
    return f"""
        SELECT trace_id, toUnixTimestamp64Nano(min(start_time)) AS started,
            toUnixTimestamp64Nano(max(ifNull(end_time, start_time))) AS ended,
            toUnixTimestamp64Nano(maxIf(start_time, {column} IN {{ids:Array(String)}}
                AND start_time < fromUnixTimestamp64Nano({{until:Int64}}, 'UTC'))) AS mark,
            argMinIf(user_id, {EARLIEST}, user_id != '') AS user,
            argMinIf(session_id, {EARLIEST}, session_id != '') AS session,
            sum(s.input_tokens) AS input_tokens, sum(s.output_tokens) AS output_tokens,
            sum(total_tokens) AS tokens, sum(total_cost) AS cost,
            countIf(cost_source = 'unknown') AS unpriced, countIf(level = 'ERROR') AS errors
        FROM (
            SELECT trace_id, span_id, start_time, end_time, user_id, session_id, input_tokens,
                output_tokens, total_tokens, total_cost, cost_source, level, environment,
                is_deleted
                {marks(wanted)}
            {current(named)}
        ) AS s
        WHERE NOT is_deleted
        GROUP BY trace_id
        HAVING started >= {{since:Int64}} AND started < {{until:Int64}} AND {
        having(wanted, exact=True)
    }
    """


def one_group(project_id: str, kind: str, wanted: TraceFilter, group_id: str) -> GroupRow | None:
    return next(iter(exact_groups(project_id, kind, wanted, [group_id])), None)
