"""Stored text back as the JSON value that it was sent as."""

import json
from decimal import Decimal

MAX_SAFE_INTEGER = 2**53 - 1  # beyond it JavaScript rounds, and an id in digits becomes another
_STARTS_LIKE_JSON = frozenset('{["-0123456789tfn')


def json_value(text: str) -> object:
    """The value that the text is JSON of, else the text; None for nothing."""
    if not text:
        return None
    if text.lstrip()[:1] not in _STARTS_LIKE_JSON:
        return text
    try:
        value = json.loads(text, parse_constant=_not_json)
    except (ValueError, RecursionError):
        return text
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return text if is_number and not abs(value) <= MAX_SAFE_INTEGER else value


def _not_json(constant: str) -> None:
    raise ValueError(constant)


def json_values(texts: dict[str, str]) -> dict[str, object]:
    return {name: json_value(text) for name, text in texts.items()}


def text_or_none(text: str) -> str | None:
    return text or None


def dollars(amount: Decimal | None) -> float | None:
    return None if amount is None else float(amount)


def seconds(start_ns: int, end_ns: int | None) -> float | None:
    """A duration to the microsecond."""
    return None if end_ns is None else round((end_ns - start_ns) / 1e9, 6)
