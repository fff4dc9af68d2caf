"""What stands in the editor of a version: read from the form as it was sent, kept whatever is wrong
with it, and filled from the version that it starts from.
"""

from dataclasses import dataclass
from typing import Any

from django.http import QueryDict

from prompts.body import Body
from prompts.config_json import pretty
from prompts.forms import VersionForm
from prompts.models import Prompt, PromptType, PromptVersion

MESSAGE, PLACEHOLDER = "message", "placeholder"
FIRST_MESSAGES = [
    {"kind": MESSAGE, "role": "system", "content": ""},
    {"kind": MESSAGE, "role": "user", "content": ""},
]


@dataclass(frozen=True, slots=True)
class Row:
    """One message of the editor, or one placeholder: then `content` is its name."""

    kind: str
    role: str
    content: str

    @property
    def message(self) -> dict[str, str]:
        if self.kind == PLACEHOLDER:
            return {"type": "placeholder", "name": self.content}
        return {"role": self.role, "content": self.content}


def rows_sent(sent: QueryDict) -> list[Row]:
    """In the order of the page; every row sends all three fields. Too many are kept as well, to be
    told so.
    """
    columns = (sent.getlist(f"row_{name}") for name in ("kind", "role", "content"))
    return [
        Row(
            PLACEHOLDER if kind == PLACEHOLDER else MESSAGE,
            role,
            content.replace("\r\n", "\n"),
        )
        for kind, role, content in zip(*columns, strict=False)
    ]


def rows_of(body: Body) -> list[Row]:
    if isinstance(body, str):
        return [Row(**one) for one in FIRST_MESSAGES]
    return [
        Row(PLACEHOLDER, "", one["name"])
        if one["type"] == "placeholder"
        else Row(MESSAGE, one["role"], one["content"])
        for one in body
    ]


def changed(rows: list[Row], do: str) -> list[Row]:
    """The rows after a button of the editor: `add`, `placeholder`, `up:2`, `down:2`, `remove:2`."""
    what, _, number = do.partition(":")
    rows = list(rows)
    if what == "add":
        last = next((row.role for row in reversed(rows) if row.kind == MESSAGE), "")
        return [*rows, Row(MESSAGE, "assistant" if last == "user" else "user", "")]
    if what == "placeholder":
        return [*rows, Row(PLACEHOLDER, "", "")]
    at = int(number) if number.isdigit() and len(number) < 5 else -1
    if not 0 <= at < len(rows):
        return rows
    row = rows.pop(at)
    if what in ("up", "down"):
        rows.insert(max(at + (1 if what == "down" else -1), 0), row)
    return rows if what in ("up", "down", "remove") else [*rows[:at], row, *rows[at:]]


def form_of(sent: QueryDict, rows: list[Row], of: Prompt | None) -> VersionForm:
    """The form as it was sent; the name and the type of a prompt that is there stand fast."""
    data = sent.copy()
    if of is not None:
        data["name"], data["type"] = of.name, of.type
    return VersionForm(data, messages=[row.message for row in rows], ticked=sent.getlist("label"))


def form_from(
    version: PromptVersion | None, of: Prompt | None, name: str, ticked: list[str]
) -> VersionForm:
    """Filled with a version, or empty."""
    initial: dict[str, Any] = {"name": of.name if of else name}
    if version is not None:
        initial["type"] = version.prompt.type
        if version.prompt.type == PromptType.TEXT:
            initial["text"] = version.body
        initial["config"] = pretty(version.config) if version.config else ""
        if of is None:
            initial["tags"] = ", ".join(version.prompt.tags)
    return VersionForm(initial=initial, messages=[], ticked=ticked)
