"""Calling a model, whole or streamed: the one seam for all that asks one.

No key, no prompt and no answer is ever logged here.
"""

import json
import threading
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from types import ModuleType
from typing import Any

from accounts.sealing import Unsealable
from llm import anthropic, openai, sse
from llm.access import Access, opened
from llm.chat import (
    Answer,
    CallFailed,
    Event,
    Failed,
    Finished,
    Kind,
    Request,
    Text,
    ToolCall,
    Used,
)
from llm.failures import cut, refusal
from llm.models import LlmConnection, Protocol
from outbound import errors, sending

MOST_TRIES = 3  # the first, and two in another dialect
MOST_BYTES = 8 * 1024 * 1024
MOST_REFUSED_BYTES = 64 * 1024  # of an answer that is only read for what it refuses


@dataclass(frozen=True, slots=True)
class Patience:
    """`seconds` for the whole call; `idle_seconds` between two pieces: a model that thinks first
    says nothing for long.
    """

    seconds: float = 300
    idle_seconds: float = 120
    stop: threading.Event | None = None  # set by another thread, it ends the call within a moment


def stream(
    connection: LlmConnection, request: Request, patience: Patience = Patience()
) -> Iterator[Event]:
    """The answer while it comes. The last event is Finished or Failed, and nothing is raised.
    Closing the iterator closes the connection.
    """
    yield from _ended(_events(connection, request, patience, streamed=True))


def complete(
    connection: LlmConnection, request: Request, patience: Patience = Patience()
) -> Answer:
    """The whole answer, asked for as a whole: nothing comes before it. Raises CallFailed."""
    patience = replace(patience, idle_seconds=patience.seconds)
    texts, calls, usage = list[str](), list[ToolCall](), dict[str, int]()
    for event in _ended(_events(connection, request, patience, streamed=False)):
        match event:
            case Text(text):
                texts.append(text)
            case ToolCall():
                calls.append(event)
            case Used(said):
                usage |= said
            case Failed():
                raise CallFailed(event)
            case Finished(reason, model):
                return Answer("".join(texts), calls, usage, reason, model or request.model)
    raise AssertionError("An answer ends with Finished or Failed.")


def _ended(events: Iterator[Event]) -> Iterator[Event]:
    """Up to the first Failed or Finished; one that just stops was cut."""
    for event in events:
        yield event
        if isinstance(event, Failed | Finished):
            return
    yield Failed(Kind.MALFORMED, "The answer broke off before its end.")


def _events(
    connection: LlmConnection, request: Request, patience: Patience, *, streamed: bool
) -> Iterator[Event]:
    try:
        access = opened(connection)
    except Unsealable as error:
        yield Failed(Kind.SEALED, str(error))
        return
    try:
        yield from _asked(access, request, patience, streamed=streamed)
    except errors.Refused as error:
        yield Failed(Kind.ADDRESS, str(error))
    except errors.Stopped as error:
        yield Failed(Kind.STOPPED, str(error))
    except errors.TooSlow as error:
        yield Failed(Kind.TIMEOUT, str(error))
    except errors.TooLarge as error:
        yield Failed(Kind.TOO_LARGE, str(error))
    except errors.OutboundError as error:
        yield Failed(Kind.UNREACHABLE, str(error))
    except (sse.NotJson, RecursionError) as error:
        yield Failed(Kind.MALFORMED, str(error))


def _asked(
    access: Access, request: Request, patience: Patience, *, streamed: bool
) -> Iterator[Event]:
    speaker = anthropic if access.protocol == Protocol.ANTHROPIC else openai
    body: dict[str, Any] | None = speaker.body(access, request, streamed=streamed)
    failure = Failed(Kind.REFUSED)
    for _ in range(MOST_TRIES):
        if body is None:
            break
        with sending.stream(
            "POST",
            speaker.address(access, request),
            surface=sending.LLM,
            headers={
                "Content-Type": "application/json",
                **speaker.headers(access),
                **access.headers,
            },
            content=json.dumps(body).encode(),
            limits=sending.Limits(
                seconds=patience.seconds,
                idle_seconds=patience.idle_seconds,
                most_bytes=MOST_BYTES,
            ),
            stop=patience.stop,
        ) as answer:
            if 200 <= answer.status < 300:
                for event in _read(speaker, answer):
                    yield _without_secrets(access, event) if isinstance(event, Failed) else event
                return
            failure = _without_secrets(access, _refused(answer))
        body = speaker.mended(body, failure.said) if failure.kind is Kind.REFUSED else None
    yield failure


def _refused(answer: sending.Streamed) -> Failed:
    body = b""
    for part in answer.chunks():
        body += part
        if len(body) > MOST_REFUSED_BYTES:
            break
    return refusal(answer.status, answer.headers, body)


def _without_secrets(access: Access, failure: Failed) -> Failed:
    said = cut(access.without_secrets(failure.said))  # in this order: half a key is no secret known
    return Failed(failure.kind, said, failure.status, failure.retry_after)


def _read(speaker: ModuleType, answer: sending.Streamed) -> Iterator[Event]:
    """A stream; or a whole answer, from servers that do not stream."""
    reader = speaker.Reader()
    pieces: Iterable[dict[str, Any]]
    if answer.headers.get("content-type", "").startswith("text/event-stream"):
        pieces = sse.events(answer.lines())
    else:
        pieces = [sse.object_of(answer.read())]
    for piece in pieces:
        yield from reader.read(piece)
    yield from reader.end()
