"""A stored span as the subject of checks."""

import json
from typing import Any

import msgspec

from evals.checks.subject import Call, Passage, Subject
from traces.records import Span

# Where programs say what they know beside the call, in the metadata of the span or of its trace.
EXPECTED = ("expected_output", "expectedOutput", "reference", "ground_truth")
CONTEXTS = ("contexts", "context", "retrieved_contexts")
EXPECTED_CONTEXTS = ("expected_context_ids", "reference_context_ids")
EXPECTED_TOOLS = ("expected_tool_calls", "reference_tool_calls")
STATED = frozenset((*EXPECTED, *CONTEXTS, *EXPECTED_CONTEXTS, *EXPECTED_TOOLS))
OF_EXPERIMENT = "item.expected_output"
MOST_PARSED = 200_000  # characters; of a longer text, its beginning is taken as it stands
MOST_PIECES = 1_000
TEXT_PARTS = ("text", "output_text", "input_text", None)
INSTRUCTIONS = ("system", "developer")
WRAPPERS = ("choices", "messages", "message", "output", "candidates", "contents")
DEPTH = 4


def subject_of(span: Span) -> Subject:
    """What checks look at. The texts are what was said, without the JSON that it was said in."""
    subject = Subject(
        output=words_of(span.output),
        input=words_of(span.input, without=INSTRUCTIONS),
        latency_ms=None if span.end_time is None else (span.end_time - span.start_time) / 1e6,
        cost=span.total_cost,
    )
    if span.tool_calls:
        subject.tool_calls = calls(span.tool_calls) or ()
    if span.experiment:
        subject.expected = span.experiment.get(OF_EXPERIMENT) or None
    if not (STATED.isdisjoint(span.metadata) and STATED.isdisjoint(span.trace_metadata)):
        add_stated(subject, {**span.trace_metadata, **span.metadata})
    if span.type == "RETRIEVER":
        subject.contexts = passages(span.output)
    return subject


def add_stated(subject: Subject, said: dict[str, str]) -> None:
    """Most calls say none of it, which is then not looked for four times."""
    subject.expected = stated(said, EXPECTED) or subject.expected
    subject.contexts = passages(stated(said, CONTEXTS))
    subject.expected_contexts = tuple(map(str, listed(stated(said, EXPECTED_CONTEXTS))))
    subject.expected_tool_calls = calls(stated(said, EXPECTED_TOOLS))


def stated(said: dict[str, str], names: tuple[str, ...]) -> str:
    return next((said[name] for name in names if said.get(name)), "")


def words_of(text: str, *, without: tuple[str, ...] = ()) -> str:
    """The texts of a conversation, but not of the roles `without`; any other text as it is."""
    if text[:1] not in ("[", "{") or len(text) > MOST_PARSED:
        return text
    value = parsed(text)
    pieces: list[str] = []
    try:
        is_talk = gathered(value, pieces, without, 0)
    except RecursionError:
        return text
    return "\n".join(pieces) if is_talk else text


def parsed(text: str) -> Any:
    try:
        return msgspec.json.decode(text)
    except (msgspec.DecodeError, ValueError, RecursionError):
        return None


def gathered(value: Any, pieces: list[str], without: tuple[str, ...], depth: int) -> bool:
    """Whether the value is a conversation; its texts are then among the pieces."""
    if depth > DEPTH:
        return False
    if isinstance(value, dict) and "role" in value:
        if value["role"] not in without:
            content = value.get("content")
            pieces += texts_in(value.get("parts") if content is None else content)
        return True
    is_talk = False
    for inner in inner_of(value):
        is_talk |= gathered(inner, pieces, without, depth + 1)
    return is_talk


def inner_of(value: Any) -> list[Any]:
    """Where messages may be: in a list of objects, or under the names that wrap them."""
    if isinstance(value, list):
        return [one for one in value[:MOST_PIECES] if isinstance(one, dict)]
    if isinstance(value, dict):
        return [value[name] for name in WRAPPERS if name in value]
    return []


def texts_in(content: Any) -> list[str]:
    if isinstance(content, str):
        return [content]
    if not isinstance(content, list):
        return []
    found = []
    for part in content[:MOST_PIECES]:
        if isinstance(part, str):
            found.append(part)
        elif isinstance(part, dict) and part.get("type") in TEXT_PARTS:
            text = part.get("text", part.get("content"))
            if isinstance(text, str):
                found.append(text)
    return found


def listed(text: str) -> list[Any]:
    """A JSON list, or what one such text alone is."""
    if not text:
        return []
    value = parsed(text)
    if isinstance(value, dict):
        value = value.get("documents", value.get("results", [value]))
    if isinstance(value, list):
        return value[:MOST_PIECES]
    return [text if value is None else value]


def passages(text: str) -> tuple[Passage, ...]:
    """Documents as retrievers give them: texts, or objects with an id and a text. Every span is
    looked at, so nothing is opened further; `evals.judges.passages` does, for models to read.
    """
    return tuple(passage(one, place) for place, one in enumerate(listed(text), 1))


def passage(value: Any, place: int) -> Passage:
    if not isinstance(value, dict):
        return Passage(str(place), value if isinstance(value, str) else json.dumps(value))
    name = next((value[key] for key in ("id", "document_id", "source") if value.get(key)), place)
    words = next((value[key] for key in ("text", "content", "page_content") if key in value), "")
    return Passage(str(name), words if isinstance(words, str) else "")


def calls(text: str) -> tuple[Call, ...] | None:
    """Tool calls written as a JSON list; None where there is none."""
    if not text:
        return None
    found = parsed(text)
    if not isinstance(found, list):
        return None
    return tuple(call_of(one) for one in found[:MOST_PIECES])


def call_of(value: Any) -> Call:
    if not isinstance(value, dict):
        return Call(str(value))
    inner = value.get("function")
    told = inner if isinstance(inner, dict) else value
    return Call(str(told.get("name", "")), told.get("arguments", told.get("args")))
