"""OTLP in JSON → raw spans and log records. Names may be camelCase, as specified, or snake_case; whole numbers text or numbers; ids hex or base64."""

import binascii
import json
from base64 import b64decode
from collections.abc import Iterator

import msgspec

from ingest.decoded import MalformedPayload
from ingest.mapping import limits, text
from ingest.mapping.raw import Attributes, RawEvent, RawLink, RawSpan
from ingest.otlp.parts import BadRecord, Part, RawLog, Scope
from ingest.otlp.protobuf import TOO_DEEP, finite

KINDS = {
    "SPAN_KIND_INTERNAL": 1,
    "SPAN_KIND_SERVER": 2,
    "SPAN_KIND_CLIENT": 3,
    "SPAN_KIND_PRODUCER": 4,
    "SPAN_KIND_CONSUMER": 5,
}
STATUSES = {"STATUS_CODE_OK": 1, "STATUS_CODE_ERROR": 2}
_decode = msgspec.json.Decoder().decode


def traces(body: bytes) -> Iterator[Part]:
    return _parts(body, ("resourceSpans", "scopeSpans", "spans"), _raw_span)


def logs(body: bytes) -> Iterator[Part]:
    return _parts(body, ("resourceLogs", "scopeLogs", "logRecords"), _raw_log)


def _parts(body: bytes, names: tuple[str, str, str], read) -> Iterator[Part]:
    resources, scopes, records = names
    for resource in _members(_parsed(body), resources):
        marks: set[str] = set()
        attributes = _attributes(_object(resource, "resource"), marks)
        for group in _members(resource, scopes):
            said = _object(group, "scope")
            scope = Scope(
                _text(said, "name", marks), _text(said, "version", marks), _attributes(said, marks)
            )
            yield Part(attributes, scope, _members(group, records), read, frozenset(marks))


def _parsed(body: bytes) -> dict:
    try:
        found = _decode(body)
    except RecursionError as error:
        raise MalformedPayload("The body is nested too deep.") from error
    except msgspec.MsgspecError as error:
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


def _snake(name: str) -> str:
    return "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in name)


SNAKE = {
    name: _snake(name)
    for name in (
        "resourceSpans", "scopeSpans", "resourceLogs", "scopeLogs", "logRecords", "traceId", "spanId",
        "parentSpanId", "startTimeUnixNano", "endTimeUnixNano", "timeUnixNano", "observedTimeUnixNano",
        "eventName", "droppedAttributesCount", "droppedEventsCount", "droppedLinksCount", "stringValue",
        "intValue", "doubleValue", "boolValue", "arrayValue", "kvlistValue", "bytesValue",
    )
}  # fmt: skip


def _get(holder: dict, name: str) -> object:
    value = holder.get(name)
    return value if value is not None or name not in SNAKE else holder.get(SNAKE[name])


def _members(holder: dict, name: str) -> list:
    """The list of that name. A body where something else stands there is malformed as a whole."""
    value = _get(holder, name)
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
    events = _list(span, "events")
    links = _list(span, "links")
    return RawSpan(
        trace_id=_id(span, "traceId", 16),
        span_id=_id(span, "spanId", 8),
        parent_span_id=_id(span, "parentSpanId", 8),
        name=_text(span, "name", marks),
        kind=_enum(span.get("kind"), KINDS),
        start=_time(span, "startTimeUnixNano"),
        end=_time(span, "endTimeUnixNano"),
        status_code=_enum(status.get("code"), STATUSES),
        status_message=_text(status, "message", marks),
        attributes=_attributes(span, marks),
        marks=marks,
        events=[_event(event, marks) for event in events[: limits.EVENTS]],
        links=[_link(link, marks) for link in links[: limits.LINKS]],
        dropped_attributes=_count(span, "droppedAttributesCount")
        + max(0, len(_list(span, "attributes")) - limits.ATTRIBUTES_READ),
        dropped_events=_count(span, "droppedEventsCount") + max(0, len(events) - limits.EVENTS),
        dropped_links=_count(span, "droppedLinksCount") + max(0, len(links) - limits.LINKS),
    )


def _raw_log(record: object, marks: set[str]) -> RawLog:
    if not isinstance(record, dict):
        raise BadRecord("it is not an object")
    return RawLog(
        time=_time(record, "timeUnixNano") or _time(record, "observedTimeUnixNano"),
        name=_text(record, "eventName", marks),
        trace_id=_id(record, "traceId", 16),
        span_id=_id(record, "spanId", 8),
        body=_plain(record.get("body"), marks, 0),
        attributes=dict(_attributes(record, marks)),
    )


def _event(event: object, marks: set[str]) -> RawEvent:
    if not isinstance(event, dict):
        raise BadRecord("an event of it is not an object")
    return RawEvent(
        time=_time(event, "timeUnixNano"),
        name=_text(event, "name", marks),
        attributes=dict(_attributes(event, marks)[: limits.EVENT_ATTRIBUTES]),
    )


