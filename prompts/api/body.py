"""JSON bodies that are kept: each key stands once, or the second would undo the first unseen."""

import json
from collections import Counter
from collections.abc import Iterator
from typing import IO, Any

from rest_framework.exceptions import ValidationError
from rest_framework.parsers import BaseParser

from traces.api.parameters import NO_TEXT

MAX_BYTES = 1024 * 1024
MOST_DIGITS = 300  # of a whole number, as a double may have


class UniqueJson(BaseParser):
    """Whatever the Content-Type says. Raises ValidationError, which names what is wrong."""

    media_type = "*/*"

    def parse(
        self, stream: IO[bytes], media_type: str | None = None, parser_context: Any = None
    ) -> object:
        given = stream.read(MAX_BYTES + 1)
        if len(given) > MAX_BYTES:
            raise ValidationError(f"The body has more than {MAX_BYTES:,} bytes, the most it may.")
        return value_in(given)


def value_in(given: bytes) -> object:
    try:
        value = json.loads(
            given,
            object_pairs_hook=_each_key_once,
            parse_constant=_no_constant,
            parse_int=_int,
        )
        unkept = next(_unkept(value), None)
    except RecursionError as error:
        raise ValidationError("The body is nested too deep.") from error
    except ValueError as error:
        raise ValidationError(f"The body must be JSON in UTF-8: {error}") from error
    if unkept is not None:
        raise ValidationError(f"{unkept or 'The body'} must not hold NULs or half characters.")
    return value


def _each_key_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        counts = Counter(key for key, _ in pairs)
        twice = next(key for key, count in counts.items() if count > 1)
        raise ValidationError(f"The key “{twice[:100]}” stands twice in one object.")
    return found


def _int(digits: str) -> int:
    if len(digits) > MOST_DIGITS:
        raise ValueError(f"a number has at most {MOST_DIGITS} digits.")
    return int(digits)


def _no_constant(word: str) -> float:
    raise ValueError(f"{word} is no number that JSON knows.")


def _unkept(value: object, where: str = "") -> Iterator[str]:
    """Where texts stand that no store takes, keys of objects among them."""
    if isinstance(value, str):
        if NO_TEXT.search(value):
            yield where
    elif isinstance(value, dict):
        for key, part in value.items():
            if NO_TEXT.search(key):
                yield f"A key of {where or 'the body'}"
            yield from _unkept(part, f"{where}.{key}" if where else key)
    elif isinstance(value, list):
        for number, part in enumerate(value):
            yield from _unkept(part, f"{where}[{number}]")


def object_of(body: object) -> dict[str, Any]:
    if not isinstance(body, dict):
        raise ValidationError("The body must be a JSON object.")
    return body


def text_at(body: dict[str, Any], name: str, default: str = "") -> str:
    """A text, or the default where there is none."""
    text = body.get(name)
    if text is None:
        return default
    if not isinstance(text, str):
        raise ValidationError(f"{name} must be a text.")
    return text


def texts_at(body: dict[str, Any], name: str) -> list[str] | None:
    """A list of texts, or None where there is none."""
    texts = body.get(name)
    if texts is None:
        return None
    if not isinstance(texts, list) or not all(isinstance(text, str) for text in texts):
        raise ValidationError(f"{name} must be a list of texts.")
    return texts
