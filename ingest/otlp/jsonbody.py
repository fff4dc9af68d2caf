"""OTLP in JSON → raw spans and log records."""

import json
from collections.abc import Callable, Iterator

import msgspec

from ingest import census
from ingest.decoded import MalformedPayload
from ingest.mapping import limits, text
from ingest.mapping.raw import Attributes, RawEvent, RawLink, RawSpan
from ingest.otlp.jsonvalues import (
    SNAKE,
    attributes_in,
    count_in,
    enum,
    get,
    id_in,
    list_in,
    plain,
    text_in,
    time_in,
)
from ingest.otlp.parts import BadRecord, Part, Raw, RawLog, Scope

KINDS = {
    "SPAN_KIND_INTERNAL": 1,
    "SPAN_KIND_SERVER": 2,
    "SPAN_KIND_CLIENT": 3,
    "SPAN_KIND_PRODUCER": 4,
    "SPAN_KIND_CONSUMER": 5,
}
SCOPE = ("name", "version")
STATUSES = {"STATUS_CODE_OK": 1, "STATUS_CODE_ERROR": 2}
_decode = msgspec.json.Decoder().decode


def traces(body: bytes) -> Iterator[Part[RawSpan]]:
    return _parts(body, ("resourceSpans", "scopeSpans", "spans"), _raw_span)


def logs(body: bytes) -> Iterator[Part[RawLog]]:
    return _parts(body, ("resourceLogs", "scopeLogs", "logRecords"), _raw_log)


def _parts(
    body: bytes, names: tuple[str, str, str], read: Callable[[object, set[str]], Raw]
) -> Iterator[Part[Raw]]:
    resources, scopes, records = names
    document = _parsed(body)
    check_signal(document, resources, SNAKE[resources])
    found = _members(document, resources)
    _check_number(found, scopes, records)
    for resource in found:
        marks: set[str] = set()
        attributes = _shared(_object(resource, "resource"), marks)
        for group in _members(resource, scopes):
            said = _object(group, "scope")
            name, version = (text.clean(str(said.get(key) or ""), marks) for key in SCOPE)
            scope = Scope(name, version, _shared(said, marks))
            yield Part(attributes, scope, _members(group, records), read, frozenset(marks))


def check_signal(document: dict, *names: str) -> None:
    """Raises MalformedPayload where another signal came, which would be acknowledged and lost."""
    if document and not any(name in document for name in names):
        raise MalformedPayload(
            f"The body has no {names[0]}. Spans belong to /v1/traces, log records to /v1/logs and"
            " metrics to /v1/metrics."
        )


def _check_number(resources: list, scopes: str, records: str) -> None:
    number = len(resources)
    for resource in resources:
        groups = _members(resource, scopes)
        number += len(groups) + sum(len(_members(group, records)) for group in groups)
    if number > census.MOST_RECORDS:
        raise census.too_many("spans" if records == "spans" else "log records")


def _shared(holder: dict, marks: set[str]) -> Attributes:
    """Attributes of a resource or scope, without which none of its records can be understood."""
    try:
        return attributes_in(holder, marks)
    except BadRecord as error:
        raise MalformedPayload(f"A resource or scope cannot be read: {error}.") from error


def _parsed(body: bytes) -> dict:
    census.check_json(body)
    try:
        found = _decode(body)
    except RecursionError as error:
        raise MalformedPayload("The body is nested too deep.") from error
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        found = _parsed_leniently(body, error)
    if not isinstance(found, dict):
        raise MalformedPayload("The body must be a JSON object.")
    return found


def _parsed_leniently(body: bytes, error: Exception) -> object:
    """With NaN, lone surrogates and bytes that are no UTF-8, which some encoders let through."""
    try:
        return json.loads(body.decode("utf-8", "replace"))
    except RecursionError as deep:
        raise MalformedPayload("The body is nested too deep.") from deep
    except ValueError:
        raise MalformedPayload(f"The body is not JSON: {error}") from error


def _members(holder: dict, name: str) -> list:
    """The list of that name. A body where something else stands there is malformed as a whole."""
    value = get(holder, name)
    if value is None:
        return []
    if not isinstance(value, list):
        raise MalformedPayload(f"{name} must be a list.")
    if name in ("spans", "logRecords"):
        return value
    if not all(isinstance(item, dict) for item in value):
        raise MalformedPayload(f"{name} must hold objects.")
    return value


def _object(holder: dict, name: str) -> dict:
    value = holder.get(name)
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise MalformedPayload(f"{name} must be an object.")
    return value


def _raw_span(span: object, marks: set[str]) -> RawSpan:
    if not isinstance(span, dict):
        raise BadRecord("it is not an object")
    status = span.get("status")
    status = status if isinstance(status, dict) else {}
    events = list_in(span, "events")
    links = list_in(span, "links")
    return RawSpan(
        trace_id=id_in(span, "traceId", 16),
        span_id=id_in(span, "spanId", 8),
        parent_span_id=id_in(span, "parentSpanId", 8),
        name=text_in(span, "name", marks),
        kind=enum(span.get("kind"), KINDS),
        start=time_in(span, "startTimeUnixNano"),
        end=time_in(span, "endTimeUnixNano"),
        status_code=enum(status.get("code"), STATUSES),
        status_message=text_in(status, "message", marks),
        attributes=attributes_in(span, marks),
        marks=marks,
        events=[_event(event, marks) for event in events[: limits.EVENTS]],
        links=[_link(link, marks) for link in links[: limits.LINKS]],
        dropped_attributes=count_in(span, "droppedAttributesCount")
        + max(0, len(list_in(span, "attributes")) - limits.ATTRIBUTES_READ),
        dropped_events=count_in(span, "droppedEventsCount") + max(0, len(events) - limits.EVENTS),
        dropped_links=count_in(span, "droppedLinksCount") + max(0, len(links) - limits.LINKS),
    )


def _raw_log(record: object, marks: set[str]) -> RawLog:
    if not isinstance(record, dict):
        raise BadRecord("it is not an object")
    return RawLog(
        time=time_in(record, "timeUnixNano") or time_in(record, "observedTimeUnixNano"),
        name=text_in(record, "eventName", marks),
        trace_id=id_in(record, "traceId", 16),
        span_id=id_in(record, "spanId", 8),
        body=plain(record.get("body"), marks, 0),
        attributes=dict(attributes_in(record, marks)),
    )


def _event(event: object, marks: set[str]) -> RawEvent:
    if not isinstance(event, dict):
        raise BadRecord("an event of it is not an object")
    return RawEvent(
        time=time_in(event, "timeUnixNano"),
        name=text_in(event, "name", marks),
        attributes=dict(attributes_in(event, marks)[: limits.EVENT_ATTRIBUTES]),
    )


def _link(link: object, marks: set[str]) -> RawLink:
    if not isinstance(link, dict):
        raise BadRecord("a link of it is not an object")
    return RawLink(
        trace_id=id_in(link, "traceId", 16),
        span_id=id_in(link, "spanId", 8),
        attributes=dict(attributes_in(link, marks)[: limits.EVENT_ATTRIBUTES]),
    )
