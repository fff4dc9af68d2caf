"""Lists of traces: the second half, exact rows of the candidates, and the orders that need the
whole range.
"""

from traces.clickhouse import rows
from traces.queries.candidates import candidates
from traces.queries.clauses import TRACE_NAME, UNSAID_ENVIRONMENTS
from traces.queries.current import current
from traces.queries.filters import (
    HOUR,
    NS,
    TraceFilter,
    having,
    marks,
    parameters,
    reaching,
    text_having,
)
from traces.queries.limits import LIST
from traces.queries.scores import scores_of
from traces.queries.together import together
from traces.queries.trace import Extent, everything
from traces.queries.trace_row import TracePage, TraceRow
from traces.queries.windows import Cut, Place, Search, Widths, Window, first_rows, walk
from traces.render.preview import preview

FIRST_WINDOW = HOUR // 4
LEAST_WINDOW = 10 * NS  # traffic that pauses after a burst is found again in a few steps
SEARCH_SECONDS = 4.0
# A list reads so much of a text, from both ends: a conversation's last message is at the second.
ENDS = "if(lengthUTF8({0}) > 1500, concat(leftUTF8({0}, 300), rightUTF8({0}, 1200)), {0})"


widths = Widths(FIRST_WINDOW, LEAST_WINDOW)
CURRENT = current("trace_id IN {trace_ids:Array(String)}")
EARLIEST = "(start_time, span_id)"
# Named as the client named it (on the trace's own row first), else as its root, else as its first
# span. Each expression costs the engine more to plan than to work out, so what Python can make of
# these is left to `_trace_row`.
FACTS = f"""
    toUnixTimestamp64Nano(min(start_time)) AS started,
    toUnixTimestamp64Nano(minIf(start_time, is_span)) AS first_start,
    toUnixTimestamp64Nano(maxIf(ifNull(end_time, start_time), is_span)) AS last_end,
    argMinIf((span_id, toUnixTimestamp64Nano(start_time), name, type, level),
        (NOT is_top, place), is_span) AS root,
    argMinIf(trace_name, own_row_first, trace_name != '') AS stated_name,
    countIf(is_span) AS spans,
    countIf(NOT is_span) AS stated,
    groupUniqArrayIf(10)((prompt_name, prompt_version), prompt_name != '') AS prompts,
    countIf(is_span AND end_time IS NULL AND type != 'EVENT') AS unended,
    countIf(level = 'ERROR') AS errors,
    countIf(level = 'WARNING') AS warnings,
    sum(s.input_tokens) AS input_tokens,
    sum(s.output_tokens) AS output_tokens,
    sum(s.total_tokens) AS tokens,
    sum(total_cost) AS cost,
    countIf(cost_source = 'unknown') AS unpriced,
    argMinIf(user_id, place, user_id != '') AS user,
    argMinIf(session_id, place, session_id != '') AS session,
    argMinIf(s.environment, place, s.environment NOT IN {UNSAID_ENVIRONMENTS}) AS environment,
    argMinIf(s.release, place, s.release != '') AS release,
    argMinIf(version_label, place, version_label != '') AS version,
    groupUniqArrayArray(s.tags) AS tags,
    groupUniqArrayIf(model, model != '') AS models,
    argMinIf(trace_input, own_row_first, trace_input != '') AS input,
    argMinIf(trace_output, own_row_first, trace_output != '') AS output,
    argMinIf(status_message, place, level = 'ERROR' AND status_message != '') AS error
"""


def list_traces(
    project_id: str, wanted: TraceFilter, *, after: Cut | None = None, limit: int = 50
) -> TracePage:
    """The traces that match, newest first."""

    def exact(found: list[Place], _window: Window) -> dict[Place, TraceRow]:
        some = exact_traces(project_id, wanted, found)
        return {Place(row.started, row.trace_id): row for row in some.values()}

    search = Search(wanted.until)
    stream = walk(
        lambda window: candidates(project_id, wanted, window),
        exact,
        since=wanted.since,
        until=wanted.until,
        after=after,
        first_width=widths.first((project_id, wanted.terms)),
        seconds=SEARCH_SECONDS,
        search=search,
    )
    page, cut, searched_to = first_rows(stream, limit, search)
    if len(page) == limit and not after:
        widths.remember((project_id, wanted.terms), wanted.until - page[-1].started)
    return TracePage(dress(project_id, page), cut, searched_to)


def exact_traces(project_id: str, wanted: TraceFilter, chunk: list[Place]) -> dict[str, TraceRow]:
    """The exact rows of those candidates that do match, by trace id, without the texts of spans."""
    if not chunk:
        return {}
    ids = [place.id for place in chunk]
    bounds = reaching(min(place.at for place in chunk), max(place.at for place in chunk))
    found = _facts(project_id, wanted, ids, bounds)
    texts = text_having(wanted)
    if texts and found:
        ids = _with_texts(project_id, wanted, texts, list(found), bounds)
        found = {trace_id: found[trace_id] for trace_id in ids}
    return found


