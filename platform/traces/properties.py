"""One key of a metadata map, said several times: objects are merged, all else is replaced.

A Property is what has been said so far: by path into the object, the latest clock and value.
Joining is commutative, associative and idempotent, so the order of arrival does not matter.
"""

import json
from dataclasses import dataclass
from typing import Any

Path = tuple[str, ...]
MAX_DEPTH = 8  # what lies deeper is replaced as a whole
MAX_BRACKETS = 500  # as deep as that an object could be, and is not looked into
VOID_TEXTS = ("", "null", "{}")
SUPPRESSED = object()  # a value that a later object replaced: only its clock still counts


@dataclass(frozen=True, slots=True)
class Property:
    """`text` as it was sent, or `parts` by path once two different statements have met."""

    clock: int
    text: str = ""
    parts: dict[Path, tuple[int, Any]] | None = None


def join(one: Property, other: Property) -> Property:
    if one == other:
        return one
    best: dict[Path, tuple[int, Any]] = {}
    for path, said in (*_parts(one).items(), *_parts(other).items()):
        if path not in best or _rank(path, said) > _rank(path, best[path]):
            best[path] = said
    return Property(max(one.clock, other.clock), parts=_visible(best))


def render(said: Property) -> str:
    if said.parts is None:
        return said.text
    shown = {path: v for path, (_, v) in said.parts.items() if v is not SUPPRESSED}
    if () in shown:
        return shown[()]
    root: dict = {}
    for path, value in sorted(shown.items(), key=lambda item: item[0]):
        node = root
        for key in path[:-1]:
            node = node.setdefault(key, {})
        node[path[-1]] = value
    return dumps(root)


def clocks(said: Property) -> dict[Path, int]:
    if said.parts is None:
        return {(): said.clock}
    return {path: clock for path, (clock, _) in said.parts.items()}


def load(text: str, said_at: dict[Path, int]) -> Property:
    """The inverse of render() and clocks()."""
    top = max(said_at.values(), default=0)
    if set(said_at) <= {()}:
        return Property(top, text)
    parts = {path: (said_at.get(path, 0), value) for path, value in _flat(text).items()}
    for path, clock in said_at.items():
        parts.setdefault(path, (clock, SUPPRESSED))
    return Property(top, parts=parts)


def dumps(value: Any) -> str:
    """Compact JSON in a fixed order, readable where it is valid Unicode."""
    text = json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=str)
    try:
        text.encode()
    except UnicodeEncodeError:
        return json.dumps(value, sort_keys=True, separators=(",", ":"), default=str)
    return text


def _parts(said: Property) -> dict[Path, tuple[int, Any]]:
    if said.parts is not None:
        return said.parts
    return {path: (said.clock, value) for path, value in _flat(said.text).items()}


def _flat(text: str) -> dict[Path, Any]:
    """The leaves of a JSON object by path; of anything else the text itself, at the empty path."""
    if not text.startswith("{") or text.count("{") + text.count("[") > MAX_BRACKETS:
        return {(): text}
    try:
        value = json.loads(text)
    except ValueError:
        return {(): text}
    return dict(_leaves((), value)) if value else {(): text}


def _leaves(path: Path, value: Any):
    if isinstance(value, dict) and value and len(path) < MAX_DEPTH:
        for key, inner in value.items():
            yield from _leaves((*path, key), inner)
    else:
        yield path, value


def _is_void(path: Path, value: Any) -> bool:
    """null and {} say nothing that could replace a value."""
    return value is None or value == {} or (path == () and value in VOID_TEXTS)


def _rank(path: Path, said: tuple[int, Any]) -> tuple:
    clock, value = said
    if value is SUPPRESSED:
        return (True, clock, "")
    return (not _is_void(path, value), clock, dumps(value))


def _visible(best: dict[Path, tuple[int, Any]]) -> dict[Path, tuple[int, Any]]:
    """What counts of the best statement at each path.

    A value bars what was said earlier at longer paths. Where a longer path was said later, or at
    the same time, only the clock of the shorter one is kept, to go on barring. Void statements
    count only where nothing else was ever said.
    """
    solid = {path: said for path, said in best.items() if not _is_void(path, said[1])}
    void = {path: said for path, said in best.items() if path not in solid}
    kept = {
        path: said
        for path, said in solid.items()
        if not any(solid.get(shorter, (-1,))[0] > said[0] for shorter in _shorter(path))
    }
    covered = {shorter for path in kept for shorter in _shorter(path)}
    out = {
        path: (clock, SUPPRESSED if path in covered else value)
        for path, (clock, value) in kept.items()
    }
    occupied = set(solid) | {shorter for path in solid for shorter in _shorter(path)}
    for path, said in void.items():
        inner = any(path in _shorter(other) for other in void)
        if not inner and path not in occupied and solid.keys().isdisjoint(_shorter(path)):
            out[path] = said
    return out


def _shorter(path: Path) -> list[Path]:
    return [path[:depth] for depth in range(len(path))]
