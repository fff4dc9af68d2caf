"""Anthropic's messages. Pure: bodies and addresses out, events in.

An answer that is to meet a schema is asked for as the input of a tool that must be called: every
version of the API and every proxy of it understands that. It comes back as text.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from llm.access import Access
from llm.chat import Event, Finished, Message, Request, Text, Thought, ToolCall, Used
from llm.failures import told_within
from llm.loose import mapping, mappings, text
from llm.usage import count, parted

VERSION = "2023-06-01"
DEFAULT_MAX_TOKENS = 4096  # the API takes no request without one
ANSWER_TOOL = "answer_in_json"
MOST_OPEN = 128  # blocks at a time; one is usual
SYSTEM_ROLES = ("system", "developer")
OURS = frozenset({"model", "messages", "system", "stream"})
REASONS = {
    "end_turn": "stop",
    "stop_sequence": "stop",
    "max_tokens": "length",
    "model_context_window_exceeded": "length",
    "tool_use": "tool_calls",
    "refusal": "content_filter",
}


def address(access: Access, request: Request) -> str:
    base = access.base_url
    return f"{base}/messages" if base.endswith("/v1") else f"{base}/v1/messages"


def headers(access: Access) -> dict[str, str]:
    known = {"x-api-key": access.key} if access.key else {}
    return {"anthropic-version": VERSION, **known}


def body(access: Access, request: Request, *, streamed: bool) -> dict[str, Any]:
    tools = [
        {"name": tool.name, "description": tool.description, "input_schema": dict(tool.parameters)}
        for tool in request.tools
    ]
    choice = None
    if request.schema is not None:
        words = "Give your whole answer by calling this."
        schema = dict(request.schema)
        tools.append({"name": ANSWER_TOOL, "description": words, "input_schema": schema})
        choice = {"type": "any"} if request.tools else {"type": "tool", "name": ANSWER_TOOL}
    said = {
        "temperature": request.temperature,
        "top_p": request.top_p,
        "max_tokens": request.max_tokens,
        "stop_sequences": list(request.stop) or None,
        "tools": tools or None,
        "tool_choice": choice,
    }
    free = {"max_tokens": DEFAULT_MAX_TOKENS, **access.parameters}
    free |= {name: value for name, value in said.items() if value is not None}
    free |= {name: value for name, value in request.extra.items() if name not in OURS}
    system = "\n\n".join(one.content for one in request.messages if one.role in SYSTEM_ROLES)
    others = [one for one in request.messages if one.role not in SYSTEM_ROLES]
    told = {**free, "model": request.model, "messages": list(_turns(others)), "stream": streamed}
    return {**told, "system": system} if system else told


def mended(sent: Mapping[str, Any], said: str) -> dict[str, Any] | None:
    """There are no dialects to try."""
    return None


def _turns(messages: list[Message]) -> Iterator[dict[str, Any]]:
    """Those of one side after another become one turn: results of tools must stand together."""
    role, blocks = "", list[dict[str, Any]]()
    for message in messages:
        side = "assistant" if message.role == "assistant" else "user"
        if side != role and blocks:
            yield {"role": role, "content": blocks}
            blocks = []
        role = side
        blocks += _blocks(message)
    if blocks:
        yield {"role": role, "content": blocks}


def _blocks(message: Message) -> Iterator[dict[str, Any]]:
    if message.tool_call_id:
        yield {
            "type": "tool_result",
            "tool_use_id": message.tool_call_id,
            "content": message.content,
        }
        return
    if message.content:
        yield {"type": "text", "text": message.content}
    for call in message.tool_calls:
        given = _json(call.arguments)
        yield {"type": "tool_use", "id": call.id, "name": call.name, "input": given}


def _json(arguments: str) -> Mapping[str, Any]:
    try:
        return mapping(json.loads(arguments or "{}"))
    except (ValueError, RecursionError):
        return {}


@dataclass(slots=True)
class _Block:
    id: str
    name: str
    pieces: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Reader:
    """Reads the events of one stream, or one whole answer."""

    reason: str = ""
    model: str = ""
    answered: bool = False  # by the tool that stands for the answer
    open: dict[int, _Block] = field(default_factory=dict)
    calls: list[ToolCall] = field(default_factory=list)
    usage: dict[str, int] = field(default_factory=dict)

    def read(self, data: Mapping[str, Any]) -> Iterator[Event]:
        kind, place = data.get("type"), data.get("index")
        index = place if isinstance(place, int) else -1
        if kind == "error":
            yield told_within(data.get("error"))
        elif kind == "message":
            yield from self._whole(data)
        elif kind == "message_start":
            self._begun(mapping(data.get("message")))
        elif kind == "content_block_start":
            yield from self._block(index, mapping(data.get("content_block")))
        elif kind == "content_block_delta":
            yield from self._piece(index, mapping(data.get("delta")))
        elif kind == "content_block_stop":
            yield from self._closed(index)
        elif kind == "message_delta":
            self._note(mapping(data.get("usage")))
            self.reason = text(mapping(data.get("delta")).get("stop_reason")) or self.reason

    def _whole(self, data: Mapping[str, Any]) -> Iterator[Event]:
        self._begun(data)
        self.reason = text(data.get("stop_reason"))
        for index, block in enumerate(mappings(data.get("content"))):
            yield from self._block(index, block)
            if index in self.open:
                self.open[index].pieces = [json.dumps(block.get("input"), ensure_ascii=False)]
            yield from self._closed(index)

    def _begun(self, message: Mapping[str, Any]) -> None:
        self.model = text(message.get("model"))
        self._note(mapping(message.get("usage")))

    def _note(self, said: Mapping[str, Any]) -> None:
        """The last word on each figure counts: the end repeats what the start said."""
        self.usage |= {name: tokens for name, tokens in said.items() if type(tokens) is int}

    def _block(self, index: int, block: Mapping[str, Any]) -> Iterator[Event]:
        if block.get("type") == "tool_use" and len(self.open) < MOST_OPEN:
            self.open[index] = _Block(text(block.get("id")), text(block.get("name")))
        elif said := text(block.get("text")):
            yield Text(said)
        elif thought := text(block.get("thinking")):
            yield Thought(thought)

    def _piece(self, index: int, delta: Mapping[str, Any]) -> Iterator[Event]:
        if said := text(delta.get("text")):
            yield Text(said)
        elif thought := text(delta.get("thinking")):
            yield Thought(thought)
        elif index in self.open and (piece := text(delta.get("partial_json"))):
            if self.open[index].name == ANSWER_TOOL:
                self.answered = True
                yield Text(piece)
            else:
                self.open[index].pieces.append(piece)

    def _closed(self, index: int) -> Iterator[Event]:
        block = self.open.pop(index, None)
        if block is None:
            return
        if block.name != ANSWER_TOOL:
            self.calls.append(ToolCall(block.id, block.name, "".join(block.pieces) or "{}"))
        elif block.pieces:
            self.answered = True
            yield Text("".join(block.pieces))

    def end(self) -> Iterator[Event]:
        """What was used, also where the answer did not come to its end; the rest only if it did."""
        if usage := usage_of(self.usage):
            yield Used(usage)
        if not self.reason:
            return
        yield from self.calls
        reason = REASONS.get(self.reason, self.reason)
        is_answer = self.answered and not self.calls and reason == "tool_calls"
        yield Finished("stop" if is_answer else reason, self.model)


def usage_of(said: Mapping[str, int]) -> dict[str, int]:
    """`input_tokens` is what was neither read from nor written to a cache."""
    cached = {
        "input_cached_tokens": count(said.get("cache_read_input_tokens")),
        "input_cache_creation": count(said.get("cache_creation_input_tokens")),
    }
    total = count(said.get("input_tokens")) + sum(cached.values())
    return {
        **parted("input", total, cached),
        **parted("output", count(said.get("output_tokens")), {}),
    }
