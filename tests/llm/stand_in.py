"""Providers on loopback, of both protocols, that answer what a test scripted: faults included.

    with Provider() as provider:
        provider.will(answers("Hello"), refuses(429, retry_after="7"))

Each request takes the next script; the last one stays. `asked` holds what came.
"""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

USAGE = {
    "prompt_tokens": 42,
    "completion_tokens": 17,
    "total_tokens": 59,
    "prompt_tokens_details": {"cached_tokens": 12},
    "completion_tokens_details": {"reasoning_tokens": 5},
}
ANTHROPIC_USAGE = {
    "input_tokens": 30,
    "cache_read_input_tokens": 12,
    "cache_creation_input_tokens": 0,
    "output_tokens": 17,
}


@dataclass(frozen=True)
class Asked:
    path: str
    headers: dict[str, str]
    body: dict[str, Any]


Script = Callable[[Any, Asked], None]  # the handler, and what was asked of it


class Provider:
    def __init__(self) -> None:
        self.asked: list[Asked] = []
        self.hung_up = threading.Event()  # whoever asked closed the connection
        self.go_on = threading.Event()  # a script that waits goes on
        self._scripts: list[Script] = [answers("Hello.")]
        self._lock = threading.Lock()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), handler_of(self))
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)

    def __enter__(self) -> "Provider":
        self._thread.start()
        return self

    def __exit__(self, *_) -> None:
        self.go_on.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def will(self, *scripts: Script) -> None:
        self._scripts = list(scripts)

    def next(self, asked: Asked) -> Script:
        with self._lock:
            self.asked.append(asked)
            return self._scripts.pop(0) if len(self._scripts) > 1 else self._scripts[0]


def handler_of(provider: Provider) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        stand_in = provider

        def do_POST(self) -> None:
            length = int(self.headers.get("Content-Length") or 0)
            body = json.loads(self.rfile.read(length) or b"{}")
            headers = {name.lower(): value for name, value in self.headers.items()}
            asked = Asked(self.path, headers, body)
            with suppress(OSError):
                provider.next(asked)(self, asked)
            self.close_connection = True

        def start(self, status: int, kind: str, **headers: str) -> None:
            self.send_response(status)
            for name, value in {"Content-Type": kind, "Connection": "close", **headers}.items():
                self.send_header(name, value)
            self.end_headers()

        def whole(self, status: int, body: str, kind: str = "application/json", **headers) -> None:
            self.start(status, kind, **headers)
            self.wfile.write(body.encode())

        def event(self, data: object, name: str = "") -> None:
            text = data if isinstance(data, str) else json.dumps(data, ensure_ascii=False)
            head = f"event: {name}\n" if name else ""
            self.wfile.write(f"{head}data: {text}\n\n".encode())
            self.wfile.flush()

        def log_message(self, *_) -> None:
            """Quiet."""

    return Handler


def is_anthropic(asked: Asked) -> bool:
    return asked.path.endswith("/messages")


def answers(
    *pieces: str,
    calls: tuple[tuple[str, str], ...] = (),
    usage: bool = True,
    reason: str = "",
    thought: str = "",
) -> Script:
    """These pieces of text, then calls of tools (name, arguments), in the protocol that is asked
    for. Streamed if that was asked for.
    """

    def script(handler: Any, asked: Asked) -> None:
        if is_anthropic(asked):
            events = anthropic_events(pieces, calls, usage, reason, thought)
            whole = anthropic_whole(pieces, calls, usage, reason)
        else:
            events = openai_chunks(pieces, calls, usage, reason, thought)
            whole = openai_whole(pieces, calls, usage, reason)
        if not asked.body.get("stream"):
            handler.whole(200, json.dumps(whole))
            return
        handler.start(200, "text/event-stream")
        for event in events:
            handler.event(event, event.get("type", ""))
        if not is_anthropic(asked):
            handler.event("[DONE]")

    return script


def openai_chunks(pieces, calls, usage, reason, thought) -> Iterator[dict]:
    def chunk(delta: dict, finish: str | None = None) -> dict:
        choice = {"index": 0, "delta": delta, "finish_reason": finish}
        return {"model": "gpt-4o-mini-2024-07-18", "choices": [choice]}

    yield chunk({"role": "assistant", "content": ""})
    if thought:
        yield chunk({"reasoning_content": thought})
    for piece in pieces:
        yield chunk({"content": piece})
    for index, (name, arguments) in enumerate(calls):
        head = {"index": index, "id": f"call_{index}", "type": "function"}
        yield chunk({"tool_calls": [{**head, "function": {"name": name, "arguments": ""}}]})
        for part in (arguments[:5], arguments[5:]):
            yield chunk({"tool_calls": [{"index": index, "function": {"arguments": part}}]})
    yield chunk({}, reason or ("tool_calls" if calls else "stop"))
    if usage:
        yield {"model": "gpt-4o-mini-2024-07-18", "choices": [], "usage": USAGE}


