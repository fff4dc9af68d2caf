"""The parts of a chat message, as every maker spells them, read into one shape."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from traces.render.media import reference, split


@dataclass(frozen=True, slots=True)
class Part:
    """`kind` is text, reasoning, refusal, tool_call, tool_result, media or data (anything else,
    kept as it is).
    """

    kind: str
    text: str = ""
    data: Any = None  # a call's arguments, a result, an unknown part
    id: str = ""
    name: str = ""
    mime: str = ""
    is_error: bool = False
    result: "Part | None" = None  # of a call, once paired


def parts_of(content: Any) -> list[Part]:
    """The parts of a message's content, which may be text, one part, or a list of both."""
    if content is None or content == "":
        return []
    if isinstance(content, str):
        return text_parts(content)
    if isinstance(content, list):
        return [part for item in content for part in parts_of(item)]
    if isinstance(content, dict):
        part = _part(content)
        return text_parts(part.text) if part.kind == "text" else [part]
    return [Part("data", data=content)]


def text_parts(text: str) -> list[Part]:
    """The text, and the files it refers to in their places."""
    return [
        Part("text", piece)
        if isinstance(piece, str)
        else Part("media", id=piece.id, mime=piece.mime)
        for piece in split(text)
    ]


def _part(item: dict) -> Part:
    reader = READERS.get(_text(item.get("type")).replace("-", "_").lower())
    if reader is None:
        reader = next((read for key, read in KEYED if key in item), _data)
    return reader(item)


def _text(value: Any) -> str:
    if isinstance(value, str):
        return value
    return "" if value is None else json.dumps(value, ensure_ascii=False, default=str)


def _first(item: dict, *keys: str) -> Any:
    return next((item[key] for key in keys if item.get(key) is not None), None)


def _structured(value: Any) -> Any:
    """Arguments are often JSON in a string."""
    if isinstance(value, str) and value.lstrip()[:1] in ("{", "["):
        try:
            return json.loads(value)
        except (ValueError, RecursionError):
            return value
    return value


def _read_text(item: dict) -> Part:
    return Part("text", _text(_first(item, "text", "content", "input_text", "output_text")))


def _read_reasoning(item: dict) -> Part:
    said = _first(
        item, "thinking", "text", "content", "summary", "reasoning", "reasoningText", "data"
    )
    if isinstance(said, list):
        said = "\n\n".join(_text(one.get("text") if isinstance(one, dict) else one) for one in said)
    if isinstance(said, dict):
        said = said.get("text")
    return Part("reasoning", _text(said))


def _read_refusal(item: dict) -> Part:
    return Part("refusal", _text(item.get("refusal")))


def read_call(item: dict) -> Part:
    """A call in any of its shapes: {function: {name, arguments}}, {name, args}, {toolName, input},
    …
    """
    inner = _first(item, "function", "functionCall", "function_call", "toolUse", "server_tool_call")
    inner = inner if isinstance(inner, dict) else item
    arguments = _first(inner, "arguments", "args", "input", "parameters")
    name = _first(inner, "name", "toolName", "tool_name") or _first(item, "name")
    return Part(
        "tool_call",
        id=_text(
            _first(item, "id", "call_id", "toolCallId", "tool_call_id") or inner.get("toolUseId")
        ),
        name=_text(name),
        data=_structured(arguments),
    )


def read_result(item: dict) -> Part:
    inner = _first(item, "functionResponse", "function_response", "toolResult")
    inner = inner if isinstance(inner, dict) else item
    said = _first(inner, "content", "output", "result", "response", "server_tool_call_response")
    if isinstance(said, dict) and set(said) == {"type", "value"}:  # Vercel's {type: json, value}
        said = said["value"]
    call_id = _first(item, "tool_use_id", "call_id", "toolCallId", "tool_call_id", "id")
    return Part(
        "tool_result",
        id=_text(call_id or inner.get("toolUseId")),
        name=_text(_first(inner, "name", "toolName", "tool_name")),
        data=_flat(said),
        is_error=bool(_first(item, "is_error", "isError")) or inner.get("status") == "error",
    )


def _flat(said: Any) -> Any:
    """A result that is a list of nothing but text parts is that text."""
    if isinstance(said, list) and said:
        parts = [_part(one) for one in said if isinstance(one, dict)]
        if len(parts) == len(said) and all(part.kind == "text" for part in parts):
            return "\n".join(part.text for part in parts)
    return _structured(said)


MEDIA_KEYS = (
    "image_url",
    "input_audio",
    "source",
    "inlineData",
    "inline_data",
    "fileData",
    "file_data",
    "file",
    "image",
    "video",
    "document",
    "audio",
)


def _read_media(item: dict) -> Part:
    inner = _first(item, *MEDIA_KEYS)
    inner = {"url": inner} if isinstance(inner, str) else inner if isinstance(inner, dict) else {}
    both = {**item, **inner}
    mime = _first(both, "mime_type", "mimeType", "media_type", "mediaType", "format", "modality")
    where = _first(both, "url", "uri", "file_uri", "fileUri", "file_id", "filename", "image_url")
    held = _first(both, "data", "content", "bytes", "file_data")
    where = _text(where)
    for said in (where, held):
        if isinstance(said, str) and (named := reference(said)):
            return Part("media", id=named.id, mime=named.mime)
    if where.startswith("data:"):
        mime, held, where = mime or where[5:].partition(";")[0], where, ""
    return Part(
        "media",
        text=where[:500],
        mime=_text(mime) or _text(item.get("type")),
        data=len(held) if isinstance(held, str) else None,
    )


def _data(item: dict) -> Part:
    return Part("data", data=item)


READERS: dict[str, Callable[[dict], Part]] = {
    **dict.fromkeys(("text", "input_text", "output_text", "summary_text"), _read_text),
    **dict.fromkeys(("reasoning", "thinking", "redacted_thinking", "compaction"), _read_reasoning),
    "refusal": _read_refusal,
    **dict.fromkeys(
        (
            "tool_call",
            "tool_use",
            "function_call",
            "function",
            "server_tool_use",
            "server_tool_call",
            "custom_tool_call",
        ),
        read_call,
    ),
    **dict.fromkeys(
        (
            "tool_result",
            "tool_call_response",
            "function_call_output",
            "web_search_tool_result",
            "server_tool_call_response",
            "custom_tool_call_output",
        ),
        read_result,
    ),
    **dict.fromkeys(
        (
            "image_url",
            "input_image",
            "image",
            "input_audio",
            "audio",
            "video",
            "document",
            "file",
            "input_file",
            "blob",
            "uri",
            "media",
        ),
        _read_media,
    ),
}

# Parts that name themselves by a key and not by a type: Gemini's and Bedrock's.
KEYED: tuple[tuple[str, Callable[[dict], Part]], ...] = (
    ("functionCall", read_call),
    ("function_call", read_call),
    ("toolUse", read_call),
    ("functionResponse", read_result),
    ("function_response", read_result),
    ("toolResult", read_result),
    (
        "reasoningContent",
        lambda item: (
            _read_reasoning(item["reasoningContent"])
            if isinstance(item["reasoningContent"], dict)
            else _data(item)
        ),
    ),
    ("inlineData", _read_media),
    ("inline_data", _read_media),
    ("fileData", _read_media),
    ("file_data", _read_media),
    ("image", _read_media),
    ("document", _read_media),
    ("video", _read_media),
    ("text", _read_text),
)
