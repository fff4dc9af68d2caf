"""JSON as foldable lines for a template: flat, so that no nesting can exhaust the stack."""

import json
from dataclasses import dataclass
from typing import Any

MAX_DEPTH = 40
MAX_TEXT = 2_000
OPEN_LEVELS = 2  # deeper ones start folded


@dataclass(frozen=True, slots=True)
class Line:
    """`kind` is open, close, leaf or cut (so many more that are not shown)."""

    kind: str
    key: str = ""
    text: str = ""
    css: str = ""
    is_open: bool = False
    count: int = 0
    bracket: str = ""


def parsed(text: str) -> Any:
    """The JSON value, or None where the text is no JSON object or array."""
    if text.lstrip()[:1] not in ("{", "["):
        return None
    try:
        return json.loads(text)
    except (ValueError, RecursionError):  # a number of 5,000 digits is a ValueError too
        return None


def json_lines(value: Any, max_lines: int = 400) -> list[Line]:
    """The value's lines, at most about `max_lines`; what is left out is counted in a last line of
    kind cut.
    """
    lines: list[Line] = []
    stack: list[Any] = [("", value, 0)]
    left_out = 0
    while stack:
        item = stack.pop()
        if isinstance(item, Line):
            lines.append(item)
            continue
        key, value, depth = item
        if len(lines) >= max_lines:
            left_out += 1
        elif isinstance(value, dict | list) and value and depth < MAX_DEPTH:
            _open(key, value, depth, lines, stack, room=max_lines - len(lines))
        else:
            lines.append(_leaf(key, value))
    if left_out:
        lines.append(Line("cut", count=left_out))
    return lines


def _open(key, value, depth, lines, stack, room) -> None:
    brackets = "{}" if isinstance(value, dict) else "[]"
    lines.append(
        Line("open", key, is_open=depth < OPEN_LEVELS, count=len(value), bracket=brackets[0])
    )
    items = list(value.items()) if isinstance(value, dict) else list(enumerate(value))
    stack.append(Line("close", bracket=brackets[1]))
    if len(items) > room:
        stack.append(Line("cut", count=len(items) - room))
    stack.extend((str(key), child, depth + 1) for key, child in reversed(items[:room]))


def _leaf(key: str, value: Any) -> Line:
    match value:
        case str():
            return Line("leaf", key, _cut(value), "s")
        case bool() | None:
            return Line("leaf", key, json.dumps(value), "k")
        case int() | float():
            return Line("leaf", key, str(value), "n")
        case _:  # empty, or nested too deep to fold
            return Line("leaf", key, _cut(_compact(value)), "k")


def _compact(value: Any) -> str:
    try:
        return json.dumps(value, ensure_ascii=False)
    except RecursionError:
        return "…"


def _cut(text: str) -> str:
    return text if len(text) <= MAX_TEXT else f"{text[:MAX_TEXT]}…"


def pretty(text: str) -> str:
    """The text, laid out where it is JSON."""
    value = parsed(text)
    if value is None:
        return text
    try:
        return json.dumps(value, ensure_ascii=False, indent=2)
    except RecursionError:
        return text
