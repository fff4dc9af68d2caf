import base64
import json
import time

import msgspec
import pytest
from google.protobuf.json_format import MessageToDict
from hypothesis import given
from hypothesis import strategies as st
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from ingest.decoded import MalformedPayload
from ingest.mapping.origin import Sender
from ingest.otlp.decode import JSON, PROTOBUF, decode_traces

NOW = time.time_ns()
SENDER = Sender("p", NOW)
TRACE, SPAN, PARENT = "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331", "00f067aa0ba902b7"


def request(attributes=(), **changes) -> dict:
    """An export of one span, as a JavaScript exporter writes it."""
    span = {
        "traceId": TRACE,
        "spanId": SPAN,
        "parentSpanId": PARENT,
        "name": "chat",
        "kind": 3,
        "startTimeUnixNano": str(NOW - 1000),
        "endTimeUnixNano": str(NOW),
        "attributes": [{"key": key, "value": value} for key, value in attributes],
        **changes,
    }
    resource = {"attributes": [{"key": "service.name", "value": {"stringValue": "shop"}}]}
    scope = {"name": "app", "version": "1"}
    return {
        "resourceSpans": [{"resource": resource, "scopeSpans": [{"scope": scope, "spans": [span]}]}]
    }


def decoded_json(body) -> list:
    decoded = decode_traces(msgspec.json.encode(body), JSON, SENDER)
    assert not decoded.rejected
    return [*decoded.items, *decoded.mergeable]


def as_protobuf(body: dict) -> bytes:
    """The same export in protobuf."""
    from google.protobuf.json_format import ParseDict

    body = json.loads(json.dumps(body))
    for resource in body["resourceSpans"]:
        for scope in resource["scopeSpans"]:
            for span in scope["spans"]:
                for holder in (span, *span.get("links", [])):
                    for name in ("traceId", "spanId", "parentSpanId"):
                        if name in holder:
                            raw = bytes.fromhex(holder[name])
                            holder[name] = base64.b64encode(raw).decode()
    return ParseDict(body, ExportTraceServiceRequest()).SerializeToString()


FULL = request(
    [
        ("gen_ai.operation.name", {"stringValue": "chat"}),
        ("gen_ai.usage.input_tokens", {"intValue": "9007199254740993"}),
        ("gen_ai.request.temperature", {"doubleValue": 0.5}),
        ("app.ok", {"boolValue": True}),
        ("app.raw", {"bytesValue": "AAEC"}),
        ("app.list", {"arrayValue": {"values": [{"stringValue": "a"}, {"intValue": "1"}]}}),
        (
            "app.map",
            {"kvlistValue": {"values": [{"key": "k", "value": {"doubleValue": 1.5}}]}},
        ),
        ("input.value", {"stringValue": "질문"}),
    ],
    status={"code": 2, "message": "boom"},
    events=[
        {
            "timeUnixNano": str(NOW - 500),
            "name": "exception",
            "attributes": [{"key": "exception.type", "value": {"stringValue": "ValueError"}}],
        }
    ],
    links=[{"traceId": TRACE, "spanId": PARENT, "attributes": []}],
    droppedAttributesCount=1,
    droppedEventsCount=2,
    droppedLinksCount=3,
)


def test_protobuf_and_json_give_the_same_row():
    [from_json] = decoded_json(FULL)
    [from_protobuf] = decode_traces(as_protobuf(FULL), PROTOBUF, SENDER).items
    assert from_json == from_protobuf
    assert (from_json.trace_id, from_json.span_id) == (TRACE, SPAN)
    assert (from_json.parent_span_id, from_json.kind) == (PARENT, "CLIENT")
    assert (from_json.start_time, from_json.end_time) == (NOW - 1000, NOW)
    assert from_json.attributes["app.list"] == '["a",1]'
    assert from_json.attributes["app.map"] == '{"k":1.5}'
    assert from_json.attributes["app.raw"] == "AAEC"
    assert json.loads(from_json.events) == [
        {"time": NOW - 500, "name": "exception", "attributes": {"exception.type": "ValueError"}}
    ]
    assert json.loads(from_json.links) == [{"trace_id": TRACE, "span_id": PARENT, "attributes": {}}]
    assert from_json.dropped_attributes == 1
    assert from_json.dropped_events == 2
    assert from_json.dropped_links == 3
    assert from_json.source == "otlp"


VALUES = st.recursive(
    st.one_of(
        st.builds(lambda text: {"stringValue": text}, st.text(max_size=20)),
        st.builds(lambda n: {"intValue": str(n)}, st.integers(-(2**63), 2**63 - 1)),
        st.builds(lambda x: {"doubleValue": x}, st.floats(allow_nan=False, allow_infinity=False)),
        st.builds(lambda flag: {"boolValue": flag}, st.booleans()),
    ),
    lambda inner: st.builds(
        lambda items: {"arrayValue": {"values": items}}, st.lists(inner, max_size=3)
    ),
    max_leaves=5,
)
KEYS = st.one_of(
    st.text(max_size=20),
    st.sampled_from(
        [
            "gen_ai.usage.input_tokens", "input.value", "langfuse.trace.tags", "user.id", "model",
            "gen_ai.prompt.0.content", "gen_ai.prompt.0", "langfuse.metadata", "ai.prompt.tools",
            "gen_ai.tool.definitions", "langfuse.observation.usage_details", "gen_ai.usage.cost",
            "gen_ai.input.messages", "gen_ai.system_instructions", "llm.tools.0.tool.json_schema",
            "langfuse.experiment.metadata", "ai.response.providerMetadata", "genkit:output",
            "langfuse.observation.completion_start_time", "openinference.span.kind", "events",
        ]
    ),
)  # fmt: skip


