"""A span as it came off the wire, whatever the wire: what decoders give and the mapping reads."""

import msgspec

Attributes = list[tuple[str, object]]  # plain values: text, numbers, booleans, lists and dicts


class RawEvent(msgspec.Struct):
    time: int
    name: str
    attributes: dict[str, object]


class RawLink(msgspec.Struct):
    trace_id: str
    span_id: str
    attributes: dict[str, object]


class RawSpan(msgspec.Struct):
    trace_id: str
    span_id: str
    parent_span_id: str
    name: str
    kind: int
    start: int  # nanoseconds since 1970; 0 when not sent
    end: int
    status_code: int
    status_message: str
    attributes: Attributes
    marks: set[str]
    events: list[RawEvent] = []
    links: list[RawLink] = []
    dropped_attributes: int = 0
    dropped_events: int = 0
    dropped_links: int = 0
