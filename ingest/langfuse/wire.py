"""JSON as clients really send it: NaN, lone surrogates, NUL and huge numbers made storable."""

import json
import math
from dataclasses import dataclass
from typing import Any

import msgspec

from ingest import census
from ingest.decoded import MalformedPayload
from ingest.mapping.text import REPLACEMENT

MAX_NUMBER_DIGITS = 300  # a longer run of digits is kept as text: no one computes with it


class NoNumber(str):
    """What stood where a number stands and is none that is stored: NaN, Infinity, 1e400."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class Document:
    """A body's value; where it `is_suspect`, `cleaned` must go over it before it is stored."""

    value: Any
    is_suspect: bool


def read_json(body: bytes) -> Document:
    """The body's JSON value, or MalformedPayload; TooManyRecords where it would take much memory.

    What the strict parser refuses is read slowly.
    """
    census.check_json(body)
    try:
        return Document(msgspec.json.decode(body), b"\\u0000" in body)
    except RecursionError as error:
        raise MalformedPayload("The JSON is nested too deeply.") from error
    except (msgspec.MsgspecError, UnicodeDecodeError):
        return Document(_read_leniently(body), True)


def read_storable_json(body: bytes) -> Any:
    """The body's value with all of its text storable; raises what read_json raises."""
    document = read_json(body)
    return cleaned(document.value)[0] if document.is_suspect else document.value


def _read_leniently(body: bytes) -> object:
    if body.startswith((b"\xff\xfe", b"\xfe\xff")) or body[:4].count(0):
        raise MalformedPayload("The body must be JSON in UTF-8.")
    try:
        return json.loads(
            body.decode("utf-8-sig", "replace"),
            parse_int=_whole_number,
            parse_float=_number,
            parse_constant=NoNumber,
        )
    except RecursionError as error:
        raise MalformedPayload("The JSON is nested too deeply.") from error
    except ValueError as error:
        raise MalformedPayload(f"The body is not valid JSON: {error}") from error


def _whole_number(digits: str) -> int | NoNumber:
    return int(digits) if len(digits) <= MAX_NUMBER_DIGITS else NoNumber(digits)


def _number(digits: str) -> float | NoNumber:
    number = float(digits)
    return number if math.isfinite(number) else NoNumber(digits)


def cleaned(value: object) -> tuple[object, bool]:
    """The value with NUL and lone surrogates replaced by U+FFFD, and whether there were any."""
    if isinstance(value, NoNumber):
        return value, False
    if isinstance(value, str):
        text = storable(value)
        return text, text is not value or REPLACEMENT in text
    if isinstance(value, list):
        parts = [cleaned(part) for part in value]
        return [part for part, _ in parts], any(changed for _, changed in parts)
    if isinstance(value, dict):
        items = [(cleaned(key), cleaned(part)) for key, part in value.items()]
        changed = any(key[1] or part[1] for key, part in items)
        return {key[0]: part[0] for key, part in items}, changed
    return value, False


def storable(text: str) -> str:
    """Valid Unicode without NUL; the same object where nothing is amiss. Plain, as a NoNumber is
    not: the store's encoder takes no kinds of str."""
    if "\0" in text:
        text = text.replace("\0", REPLACEMENT)
    try:
        text.encode()
    except UnicodeEncodeError:
        # A pair that was escaped as two halves becomes its character, a lone half U+FFFD.
        text = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return str(text)


def as_text(value: object) -> str:
    """Text as it was sent, else compact JSON with readable characters: search must find them."""
    if isinstance(value, str):
        return str(value)  # a NoNumber too
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
