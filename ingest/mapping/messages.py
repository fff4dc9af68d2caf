"""Chats in pieces: spelt out in attribute names, or with the system's instructions apart."""

from ingest.mapping import text

SLOTS = 10_001  # of all lists of one chat together
DEPTH = 16


def assembled(parts: dict[str, object]) -> object:
    """{"0.role": "user", "0.content": "hi"} → [{"role": "user", "content": "hi"}]

    Lists come out in the order of their numbers and without gaps. A part that contradicts an
    earlier one (a text where a list began) is left out.
    """
    root: dict[str, object] = {}
    for key, value in list(parts.items())[:SLOTS]:
        _place(root, key.split(".", DEPTH), value)
    return _closed(root)


def _place(root: dict, path: list[str], value: object) -> None:
    for step in path[:-1]:
        inner = root.setdefault(step, _Level())
        if not isinstance(inner, _Level):
            return
        root = inner
    root.setdefault(path[-1], value)


class _Level(dict):
    """A level that names opened, not one that a value brought along."""


def _closed(level: dict) -> object:
    closed = {
        key: _closed(value) if isinstance(value, _Level) else value for key, value in level.items()
    }
    if closed and all(key.isascii() and key.isdigit() for key in closed):
        return [closed[key] for key in sorted(closed, key=lambda digits: (len(digits), digits))]
    return closed


def with_instructions(chat: object, instructions: object) -> object:
    """The chat with the system's instructions as its first messages, unless it has a system
    message.
    """
    found = text.parsed(chat)
    if not instructions or not isinstance(found, list):
        return chat
    if any(isinstance(message, dict) and message.get("role") == "system" for message in found):
        return chat
    return [*_system_messages(instructions), *found]


def _system_messages(instructions: object) -> list[dict]:
    said = text.parsed(instructions)
    if said is None:
        said = instructions
    if not isinstance(said, list):
        return [{"role": "system", "content": said}] if isinstance(said, str) else []
    if said and all(isinstance(item, dict) and "parts" in item for item in said):
        return [{"role": "system", **item} for item in said]
    lines = [line for item in said if (line := _line(item))]
    return [{"role": "system", "content": "\n".join(lines)}] if lines else []


def _line(item: object, depth: int = 0) -> str:
    """The text of an instruction, which may be a message of parts."""
    if isinstance(item, str):
        return item
    if not isinstance(item, dict) or depth > DEPTH:
        return ""
    if isinstance(item.get("parts"), list):
        return "\n".join(line for part in item["parts"] if (line := _line(part, depth + 1)))
    content = item.get("content")
    return content if isinstance(content, str) else ""
