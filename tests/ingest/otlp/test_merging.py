"""Which spans are merged with what is stored of them, since something else may complete them."""

import msgspec
import pytest

from ingest.otlp.decode import JSON, decode_traces
from tests.ingest.otlp.test_decode import NOW, SENDER, request


def test_a_genai_span_without_content_waits_for_its_log_events():
    said = [("gen_ai.operation.name", {"stringValue": "chat"})]
    decoded = decode_traces(msgspec.json.encode(request(said)), JSON, SENDER)
    assert not decoded.items and len(decoded.mergeable) == 1
    said.append(("gen_ai.output.messages", {"stringValue": "[]"}))
    decoded = decode_traces(msgspec.json.encode(request(said)), JSON, SENDER)
    assert len(decoded.items) == 1 and not decoded.mergeable
    assert decode_traces(msgspec.json.encode(request()), JSON, SENDER).items


@pytest.mark.parametrize(
    ("scope", "sdk"),
    [("opentelemetry.instrumentation.openai_v2", "opentelemetry"), ("app", "openlit")],
)
def test_a_sender_of_events_beside_spans_has_its_spans_merged_with_them(scope, sdk):
    said = [
        ("gen_ai.operation.name", {"stringValue": "chat"}),
        ("gen_ai.output.messages", {"stringValue": "[]"}),
    ]
    body = request(said)
    resource = body["resourceSpans"][0]
    resource["scopeSpans"][0]["scope"]["name"] = scope
    resource["resource"]["attributes"].append(
        {"key": "telemetry.sdk.name", "value": {"stringValue": sdk}}
    )
    decoded = decode_traces(msgspec.json.encode(body), JSON, SENDER)
    assert not decoded.items and len(decoded.mergeable) == 1


def test_a_span_whose_clock_is_not_believed_is_merged_with_what_is_stored():
    """Its start is the time of the request, and sent again it has another: still it is one span."""
    body = msgspec.json.encode(request(startTimeUnixNano="1"))
    decoded = decode_traces(body, JSON, SENDER)
    assert not decoded.items
    assert decoded.mergeable[0].start_time == NOW
    assert decoded.mergeable[0].marks == ["clock_suspect"]