def _facts(
    project_id: str, wanted: TraceFilter, ids: list[str], bounds: dict
) -> dict[str, TraceRow]:
    found = rows(
        f"""
        WITH {TRACE_NAME} AS trace
        SELECT trace_id, {FACTS}
        FROM (
            SELECT trace_id, span_id, start_time, end_time, type, name, level, status_message,
                is_root, parent_span_id, trace_name, user_id, session_id, environment, release,
                version_label, tags, model, input_tokens, output_tokens, total_tokens, total_cost,
                cost_source, prompt_name, prompt_version, is_deleted,
                span_id != '' AS is_span, is_root OR parent_span_id = '' AS is_top,
                {EARLIEST} AS place, (is_span, start_time) AS own_row_first,
                {ENDS.format("s.trace_input")} AS trace_input,
                    {ENDS.format("s.trace_output")} AS trace_output
                {marks(wanted)}
            {CURRENT}
        ) AS s
        WHERE NOT is_deleted
        GROUP BY trace_id
        HAVING {having(wanted, exact=True)}
        """,
        project_id=project_id,
        options=LIST,
        trace_ids=ids,
        **bounds,
        **parameters(wanted),
    )
    return {
        row["trace_id"]: _trace_row(row)
        for row in found
        if wanted.since <= row["started"] < wanted.until
    }


def _trace_row(row: dict) -> TraceRow:
    root_id, root_started, root_name, root_type, root_level = row["root"]
    shown = {name: row[name] for name in TraceRow.__slots__ if name in row}
    shown |= {
        "root_id": root_id,
        "root_started": root_started,
        "name": row["stated_name"] or root_name,
        "type": root_type,
        "root_failed": int(root_level == "ERROR"),
        "latency_ns": row["last_end"] - row["first_start"] if row["spans"] else 0,
        "environment": row["environment"] or "default",
        "tags": sorted(row["tags"]),
        "models": sorted(row["models"]),
        "prompts": sorted(
            name if version is None else f"{name} v{version}" for name, version in row["prompts"]
        ),
        "input": preview(row["input"], "user"),
        "output": preview(row["output"], "assistant"),
    }
    return TraceRow(**shown)


def _with_texts(
    project_id: str, wanted: TraceFilter, texts: str, ids: list[str], bounds: dict
) -> list[str]:
    """Those of the traces whose current rows hold the texts."""
    found = rows(
        f"""
        SELECT trace_id
        FROM (
            SELECT trace_id, is_deleted, input, output, trace_input, trace_output {CURRENT}
        ) AS s
        WHERE NOT is_deleted
        GROUP BY trace_id
        HAVING {texts}
        """,
        project_id=project_id,
        options=LIST,
        trace_ids=ids,
        **bounds,
        **parameters(wanted),
    )
    return [row["trace_id"] for row in found]


def _add_previews(project_id: str, page: list[TraceRow]) -> None:
    """The beginnings of the roots' input and output, where the trace states none itself."""
    lacking = [row for row in page if row.root_id and not (row.input and row.output)]
    if not lacking:
        return
    found = rows(
        f"""
        SELECT trace_id, input, output
        FROM (
            SELECT trace_id, is_deleted, {ENDS.format("s.input")} AS input,
                {ENDS.format("s.output")} AS output
            FROM spans AS s
            PREWHERE project_id = {{project_id:String}}
              AND start_time >= fromUnixTimestamp64Nano({{low:Int64}}, 'UTC')
              AND start_time < fromUnixTimestamp64Nano({{high:Int64}}, 'UTC')
              AND trace_id IN {{trace_ids:Array(String)}}
              AND span_id IN {{root_ids:Array(String)}}
            ORDER BY version DESC
            LIMIT 1 BY trace_id, span_id, toStartOfHour(start_time)
        )
        WHERE NOT is_deleted
        """,
        project_id=project_id,
        options=LIST,
        trace_ids=[row.trace_id for row in lacking],
        root_ids=[row.root_id for row in lacking],
        # Where the roots stand, and nothing beside: of 144 hours around them, bloom filters let
        # through every tenth granule, and twice the texts were read.
        low=min(row.root_started for row in lacking),
        high=max(row.root_started for row in lacking) + 1,
    )
    texts = {row["trace_id"]: row for row in found}
    for row in lacking:
        text = texts.get(row.trace_id, {})
        row.input = row.input or preview(text.get("input", ""), "user")
        row.output = row.output or preview(text.get("output", ""), "assistant")


def dress(project_id: str, page: list[TraceRow]) -> list[TraceRow]:
    """The rows with their texts and scores, for the few that are shown."""
    ids = [row.trace_id for row in page]
    _, by_trace = together(
        lambda: _add_previews(project_id, page), lambda: scores_of(project_id, ids)
    )
    for row in page:
        row.scores = by_trace.get(row.trace_id, [])
    return page


def trace_facts(project_id: str, trace_id: str, extent: Extent) -> TraceRow | None:
    """The one trace, all of it; None where every row of it has been deleted."""
    return _facts(project_id, everything(extent), [trace_id], extent.bounds()).get(trace_id)
