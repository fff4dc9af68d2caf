"""What every protocol's decoder returns, so that one pipeline takes them all."""

from collections.abc import Sequence
from dataclasses import dataclass

from traces.records import Item, Span


class MalformedPayload(Exception):
    """The body as a whole cannot be read: a 400 with this text, which is written for the sender."""


class TooManyRecords(Exception):
    """The body holds more than one request may: a 413 with this text, which names the limit."""


@dataclass(frozen=True, slots=True)
class Rejection:
    """One thing of a readable body that cannot be stored. Its neighbours are."""

    id: str  # the sender's own name for it, or its place in the body
    message: str


@dataclass(frozen=True, slots=True)
class Decoded:
    """A body as records.

    `mergeable` are complete spans which something else may still complete (a GenAI span whose
    messages come in a log event), so they are merged with what is stored and never overwrite it.
    `rejected` are the first of `rejected_count`, as many as are worth telling.
    """

    items: Sequence[Item] = ()
    rejected: Sequence[Rejection] = ()
    mergeable: Sequence[Span] = ()
    rejected_count: int = 0