@given(st.lists(st.tuples(KEYS, VALUES), max_size=8), st.sampled_from(["", "ai", "genkit-tracer"]))
def test_whatever_the_attributes_say_both_encodings_give_the_same_row(attributes, scope):
    body = request(attributes)
    body["resourceSpans"][0]["scopeSpans"][0]["scope"]["name"] = scope
    [from_json] = decoded_json(body)
    decoded = decode_traces(as_protobuf(body), PROTOBUF, SENDER)
    assert [from_json] == [*decoded.items, *decoded.mergeable]


def test_names_in_snake_case_and_ids_in_base64():
    message = ExportTraceServiceRequest.FromString(as_protobuf(FULL))
    body = MessageToDict(message, preserving_proto_field_name=True)
    assert body["resource_spans"][0]["scope_spans"][0]["spans"][0]["kind"] == "SPAN_KIND_CLIENT"
    assert decoded_json(body) == decoded_json(FULL)


@pytest.mark.parametrize(
    "changes",
    [
        {"startTimeUnixNano": NOW - 1000, "endTimeUnixNano": NOW},
        {"traceId": TRACE.upper()},
        {"flags": 257, "traceState": "", "unknown": {"a": [1]}},
        {"kind": "SPAN_KIND_CLIENT"},
    ],
)
def test_other_spellings_of_the_same(changes):
    assert decoded_json(request(**changes)) == decoded_json(request())


@pytest.mark.parametrize("parent", [None, "", "0" * 16])
def test_a_span_without_a_parent_is_a_root(parent):
    [span] = decoded_json(request(parentSpanId=parent))
    assert span.is_root and span.parent_span_id == ""


def test_a_span_that_is_its_own_parent_is_a_marked_root():
    [span] = decoded_json(request(parentSpanId=SPAN))
    assert span.is_root and span.parent_span_id == "" and span.marks == ["own_parent"]


@pytest.mark.parametrize(
    "changes",
    [
        {"traceId": ""},
        {"traceId": "0" * 32},
        {"traceId": "abc"},
        {"traceId": "z" * 32},
        {"traceId": 5},
        {"traceId": None},
        {"spanId": ""},
        {"spanId": "0" * 16},
        {"spanId": TRACE},
        {"parentSpanId": "abc"},
        {"name": 5},
        {"attributes": {"a": 1}},
        {"attributes": ["a"]},
        {"attributes": [{"value": {"stringValue": "x"}}]},
        {"events": "none"},
        {"events": [1]},
        {"links": [None]},
        {"links": [{"traceId": "x"}]},
    ],
)
def test_a_bad_span_is_refused_and_its_neighbours_are_kept(changes):
    body = request()
    spans = body["resourceSpans"][0]["scopeSpans"][0]["spans"]
    good = spans[0]
    spans[:] = [good, {**good, **changes}, "no span", {**good, "spanId": "00f067aa0ba902b8"}]
    decoded = decode_traces(msgspec.json.encode(body), JSON, SENDER)
    assert [span.span_id for span in decoded.items] == [SPAN, "00f067aa0ba902b8"]
    assert [rejection.id for rejection in decoded.rejected] == ["1", "2"]
    assert all("was refused" in rejection.message for rejection in decoded.rejected)


def test_a_bad_span_in_protobuf_is_refused_too():
    message = ExportTraceServiceRequest.FromString(as_protobuf(request()))
    spans = message.resource_spans[0].scope_spans[0].spans
    spans.add(trace_id=b"short", span_id=b"12345678")
    spans.add(trace_id=bytes(16), span_id=b"12345678")
    spans.add(trace_id=b"1234567812345678", span_id=b"")
    spans.add(trace_id=b"1234567812345678", span_id=b"12345678", parent_span_id=b"odd")
    decoded = decode_traces(message.SerializeToString(), PROTOBUF, SENDER)
    assert len(decoded.items) == 1
    assert len(decoded.rejected) == 4


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"null",
        b"[]",
        b'"text"',
        b"{",
        b"\x00",
        b'{"resourceSpans": 5}',
        b'{"resourceSpans": {}}',
        b'{"resourceSpans": [5]}',
        b'{"resourceSpans": [{"resource": 1}]}',
        b'{"resourceSpans": [{"resource": {"attributes": 1}}]}',
        b'{"resourceSpans": [{"scopeSpans": "x"}]}',
        b'{"resourceSpans": [{"scopeSpans": [null]}]}',
        b'{"resourceSpans": [{"scopeSpans": [{"scope": []}]}]}',
        b'{"resourceSpans": [{"scopeSpans": [{"spans": {}}]}]}',
    ],
)
def test_a_body_that_is_no_export_is_malformed_as_a_whole(body):
    with pytest.raises(MalformedPayload):
        decode_traces(body, JSON, SENDER)


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (b"", PROTOBUF),
        (b"{}", JSON),
        (b'{"resourceSpans": []}', JSON),
        (b'{"resourceSpans": [{}]}', JSON),
    ],
)
def test_an_export_of_nothing_is_fine(body, content_type):
    decoded = decode_traces(body, content_type, SENDER)
    assert not decoded.items and not decoded.rejected


def test_the_project_that_a_header_names_is_kept():
    sender = Sender("p", NOW, project_hint="my project")
    [span] = decode_traces(msgspec.json.encode(request()), JSON, sender).items
    assert span.resource_attributes["sonde.project.hint"] == "my project"
    assert span.project_id == "p"
