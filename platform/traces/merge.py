"""What was said of one span or trace, joined: the same in any order, grouping and number of times.

A Statement holds, for each field, the value that counts and the clock it was said with (a patch's
`stated_at` and rank). It is stored as a row: the clocks beside the values, and what nobody said
left at its default, for `finish` to derive anew each time.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass, field, fields
from typing import Any

from traces.properties import Path, Property, clocks, dumps, join, load, render
from traces.records import TRACE, Patch, Span

END_BEFORE_START, START_UNKNOWN = "end_before_start", "start_unknown"
MOVED = "moved"  # on the tombstone of a row that now stands under another hour
DERIVED_MARKS = {END_BEFORE_START, START_UNKNOWN, MOVED}
STATED_END = "end_time.stated"  # in clocks: the end as said, where it lies before the start
HEARD = "heard"  # in clocks: the statement's start
MAX_UNITED = 2_000  # events or links of one span, the earliest
UNITED_CUT = "events_cut"

PROPERTIES = (
    "metadata", "trace_metadata", "attributes", "resource_attributes", "scope_attributes",
    "experiment",
)  # fmt: skip
SETS = ("tags", "marks")
LISTS = ("events", "links")
FIRST_COUNTS = ("start_time", "environment")  # of these what was said first counts, else the last
OWN = ("project_id", "trace_id", "span_id", "clocks", "received_at", "version", "is_deleted")
NEVER_SAID = (*OWN, "is_root", "price_id")
COSTS = ("cost", "total_cost", "cost_source")
TOKENS = ("input_tokens", "output_tokens", "total_tokens")

_BLANK = Span("", "", "", 0)
DEFAULTS: dict[str, Any] = {
    column.name: getattr(_BLANK, column.name)
    for column in fields(Span)
    if column.name not in ("project_id", "trace_id", "span_id", "start_time")
}
SINGLE = tuple(
    name for name in (*DEFAULTS, "start_time")
    if name not in (*OWN, *PROPERTIES, *SETS, *LISTS)
)  # fmt: skip

Said = tuple[int, Any]  # the clock and the value


@dataclass(slots=True)
class Statement:
    """`start` is when it was first heard of: its start, as long as nobody has said the real one."""

    start: int
    single: dict[str, Said] = field(default_factory=dict)
    properties: dict[tuple[str, str], Property] = field(default_factory=dict)
    sets: dict[str, frozenset[str]] = field(default_factory=dict)
    lists: dict[str, dict[str, Any]] = field(default_factory=dict)


def clock_of(patch: Patch) -> int:
    return max(0, patch.stated_at) * 4 + min(max(patch.rank, 0), 3)


def stated_by_patch(patch: Patch) -> Statement:
    unknown = patch.fields.keys() - DEFAULTS.keys() - {"start_time"}
    if unknown or not patch.fields.keys().isdisjoint(OWN):
        raise ValueError(
            f"A patch cannot set {', '.join(sorted(unknown)) or 'the store’s fields'}."
        )
    return _statement(patch.stated_at, clock_of(patch), patch.fields)


def stated_by_span(span: Span) -> Statement:
    """All that a complete span says: what differs from the defaults, at the time it ended."""
    said = {
        name: value
        for name in (*DEFAULTS, "start_time")
        if (value := getattr(span, name)) != DEFAULTS.get(name) and name not in NEVER_SAID
    }
    if span.cost_source != "sent":
        said = {name: value for name, value in said.items() if name not in COSTS}
    if span.usage:
        said = {name: value for name, value in said.items() if name not in TOKENS}
    if span.is_root and span.parent_span_id:
        said["is_root"] = True
    return _statement(span.start_time, (span.end_time or span.start_time) * 4, said)


def _statement(heard_at: int, clock: int, said: dict) -> Statement:
    out = Statement(heard_at)
    for name, value in said.items():
        if value is None or value == "" or value == [] or value == {}:
            continue  # nothing said: it erases nothing
        if name in PROPERTIES:
            for key, text in value.items():
                out.properties[name, key] = Property(clock, text)
        elif name in SETS:
            out.sets[name] = frozenset(value) - DERIVED_MARKS
        elif name in LISTS:
            out.lists[name] = _items(value)
        elif name not in NEVER_SAID:
            out.single[name] = (clock, value)
    if "is_root" in said and said.get("parent_span_id"):
        out.single["is_root"] = (
            clock,
            said["is_root"],
        )  # else it follows from there being no parent
    return out


def stated_by_row(row: Span) -> Statement:
    """What a stored row says: the inverse of row_of(), or a complete span if never merged."""
    if not row.clocks:
        return stated_by_span(row)
    out = Statement(row.clocks[HEARD])
    for name in SINGLE:
        if name in row.clocks:
            out.single[name] = (row.clocks[name], getattr(row, name))
    if STATED_END in row.clocks:
        out.single["end_time"] = (row.clocks["end_time"], row.clocks[STATED_END])
    said_at = _property_clocks(row.clocks)
    for name in PROPERTIES:
        for key, text in getattr(row, name).items():
            out.properties[name, key] = load(text, said_at.get((name, key), {}))
    for name in SETS:
        out.sets[name] = frozenset(getattr(row, name)) - DERIVED_MARKS
    for name in LISTS:
        out.lists[name] = _items(getattr(row, name))
    return out


def joined(statements: Iterable[Statement]) -> Statement:
    """At least one. Changes none of them."""
    first, *others = statements
    out = Statement(
        first.start, dict(first.single), dict(first.properties), dict(first.sets), dict(first.lists)
    )
    for other in others:
        out.start = min(out.start, other.start)
        for name, said in other.single.items():
            if name not in out.single or _beats(name, said, out.single[name]):
                out.single[name] = said
        for key, new in other.properties.items():
            out.properties[key] = join(out.properties[key], new) if key in out.properties else new
        for name, members in other.sets.items():
            out.sets[name] = out.sets.get(name, frozenset()) | members
        for name, items in other.lists.items():
            out.lists[name] = out.lists.get(name, {}) | items
    return out


def _beats(name: str, new: Said, held: Said) -> bool:
    if name == "type" and (new[1] == "SPAN") != (held[1] == "SPAN"):
        return held[1] == "SPAN"  # what is more specific
    if new[0] != held[0]:
        return (new[0] > held[0]) != (name in FIRST_COUNTS)
    return new[1] != held[1] and dumps(new[1]) > dumps(held[1])  # any, but always the same one


def row_of(statement: Statement, project_id: str, trace_id: str, span_id: str) -> Span:
    """The row to store, apart from what `finish` derives from it."""
    said = {name: value for name, (_, value) in statement.single.items()}
    row = Span(project_id, trace_id, span_id, said.pop("start_time", statement.start), **said)
    row.clocks = {name: clock for name, (clock, _) in statement.single.items()}
    row.clocks[HEARD] = max(statement.start, 0)
    for (name, key), prop in statement.properties.items():
        target = getattr(row, name)
        target[key] = render(prop)
        for path, clock in clocks(prop).items():
            row.clocks[_clock_name(name, key, path)] = clock
    for name in SETS:
        setattr(row, name, sorted(statement.sets.get(name, ())))
    for name in LISTS:
        _set_list(row, name, statement.lists.get(name, {}))
    _settle(row)
    return row


def is_started(row: Span) -> bool:
    """Whether somebody said when it began; else the merged row keeps the place of one to come."""
    return not row.clocks or "start_time" in row.clocks


def _settle(row: Span) -> None:
    """What follows from the rest, whoever said it."""
    if not row.span_id:
        row.type, row.is_root = TRACE, False
        return
    row.is_root = row.is_root or not row.parent_span_id
    if not is_started(row):
        row.marks = sorted({*row.marks, START_UNKNOWN})
    if row.end_time is not None and row.end_time < row.start_time:
        row.clocks[STATED_END] = max(row.end_time, 0)
        row.end_time = row.start_time
        row.marks = sorted({*row.marks, END_BEFORE_START})


def _items(value: str | list) -> dict[str, Any]:
    """A list's members by their text, in which equal ones are equal."""
    members = json.loads(value) if isinstance(value, str) and value else value or []
    return {dumps(member): member for member in members}


