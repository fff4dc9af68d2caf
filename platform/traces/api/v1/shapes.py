"""Rows as /api/v1/ tells them. docs/api.md says what each field means."""

import json
from datetime import UTC, datetime
from typing import Any

from traces.queries.groups import GroupRow
from traces.queries.trace_row import TraceRow


def trace_shape(facts: TraceRow) -> dict:
    return {
        "id": facts.trace_id,
        "name": facts.name,
        "started_at": moment_text(facts.started),
        "latency_ms": facts.latency_ns / 1e6,
        "user_id": facts.user or None,
        "session_id": facts.session or None,
        "environment": facts.environment,
        "release": facts.release or None,
        "version": facts.version or None,
        "tags": facts.tags,
        "span_count": facts.spans,
        "error_count": facts.errors,
        "input_tokens": facts.input_tokens,
        "output_tokens": facts.output_tokens,
        "total_tokens": facts.tokens,
        "cost_usd": money(facts.cost),
        "unpriced_spans": facts.unpriced,
    }


def span_shape(row: dict) -> dict:
    return {
        "id": row["span_id"],
        "parent_id": row["parent_span_id"] or None,
        "type": row["type"],
        "name": row["name"],
        "level": row["level"],
        "status_message": row["status_message"] or None,
        "started_at": moment_text(row["start_time"]),
        "ended_at": moment_text(row["end_time"]),
        "first_token_at": moment_text(row["completion_start_time"]),
        "input": row["input"] or None,
        "output": row["output"] or None,
        "metadata": row["metadata"],
        "attributes": row["attributes"],
        "resource_attributes": row["resource_attributes"],
        "model": row["model"] or None,
        "provider": row["provider"] or None,
        "model_parameters": row["model_parameters"],
        "usage": row["usage"],
        "cost": {key: money(amount) for key, amount in row["cost"].items()},
        "cost_usd": money(row["total_cost"]),
        "cost_source": row["cost_source"] or None,
        "price_id": row["price_id"] or None,
        "prompt_name": row["prompt_name"] or None,
        "prompt_version": row["prompt_version"],
        "events": items(row["events"]),
        "links": items(row["links"]),
        "marks": row["marks"],
        "service_name": row["service_name"] or None,
        "scope_name": row["scope_name"] or None,
        "sdk": " ".join(filter(None, (row["sdk_name"], row["sdk_version"]))) or None,
        "source": row["source"] or None,
        "received_at": moment_text(row["received_at"]),
    }


def listed_trace(row: TraceRow) -> dict:
    """A trace in a list, with the beginnings of its texts."""
    return {
        **trace_shape(row),
        "models": row.models,
        "input_preview": row.input or None,
        "output_preview": row.output or None,
    }


def observation_shape(row: dict) -> dict:
    """A span in a list: without its attributes, events and links, which its trace tells."""
    return {
        "id": row["span_id"],
        "trace_id": row["trace_id"],
        "parent_id": row["parent_span_id"] or None,
        "type": row["type"],
        "name": row["name"],
        "level": row["level"],
        "status_message": row["status_message"] or None,
        "started_at": moment_text(row["start_ns"]),
        "ended_at": moment_text(row["end_ns"]),
        "first_token_at": moment_text(row["completion_start_ns"]),
        "user_id": row["user_id"] or None,
        "session_id": row["session_id"] or None,
        "environment": row["environment"],
        "release": row["release"] or None,
        "version": row["version_label"] or None,
        "input": row["input"] or None,
        "output": row["output"] or None,
        "metadata": row["metadata"],
        "model": row["model"] or None,
        "model_parameters": row["model_parameters"],
        "usage": row["usage"],
        "cost": {key: money(amount) for key, amount in row["cost"].items()},
        "cost_usd": money(row["total_cost"]),
        "price_id": row["price_id"] or None,
        "prompt_name": row["prompt_name"] or None,
        "prompt_version": row["prompt_version"],
    }


def group_shape(row: GroupRow) -> dict:
    """A session or a user, summed over its traces of the range."""
    return {
        "id": row.id,
        "trace_count": row.traces,
        "first_at": moment_text(row.first),
        "last_at": moment_text(row.last),
        "input_tokens": row.input_tokens,
        "output_tokens": row.output_tokens,
        "total_tokens": row.tokens,
        "cost_usd": money(row.cost),
        "unpriced_spans": row.unpriced,
        "error_count": row.errors,
    }


def session_shape(row: GroupRow) -> dict:
    return {**group_shape(row), "user_ids": row.users}


def user_shape(row: GroupRow) -> dict:
    return {**group_shape(row), "session_count": row.sessions}


def listed_score(row: dict) -> dict:
    """A score of anything, by itself."""
    return {
        "id": row["id"],
        "trace_id": row["trace_id"] or None,
        "span_id": row["observation_id"] or None,
        "session_id": row["session_id"] or None,
        "dataset_run_id": row["dataset_run_id"] or None,
        "name": row["name"],
        "data_type": row["data_type"],
        "value": row["value"],
        "string_value": row["string_value"] or None,
        "comment": row["comment"] or None,
        "metadata": row["metadata"],
        "source": row["source"],
        "environment": row["environment"],
        "author_user_id": row["author_user_id"] or None,
        "at": moment_text(row["timestamp_ns"]),
    }


def stated_shape(row: dict) -> dict:
    """What was said of the trace as a whole, which is no span."""
    return {
        "input": row["trace_input"] or None,
        "output": row["trace_output"] or None,
        "metadata": row["trace_metadata"],
        "public": row["public"],
    }


def score_shape(score: dict) -> dict:
    return {
        "id": score["id"],
        "name": score["name"],
        "data_type": score["data_type"],
        "value": score["value"],
        "string_value": score["string_value"] or None,
        "span_id": score["observation_id"] or None,
        "comment": score["comment"] or None,
        "source": score["source"],
        "at": moment_text(score["at"]),
    }


def moment_text(nanoseconds: int | None) -> str | None:
    """RFC 3339 in UTC, to the nanosecond."""
    if nanoseconds is None:
        return None
    whole, rest = divmod(nanoseconds, 1_000_000_000)
    return f"{datetime.fromtimestamp(whole, UTC):%Y-%m-%dT%H:%M:%S}.{rest:09d}Z"


def money(amount: Any) -> str | None:
    """Dollars as text, so that no client rounds them by accident; None is unknown."""
    return None if amount is None else f"{amount.normalize():f}"


def items(text: str) -> list:
    try:
        value = json.loads(text) if text else []
    except (ValueError, RecursionError):
        return []
    return value if isinstance(value, list) else []
