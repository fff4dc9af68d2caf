"""OTLP in protobuf → raw spans and log records."""

from base64 import b64encode
from collections.abc import Iterator

from google.protobuf.message import DecodeError, Message
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from ingest import census
from ingest.decoded import MalformedPayload
from ingest.mapping import limits, text
from ingest.mapping.raw import Attributes, RawEvent, RawLink, RawSpan
from ingest.otlp import utf8
from ingest.otlp.parts import Part, RawLog, Scope

TOO_DEEP = "… [nested too deep]"


def traces(body: bytes) -> Iterator[Part[RawSpan]]:
    request, is_replaced = _parsed(ExportTraceServiceRequest, "spans", body)
    for resource in request.resource_spans:
        marks = {text.REPLACED} if is_replaced else set()
        attributes = attributes_of(resource.resource.attributes, marks)
        for group in resource.scope_spans:
            yield Part(
                attributes, _scope(group.scope, marks), group.spans, _raw_span, frozenset(marks)
            )


def logs(body: bytes) -> Iterator[Part[RawLog]]:
    request, is_replaced = _parsed(ExportLogsServiceRequest, "log records", body)
    for resource in request.resource_logs:
        marks = {text.REPLACED} if is_replaced else set()
        attributes = attributes_of(resource.resource.attributes, marks)
        for group in resource.scope_logs:
            yield Part(
                attributes,
                _scope(group.scope, marks),
                group.log_records,
                _raw_log,
                frozenset(marks),
            )


def _parsed(kind: type[Message], records: str, body: bytes) -> tuple[Message, bool]:
    """The message, and whether text in it was not UTF-8 and had to be replaced."""
    census.check_protobuf(body, records)
    try:
        return kind.FromString(body), False
    except DecodeError as error:
        try:
            return utf8.parsed_leniently(kind, body), True
        except DecodeError:
            raise MalformedPayload(f"The body is no {kind.DESCRIPTOR.name}: {error}") from error


def _scope(scope: Message, marks: set[str]) -> Scope:
    return Scope(scope.name, scope.version, attributes_of(scope.attributes, marks))


def _raw_span(span: Message, marks: set[str]) -> RawSpan:
    attributes = span.attributes
    raw = RawSpan(
        trace_id=span.trace_id.hex(),
        span_id=span.span_id.hex(),
        parent_span_id=span.parent_span_id.hex(),
        name=text.clean(span.name, marks),
        kind=span.kind,
        start=span.start_time_unix_nano,
        end=span.end_time_unix_nano,
        status_code=0,
        status_message="",
        attributes=attributes_of(attributes, marks),
        marks=marks,
        dropped_attributes=span.dropped_attributes_count,
        dropped_events=span.dropped_events_count,
        dropped_links=span.dropped_links_count,
    )
    raw.dropped_attributes += max(0, len(attributes) - limits.ATTRIBUTES_READ)
    if span.HasField("status"):
        raw.status_code = span.status.code
        raw.status_message = text.clean(span.status.message, marks)
    if span.events:
        raw.events = [_event(event, marks) for event in span.events[: limits.EVENTS]]
        raw.dropped_events += len(span.events) - len(raw.events)
    if span.links:
        raw.links = [_link(link, marks) for link in span.links[: limits.LINKS]]
        raw.dropped_links += len(span.links) - len(raw.links)
    return raw


def attributes_of(attributes: list, marks: set[str]) -> Attributes:
    """Keys and plain values. Nearly all values are text, so they are asked for first."""
    if len(attributes) > limits.ATTRIBUTES_READ:
        marks.add("attributes_dropped")
        attributes = attributes[: limits.ATTRIBUTES_READ]
    pairs = []
    for attribute in attributes:
        key, value = attribute.key, attribute.value
        if "\x00" in key:
            key = text.clean(key, marks)
        if said := value.string_value:
            pairs.append((key, text.clean(said, marks) if "\x00" in said else said))
        elif kind := value.WhichOneof("value"):
            pairs.append((key, _plain(value, kind, marks, 0)))
    return pairs


def _plain(value: Message, kind: str | None, marks: set[str], depth: int) -> object:
    if kind == "string_value":
        return text.clean(value.string_value, marks)
    if kind == "int_value":
        return value.int_value
    if kind == "double_value":
        return finite(value.double_value)
    if kind == "bool_value":
        return value.bool_value
    if kind == "bytes_value":
        return b64encode(value.bytes_value).decode()
    if depth >= limits.DEPTH:
        marks.add(text.TRUNCATED)
        return TOO_DEEP
    if kind == "array_value":
        return [
            _plain(item, item.WhichOneof("value"), marks, depth + 1)
            for item in value.array_value.values[: limits.ITEMS]
        ]
    if kind == "kvlist_value":
        return {
            text.clean(item.key, marks): _plain(
                item.value, item.value.WhichOneof("value"), marks, depth + 1
            )
            for item in value.kvlist_value.values[: limits.ITEMS]
        }
    return None


def finite(number: float) -> float | str:
    """JSON has no word for NaN and infinities: they are kept as text."""
    return number if number - number == 0 else repr(number)


def _event(event: Message, marks: set[str]) -> RawEvent:
    return RawEvent(
        time=event.time_unix_nano,
        name=text.clean(event.name, marks),
        attributes=dict(attributes_of(event.attributes[: limits.EVENT_ATTRIBUTES], marks)),
    )


def _link(link: Message, marks: set[str]) -> RawLink:
    return RawLink(
        trace_id=link.trace_id.hex(),
        span_id=link.span_id.hex(),
        attributes=dict(attributes_of(link.attributes[: limits.EVENT_ATTRIBUTES], marks)),
    )


def _raw_log(record: Message, marks: set[str]) -> RawLog:
    return RawLog(
        time=record.time_unix_nano or record.observed_time_unix_nano,
        name=text.clean(record.event_name, marks),
        trace_id=record.trace_id.hex(),
        span_id=record.span_id.hex(),
        body=_plain(record.body, record.body.WhichOneof("value"), marks, 0),
        attributes=dict(attributes_of(record.attributes, marks)),
    )
