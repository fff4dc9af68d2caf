"""OTLP bytes → records. Pure: the request's time and sender are arguments, nothing is read from
anywhere else.
"""

from collections.abc import Iterator

from ingest.decoded import Decoded, Rejection
from ingest.mapping import times
from ingest.mapping.origin import Origin, Sender, origin_of, resource_of
from ingest.mapping.raw import RawSpan
from ingest.mapping.span import map_span
from ingest.otlp import jsonbody, protobuf
from ingest.otlp.parts import BadRecord, Part, Raw
from traces.records import Span

PROTOBUF = "application/x-protobuf"
JSON = "application/json"
ENCODINGS = {PROTOBUF: protobuf, JSON: jsonbody}
REJECTIONS_TOLD = 5
NO_TRACE = "0" * 32
NO_SPAN = "0" * 16


def decode_traces(body: bytes, content_type: str, sender: Sender) -> Decoded:
    """An ExportTraceServiceRequest. Raises MalformedPayload where the body as a whole cannot be
    read, and TooManyRecords.
    """
    items: list[Span] = []
    mergeable: list[Span] = []
    rejected: list[Rejection] = []
    refused = 0
    for part, origin in parts_of(ENCODINGS[content_type].traces(body), sender):
        read, marks = part.read, part.marks
        for record in part.records:
            try:
                raw = read(record, set(marks))
                _check(raw)
            except BadRecord as error:
                place = len(items) + len(mergeable) + refused
                refused += 1
                if refused <= REJECTIONS_TOLD:
                    rejected.append(Rejection(str(place), f"span {place} was refused: {error}"))
                continue
            span, awaits_events = map_span(raw, origin)
            if awaits_events or times.SUSPECT in raw.marks:
                mergeable.append(span)
            else:
                items.append(span)
    return Decoded(items, rejected, mergeable, refused)


def parts_of(parts: Iterator[Part[Raw]], sender: Sender) -> Iterator[tuple[Part[Raw], Origin]]:
    """Each part with what its resource and scope mean. A resource that repeats is read once."""
    said, resource = None, None
    for part in parts:
        if resource is None or part.resource is not said:
            said, resource = part.resource, resource_of(part.resource, sender, set(part.marks))
        scope = part.scope
        yield (
            part,
            origin_of(
                sender, resource, scope.name, scope.version, scope.attributes, set(part.marks)
            ),
        )


def _check(raw: RawSpan) -> None:
    if len(raw.trace_id) != 32 or raw.trace_id == NO_TRACE:
        raise BadRecord("its trace id must be 16 bytes and not all zero")
    if len(raw.span_id) != 16 or raw.span_id == NO_SPAN:
        raise BadRecord("its span id must be 8 bytes and not all zero")
    if len(raw.parent_span_id) not in (0, 16):
        raise BadRecord("its parent span id must be 8 bytes")
    if raw.parent_span_id == NO_SPAN:
        raw.parent_span_id = ""
