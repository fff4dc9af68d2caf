"""An observation's input or output as chat messages, whoever wrote it down.

OpenAI (chat and responses), Anthropic, Gemini, Bedrock, LangChain, the Vercel AI SDK and the GenAI
conventions all end
as Message and Part. What is no conversation gives None, and is shown as text or JSON.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

from traces.render.json_lines import parsed
from traces.render.parts import Part, parts_of, read_call, read_result, text_parts

ROLES = {
    "human": "user",
    "ai": "assistant",
    "aimessage": "assistant",
    "humanmessage": "user",
    "systemmessage": "system",
    "toolmessage": "tool",
    "model": "assistant",
    "function": "tool",
    "aimessagechunk": "assistant",
    "developer": "developer",
}
KNOWN = {"system", "developer", "user", "assistant", "tool"}
UNWRAP = (
    "messages",
    "input",
    "contents",
    "prompt",
    "prompts",
    "choices",
    "candidates",
    "output",
    "generations",
    "response",
    "message",
)


@dataclass(frozen=True, slots=True)
class Message:
    role: str
    parts: tuple[Part, ...]
    name: str = ""
    finish_reason: str = ""

    @property
    def is_known_role(self) -> bool:
        return self.role in KNOWN


def messages_of(text: str, *, plain_role: str = "") -> list[Message] | None:
    """The conversation in the text; plain text is one message of `plain_role`, if that is given."""
    value = parsed(text)
    if value is None:
        return [Message(plain_role, tuple(text_parts(text)))] if plain_role and text else None
    try:
        return _conversation(value) or None
    except RecursionError:
        return None


def _conversation(value: Any) -> list[Message]:
    """Every shape of a whole input or output: a list of messages, one message, or an object that
    wraps them.
    """
    if isinstance(value, list):
        return _from_list(value)
    if not isinstance(value, dict):
        return []
    value = _without_constructor(value)
    if message := _message(value):
        return [message]
    for key in UNWRAP:
        inner = value.get(key)
        if isinstance(inner, list | dict) and (messages := _conversation(inner)):
            return _leading_system(value) + messages
    return _from_answer(value)


def _from_list(items: list) -> list[Message]:
    """A list is a conversation if each of its items is part of one."""
    messages: list[Message] = []
    for item in items:
        found = _conversation(item) if isinstance(item, list) else _from_item(item)
        if not found:
            return []
        messages += found
    return messages


def _from_item(item: Any) -> list[Message]:
    if not isinstance(item, dict):
        return []
    item = _without_constructor(item)
    if message := _message(item):
        return [message]
    if isinstance(
        inner := item.get("message") or item.get("content"), dict
    ):  # a choice or a candidate
        found = _conversation(inner)
        reason = item.get("finish_reason") or item.get("finishReason") or ""
        return [replace(one, finish_reason=str(reason)) for one in found]
    match item.get("type"):  # OpenAI's responses list calls and results beside the messages
        case "function_call" | "custom_tool_call" | "tool_use" | "reasoning":
            return [Message("assistant", tuple(parts_of(item)))]
        case "function_call_output" | "custom_tool_call_output" | "tool_result":
            return [Message("tool", tuple(parts_of(item)))]
        case "text" | "thinking" | "output_text":  # an answer's bare blocks
            return [Message("assistant", tuple(parts_of(item)))]
    return []


def _without_constructor(item: dict) -> dict:
    """LangChain's serialised form: {lc, type: constructor, id: [..., HumanMessage], kwargs:
    {content, ...}}.
    """
    kwargs = item.get("kwargs")
    if isinstance(kwargs, dict) and isinstance(item.get("id"), list) and item["id"]:
        return {"role": str(item["id"][-1]).lower(), **kwargs, "type": str(item["id"][-1]).lower()}
    return item


def _role_of(item: dict) -> str:
    role = item.get("role")
    if isinstance(role, str) and role:
        role = role.lower()
        return ROLES.get(role, role)
    kind = item.get("type")
    if isinstance(kind, str):
        kind = kind.lower()
        return ROLES.get(kind) or (kind if kind in KNOWN else "")
    return ""


def _message(item: dict) -> Message | None:
    role = _role_of(item)
    if (
        not role
        or not {"content", "parts", "tool_calls", "text", "refusal", "function_call"} & item.keys()
    ):
        return None
    parts = _reasoning(item)
    content = item.get("parts") if isinstance(item.get("parts"), list) else item.get("content")
    if role == "tool" and not _has_result(content):
        parts.append(read_result(item))
    else:
        parts += parts_of(item.get("text") if content is None else content)
    if isinstance(item.get("refusal"), str) and item["refusal"]:
        parts.append(Part("refusal", item["refusal"]))
    parts += _calls(item, parts)
    name, reason = item.get("name"), item.get("finish_reason")
    return Message(
        role,
        tuple(parts),
        name=name if isinstance(name, str) else "",
        finish_reason=reason if isinstance(reason, str) else "",
    )


def _has_result(content: Any) -> bool:
    return isinstance(content, list) and any(
        part.kind == "tool_result" for part in parts_of(content)
    )


def _reasoning(item: dict) -> list[Part]:
    said = item.get("reasoning_content") or item.get("reasoning")
    return [Part("reasoning", said)] if isinstance(said, str) else []


def _calls(item: dict, parts: list[Part]) -> list[Part]:
    """The calls beside the content; LangChain repeats those that are in the content too."""
    calls = item.get("tool_calls") or item.get("toolCalls")
    calls = calls if isinstance(calls, list) else []
    if isinstance(item.get("function_call"), dict):
        calls = [*calls, item["function_call"]]
    present = {part.id for part in parts if part.kind == "tool_call" and part.id}
    read = [read_call(call) for call in calls if isinstance(call, dict)]
    return [call for call in read if not call.id or call.id not in present]


def _leading_system(value: dict) -> list[Message]:
    said = value.get("system") or value.get("instructions") or value.get("systemInstruction")
    said = said.get("parts", said) if isinstance(said, dict) else said
    parts = parts_of(said)
    return [Message("system", tuple(parts))] if parts else []


def _from_answer(value: dict) -> list[Message]:
    """An answer without a role: {text, toolCalls} of the Vercel AI SDK, or {completion} of old."""
    calls = value.get("toolCalls") or value.get("tool_calls")
    text = value.get("text") or value.get("completion")
    if not (isinstance(calls, list) or (isinstance(text, str) and len(value) <= 3)):
        return []
    parts = [
        *_reasoning(value),
        *parts_of(text if isinstance(text, str) else None),
        *_calls(value, []),
    ]
    return [Message("assistant", tuple(parts))] if parts else []


class Pairing:
    """Puts each tool's result, which may stand anywhere among the messages, beside its call."""

    def __init__(self, among: Iterable[Message]) -> None:
        parts = [part for message in among for part in message.parts]
        self._results = {part.id: part for part in parts if part.kind == "tool_result" and part.id}
        self._called = {part.id for part in parts if part.kind == "tool_call" and part.id}

    def paired(self, message: Message) -> Message | None:
        """None for one that held nothing but results shown elsewhere."""
        kept = tuple(
            replace(part, result=self._results.get(part.id)) if part.kind == "tool_call" else part
            for part in message.parts
            if part.kind != "tool_result" or part.id not in self._called
        )
        return replace(message, parts=kept) if kept or not message.parts else None


def paired(messages: Iterable[Message], among: Iterable[Message]) -> list[Message]:
    """The messages with their tools' results, without those that held nothing else."""
    pairing = Pairing(among)
    return [found for message in messages if (found := pairing.paired(message))]
