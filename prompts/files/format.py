"""A version of a prompt as a file: a head in YAML between lines of `---`, and below it the text.

A chat's messages stand one below the other, each after a line `=== role`; placeholders are lines
`=== {name}`. What is written can be read again to the letter. Pure.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from prompts.body import Body
from prompts.files import heads

FENCE = "---\n"
MARK = re.compile(r"^(\\*)===", re.MULTILINE)
KNOWN = ("name", "type", "version", "labels", "tags", "message", "config")


class InvalidFile(ValueError):
    """The message says what is wrong with the file."""


@dataclass(frozen=True, slots=True)
class Document:
    """`number` is that of the version it was pulled from, None where it was written by hand; `tags`
    are the prompt's, None where nothing is said of them.
    """

    name: str
    type: str
    body: Body
    number: int | None = None
    labels: list[str] = field(default_factory=list)
    tags: list[str] | None = None
    message: str = ""
    config: Any = field(default_factory=dict)


def written(document: Document) -> str:
    head: dict[str, Any] = {"name": document.name, "type": document.type}
    if document.number is not None:
        head["version"] = document.number
    if document.labels:
        head["labels"] = document.labels
    if document.tags is not None:
        head["tags"] = document.tags
    if document.message:
        head["message"] = document.message
    if document.config != {}:
        head["config"] = document.config
    body = document.body
    return f"{FENCE}{heads.written(head)}{FENCE}{body_written(body)}"


def body_written(body: Body) -> str:
    """With a line feed at the end, which is none of the text's."""
    if isinstance(body, str):
        return f"{body}\n"
    return "".join(_message_written(message) for message in body)


def _message_written(message: Mapping[str, str]) -> str:
    if message["type"] == "placeholder":
        return f"=== {{{message['name']}}}\n"
    role = message["role"]
    # A role that could be read as a placeholder, and a line that could be read as a mark.
    escaped = f"\\{role}" if role.startswith(("{", "\\")) else role
    return f"=== {escaped}\n" + MARK.sub(r"\\\g<0>", message["content"]) + "\n"


def read(text: str, name: str) -> Document:
    """`name` is what the prompt is called where the head does not say. Raises InvalidFile."""
    head_text, body_text = _parted(text)
    try:
        head = heads.read(head_text)
    except heads.InvalidHead as error:
        raise InvalidFile(str(error)) from error
    if unknown := [key for key in head if key not in KNOWN]:
        words = _("“%(key)s” means nothing here: %(known)s do.")
        raise InvalidFile(words % {"key": unknown[0][:100], "known": ", ".join(KNOWN)})
    kind = head.get("type", "text")
    if kind not in ("text", "chat"):
        raise InvalidFile(_("type must be text or chat."))
    return Document(
        name=_text(head, "name", name),
        type=kind,
        body=_messages(body_text) if kind == "chat" else body_text.removesuffix("\n"),
        number=_number(head),
        labels=_texts(head, "labels") or [],
        tags=_texts(head, "tags"),
        message=_text(head, "message", ""),
        config={} if head.get("config") is None else head["config"],
    )


def _parted(text: str) -> tuple[str, str]:
    """A file without a head is a text."""
    text = text.removeprefix("\ufeff")
    opening = re.match(r"---[ \t]*\r?\n", text)
    if opening is None:
        return "", text
    closing = re.compile(r"^---[ \t]*(?:\r?\n|\Z)", re.MULTILINE).search(text, opening.end())
    if closing is None:
        raise InvalidFile(_("The head does not end: a line of --- is missing."))
    return text[opening.end() : closing.start()], text[closing.end() :]


def _messages(text: str) -> list[dict[str, str]]:
    marks = list(re.finditer(r"^===[ \t]*(.*?)[ \t\r]*(?:\n|\Z)", text, re.MULTILINE))
    if not marks:
        raise InvalidFile(_("A chat needs a line such as “=== user” before each message."))
    if text[: marks[0].start()].strip():
        raise InvalidFile(_("Something stands above the first message."))
    ends = [*(mark.start() for mark in marks[1:]), len(text)]
    return [
        _message(mark[1], text[mark.end() : end]) for mark, end in zip(marks, ends, strict=True)
    ]


def _message(told: str, content: str) -> dict[str, str]:
    if told.startswith("{") and told.endswith("}"):
        if content.strip():
            words = _("Something stands below the placeholder “%(name)s”.")
            raise InvalidFile(words % {"name": told[1:-1]})
        return {"type": "placeholder", "name": told[1:-1]}
    role = told[1:] if told.startswith("\\") else told
    plain = re.sub(r"^\\(\\*===)", r"\1", content.removesuffix("\n"), flags=re.MULTILINE)
    return {"type": "chatmessage", "role": role, "content": plain}


def _text(head: Mapping[str, Any], name: str, default: str) -> str:
    value = head.get(name)
    if value is None:
        return default
    if not isinstance(value, str):
        raise InvalidFile(_("%(name)s must be a text: put it in quotes.") % {"name": name})
    return value


def _texts(head: Mapping[str, Any], name: str) -> list[str] | None:
    value = head.get(name)
    if value is None:
        return None
    if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
        raise InvalidFile(_("%(name)s must be a list of texts: [a, b].") % {"name": name})
    return value


def _number(head: Mapping[str, Any]) -> int | None:
    value = head.get("version")
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int) or not 0 < value < 10**9:
        raise InvalidFile(_("version must be the number that was pulled, or left out."))
    return value
