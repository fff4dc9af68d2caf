"""JSON as models write it."""

import json
from typing import Any

from evals.checks.subject import Text

MOST_CHARACTERS = 100_000  # more than of other texts: half of a JSON is none
FENCE = "```"


class NoJson(ValueError):
    """The message says why not."""


def value_of(text: str, *, fenced: bool = True) -> Any:
    """The value that the text is; with `fenced`, or that stands in its only code fence."""
    if len(text) > MOST_CHARACTERS:
        raise TooLong
    return loaded(within_fence(text) if fenced else text)


class TooLong(Exception):
    """There is more of it than is looked at, so nothing can be said."""


def loaded(text: str) -> Any:
    try:
        return json.loads(text, parse_constant=no_constant)
    except RecursionError:
        raise NoJson("It is nested too deeply.") from None
    except ValueError as error:
        raise NoJson(str(error)[:200]) from None


def no_constant(name: str) -> None:
    raise NoJson(f"{name} is no JSON.")


def within_fence(text: str) -> str:
    """What stands between the first fence and the next, where the text begins with one."""
    stripped = text.strip()
    if not stripped.startswith(FENCE):
        return text
    _head, _line, rest = stripped.partition("\n")
    inner, fence, after = rest.partition(FENCE)
    return inner if fence and not after.strip() else text


def too_long(text: Text) -> str:
    return f"{text.length:,} > {MOST_CHARACTERS:,}"
