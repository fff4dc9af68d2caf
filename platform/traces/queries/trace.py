"""One trace: its facts, its spans without their texts, and one span with everything."""

from dataclasses import dataclass, fields
from decimal import Decimal
from typing import Any

from traces.clickhouse import columns, rows
from traces.queries.filters import FIRST, LAST, TraceFilter
from traces.queries.limits import ONE_TRACE

MAX_SPANS = 20_000
MAX_TEXT = 300_000  # characters of one input or output that a page gets


@dataclass(slots=True)
class SpanRow:
    """One observation as the tree shows it. Times are nanoseconds."""

    span_id: str
    start_time: int
    parent_span_id: str = ""
    end_time: int | None = None
    completion_start_time: int | None = None
    type: str = "SPAN"
    name: str = ""
    level: str = "DEFAULT"
    status_message: str = ""
    model: str = ""
    input_tokens: int = 0
    output_tokens: int = 0
    total_tokens: int = 0
    total_cost: Decimal | None = None
    cost_source: str = ""
    marks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Extent:
    """When the rows of a trace start, in nanoseconds, and about how many there are."""

    low: int
    high: int
    rows: int

    def bounds(self) -> dict[str, Any]:
        return {"low": self.low, "high": self.high + 1}


def locate(project_id: str, trace_id: str) -> Extent | None:
    """Where in time the trace lies. Asks the index over all time, so that the other queries need
    not.
    """
    [found] = rows(
        """
        SELECT toUnixTimestamp64Nano(min(start_time)) AS low,
            toUnixTimestamp64Nano(max(start_time)) AS high,
            uniq(span_id) AS rows
        FROM spans
        WHERE project_id = {project_id:String}
          AND start_time >= fromUnixTimestamp64Nano({low:Int64}, 'UTC')
          AND start_time <= fromUnixTimestamp64Nano({high:Int64}, 'UTC')
          AND trace_id = {trace_id:String}
        """,
        project_id=project_id,
        trace_id=trace_id,
        low=FIRST,
        high=LAST,
        options=ONE_TRACE,
    )
    return Extent(**found) if found["rows"] else None


def everything(extent: Extent) -> TraceFilter:
    """A filter that the trace passes."""
    return TraceFilter(since=extent.low, until=extent.high + 1)


def span_rows(project_id: str, trace_id: str, extent: Extent) -> list[SpanRow]:
    """The trace's spans by start, at most MAX_SPANS of them."""
    found = columns(
        """
        SELECT span_id, parent_span_id, toUnixTimestamp64Nano(s.start_time) AS start_time,
            toUnixTimestamp64Nano(s.end_time) AS end_time,
                toUnixTimestamp64Nano(s.completion_start_time) AS completion_start_time,
            type, name, level, leftUTF8(s.status_message, 300) AS status_message, model,
                input_tokens, output_tokens,
            total_tokens, total_cost, cost_source, marks
        FROM (
            SELECT span_id, parent_span_id, start_time, end_time, completion_start_time, type,
                name, level, status_message,
                model, input_tokens, output_tokens, total_tokens, total_cost, cost_source, marks,
                    is_deleted
            FROM spans
            WHERE project_id = {project_id:String}
              AND start_time >= fromUnixTimestamp64Nano({low:Int64}, 'UTC')
              AND start_time < fromUnixTimestamp64Nano({high:Int64}, 'UTC')
              AND trace_id = {trace_id:String}
            ORDER BY version DESC
            LIMIT 1 BY span_id, toStartOfHour(start_time)
        ) AS s
        WHERE NOT is_deleted AND span_id != ''
        ORDER BY s.start_time, span_id
        LIMIT {cap:UInt32}
        """,
        project_id=project_id,
        trace_id=trace_id,
        cap=MAX_SPANS,
        options=ONE_TRACE,
        **extent.bounds(),
    )
    return list(map(SpanRow, *(found[field.name] for field in fields(SpanRow))))


# Every column of a row, times as nanoseconds, texts cut to so many characters.
DETAIL = """
    span_id, parent_span_id, type, name, level, status_message, kind, is_root, is_app_root,
        trace_name,
        user_id, session_id, environment, release, version_label, tags, public, trace_metadata,
            metadata, model,
        provider, model_parameters, usage, cost, input_tokens, output_tokens, total_tokens,
            total_cost, cost_source,
        price_id, prompt_name, prompt_version, tool_call_names, experiment_id, experiment,
            attributes,
        resource_attributes, scope_attributes, scope_name, scope_version, service_name, sdk_name,
            sdk_version, source,
        dropped_attributes, dropped_events, dropped_links, marks, version, is_deleted,
        toUnixTimestamp64Nano(s.start_time) AS start_time,
            toUnixTimestamp64Nano(s.end_time) AS end_time,
        toUnixTimestamp64Nano(s.completion_start_time) AS completion_start_time,
        toUnixTimestamp64Nano(s.received_at) AS received_at,
        lengthUTF8(s.input) AS input_length, lengthUTF8(s.output) AS output_length,
        leftUTF8(s.input, {cap:UInt32}) AS input, leftUTF8(s.output, {cap:UInt32}) AS output,
        leftUTF8(s.trace_input, {cap:UInt32}) AS trace_input, leftUTF8(s.trace_output,
            {cap:UInt32}) AS trace_output,
        leftUTF8(s.tool_definitions, {cap:UInt32}) AS tool_definitions,
        leftUTF8(s.tool_calls, {cap:UInt32}) AS tool_calls,
        leftUTF8(s.events, {cap:UInt32}) AS events, leftUTF8(s.links, {cap:UInt32}) AS links
"""


def span_detail(project_id: str, trace_id: str, span_id: str, extent: Extent) -> dict | None:
    """One row in DETAIL, texts cut to MAX_TEXT, the length of input and output beside them.

    An empty span_id is what was said of the trace itself.
    """
    found = rows(
        f"""
        SELECT {DETAIL}
        FROM spans AS s
        WHERE project_id = {{project_id:String}}
          AND s.start_time >= fromUnixTimestamp64Nano({{low:Int64}}, 'UTC')
          AND s.start_time < fromUnixTimestamp64Nano({{high:Int64}}, 'UTC')
          AND s.trace_id = {{trace_id:String}} AND span_id = {{span_id:String}}
        ORDER BY version DESC
        LIMIT 1 BY toStartOfHour(s.start_time)
        """,
        project_id=project_id,
        trace_id=trace_id,
        span_id=span_id,
        cap=MAX_TEXT,
        options=ONE_TRACE,
        **extent.bounds(),
    )
    return next((row for row in found if not row["is_deleted"]), None)
