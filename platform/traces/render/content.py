"""An observation's input and output in the form that shows them best: a conversation, documents,
JSON or text.
"""

from dataclasses import dataclass, field
from typing import Any

from traces.render.json_lines import Line, json_lines, parsed
from traces.render.markdown import MAX_CHARACTERS
from traces.render.messages import Message, messages_of, paired
from traces.render.parts import Part

TALKERS = ("GENERATION", "AGENT", "CHAIN", "SPAN")
HEAD, TAIL = 2, 12  # of a long conversation: what is shown at once
MAX_MESSAGES = 500


@dataclass(frozen=True, slots=True)
class ShownPart:
    """A part with its data laid out."""

    kind: str
    text: str = ""
    cut: int = 0  # characters that are not shown
    lines: list[Line] = field(default_factory=list)
    id: str = ""
    name: str = ""
    mime: str = ""
    size: int | None = None
    is_error: bool = False
    result: "ShownPart | None" = None


@dataclass(frozen=True, slots=True)
class ShownMessage:
    role: str
    name: str
    parts: list[ShownPart]
    finish_reason: str
    is_known_role: bool


@dataclass(frozen=True, slots=True)
class Document:
    text: str
    cut: int
    score: str
    source: str
    lines: list[Line]


@dataclass(frozen=True, slots=True)
class Content:
    """One side of an observation. `kind` is empty, messages, documents, json or text."""

    kind: str
    messages: list[ShownMessage] = field(default_factory=list)
    folded: list[ShownMessage] = field(default_factory=list)  # the middle of a long conversation
    latest: list[ShownMessage] = field(default_factory=list)  # what comes after it
    documents: list[Document] = field(default_factory=list)
    lines: list[Line] = field(default_factory=list)
    text: str = ""
    cut: int = 0


def contents(
    type_: str, input_: str, output: str, *, max_lines: int = 400
) -> tuple[Content, Content]:
    """Both sides, with tool calls beside their results whichever side these stand on."""
    talks = type_ in TALKERS
    plain = ("user", "assistant") if type_ == "GENERATION" else ("", "")
    asked = messages_of(input_, plain_role=plain[0]) if talks else None
    said = messages_of(output, plain_role=plain[1]) if talks else None
    among = (asked or []) + (said or [])
    return (
        _content(type_, input_, asked, among, max_lines),
        _content(type_, output, said, among, max_lines),
    )


def _content(
    type_: str, text: str, messages: list[Message] | None, among: list[Message], max_lines: int
) -> Content:
    if not text:
        return Content("empty")
    if messages:
        return _conversation(paired(messages, among), max_lines)
    value = parsed(text)
    if type_ == "RETRIEVER" and (documents := _documents(value)):
        return Content("documents", documents=documents)
    if value is not None:
        return Content("json", lines=json_lines(value, max_lines))
    shown, cut = _clipped(text)
    return Content("text", text=shown, cut=cut)


def _conversation(messages: list[Message], max_lines: int) -> Content:
    messages = messages[:HEAD] + messages[HEAD:][-MAX_MESSAGES:]
    shown = [shown_message(message, max_lines) for message in messages]
    if len(shown) <= HEAD + TAIL + 2:
        return Content("messages", messages=shown)
    return Content(
        "messages", messages=shown[:HEAD], folded=shown[HEAD:-TAIL], latest=shown[-TAIL:]
    )


def shown_message(message: Message, max_lines: int) -> ShownMessage:
    return ShownMessage(
        role=message.role[:40],
        name=message.name[:100],
        parts=[_shown_part(part, max_lines) for part in message.parts],
        finish_reason=message.finish_reason[:60],
        is_known_role=message.is_known_role,
    )


def _shown_part(part: Part, max_lines: int) -> ShownPart:
    text, cut = _clipped(part.text)
    lines: list[Line] = []
    if part.kind in ("tool_call", "tool_result", "data"):
        if isinstance(part.data, str):
            text, cut = _clipped(part.data)
        elif part.data is not None:
            lines = json_lines(part.data, max_lines)
    return ShownPart(
        kind=part.kind,
        text=text,
        cut=cut,
        lines=lines,
        id=part.id[:100],
        name=part.name[:200],
        mime=part.mime[:100],
        size=part.data if part.kind == "media" else None,
        is_error=part.is_error,
        result=_shown_part(part.result, max_lines) if part.result else None,
    )


def _clipped(text: str) -> tuple[str, int]:
    return text[:MAX_CHARACTERS], max(0, len(text) - MAX_CHARACTERS)


def _documents(value: Any) -> list[Document]:
    """What a retriever found, as LangChain, LlamaIndex, OpenInference and plain lists write it."""
    if isinstance(value, dict):
        value = next(
            (value[key] for key in ("documents", "docs", "results", "nodes") if key in value), None
        )
    if not isinstance(value, list) or not value:
        return []
    documents = [_document(item) for item in value[:100]]
    return [one for one in documents if one] if all(documents) else []


def _document(item: Any) -> Document | None:
    if not isinstance(item, dict):
        return None
    inner = next(
        (item[key] for key in ("document", "node", "kwargs") if isinstance(item.get(key), dict)),
        item,
    )
    text = next(
        (
            inner[key]
            for key in ("content", "page_content", "text", "document.content")
            if isinstance(inner.get(key), str)
        ),
        None,
    )
    if text is None:
        return None
    metadata = inner.get("metadata") or inner.get("document.metadata")
    score = item.get("score", inner.get("score", inner.get("document.score")))
    source = metadata.get("source", "") if isinstance(metadata, dict) else ""
    clipped, cut = _clipped(text)
    return Document(
        text=clipped,
        cut=cut,
        score=f"{score:.3f}" if isinstance(score, int | float) else "",
        source=str(source or inner.get("id") or inner.get("document.id") or "")[:300],
        lines=json_lines(metadata) if isinstance(metadata, dict) and metadata else [],
    )
