"""Two versions side by side: texts, configurations, variables and length."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from prompts.body import Body, placeholders_in, variables_in
from prompts.config_json import pretty
from prompts.tokens import tokens_in
from traces.render.diff import Diff, Piece, Row, diff_of_lines


@dataclass(frozen=True, slots=True)
class Names:
    """What was added and what was removed."""

    added: list[str]
    removed: list[str]

    def __bool__(self) -> bool:
        return bool(self.added or self.removed)


@dataclass(frozen=True, slots=True)
class Comparison:
    """`config` is None where one of the configurations cannot be read yet."""

    text: Diff
    config: Diff | None
    variables: Names
    placeholders: Names
    tokens_before: int
    tokens_after: int

    @property
    def tokens(self) -> int:
        """How many more the second has, by estimate."""
        return self.tokens_after - self.tokens_before

    @property
    def is_same(self) -> bool:
        return self.text.is_same and (self.config is None or self.config.is_same)


@dataclass(frozen=True, slots=True)
class Side:
    """What is compared: a body and its configuration (None: cannot be read yet), and the body as
    programs get it, with includes in place, whose variables and length count.
    """

    body: Body
    config: Any
    whole: Body


def compared(before: Side, after: Side) -> Comparison:
    unread = before.config is None or after.config is None
    return Comparison(
        diff_of_lines(laid_out(before.body), laid_out(after.body)),
        None if unread else config_diff(before.config, after.config),
        _names(variables_in(before.whole), variables_in(after.whole)),
        _names(placeholders_in(before.body), placeholders_in(after.body)),
        tokens_in(before.whole),
        tokens_in(after.whole),
    )


def config_diff(before: Any, after: Any) -> Diff:
    """Keys in alphabetical order on both sides, so that their order is no difference."""
    return diff_of_lines(
        *(pretty(json.loads(json.dumps(one, sort_keys=True))) for one in (before, after))
    )


def laid_out(body: Body) -> str:
    """Messages one below the other, each under its role."""
    if isinstance(body, str):
        return body
    return "\n\n".join(
        f"▸ placeholder: {message['name']}"
        if message["type"] == "placeholder"
        else f"▸ {message['role']}\n{message['content']}"
        for message in body
    )


def _names(before: list[str], after: list[str]) -> Names:
    return Names(
        [name for name in after if name not in before],
        [name for name in before if name not in after],
    )


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the diff in one column; `kind` is same, removed, added or skipped."""

    kind: str
    pieces: list[Piece]
    count: int = 0


def inline(rows: list[Row]) -> Iterator[Line]:
    """The same diff with what was removed above what was added."""
    removed: list[Line] = []
    added: list[Line] = []
    for row in rows:
        if row.kind in ("same", "skipped"):
            yield from removed
            yield from added
            removed, added = [], []
            yield Line(row.kind, row.left, row.count)
            continue
        if row.kind != "added":
            removed.append(Line("removed", row.left))
        if row.kind != "removed":
            added.append(Line("added", row.right))
    yield from removed
    yield from added
