"""Whatever bytes come, a decoder reads them or calls them malformed: it raises nothing else."""

import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest

from ingest import packing
from ingest.batch import Batch, sorted_out
from ingest.decoded import MalformedPayload
from ingest.otlp.decode import JSON, PROTOBUF, decode_traces
from ingest.otlp.logs import decode_logs
from ingest.otlp.metrics import count_metrics
from tests.ingest.otlp.exports import NOW, SENDER, add, export
from traces.columns import SCORES, SPANS


def batch_of_traces(body: bytes, kind: str) -> Batch:
    decoded = decode_traces(body, kind, SENDER)
    return sorted_out(decoded.items, mergeable=decoded.mergeable, now_ns=NOW)


def batch_of_logs(body: bytes, kind: str) -> Batch:
    decoded, _ = decode_logs(body, kind, SENDER)
    return sorted_out(decoded.items, mergeable=decoded.mergeable, now_ns=NOW)


def batch_of_metrics(body: bytes, kind: str) -> Batch:
    assert count_metrics(body, kind) >= 0
    return Batch()


DECODERS = (batch_of_traces, batch_of_logs, batch_of_metrics)


def is_storable_or_malformed(decode, body: bytes, kind: str) -> bool:
    """Whether every row that was read can be held and inserted, or the sender is told what is
    wrong.
    """
    try:
        batch = decode(body, kind)
    except MalformedPayload as error:
        return bool(str(error))
    _, unpackable = packing.packable(batch)
    spans = [*batch.spans, *batch.mergeable]
    return not (unpackable or SPANS.unencodable(spans) or SCORES.unencodable(batch.scores))


@pytest.mark.parametrize("decode", DECODERS)
@given(body=st.binary(max_size=300), kind=st.sampled_from([PROTOBUF, JSON]))
def test_random_bytes_become_storable_rows_or_are_malformed(decode, body, kind):
    assert is_storable_or_malformed(decode, body, kind)


ANYTHING = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=8)),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3), st.dictionaries(st.text(max_size=6), inner, max_size=3)
    ),
    max_leaves=8,
)
NAMES = st.sampled_from(
    [
        "resourceSpans", "scopeSpans", "spans", "resource", "scope", "attributes", "key", "value",
        "stringValue", "intValue", "doubleValue", "arrayValue", "kvlistValue", "values", "events",
        "links", "name", "status", "code", "traceId", "spanId", "startTimeUnixNano", "kind",
        "resourceLogs", "scopeLogs", "logRecords", "body", "eventName", "timeUnixNano",
        "resourceMetrics", "scopeMetrics", "metrics", "droppedAttributesCount", "boolValue",
    ]
)  # fmt: skip
SHAPED = st.recursive(
    ANYTHING,
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(NAMES, inner, max_size=4)),
    max_leaves=20,
)


@pytest.mark.parametrize("decode", DECODERS)
@given(body=SHAPED)
@settings(suppress_health_check=[HealthCheck.too_slow])
def test_random_json_becomes_storable_rows_or_is_malformed(decode, body):
    assert is_storable_or_malformed(decode, json.dumps(body).encode(), JSON)


SPAN_FIELDS = st.fixed_dictionaries(
    {"traceId": st.just("12" * 16), "spanId": st.just("12" * 8)},
    optional=dict.fromkeys(
        (
            "attributes", "events", "links", "name", "status", "kind", "startTimeUnixNano",
            "endTimeUnixNano", "parentSpanId", "droppedEventsCount",
        ),
        SHAPED,
    ),
)  # fmt: skip


@given(SPAN_FIELDS)
@settings(suppress_health_check=[HealthCheck.too_slow])
def test_a_span_of_random_fields_is_stored_or_refused_alone(fields):
    body = {"resourceSpans": [{"scopeSpans": [{"spans": [fields]}]}]}
    sent = json.dumps(body).encode()
    decoded = decode_traces(sent, JSON, SENDER)
    assert len(decoded.items) + len(decoded.mergeable) + len(decoded.rejected) == 1
    assert is_storable_or_malformed(batch_of_traces, sent, JSON)


def valid_bodies() -> list[tuple[bytes, object]]:
    request, span = export()
    add(span, "gen_ai.input.messages", '[{"role":"user","content":"hi"}]')
    span.attributes.add(key="gen_ai.usage.input_tokens").value.int_value = 5
    span.events.add(name="gen_ai.choice").attributes.add(key="m").value.string_value = "x"
    logs = ExportLogsServiceRequest()
    record = (
        logs.resource_logs.add()
        .scope_logs.add()
        .log_records.add(
            trace_id=b"1234567812345678", span_id=b"12345678", event_name="gen_ai.choice"
        )
    )
    record.body.kvlist_value.values.add(key="index").value.int_value = 0
    return [
        (request.SerializeToString(), batch_of_traces),
        (logs.SerializeToString(), batch_of_logs),
    ]


@given(st.data())
def test_mutated_protobuf_becomes_storable_rows_or_is_malformed(data):
    body, decode = data.draw(st.sampled_from(valid_bodies()))
    mutated = bytearray(body)
    for _ in range(data.draw(st.integers(1, 4))):
        place = data.draw(st.integers(0, len(mutated) - 1))
        mutated[place] = data.draw(st.integers(0, 255))
    cut = data.draw(st.integers(0, len(mutated)))
    for sent in (bytes(mutated), bytes(mutated[:cut])):
        assert is_storable_or_malformed(decode, sent, PROTOBUF)
