"""Stored rows as OTLP/JSON, in the words that Langfuse's SDKs use, so that any door for OTLP takes
them back. Pure.

What OTLP has no words for is not told: that a span has not ended, what its marks were, and costs
that Sonde computed, which it computes again. Ids that are not OTLP's hex become a digest of them.
"""

import hashlib
import json
import re
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from itertools import groupby
from typing import Any

SECOND = 1_000_000_000
KINDS = {"INTERNAL": 1, "SERVER": 2, "CLIENT": 3, "PRODUCER": 4, "CONSUMER": 5}
MOST_DEPTH = 64
ERROR = 2  # OpenTelemetry's status code
_hex = re.compile(r"[0-9a-f]+")

# Texts of a row that are attributes of their own, where they say anything.
TEXTS = (
    ("user_id", "langfuse.user.id"),
    ("session_id", "langfuse.session.id"),
    ("environment", "langfuse.environment"),
    ("release", "langfuse.release"),
    ("version_label", "langfuse.version"),
    ("trace_name", "langfuse.trace.name"),
    ("trace_input", "langfuse.trace.input"),
    ("trace_output", "langfuse.trace.output"),
    ("input", "langfuse.observation.input"),
    ("output", "langfuse.observation.output"),
    ("status_message", "langfuse.observation.status_message"),
    ("model", "langfuse.observation.model.name"),
    ("provider", "gen_ai.provider.name"),
    ("prompt_name", "langfuse.observation.prompt.name"),
    ("tool_definitions", "gen_ai.tool.definitions"),
    ("experiment_id", "langfuse.experiment.id"),
)
MAPS = (
    ("metadata", "langfuse.observation.metadata."),
    ("trace_metadata", "langfuse.trace.metadata."),
    ("experiment", "langfuse.experiment."),
)
# What a row without a span says of the trace as a whole; a root says it here.
OF_TRACE = (
    "trace_name",
    "user_id",
    "session_id",
    "release",
    "version_label",
    "tags",
    "public",
    "trace_input",
    "trace_output",
    "trace_metadata",
)


def resource_spans(rows: Iterable[dict]) -> Iterator[dict]:
    """One member of `resourceSpans` for each run of spans that share resource and scope."""
    for (resource, scope), spans in groupby(rows, key=_origin):
        yield {
            "resource": {"attributes": json.loads(resource)},
            "scopeSpans": [{"scope": json.loads(scope), "spans": [_span(row) for row in spans]}],
        }


def with_trace(root: dict, stated: dict) -> dict:
    """The root, which says also what was stated of its trace as a whole."""
    return {**root, **{name: stated[name] for name in OF_TRACE if stated[name]}}


def hex_id(value: str, size: int) -> str:
    """The id, if it is one of so many bytes in hex, else a digest of it that always is the same."""
    if len(value) == 2 * size and _hex.fullmatch(value):
        return value
    return hashlib.sha256(value.encode()).hexdigest()[: 2 * size]


def _origin(row: dict) -> tuple[str, str]:
    scope: dict[str, Any] = {"name": row["scope_name"], "version": row["scope_version"]}
    scope["attributes"] = _attributes(row["scope_attributes"].items())
    return json.dumps(_attributes(row["resource_attributes"].items())), json.dumps(scope)


def _span(row: dict) -> dict:
    span = {
        "traceId": hex_id(row["trace_id"], 16),
        "spanId": hex_id(row["span_id"], 8),
        "name": row["name"],
        "kind": KINDS.get(row["kind"], 0),
        "startTimeUnixNano": str(row["start_time"]),
        "attributes": _attributes(_said(row)),
        "events": [_event(event) for event in _items(row["events"])],
        "links": [_link(link) for link in _items(row["links"])],
        "droppedAttributesCount": row["dropped_attributes"],
        "droppedEventsCount": row["dropped_events"],
        "droppedLinksCount": row["dropped_links"],
    }
    if row["parent_span_id"]:
        span["parentSpanId"] = hex_id(row["parent_span_id"], 8)
    if row["end_time"] is not None:
        span["endTimeUnixNano"] = str(row["end_time"])
    if row["level"] == "ERROR":
        span["status"] = {"code": ERROR, "message": row["status_message"]}
    return span


