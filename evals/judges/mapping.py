"""Where a prompt's variables come from: a part of what is judged, and a path into it. Pure.

    output                      all of it
    messages[-1].content        in objects and lists; [-1] is the last
    docs[*].text                of each of a list
    "a key.with dots"[0]

A text that holds JSON is read as such where a path goes into it. Paths only pick: they are bounded
in length, in depth and in what they find.
"""

import json
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from prompts.kept import NO_TEXT

SOURCES = ("input", "output", "metadata", "expected_output", "context", "steps", "tools")
MAX_PATH = 300
MOST_STEPS = 20
MOST_FOUND = 1_000
MAX_VALUE = 100_000  # characters of one variable
MOST_VARIABLES = 30
EVERY = "*"

STEP = re.compile(r'\.?(?:([^\s.\[\]"]+)|"((?:[^"\\]|\\.)*)")|\[(-?\d{1,6}|\*)\]')

Step = str | int


class InvalidMapping(ValueError):
    """The message says which variable, and what is wrong."""


class NothingThere(ValueError):
    """What is judged has nothing at this place; the message says which."""


@dataclass(frozen=True, slots=True)
class Place:
    """`may_lack`: where nothing is there, the judge is told so instead of the execution failing."""

    source: str
    path: str = ""
    may_lack: bool = False

    def as_json(self) -> dict[str, Any]:
        return {"source": self.source, "path": self.path, "may_lack": self.may_lack}


def mapping_of(given: Any) -> dict[str, Place]:
    """Raises InvalidMapping."""
    if not isinstance(given, Mapping) or len(given) > MOST_VARIABLES:
        raise InvalidMapping(_("At most %(most)d variables.") % {"most": MOST_VARIABLES})
    return {str(name)[:100]: _place(str(name)[:100], told) for name, told in given.items()}


def _place(name: str, told: Any) -> Place:
    if not isinstance(told, Mapping) or told.get("source") not in SOURCES:
        words = _("“%(name)s”: choose where it comes from.")
        raise InvalidMapping(words % {"name": name})
    path = told.get("path", "")
    if not isinstance(path, str):
        raise InvalidMapping(_("“%(name)s”: the path must be a text.") % {"name": name})
    try:
        steps_of(path)
    except ValueError as error:
        raise InvalidMapping(f"“{name}”: {error}") from error
    return Place(told["source"], path.strip(), told.get("may_lack") is True)


def steps_of(path: str) -> tuple[Step, ...]:
    """Raises ValueError with what is wrong, and where."""
    path = path.strip().removeprefix("$")
    if len(path) > MAX_PATH:
        raise ValueError(_("A path has at most %(most)d characters.") % {"most": MAX_PATH})
    steps: list[Step] = []
    at = 0
    while at < len(path):
        found = STEP.match(path, at)
        if not found:
            at_place = {"place": at + 1, "rest": path[at : at + 20]}
            raise ValueError(
                _("The path cannot be read at character %(place)d: %(rest)s") % at_place
            )
        steps.append(_step(found))
        at = found.end()
    if len(steps) > MOST_STEPS:
        raise ValueError(_("A path has at most %(most)d steps.") % {"most": MOST_STEPS})
    return tuple(steps)


def _step(found: re.Match) -> Step:
    bare, quoted, index = found.groups()
    if index is not None:
        return EVERY if index == EVERY else int(index)
    return bare if quoted is None else re.sub(r"\\(.)", r"\1", quoted)


def values_of(
    mapping: Mapping[str, Place], fields: Mapping[str, Any], *, turned: Collection[str] = ()
) -> dict[str, str]:
    """Each variable's text, as it can be sent and kept: JSON's escapes can write NULs and half
    characters, which Postgres takes for no text. The lists of those named in `turned` begin with
    their last. Raises NothingThere.
    """
    values = {}
    for name, place in mapping.items():
        found = found_at(place, fields)
        if name in turned and isinstance(found, list):
            found = found[::-1]
        if is_nothing(found) and not place.may_lack:
            where = f"{place.source} {place.path}".strip()
            words = _("“%(name)s”: there is nothing at %(where)s.")
            raise NothingThere(words % {"name": name, "where": where})
        values[name] = "" if is_nothing(found) else NO_TEXT.sub("�", shortened(text_of(found)))
    return values


def is_nothing(value: Any) -> bool:
    return value is None or value in ("", [], {})


def found_at(place: Place, fields: Mapping[str, Any]) -> Any:
    """What is there; None where nothing is."""
    steps = steps_of(place.path)
    found = [opened(fields.get(place.source)) if steps else fields.get(place.source)]
    is_many = False
    for step in steps:
        is_list = step == EVERY
        is_many = is_many or is_list
        found = [inner for one in found for inner in (_each(one) if is_list else _one(one, step))]
        found = found[:MOST_FOUND]
    if is_many:
        return found or None
    return found[0] if found else None


def _each(value: Any) -> list[Any]:
    value = opened(value)
    if isinstance(value, Mapping):
        return list(value.values())[:MOST_FOUND]
    return value[:MOST_FOUND] if isinstance(value, list) else []


def _one(value: Any, step: Step) -> list[Any]:
    value = opened(value)
    if isinstance(value, Mapping) and str(step) in value:
        return [value[str(step)]]
    if isinstance(value, list) and isinstance(step, int) and -len(value) <= step < len(value):
        return [value[step]]
    return []


def opened(value: Any) -> Any:
    """A text that is a JSON object or list, read; all else as it is."""
    if not isinstance(value, str) or value[:1].strip() not in ("", "{", "["):
        return value
    try:
        found = json.loads(value)
    except (ValueError, RecursionError):
        return value
    return found if isinstance(found, dict | list) else value


def text_of(value: Any) -> str:
    """As a judge reads it: a text as it is, a list of texts apart and numbered, else JSON."""
    if isinstance(value, str):
        return value
    if isinstance(value, list) and all(isinstance(one, str) for one in value):
        return "\n\n".join(f"[{number}] {one}" for number, one in enumerate(value, 1))
    return json.dumps(value, ensure_ascii=False, indent=1)


def shortened(text: str) -> str:
    """With the middle left out, and said so, where it is too long to be sent."""
    if len(text) <= MAX_VALUE:
        return text
    left_out = len(text) - MAX_VALUE
    half = MAX_VALUE // 2
    return f"{text[:half]}\n[… {left_out:,} characters left out …]\n{text[-half:]}"