def _link(link: object, marks: set[str]) -> RawLink:
    if not isinstance(link, dict):
        raise BadRecord("a link of it is not an object")
    return RawLink(
        trace_id=_id(link, "traceId", 16),
        span_id=_id(link, "spanId", 8),
        attributes=dict(_attributes(link, marks)[: limits.EVENT_ATTRIBUTES]),
    )


def _list(holder: dict, name: str) -> list:
    value = holder.get(name)
    if value is None:
        return []
    if not isinstance(value, list):
        raise BadRecord(f"{name} must be a list")
    return value


def _attributes(holder: dict, marks: set[str]) -> Attributes:
    said = _list(holder, "attributes")
    if len(said) > limits.ATTRIBUTES_READ:
        marks.add("attributes_dropped")
        said = said[: limits.ATTRIBUTES_READ]
    pairs = []
    for attribute in said:
        if not isinstance(attribute, dict) or not isinstance(attribute.get("key"), str):
            raise BadRecord("an attribute of it has no key")
        value = _plain(attribute.get("value"), marks, 0)
        if value is not None:
            pairs.append((text.clean(attribute["key"], marks), value))
    return pairs


def _plain(value: object, marks: set[str], depth: int) -> object:
    """What one AnyValue says; None for an empty or unknown one."""
    if not isinstance(value, dict):
        return None
    if isinstance(said := _get(value, "stringValue"), str):
        return text.clean(said, marks)
    if (said := _get(value, "intValue")) is not None:
        return _whole(said)
    if (said := _get(value, "doubleValue")) is not None:
        return _double(said)
    if isinstance(said := _get(value, "boolValue"), bool):
        return said
    if isinstance(said := _get(value, "bytesValue"), str):
        return text.clean(said, marks)
    return _nested(value, marks, depth)


def _nested(value: dict, marks: set[str], depth: int) -> object:
    if depth >= limits.DEPTH:
        marks.add(text.TRUNCATED)
        return TOO_DEEP
    if isinstance(said := _get(value, "arrayValue"), dict):
        items = said.get("values")
        return [
            _plain(item, marks, depth + 1)
            for item in (items if isinstance(items, list) else [])[: limits.ITEMS]
        ]
    if isinstance(said := _get(value, "kvlistValue"), dict):
        items = said.get("values")
        return {
            text.clean(item["key"], marks): _plain(item.get("value"), marks, depth + 1)
            for item in (items if isinstance(items, list) else [])[: limits.ITEMS]
            if isinstance(item, dict) and isinstance(item.get("key"), str)
        }
    return None


def _whole(said: object) -> object:
    """int64, which JSON carries as text. What is no number stays what it is, as text."""
    if isinstance(said, str):
        try:
            said = int(said[:32])
        except ValueError:
            return said
    if isinstance(said, float):
        return finite(said)
    if isinstance(said, int) and -(2**63) <= said < 2**64:
        return said
    return str(said)[:64]


def _double(said: object) -> object:
    if isinstance(said, str):
        try:
            return finite(float(said))
        except ValueError:
            return said
    if isinstance(said, int | float) and abs(said) < 2**1023:
        return finite(float(said))
    return str(said)[:64]


def _text(holder: dict, name: str, marks: set[str]) -> str:
    value = _get(holder, name)
    if value is None:
        return ""
    if not isinstance(value, str):
        raise BadRecord(f"{name} must be text")
    return text.clean(value, marks)


def _enum(value: object, names: dict[str, int]) -> int:
    if isinstance(value, str):
        return names.get(value, 0)
    return value if isinstance(value, int) and not isinstance(value, bool) else 0


def _count(holder: dict, name: str) -> int:
    value = _get(holder, name)
    return value if isinstance(value, int) and 0 <= value < 2**32 else 0


def _time(holder: dict, name: str) -> int:
    """Nanoseconds since 1970; 0 for what is no time."""
    value = _get(holder, name)
    if isinstance(value, str):
        value = int(value) if value.isascii() and value.isdigit() and len(value) <= 20 else 0
    if isinstance(value, float):
        value = int(value) if 0 <= value < 2**64 else 0
    return value if isinstance(value, int) and 0 <= value < 2**64 else 0


def _id(holder: dict, name: str, length: int) -> str:
    """Lower-case hex, also of an id in base64, as protobuf's own JSON writes it. "" where there is none."""
    value = _get(holder, name)
    if value is None or value == "":
        return ""
    if not isinstance(value, str):
        raise BadRecord(f"{name} must be text")
    try:
        if len(value) == 2 * length:
            return bytes.fromhex(value).hex()
        if len(found := b64decode(value, validate=True)) == length:
            return found.hex()
    except (ValueError, binascii.Error):
        pass
    raise BadRecord(f"{name} must be {length} bytes in hex")
