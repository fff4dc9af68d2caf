"""How each field of Span and Score travels to ClickHouse. Those not named here are words."""

from traces import native
from traces.native import Block, Column
from traces.records import SCORE_COLUMNS, SPAN_COLUMNS

_SPAN: dict[str, Column] = {
    "start_time": native.START,
    "received_at": native.TIME,
    **dict.fromkeys(("end_time", "completion_start_time"), native.MAYBE_TIME),
    **dict.fromkeys(("is_root", "is_app_root", "public", "is_deleted"), native.FLAG),
    **dict.fromkeys(("tags", "tool_call_names", "marks"), native.WORDS),
    **dict.fromkeys(
        ("trace_metadata", "metadata", "model_parameters", "experiment", "attributes",
         "resource_attributes", "scope_attributes"),
        native.PROPERTIES,
    ),
    **dict.fromkeys(("usage", "clocks"), native.COUNTS),
    "cost": native.MONIES,
    "total_cost": native.MAYBE_MONEY,
    **dict.fromkeys(("input_tokens", "output_tokens", "total_tokens", "version"), native.COUNT),
    **dict.fromkeys(
        ("dropped_attributes", "dropped_events", "dropped_links"), native.SMALL_COUNT
    ),
    "prompt_version": native.MAYBE_SMALL_COUNT,
    **dict.fromkeys(
        ("trace_id", "span_id", "parent_span_id", "status_message", "user_id", "session_id",
         "trace_input", "trace_output", "input", "output", "tool_definitions", "tool_calls",
         "experiment_id", "events", "links"),
        native.TEXT,
    ),
}  # fmt: skip
_SCORE: dict[str, Column] = {
    **dict.fromkeys(("timestamp", "received_at"), native.TIME),
    "value": native.MAYBE_FLOAT,
    "metadata": native.PROPERTIES,
    "version": native.COUNT,
    "is_deleted": native.FLAG,
    **dict.fromkeys(
        ("id", "string_value", "trace_id", "observation_id", "session_id", "comment"), native.TEXT
    ),
}

SPANS = Block({name: _SPAN.get(name, native.WORD) for name in SPAN_COLUMNS})
SCORES = Block({name: _SCORE.get(name, native.WORD) for name in SCORE_COLUMNS})
