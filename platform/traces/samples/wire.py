"""The sample traces as their senders would send them: OTLP/JSON, and Langfuse's batch for one of
the stories.
"""

import random
from datetime import UTC, datetime
from typing import Any

from traces.samples.playing import SampleSpan, Trace
from traces.samples.texts import INCIDENTS

RESOURCE = {
    "service.name": "support-bot",
    "deployment.environment.name": "demo",
    "telemetry.sdk.name": "opentelemetry",
    "telemetry.sdk.language": "python",
}


def export_request(traces: list[Trace]) -> dict:
    """An OTLP ExportTraceServiceRequest."""
    spans = [_span(trace, span) for trace in traces for span in trace.spans]
    scope = {"scope": {"name": "sonde.demo", "version": "1"}, "spans": spans}
    return {
        "resourceSpans": [
            {"resource": {"attributes": _attributes(RESOURCE)}, "scopeSpans": [scope]}
        ]
    }


def _span(trace: Trace, span: SampleSpan) -> dict:
    shared = {
        "langfuse.user.id": trace.user,
        "langfuse.session.id": trace.session,
        **trace.attributes,
    }
    return {
        "traceId": trace.id,
        "spanId": span.id,
        "parentSpanId": span.parent,
        "name": span.name,
        "kind": 3 if "gen_ai.request.model" in span.attributes else 1,
        "startTimeUnixNano": str(span.start),
        "endTimeUnixNano": str(span.end),
        "attributes": _attributes(
            {**{key: value for key, value in shared.items() if value}, **span.attributes}
        ),
        "events": [
            {
                "name": event["name"],
                "timeUnixNano": str(event["time"]),
                "attributes": _attributes(event["attributes"]),
            }
            for event in span.events
        ],
        "status": {"code": 2, "message": span.error} if span.error else {},
    }


def _attributes(values: dict[str, Any]) -> list[dict]:
    return [{"key": key, "value": _value(value)} for key, value in values.items()]


def _value(value: Any) -> dict:
    match value:
        case bool():
            return {"boolValue": value}
        case int():
            return {"intValue": str(value)}
        case float():
            return {"doubleValue": value}
        case list():
            return {"arrayValue": {"values": [_value(one) for one in value]}}
    return {"stringValue": str(value)}


def summary_batch(rng: random.Random, start: int, user: str) -> list[dict]:
    """One trace as Langfuse's SDK 2 sends it: created first, completed by updates."""
    text, summary = rng.choice(INCIDENTS)
    trace_id, generation_id = f"{rng.getrandbits(128):032x}", f"{rng.getrandbits(64):016x}"
    took = rng.randint(1_500, 4_500) * 1_000_000
    tokens = {"input": len(text) // 3, "output": len(summary) // 3}
    created = {
        "id": trace_id,
        "name": "summarize",
        "userId": user,
        "input": text,
        "tags": ["ops"],
        "environment": "demo",
        "timestamp": _iso(start),
        "metadata": {"channel": "status-page", "requester": {"team": "ops", "on_call": True}},
    }
    generation = {"id": generation_id, "traceId": trace_id, "environment": "demo"}
    begun = {
        **generation,
        "name": "summarize",
        "model": "gpt-4o",
        "startTime": _iso(start),
        "input": [{"role": "user", "content": text}],
        "modelParameters": {"temperature": 0},
    }
    ended = {
        **generation,
        "endTime": _iso(start + took),
        "completionStartTime": _iso(start + took // 4),
        "output": {"role": "assistant", "content": summary},
        "usage": tokens,
    }
    return [
        _event(rng, "trace-create", start, created),
        _event(rng, "generation-create", start, begun),
        _event(rng, "generation-update", start + took, ended),
        _event(rng, "trace-create", start + took, {"id": trace_id, "output": summary}),
    ]


def _event(rng: random.Random, type_: str, at: int, body: dict) -> dict:
    return {
        "id": f"{rng.getrandbits(128):032x}",
        "type": type_,
        "timestamp": _iso(at),
        "body": body,
    }


def _iso(nanoseconds: int) -> str:
    return datetime.fromtimestamp(nanoseconds / 1e9, UTC).isoformat().replace("+00:00", "Z")
