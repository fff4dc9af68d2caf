"""Bodies that are small and hold much are turned away before anybody reads them."""

import json
import time
import tracemalloc

import pytest
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import (
    ExportMetricsServiceRequest,
)
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from ingest import census
from ingest.decoded import MalformedPayload, TooManyRecords
from ingest.langfuse.decode import MOST_EVENTS, decode_batch
from ingest.otlp.decode import JSON, PROTOBUF, decode_traces
from ingest.otlp.logs import decode_logs
from ingest.otlp.metrics import count_metrics
from tests.ingest.otlp.exports import SENDER


def message(number: int, content: bytes) -> bytes:
    length, size = b"", len(content)
    while size > 127:
        length += bytes((size & 127 | 128,))
        size >>= 7
    return bytes((number << 3 | 2,)) + length + bytes((size,)) + content


def an_export(spans: bytes) -> bytes:
    return message(1, message(2, spans))


def peak_of(call) -> int:
    tracemalloc.start()
    try:
        call()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("decode", [decode_traces, decode_logs])
def test_a_million_empty_records_in_protobuf_are_counted_and_not_read(decode):
    body = an_export(b"\x12\x00" * 1_000_000)

    def refused():
        with pytest.raises(TooManyRecords, match="100000"):
            decode(body, PROTOBUF, SENDER)

    assert peak_of(refused) < 1_000_000


@pytest.mark.parametrize("decode", [decode_traces, decode_logs])
@pytest.mark.parametrize("at", ["records", "scopes", "resources"])
def test_too_many_records_or_groups_in_json_are_turned_away(decode, at):
    names = ("resourceSpans", "scopeSpans", "spans")
    if decode is decode_logs:
        names = ("resourceLogs", "scopeLogs", "logRecords")
    many = [{}] * (census.MOST_RECORDS + 1)
    body = {
        "records": {names[0]: [{names[1]: [{names[2]: many}]}]},
        "scopes": {names[0]: [{names[1]: many}]},
        "resources": {names[0]: many},
    }[at]
    with pytest.raises(TooManyRecords, match="100000"):
        decode(json.dumps(body).encode(), JSON, SENDER)


def test_many_resources_or_scopes_in_protobuf_count_too():
    for body in (b"\x0a\x00" * 200_000, message(1, b"\x12\x00" * 200_000)):
        with pytest.raises(TooManyRecords):
            decode_traces(body, PROTOBUF, SENDER)


@pytest.mark.parametrize(
    "inside",
    [
        lambda n: b"\x5a\x00" * n,  # events
        lambda n: b"\x6a\x00" * n,  # links
        lambda n: b"\x4a\x00" * n,  # attributes
        lambda n: message(9, message(2, message(5, b"\x0a\x00" * n))),  # an array's members
        lambda n: message(9, message(2, message(6, b"\x0a\x00" * n))),  # a map's
        lambda n: message(11, b"\x1a\x00" * n),  # an event's attributes
    ],
)
def test_one_span_of_millions_of_parts_is_turned_away(inside):
    body = an_export(message(2, inside(census.MOST_PARTS)))
    with pytest.raises(TooManyRecords, match=str(census.MOST_PARTS)):
        decode_traces(body, PROTOBUF, SENDER)


def test_a_large_export_of_ordinary_spans_passes():
    request = ExportTraceServiceRequest()
    spans = request.resource_spans.add().scope_spans.add().spans
    for number in range(2_000):
        span = spans.add(trace_id=b"1" * 16, span_id=number.to_bytes(8, "big"), name="s")
        span.attributes.add(key="input.value").value.string_value = "{[," * 1_000
        span.attributes.add(key="flag").value.bool_value = True
        span.attributes.add(key="score").value.double_value = 1.5
    body = request.SerializeToString()
    assert len(body) > census.LIGHT_BYTES
    census.check_protobuf(body, "spans")
    assert census.count_metrics(body) == 2_000  # which stand where spans do


@pytest.mark.parametrize("damage", [b"\x0b", b"\x12\xff", b"\x12" + b"\xff" * 12, b"\x0f"])
def test_what_no_parser_could_read_is_malformed(damage):
    body = an_export(message(2, message(5, b"n" * 1000))) * 1_000 + damage
    with pytest.raises(MalformedPayload):
        census.check_protobuf(body, "spans")


def test_metrics_are_counted_without_being_read():
    request = ExportMetricsServiceRequest()
    metric = request.resource_metrics.add().scope_metrics.add().metrics.add(name="m")
    metric.gauge.data_points.add(as_double=1.0)
    assert count_metrics(request.SerializeToString() * 3, PROTOBUF) == 3
    with pytest.raises(TooManyRecords):
        count_metrics(an_export(b"\x12\x00" * 1_000_000), PROTOBUF)


def test_json_of_too_many_values_is_turned_away_before_it_is_read():
    body = b'{"batch":[' + b"[]," * census.MOST_PARTS + b"[]]}"

    def refused():
        with pytest.raises(TooManyRecords, match=str(census.MOST_PARTS)):
            decode_batch(body, project_id="p", now_ns=1)

    assert peak_of(refused) < 3 * len(body)


def test_braces_and_commas_within_texts_do_not_count():
    marks = b"{[," * 2_000_000
    body = b'{"batch":[],"metadata":"' + marks + b'\\""}'
    assert not decode_batch(body, project_id="p", now_ns=1).items
    with pytest.raises(TooManyRecords):
        decode_batch(body.replace(b'"', b""), project_id="p", now_ns=1)


@pytest.mark.parametrize("odd", [b'"\\', b'"', b'\\"', b'"\\"'])
def test_texts_without_an_end_are_looked_at_once(odd):
    began = time.monotonic()
    census.TEXTS.sub(b"", b"{" + odd * 1_000_000)
    assert time.monotonic() - began < 5


def test_more_events_than_a_batch_may_have_are_turned_away():
    body = {"batch": [{}] * (MOST_EVENTS + 1)}
    with pytest.raises(TooManyRecords, match=str(MOST_EVENTS)):
        decode_batch(json.dumps(body).encode(), project_id="p", now_ns=1)
