"""What the two encodings of OTLP have in common, for the one code path after them."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Generic, TypeVar

import msgspec

from ingest.mapping.raw import Attributes, RawSpan


@dataclass(frozen=True, slots=True)
class Scope:
    name: str
    version: str
    attributes: Attributes


class RawLog(msgspec.Struct):
    time: int
    name: str
    trace_id: str
    span_id: str
    body: object
    attributes: dict[str, object]


Raw = TypeVar("Raw", RawSpan, RawLog)


@dataclass(frozen=True, slots=True)
class Part(Generic[Raw]):
    """The records of one scope of one resource. `read` makes one raw and raises BadRecord where
    that cannot be.
    """

    resource: Attributes
    scope: Scope
    records: Iterable
    read: Callable[[object, set[str]], Raw]
    marks: frozenset[str]  # of the resource and scope, and so of every record


class BadRecord(Exception):
    """One record that cannot be read. Its neighbours can."""