def _set_list(row: Span, name: str, members: dict[str, Any]) -> None:
    if not members:
        return
    kept = sorted(members, key=lambda text: (_time(members[text]), text))
    if len(kept) > MAX_UNITED:
        kept = kept[:MAX_UNITED]
        row.marks = sorted({*row.marks, UNITED_CUT})
    setattr(row, name, f"[{','.join(kept)}]")


def _time(member: Any) -> int:
    time = member.get("time") if isinstance(member, dict) else None
    return time if isinstance(time, int) else 0


def _clock_name(name: str, key: str, path: Path) -> str:
    return ".".join((name, *(_escaped(part) for part in (key, *path))))


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace(".", "\\.")


def _property_clocks(said_at: dict[str, int]) -> dict[tuple[str, str], dict[Path, int]]:
    out: dict[tuple[str, str], dict[Path, int]] = {}
    for name, clock in said_at.items():
        column, dot, rest = name.partition(".")
        if dot and column in PROPERTIES:
            key, *path = _split(rest)
            out.setdefault((column, key), {})[tuple(path)] = clock
    return out


def _split(text: str) -> list[str]:
    """The inverse of joining escaped parts with a dot."""
    parts: list[str] = []
    part: list[str] = []
    escaped = False
    for character in text:
        if not escaped and character == "\\":
            escaped = True
        elif not escaped and character == ".":
            parts.append("".join(part))
            part = []
        else:
            part.append(character)
            escaped = False
    return [*parts, "".join(part)]
