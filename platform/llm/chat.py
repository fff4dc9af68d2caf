"""What is asked of a model and what it answers, in one shape for every provider. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any


@dataclass(frozen=True, slots=True)
class ToolCall:
    """`arguments` is JSON as the model wrote it, which may not be valid."""

    id: str
    name: str
    arguments: str


@dataclass(frozen=True, slots=True)
class Message:
    """`tool_call_id` stands on messages of the role `tool`, and says which call they answer."""

    role: str
    content: str
    tool_calls: Sequence[ToolCall] = ()
    tool_call_id: str = ""


@dataclass(frozen=True, slots=True)
class Tool:
    name: str
    description: str
    parameters: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Request:
    """None, and an empty sequence, leave the choice to the connection, then to the provider.

    `schema` is a JSON schema that the answer is to meet; `extra` goes into the provider's body as
    it is.
    """

    model: str
    messages: Sequence[Message]
    temperature: float | None = None
    top_p: float | None = None
    max_tokens: int | None = None
    stop: Sequence[str] = ()
    tools: Sequence[Tool] = ()
    schema: Mapping[str, Any] | None = None
    extra: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Text:
    """The next piece of the answer."""

    text: str


@dataclass(frozen=True, slots=True)
class Thought:
    """The next piece of what a model says to itself, where the provider tells it."""

    text: str


@dataclass(frozen=True, slots=True)
class Used:
    """Tokens by Sonde's usage keys, which exclude each other (`pricing.cost`)."""

    usage: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Finished:
    """`reason` is stop, length, tool_calls, content_filter, or the provider's own word. `model` is
    what answered, by its full name.
    """

    reason: str
    model: str = ""


class Kind(StrEnum):
    """What went wrong, by what one would do about it."""

    KEY = "key"  # the provider refuses the key, or the connection has none
    FORBIDDEN = "forbidden"  # the key may not do this
    NOT_FOUND = "not_found"  # no such model, or no such address
    RATE_LIMIT = "rate_limit"  # too many requests for now
    QUOTA = "quota"  # the account has nothing left
    OVERLOADED = "overloaded"  # the provider cannot answer for now
    TIMEOUT = "timeout"
    CONTENT_FILTER = "content_filter"
    REFUSED = "refused"  # the provider does not take the request as it is
    PROVIDER = "provider"  # a fault of the provider's
    MALFORMED = "malformed"  # what came back is no answer of this protocol
    TOO_LARGE = "too_large"
    UNREACHABLE = "unreachable"
    ADDRESS = "address"  # the operator does not allow this address
    STOPPED = "stopped"  # by whoever asked
    SEALED = "sealed"  # the stored key cannot be decrypted
    OURS = "ours"  # a fault of Sonde's


# Asked again after a while, these may go well.
PASSING = frozenset({Kind.RATE_LIMIT, Kind.OVERLOADED, Kind.TIMEOUT, Kind.UNREACHABLE})


@dataclass(frozen=True, slots=True)
class Failed:
    """`said` is what the provider said of it, cut and without the key; `retry_after` is in seconds,
    where the provider named them.
    """

    kind: Kind
    said: str = ""
    status: int | None = None
    retry_after: float | None = None


Event = Text | Thought | ToolCall | Used | Finished | Failed


class CallFailed(Exception):
    """A call that gave no whole answer; `failure` tells why."""

    def __init__(self, failure: Failed) -> None:
        super().__init__(f"{failure.kind}: {failure.said}")
        self.failure = failure


@dataclass(frozen=True, slots=True)
class Answer:
    """`usage` is empty where the provider told none: unknown, not nought."""

    text: str
    tool_calls: Sequence[ToolCall]
    usage: Mapping[str, int]
    reason: str
    model: str
