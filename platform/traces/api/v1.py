"""GET /api/v1/traces/{id}: a trace as Sonde keeps it. docs/api.md says what each field means."""

import json
from datetime import UTC, datetime
from typing import Any

from django.http import HttpRequest
from rest_framework.exceptions import NotFound, ValidationError
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.authentication import require_scope
from traces.api.view import Away, TooMuch
from traces.errors import LimitReached, Unavailable
from traces.queries.scores import scores_of
from traces.queries.trace import locate, whole_rows
from traces.queries.traces import TraceRow, trace_facts

MAX_LIMIT = 1000
MAX_OFFSET = 1_000_000


class TraceView(APIView):
    """The trace, its spans and its scores; spans in pages of at most 1,000."""

    permission_classes = (require_scope("read"),)

    def get(self, request: HttpRequest, trace_id: str) -> Response:
        limit = number_in(request, "limit", MAX_LIMIT, MAX_LIMIT)
        offset = number_in(request, "offset", 0, MAX_OFFSET)
        try:
            return Response(trace_document(request.auth.project_id, trace_id, limit, offset))
        except LimitReached as error:
            raise TooMuch from error
        except Unavailable as error:
            raise Away from error


def number_in(request: HttpRequest, name: str, default: int, most: int) -> int:
    text = request.GET.get(name, "")
    if not text:
        return default
    if not text.isdecimal() or len(text) > 9 or int(text) > most:
        raise ValidationError({name: f"must be a whole number up to {most}."})
    return int(text)


def trace_document(project_id: str, trace_id: str, limit: int, offset: int) -> dict:
    extent = locate(project_id, trace_id)
    facts = trace_facts(project_id, trace_id, extent) if extent else None
    if extent is None or facts is None:
        raise NotFound("There is no such trace.")
    found = whole_rows(project_id, trace_id, extent, limit=limit + 1, offset=offset)
    scores = scores_of(project_id, [trace_id]).get(trace_id, [])
    return {
        **trace_shape(facts),
        "spans": [span_shape(row) for row in found[:limit] if row["span_id"]],
        "stated": next((stated_shape(row) for row in found if not row["span_id"]), None),
        "next_offset": offset + limit if len(found) > limit else None,
        "scores": [score_shape(score) for score in scores],
    }


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
