"""What is read out of a text that was sent: its words, its language, whether it is a refusal, JSON
or an embedding.
"""

from collections.abc import Callable
from typing import Any

from evals.checks.json_text import NoJson, TooLong, value_of
from evals.checks.languages import language_of
from evals.checks.refusals import refuses
from evals.checks.spans import INSTRUCTIONS, parsed, words_of
from evals.drift.watching import Read
from traces.render.preview import preview

MOST_CHARACTERS = {
    Read.WORDS: 8_000,
    Read.LANGUAGE: 8_000,
    Read.REFUSAL: 8_000,
    Read.JSON: 100_000,
    Read.VECTOR: 400_000,  # 4,096 components as they are written
}
UNKNOWN = ""  # the language of too little text


def reader(read: Read, column: str) -> Callable[[str], Any]:
    """From a text of the column, `input` or `output`, to a value, or None where it has none."""
    match read:
        case Read.WORDS:
            return lambda text: said(text, column) or None
        case Read.LANGUAGE:
            return lambda text: language_of(said(text, column)) or None
        case Read.REFUSAL:
            return lambda text: _refusal(said(text, column))
        case Read.JSON:
            return _json
        case Read.VECTOR:
            return vector


def language_segment(text: str) -> str:
    return language_of(said(text, "input")) or UNKNOWN


def said(text: str, column: str) -> str:
    """What was said, without instructions and the JSON that it was said in. Of a text that was cut,
    the last thing that was said.
    """
    whole = words_of(text, without=INSTRUCTIONS if column == "input" else ())
    if whole is text and text[:1] in ("[", "{"):
        return preview(text, "user" if column == "input" else "assistant")
    return whole


def _refusal(text: str) -> str | None:
    if not text:
        return None
    return "refusal" if refuses(text.encode("utf-8", "replace")) else "answer"


def _json(text: str) -> str | None:
    if not text:
        return None
    if len(text) >= MOST_CHARACTERS[Read.JSON]:
        return None  # it may have been cut
    try:
        value_of(words_of(text))
    except NoJson:
        return "no JSON"
    except TooLong:
        return None
    return "JSON"


def vector(text: str) -> list[float] | None:
    """A list of numbers, or the first of those in the answer of an API of embeddings."""
    value = parsed(text) if text[:1] in ("[", "{") else None
    for _depth in range(4):
        if isinstance(value, dict):
            value = next((value[name] for name in _HOLDERS if name in value), None)
        elif isinstance(value, list) and value and isinstance(value[0], list | dict):
            value = value[0]
        else:
            break
    if not isinstance(value, list) or len(value) < 2:
        return None
    if not all(type(one) in (int, float) for one in value):
        return None
    return [float(one) for one in value]


_HOLDERS = ("data", "embeddings", "embedding", "vector", "values")
