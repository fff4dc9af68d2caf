"""The same question in another order, to see whether a judge prefers what comes first. Pure.

    PARTS   the paragraphs of the prompt that hold variables, the last first: the answer before the
            reference, say. Each keeps its own words, which say what it is.
    LISTS   the passages, and what a path picks with [*], the last first.

Nothing else is turned: the order of steps and of calls is what happened.
"""

import re
from collections.abc import Mapping, Sequence

from evals.judges.mapping import EVERY, Place, steps_of
from prompts.substitution import VARIABLE, variables_of

PARTS, LISTS = "parts", "lists"
BETWEEN_PARAGRAPHS = re.compile(r"(\n[ \t]*\n\s*)")
BETWEEN_LINES = re.compile(r"(\n+)")
WORDS = re.compile(r"\w")
TOLD_IN_TIME = ("steps", "tools")

Messages = Sequence[Mapping[str, str]]


class NothingToTurn(ValueError):
    """In another order it would be the same."""


def orders_of(messages: Messages, places: Mapping[str, Place]) -> list[str]:
    """Those in which something could be turned."""
    found = {PARTS: parts_turned(messages), LISTS: lists_of(places)}
    return [order for order, what in found.items() if what]


def lists_of(places: Mapping[str, Place]) -> list[str]:
    """The variables that may be lists."""
    return [
        name
        for name, place in places.items()
        if place.source not in TOLD_IN_TIME
        and (place.source == "context" or EVERY in steps_of(place.path))
    ]


def parts_turned(messages: Messages) -> Messages | None:
    """None where no message has two parts, or their words stand apart from them: a value under the
    words of another would be another question.
    """
    for between in (BETWEEN_PARAGRAPHS, BETWEEN_LINES):
        turned = [{**one, "content": _turned(one["content"], between)} for one in messages]
        if turned != [*messages]:
            return turned
    return None


def _turned(text: str, between: re.Pattern[str]) -> str:
    pieces = between.split(text)
    places = [at for at, piece in enumerate(pieces) if variables_of([piece])]
    parts = [pieces[at] for at in places]
    if all(WORDS.search(VARIABLE.sub("", part)) for part in parts):
        for at, part in zip(places, reversed(parts), strict=True):
            pieces[at] = part
    return "".join(pieces)
