"""What a line of an export holds: its columns, and a line of a trace or an observation."""

from dataclasses import dataclass
from typing import Any

from exports.models import Kind
from traces.queries.texts import Texts
from traces.queries.trace_row import TraceRow
from traces.records import Span

# What the values of a column are; None is unknown everywhere.
TEXT = "text"
COUNT = "count"  # an int
NUMBER = "number"  # a float
MONEY = "money"  # Decimal US dollars
TIME = "time"  # nanoseconds since 1970
JSON = "json"  # a list or a dict
Line = dict[str, Any]


def _columns(**names: str) -> dict[str, str]:
    return {name: kind for kind, listed in names.items() for name in listed.split()}


_KINDS = _columns(
    time="started_at ended_at first_token_at",
    number="latency_ms",
    count="span_count error_count input_tokens output_tokens total_tokens unpriced_spans"
    " prompt_version",
    money="cost_usd",
    json="tags models scores metadata model_parameters usage cost attributes",
)
COLUMNS = {  # names in their order
    Kind.TRACES: (
        "id name started_at latency_ms user_id session_id environment release version tags models"
        " span_count error_count input_tokens output_tokens total_tokens cost_usd unpriced_spans"
        " scores metadata input output"
    ),
    Kind.OBSERVATIONS: (
        "id trace_id parent_id trace_name type name level status_message started_at ended_at"
        " first_token_at latency_ms user_id session_id environment release version tags model"
        " provider model_parameters input_tokens output_tokens total_tokens usage cost_usd cost"
        " cost_source prompt_name prompt_version service_name metadata attributes input output"
    ),
}


@dataclass(frozen=True, slots=True)
class Column:
    name: str
    kind: str


def columns(kind: str) -> list[Column]:
    names = COLUMNS[Kind.TRACES if kind == Kind.TRACES else Kind.OBSERVATIONS].split()
    return [Column(name, _KINDS.get(name, TEXT)) for name in names]


def trace_line(trace: TraceRow, texts: Texts) -> Line:
    return {
        "id": trace.trace_id,
        "name": trace.name,
        "started_at": trace.started,
        "latency_ms": trace.latency_ns / 1e6,
        "user_id": trace.user or None,
        "session_id": trace.session or None,
        "environment": trace.environment,
        "release": trace.release or None,
        "version": trace.version or None,
        "tags": trace.tags,
        "models": trace.models,
        "span_count": trace.spans,
        "error_count": trace.errors,
        "input_tokens": trace.input_tokens,
        "output_tokens": trace.output_tokens,
        "total_tokens": trace.tokens,
        "cost_usd": trace.cost,
        "unpriced_spans": trace.unpriced,
        "scores": [score_line(score) for score in trace.scores],
        "metadata": texts.metadata,
        "input": texts.input or None,
        "output": texts.output or None,
    }


def score_line(score: dict) -> Line:
    return {
        "name": score["name"],
        "value": score["value"],
        "string_value": score["string_value"] or None,
        "observation_id": score["observation_id"] or None,
        "comment": score["comment"] or None,
        "source": score["source"],
    }


def observation_line(span: Span, trace: TraceRow | None = None) -> Line:
    """With its trace, what the observation does not say itself is said by that."""
    duration = None if span.end_time is None else (span.end_time - span.start_time) / 1e6
    return {
        "id": span.span_id,
        "trace_id": span.trace_id,
        "parent_id": span.parent_span_id or None,
        "trace_name": (trace.name if trace else span.trace_name) or None,
        "type": span.type,
        "name": span.name,
        "level": span.level,
        "status_message": span.status_message or None,
        "started_at": span.start_time,
        "ended_at": span.end_time,
        "first_token_at": span.completion_start_time,
        "latency_ms": duration,
        "user_id": span.user_id or (trace and trace.user) or None,
        "session_id": span.session_id or (trace and trace.session) or None,
        "environment": span.environment,
        "release": span.release or None,
        "version": span.version_label or None,
        "tags": trace.tags if trace else span.tags,
        "model": span.model or None,
        "provider": span.provider or None,
        "model_parameters": span.model_parameters,
        "input_tokens": span.input_tokens,
        "output_tokens": span.output_tokens,
        "total_tokens": span.total_tokens,
        "usage": span.usage,
        "cost_usd": span.total_cost,
        "cost": span.cost,
        "cost_source": span.cost_source or None,
        "prompt_name": span.prompt_name or None,
        "prompt_version": span.prompt_version,
        "service_name": span.service_name or None,
        "metadata": span.metadata,
        "attributes": span.attributes,
        "input": span.input or None,
        "output": span.output or None,
    }
