"""How much a body holds, counted before it is read: two bytes may cost their reader hundreds.

Bodies that are too small to do harm are not looked at.
"""

import re
from collections.abc import Iterator

from ingest.decoded import MalformedPayload, TooManyRecords

MOST_RECORDS = 100_000  # spans or log records of one request
MOST_PARTS = 4_000_000  # values, attributes, events, … of all of them
HARMLESS_BYTES = 2 * MOST_RECORDS
LIGHT_BYTES = 4 * 1024 * 1024  # of these only the records are counted
DEEPEST = 100  # protobuf's own limit
RECORD_DEPTH = 2  # below the resource and the scope

# What a message holds that is a message itself: field number → its own. None: not looked into.
Tree = dict[int, "Tree | None"]
VALUE: Tree = {}
KEY_VALUE: Tree = {2: VALUE}
VALUE |= {5: {1: VALUE}, 6: {1: KEY_VALUE}}
RESOURCE: Tree = {1: KEY_VALUE, 3: {3: None, 4: None}}
SCOPE: Tree = {3: KEY_VALUE}
SPAN: Tree = {9: KEY_VALUE, 11: {3: KEY_VALUE}, 13: {4: KEY_VALUE}}
LOG: Tree = {5: VALUE, 6: KEY_VALUE}
RECORDS = {"spans": SPAN, "log records": LOG}
METRICS: Tree = {1: {2: {2: None}}}

# Possessive, and content with the body's end: each byte is looked at once, whatever comes.
TEXTS = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+(?:"|\\?\Z)', re.DOTALL)


class TooManyParts(TooManyRecords):
    def __init__(self) -> None:
        super().__init__(
            f"The body holds more than {MOST_PARTS} values, the limit of one request."
            " Send it in smaller batches."
        )


def too_many(kind: str) -> TooManyRecords:
    return TooManyRecords(
        f"The body holds more than {MOST_RECORDS} {kind}, scopes and resources, the limit of one"
        " request."
        " Send it in smaller batches."
    )


def check_json(body: bytes) -> None:
    """Raises TooManyParts. Braces and commas inside texts do not count, and are looked for only
    where the plain count is suspicious."""
    if len(body) <= LIGHT_BYTES or _marks(body) <= MOST_PARTS:
        return
    if _marks(TEXTS.sub(b"", body)) > MOST_PARTS:
        raise TooManyParts


def _marks(body: bytes) -> int:
    return body.count(b"{") + body.count(b"[") + body.count(b",")


def check_protobuf(body: bytes, kind: str) -> None:
    """Raises TooManyRecords, and MalformedPayload for what no parser could read. `kind` is one of
    RECORDS."""
    if len(body) <= HARMLESS_BYTES:
        return
    groups: Tree = {1: SCOPE, 2: RECORDS[kind]}
    tree: Tree = {1: {1: RESOURCE, 2: groups}}
    if len(body) <= LIGHT_BYTES:
        tree = {1: {2: {2: None}}}
    records = 0
    for parts, depth in enumerate(depths(body, tree), start=1):
        records += depth <= RECORD_DEPTH
        if records > MOST_RECORDS:
            raise too_many(kind)
        if parts > MOST_PARTS:
            raise TooManyParts


def count_metrics(body: bytes) -> int:
    """Raises what check_protobuf raises. Nothing of a metric is read."""
    metrics = 0
    for records, depth in enumerate(depths(body, METRICS), start=1):
        if records > MOST_RECORDS:
            raise too_many("metrics")
        metrics += depth == RECORD_DEPTH
    return metrics


def depths(body: bytes, tree: Tree) -> Iterator[int]:
    """How deep each message is in the body, of those that the tree knows."""
    open_ones = [(fields(body, 0, len(body)), tree)]
    while open_ones:
        within, known = open_ones[-1]
        for number, first, last in within:
            if number not in known:
                continue
            yield len(open_ones) - 1
            inner = known[number]
            if inner and first < last and len(open_ones) < DEEPEST:
                open_ones.append((fields(body, first, last), inner))
                break
        else:
            open_ones.pop()


def fields(body: bytes, position: int, end: int) -> Iterator[tuple[int, int, int]]:
    """Each field that has a length: its number, and where its bytes begin and end."""
    while position < end:
        tag = body[position]
        position += 1
        if tag > 127:
            tag, position = varint(body, position - 1, end)
        kind = tag & 7
        if kind == 2:
            length, position = varint(body, position, end)
            if position + length > end:
                raise MalformedPayload("The body is cut off.")
            yield tag >> 3, position, position + length
            position += length
        elif kind == 0:
            _, position = varint(body, position, end)
        elif kind in (1, 5):
            position += 8 if kind == 1 else 4
        else:
            raise MalformedPayload("The body is no protobuf of OpenTelemetry's.")


def varint(body: bytes, position: int, end: int) -> tuple[int, int]:
    number = 0
    for shift in range(0, 70, 7):
        if position >= end:
            break
        byte = body[position]
        position += 1
        number |= (byte & 127) << shift
        if byte < 128:
            return number, position
    raise MalformedPayload("The body is cut off.")
