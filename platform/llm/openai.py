"""Chat completions as OpenAI defined them, and as vLLM, Ollama, LiteLLM and Azure speak them.

Pure: bodies and addresses out, events in.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

from llm.access import Access
from llm.chat import Event, Finished, Message, Request, Text, Thought, ToolCall, Used
from llm.failures import told_within
from llm.loose import mapping, mappings, text
from llm.models import Protocol
from llm.usage import count, parted

AZURE_VERSION = "2024-10-21"
OURS = frozenset({"model", "messages", "stream"})  # what nothing else may say
MOST_TOOL_CALLS = 128


def address(access: Access, request: Request) -> str:
    base = access.base_url
    if access.protocol != Protocol.AZURE or base.endswith("/v1"):
        return f"{base}/chat/completions"
    if not base.endswith("/deployments"):
        base += "/deployments" if base.endswith("/openai") else "/openai/deployments"
    version = urlencode({"api-version": access.api_version or AZURE_VERSION})
    return f"{base}/{quote(request.model, safe='')}/chat/completions?{version}"


def headers(access: Access) -> dict[str, str]:
    if not access.key:
        return {}
    if access.protocol == Protocol.AZURE:
        return {"api-key": access.key}
    return {"Authorization": f"Bearer {access.key}"}


def body(access: Access, request: Request, *, streamed: bool) -> dict[str, Any]:
    limit = "max_completion_tokens" if _is_openais_own(access) else "max_tokens"
    said = {
        "temperature": request.temperature,
        "top_p": request.top_p,
        limit: request.max_tokens,
        "stop": list(request.stop) or None,
        "tools": [_tool(tool) for tool in request.tools] or None,
        "response_format": _format(request.schema) if request.schema is not None else None,
    }
    free = {**access.parameters, **{k: v for k, v in said.items() if v is not None}}
    if streamed:
        free["stream_options"] = {"include_usage": True}
    free |= {name: value for name, value in request.extra.items() if name not in OURS}
    messages = [_message(message) for message in request.messages]
    return {**free, "model": request.model, "messages": messages, "stream": streamed}


def mended(sent: Mapping[str, Any], said: str) -> dict[str, Any] | None:
    """Another try of a request that was refused for what servers differ in; None for all else."""
    for name, other in (
        ("max_tokens", "max_completion_tokens"),
        ("max_completion_tokens", "max_tokens"),
    ):
        if name in sent and name in said.replace(other, ""):
            return {other if key == name else key: value for key, value in sent.items()}
    if "stream_options" in sent and "stream_options" in said:
        return {key: value for key, value in sent.items() if key != "stream_options"}
    return None


def _is_openais_own(access: Access) -> bool:
    host = urlsplit(access.base_url).hostname or ""
    return access.protocol == Protocol.AZURE or host == "api.openai.com"


def _tool(tool: Any) -> dict[str, Any]:
    function = {"name": tool.name, "parameters": dict(tool.parameters)}
    if tool.description:
        function["description"] = tool.description
    return {"type": "function", "function": function}


def _format(schema: Mapping[str, Any]) -> dict[str, Any]:
    return {"type": "json_schema", "json_schema": {"name": "answer", "schema": dict(schema)}}


def _message(message: Message) -> dict[str, Any]:
    told: dict[str, Any] = {"role": message.role, "content": message.content}
    if message.tool_calls:
        told["tool_calls"] = [
            {
                "id": call.id,
                "type": "function",
                "function": {"name": call.name, "arguments": call.arguments},
            }
            for call in message.tool_calls
        ]
    if message.tool_call_id:
        told["tool_call_id"] = message.tool_call_id
    return told


@dataclass(slots=True)
class _Call:
    id: str = ""
    name: str = ""
    arguments: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Reader:
    """Reads the pieces of one stream, or one whole answer."""

    reason: str = ""
    model: str = ""
    calls: dict[int, _Call] = field(default_factory=dict)

    def read(self, data: Mapping[str, Any]) -> Iterator[Event]:
        if error := data.get("error"):
            yield told_within(error)
            return
        self.model = text(data.get("model")) or self.model
        for choice in mappings(data.get("choices"))[:1]:
            yield from self._said(mapping(choice.get("delta") or choice.get("message")))
            self.reason = text(choice.get("finish_reason")) or self.reason
        if usage := data.get("usage"):
            yield Used(usage_of(mapping(usage)))

    def _said(self, delta: Mapping[str, Any]) -> Iterator[Event]:
        if thought := text(delta.get("reasoning_content")) or text(delta.get("reasoning")):
            yield Thought(thought)
        if said := _content(delta.get("content")) or text(delta.get("refusal")):
            yield Text(said)
        for place, piece in enumerate(mappings(delta.get("tool_calls"))):
            self._called(piece, place)

    def _called(self, piece: Mapping[str, Any], place: int) -> None:
        index = piece.get("index")
        index = index if isinstance(index, int) else place
        if index not in self.calls and len(self.calls) >= MOST_TOOL_CALLS:
            return
        call, function = self.calls.setdefault(index, _Call()), mapping(piece.get("function"))
        call.id = call.id or text(piece.get("id"))
        call.name = call.name or text(function.get("name"))
        arguments = function.get("arguments")  # Ollama of old sends them as an object
        call.arguments.append(
            arguments if isinstance(arguments, str) else json.dumps(arguments) if arguments else ""
        )

    def end(self) -> Iterator[Event]:
        """Nothing, where the answer did not come to its end."""
        if not self.reason:
            return
        for _, call in sorted(self.calls.items()):
            yield ToolCall(call.id, call.name, "".join(call.arguments))
        reason = "tool_calls" if self.reason == "function_call" else self.reason
        yield Finished(reason, self.model)


def usage_of(said: Mapping[str, Any]) -> dict[str, int]:
    """What is in the details is counted in the totals, and taken out of them."""
    given = mapping(said.get("prompt_tokens_details"))
    made = mapping(said.get("completion_tokens_details"))
    inside = {
        "input_cached_tokens": count(given.get("cached_tokens")),
        "input_audio_tokens": count(given.get("audio_tokens")),
    }
    outside = {
        "output_reasoning_tokens": count(made.get("reasoning_tokens")),
        "output_audio_tokens": count(made.get("audio_tokens")),
    }
    return {
        **parted("input", count(said.get("prompt_tokens")), inside),
        **parted("output", count(said.get("completion_tokens")), outside),
    }


def _content(value: Any) -> str:
    if isinstance(value, list):  # some servers answer in parts
        return "".join(text(part.get("text")) for part in mappings(value))
    return text(value)
