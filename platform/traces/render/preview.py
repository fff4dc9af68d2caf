"""The first words of an input or output for a cell: what was said, not the JSON that it was said
in.
"""

import re

from traces.render.messages import messages_of
from traces.render.parts import Part

MAX_CHARACTERS = 200
# Of a text too long to be read whole: roles, texts and tool names in the order they stand there.
SAID = re.compile(
    r'"(?P<key>role|content|text|input_text|name|toolName)"\s*:\s*"(?P<said>(?:[^"\\]|\\.){1,2000})',
    re.DOTALL,
)
MARKUP = re.compile(r"\*\*|```\w*")  # noise where nothing is set in bold or as code
ESCAPE = re.compile(r"\\(u[0-9a-fA-F]{4}|.)", re.DOTALL)
CONTROL = {"n": "\n", "t": "\t", "r": "\r", "b": "", "f": ""}


def preview(text: str, role: str) -> str:
    """One line of the text; of a conversation, what `role` (user or assistant) said last.

    The text may be cut anywhere, even in the middle of its JSON.
    """
    found = text
    if text.lstrip()[:1] in ("[", "{"):
        found = _from_messages(text, role) or _from_fragments(text, role) or text
    return " ".join(MARKUP.sub("", found).split())[:MAX_CHARACTERS]


def _from_messages(text: str, role: str) -> str:
    messages = messages_of(text) or []
    for wanted in (role, None):
        for message in reversed(messages):
            if wanted in (None, message.role) and (said := _said(message.parts)):
                return said
    return ""


def _said(parts: tuple[Part, ...]) -> str:
    texts = [part.text for part in parts if part.kind in ("text", "refusal")]
    calls = [f"→ {part.name}" for part in parts if part.kind == "tool_call" and part.name]
    return " ".join(texts or calls)


def _from_fragments(text: str, role: str) -> str:
    """What a regular expression can tell of JSON that has lost its end or its beginning."""
    speaker, said = "", {"": ""}
    if '"role"' not in text:
        return ""
    for match in SAID.finditer(text):
        if match["key"] == "role":
            speaker = match["said"]
        elif match["key"] in ("content", "text", "input_text"):
            said[speaker] = _unescaped(match["said"])
    return said.get(role) or said.get("human" if role == "user" else "ai") or ""


def _unescaped(text: str) -> str:
    return ESCAPE.sub(_character, text)


def _character(match: re.Match) -> str:
    code = match[1]
    if code[0] == "u" and len(code) == 5:
        character = chr(int(code[1:], 16))
        return "" if "\ud800" <= character <= "\udfff" else character
    return CONTROL.get(code, code)
