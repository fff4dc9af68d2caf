"""Two texts side by side, and what of them differs: by lines, and by words where lines changed.

Bounded: what is compared, and how closely, does not grow with what was sent.
"""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from difflib import SequenceMatcher

from traces.render.json_lines import pretty
from traces.render.messages import messages_of
from traces.render.parts import Part

MAX_CHARACTERS = 60_000  # of each text
MAX_LINES = 1_500
MAX_WORDS = 400  # of a line whose words are compared
CONTEXT = 3  # equal lines that stay beside a change
_words = re.compile(r"\w+|\s+|.", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Piece:
    text: str
    is_other: bool = False  # the other side has it not


@dataclass(frozen=True, slots=True)
class Row:
    """`kind` is same, changed, removed (only left), added (only right) or skipped (equal lines,
    `count` of them).
    """

    kind: str
    left: list[Piece] = field(default_factory=list)
    right: list[Piece] = field(default_factory=list)
    count: int = 0


@dataclass(frozen=True, slots=True)
class Diff:
    rows: list[Row]
    is_same: bool
    is_cut: bool  # one of the texts is longer than what was compared


def diff_of(left: str, right: str) -> Diff:
    """Of two inputs or outputs, conversations and JSON laid out as lines."""
    return replace(diff_of_lines(readable(left), readable(right)), is_same=left == right)


def diff_of_lines(left: str, right: str) -> Diff:
    """Of two texts as they stand."""
    lines, is_cut = [], False
    for laid_out in (left, right):
        lines.append(laid_out[:MAX_CHARACTERS].split("\n")[:MAX_LINES] if laid_out else [])
        is_cut |= len(laid_out) > MAX_CHARACTERS or laid_out.count("\n") >= MAX_LINES
    before, after = lines
    rows: list[Row] = []
    for kind, a, b, c, d in SequenceMatcher(None, before, after).get_opcodes():
        if kind == "equal":
            rows += _equal(before[a:b], is_first=not a, is_last=b == len(before))
        else:
            rows += _changed(before[a:b], after[c:d])
    return Diff(rows, is_same=left == right, is_cut=is_cut)


def readable(text: str) -> str:
    """A conversation as its roles and texts; other JSON indented."""
    messages = messages_of(text)
    if not messages:
        return pretty(text)
    blocks = []
    for message in messages:
        said = [line for part in message.parts if (line := _line(part))]
        blocks.append("\n".join([f"{message.role}:", *said]))
    return "\n\n".join(blocks)


def _line(part: Part) -> str:
    if part.kind not in ("tool_call", "tool_result", "data", "media"):
        return part.text
    if part.kind == "media":
        return f"[{part.mime or 'media'}]"
    data = part.data if isinstance(part.data, str) else None
    if data is None:
        data = part.text if part.data is None else json.dumps(part.data, ensure_ascii=False)
    sign = {"tool_call": f"→ {part.name} ", "tool_result": f"← {part.name} "}.get(part.kind, "")
    return f"{sign}{data}"


def _equal(lines: list[str], *, is_first: bool, is_last: bool) -> list[Row]:
    """The lines next to changes; how many lie between."""
    head, tail = (0 if is_first else CONTEXT), (0 if is_last else CONTEXT)
    rows = [Row("same", [Piece(line)], [Piece(line)]) for line in lines]
    skipped = len(lines) - head - tail
    if skipped <= 1:
        return rows
    return [*rows[:head], Row("skipped", count=skipped), *rows[len(rows) - tail :]]


def _changed(before: list[str], after: list[str]) -> list[Row]:
    both = min(len(before), len(after))
    rows = [_compared(*pair) for pair in zip(before, after, strict=False)]
    rows += [Row("removed", [Piece(line, is_other=True)]) for line in before[both:]]
    rows += [Row("added", right=[Piece(line, is_other=True)]) for line in after[both:]]
    return rows


def _compared(left: str, right: str) -> Row:
    words = _words.findall(left), _words.findall(right)
    if max(map(len, words)) > MAX_WORDS:
        return Row("changed", [Piece(left, is_other=True)], [Piece(right, is_other=True)])
    matcher = SequenceMatcher(None, *words)
    pieces: tuple[list[Piece], list[Piece]] = ([], [])
    for kind, a, b, c, d in matcher.get_opcodes():
        for side, said in zip(pieces, (words[0][a:b], words[1][c:d]), strict=True):
            _append(side, said, is_other=kind != "equal")
    return Row("changed", *pieces)


def _append(side: list[Piece], words: Sequence[str], *, is_other: bool) -> None:
    if words:
        side.append(Piece("".join(words), is_other))