def openai_whole(pieces, calls, usage, reason) -> dict:
    made = [
        {
            "id": f"call_{index}",
            "type": "function",
            "function": {"name": name, "arguments": arguments},
        }
        for index, (name, arguments) in enumerate(calls)
    ]
    message = {"role": "assistant", "content": "".join(pieces) or None, "tool_calls": made or None}
    finish = reason or ("tool_calls" if calls else "stop")
    return {
        "model": "gpt-4o-mini-2024-07-18",
        "choices": [{"index": 0, "message": message, "finish_reason": finish}],
        **({"usage": USAGE} if usage else {}),
    }


def anthropic_events(pieces, calls, usage, reason, thought) -> Iterator[dict]:
    begun = {**ANTHROPIC_USAGE, "output_tokens": 1} if usage else None
    message = {"role": "assistant", "model": "claude-sonnet-4-5-20250929", "usage": begun}
    yield {"type": "message_start", "message": message}
    yield {"type": "ping"}
    index = 0
    blocks = [("thinking", "thinking_delta", "thinking", (thought,))] if thought else []
    blocks += [("text", "text_delta", "text", pieces)] if pieces else []
    for kind, delta, key, parts in blocks:
        block = {"type": kind, key: ""}
        yield {"type": "content_block_start", "index": index, "content_block": block}
        for part in parts:
            piece = {"type": delta, key: part}
            yield {"type": "content_block_delta", "index": index, "delta": piece}
        yield {"type": "content_block_stop", "index": index}
        index += 1
    for name, arguments in calls:
        block = {"type": "tool_use", "id": f"toolu_{index}", "name": name, "input": {}}
        yield {"type": "content_block_start", "index": index, "content_block": block}
        for part in (arguments[:5], arguments[5:]):
            piece = {"type": "input_json_delta", "partial_json": part}
            yield {"type": "content_block_delta", "index": index, "delta": piece}
        yield {"type": "content_block_stop", "index": index}
        index += 1
    stop = reason or ("tool_use" if calls else "end_turn")
    said = {"output_tokens": ANTHROPIC_USAGE["output_tokens"]} if usage else {}
    yield {"type": "message_delta", "delta": {"stop_reason": stop}, "usage": said}
    yield {"type": "message_stop"}


def anthropic_whole(pieces, calls, usage, reason) -> dict:
    blocks: list[dict] = [{"type": "text", "text": "".join(pieces)}] if pieces else []
    blocks += [
        {"type": "tool_use", "id": f"toolu_{index}", "name": name, "input": json.loads(arguments)}
        for index, (name, arguments) in enumerate(calls)
    ]
    return {
        "type": "message",
        "role": "assistant",
        "model": "claude-sonnet-4-5-20250929",
        "content": blocks,
        "stop_reason": reason or ("tool_use" if calls else "end_turn"),
        "usage": ANTHROPIC_USAGE if usage else {},
    }


def refuses(status: int, error: object = None, **headers: str) -> Script:
    """With an error object as the providers write it; a text is the whole body, as it is."""

    def script(handler: Any, asked: Asked) -> None:
        shown = {name.replace("_", "-").title(): value for name, value in headers.items()}
        if isinstance(error, str):
            handler.whole(status, error, "text/html", **shown)
        else:
            handler.whole(status, json.dumps({"error": error or {"message": "no"}}), **shown)

    return script


def says(body: str, kind: str = "application/json", status: int = 200) -> Script:
    """Just that, whatever was asked."""
    return lambda handler, asked: handler.whole(status, body, kind)


def streams(*events: object) -> Script:
    """These events and no end."""

    def script(handler: Any, asked: Asked) -> None:
        handler.start(200, "text/event-stream")
        for event in events:
            handler.event(event)

    return script


def says_nothing(handler: Any, asked: Asked) -> None:
    """Takes the request and waits."""
    handler.stand_in.go_on.wait(30)


def one_word_then_waits(handler: Any, asked: Asked) -> None:
    """The first piece, then nothing until the other end hangs up, which it notes."""
    handler.start(200, "text/event-stream")
    for event in list(openai_chunks(("Once",), (), False, "", ""))[:2]:
        handler.event(event)
    handler.connection.settimeout(30)
    if not handler.connection.recv(1):
        handler.stand_in.hung_up.set()


def never_ends(handler: Any, asked: Asked) -> None:
    """Pieces of 64 KB for as long as somebody reads."""
    handler.start(200, "text/event-stream")
    chunk = {"choices": [{"index": 0, "delta": {"content": "x" * 65_536}}]}
    while True:
        handler.event(chunk)