def _said(row: dict) -> Iterator[tuple[str, Any]]:
    """All that is no field of OTLP's span; what no column of ours took stands first, so that it
    overrules nothing.
    """
    yield from row["attributes"].items()
    yield "langfuse.observation.type", row["type"].lower()
    yield "langfuse.observation.level", row["level"]
    for column, key in TEXTS:
        if row[column]:
            yield key, row[column]
    for column, prefix in MAPS:
        for key, value in row[column].items():
            yield f"{prefix}{key}", value
    yield from _figures(row)
    if row["tags"]:
        yield "langfuse.trace.tags", list(row["tags"])
    for column, key in (
        ("public", "langfuse.trace.public"),
        ("is_app_root", "langfuse.internal.is_app_root"),
    ):
        if row[column]:
            yield key, True
    if row["is_root"] and row["parent_span_id"]:
        yield "langfuse.internal.as_root", True


def _figures(row: dict) -> Iterator[tuple[str, Any]]:
    if row["model_parameters"]:
        yield "langfuse.observation.model.parameters", _json(row["model_parameters"])
    if row["usage"]:
        yield "langfuse.observation.usage_details", _json(row["usage"])
    if row["cost_source"] == "sent":
        cost = {key: f"{amount:f}" for key, amount in row["cost"].items()}
        yield "langfuse.observation.cost_details", _json(cost)
    if row["prompt_version"] is not None:
        yield "langfuse.observation.prompt.version", row["prompt_version"]
    if row["completion_start_time"] is not None:
        yield "langfuse.observation.completion_start_time", _moment(row["completion_start_time"])


def _moment(nanoseconds: int) -> str:
    """To the microsecond, which is what the attribute's readers know."""
    at = datetime.fromtimestamp(nanoseconds // SECOND, UTC)
    return at.replace(microsecond=nanoseconds % SECOND // 1000).isoformat()


def _event(event: dict) -> dict:
    said = event.get("attributes")
    return {
        "timeUnixNano": str(event.get("time") or 0),
        "name": str(event.get("name") or ""),
        "attributes": _attributes(said.items()) if isinstance(said, dict) else [],
    }


def _link(link: dict) -> dict:
    said = link.get("attributes")
    return {
        "traceId": hex_id(str(link.get("trace_id") or ""), 16),
        "spanId": hex_id(str(link.get("span_id") or ""), 8),
        "attributes": _attributes(said.items()) if isinstance(said, dict) else [],
    }


def _items(text: str) -> list[dict]:
    try:
        found = json.loads(text) if text else []
    except (ValueError, RecursionError):
        return []
    return [item for item in found if isinstance(item, dict)] if isinstance(found, list) else []


def _attributes(pairs: Iterable[tuple[str, Any]]) -> list[dict]:
    return [{"key": key, "value": _value(value)} for key, value in pairs]


def _value(value: Any, depth: int = 0) -> dict:
    """An AnyValue; what is nested deeper than any decoder reads is its JSON."""
    if depth > MOST_DEPTH and isinstance(value, list | dict):
        return {"stringValue": _json(value)}
    if isinstance(value, bool):
        return {"boolValue": value}
    if isinstance(value, int):
        return {"intValue": str(value)}
    if isinstance(value, float):
        return {"doubleValue": value}
    if isinstance(value, list):
        return {"arrayValue": {"values": [_value(item, depth + 1) for item in value]}}
    if isinstance(value, dict):
        values = [{"key": key, "value": _value(item, depth + 1)} for key, item in value.items()]
        return {"kvlistValue": {"values": values}}
    return {} if value is None else {"stringValue": str(value)}


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)
