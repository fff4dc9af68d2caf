import itertools
import time

import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from ingest.mapping.origin import Sender
from ingest.otlp.decode import PROTOBUF, decode_traces
from traces.records import Span

NOW = time.time_ns()
ids = itertools.count(1)


def fill(message, value) -> None:
    """An AnyValue of whatever Python value."""
    if isinstance(value, bool):
        message.bool_value = value
    elif isinstance(value, str):
        message.string_value = value
    elif isinstance(value, int):
        message.int_value = value
    elif isinstance(value, float):
        message.double_value = value
    elif isinstance(value, bytes):
        message.bytes_value = value
    elif isinstance(value, list):
        message.array_value.SetInParent()
        for item in value:
            fill(message.array_value.values.add(), item)
    else:
        message.kvlist_value.SetInParent()
        for key, item in value.items():
            fill(message.kvlist_value.values.add(key=key).value, item)


def add_all(attributes, values) -> None:
    for key, value in values.items() if isinstance(values, dict) else values:
        fill(attributes.add(key=key).value, value)


def only_span(request: ExportTraceServiceRequest, sender: Sender) -> Span:
    decoded = decode_traces(request.SerializeToString(), PROTOBUF, sender)
    assert not decoded.rejected
    [found] = [*decoded.items, *decoded.mergeable]
    return found


@pytest.fixture
def mapped():
    """mapped({"gen_ai.system": "openai"}, scope="ai") → the Span that the bytes become."""

    def mapped(
        attributes=(),
        *,
        scope="",
        version="",
        resource=(),
        scope_attributes=(),
        name="work",
        events=(),
        parent=b"",
        sdk=("", ""),
        status=None,
        kind=1,
        start=NOW - 2_000_000_000,
        end=NOW - 1_000_000_000,
    ):
        request = ExportTraceServiceRequest()
        group = request.resource_spans.add()
        add_all(group.resource.attributes, resource)
        inner = group.scope_spans.add()
        inner.scope.name, inner.scope.version = scope, version
        add_all(inner.scope.attributes, scope_attributes)
        span = inner.spans.add(
            trace_id=next(ids).to_bytes(16, "big"),
            span_id=next(ids).to_bytes(8, "big"),
            parent_span_id=parent,
            name=name,
            kind=kind,
            start_time_unix_nano=start,
            end_time_unix_nano=end,
        )
        add_all(span.attributes, attributes)
        for event_name, said in events:
            event = span.events.add(name=event_name, time_unix_nano=start)
            add_all(event.attributes, said)
        if status:
            span.status.code, span.status.message = status
        return only_span(request, Sender("p", NOW, sdk_name=sdk[0], sdk_version=sdk[1]))

    return mapped
