"""What a caller asks for in the query string, checked: a wrong value is told, never guessed at."""

import base64
import binascii
import json
import math
import re
from collections.abc import Iterator
from dataclasses import dataclass

from django.http import QueryDict
from rest_framework.exceptions import ValidationError

from traces.api.moments import nanoseconds
from traces.queries.langfuse.conditions import ALL_TIME, TimeRange
from traces.queries.langfuse.filters import TYPES, Filter

DEFAULT_LIMIT = 50
MAX_PAGE = 1_000_000
MAX_VALUES = 1_000  # in one comma-separated list
MAX_FILTERS = 50
MAX_INTEGER = 2**63 - 1
NO_TEXT = re.compile("[\0\ud800-\udfff]")  # in JSON's escapes they can be written all the same


@dataclass(frozen=True, slots=True)
class Page:
    number: int
    limit: int

    @property
    def offset(self) -> int:
        return (self.number - 1) * self.limit

    def meta(self, total: int) -> dict:
        return {
            "page": self.number,
            "limit": self.limit,
            "totalItems": total,
            "totalPages": math.ceil(total / self.limit),
        }


def page_in(query: QueryDict, *, largest: int = 100) -> Page:
    return Page(
        whole_number(query, "page", 1, largest=MAX_PAGE),
        whole_number(query, "limit", DEFAULT_LIMIT, largest=largest),
    )


def whole_number(query: QueryDict, name: str, default: int, *, largest: int) -> int:
    text = query.get(name)
    if not text:
        return default
    number = int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0
    if not 1 <= number <= largest:
        raise ValidationError(f"{name} must be a whole number from 1 to {largest}.")
    return number


def number_in(query: QueryDict, name: str) -> float | None:
    text = query.get(name)
    if not text:
        return None
    return finite(text, name)


def finite(text: str, name: str) -> float:
    try:
        number = float(text)
    except ValueError:
        number = math.nan
    if not math.isfinite(number):
        raise ValidationError(f"{name} must be a number.")
    return number


def flag_in(query: QueryDict, name: str) -> bool | None:
    text = query.get(name, "").lower()
    if text not in ("", "true", "false"):
        raise ValidationError(f"{name} must be true or false.")
    return None if text == "" else text == "true"


def words_in(query: QueryDict, name: str, allowed: tuple[str, ...] = ()) -> list[str]:
    """A list given as repeated parameters, as commas, or both."""
    words = [word.strip() for text in query.getlist(name) for word in text.split(",")]
    words = [word for word in words if word]
    if len(words) > MAX_VALUES:
        raise ValidationError(f"{name} may list at most {MAX_VALUES} values.")
    for word in words:
        if allowed and word not in allowed:
            raise ValidationError(f"{name} may only name {', '.join(allowed)}.")
    return words


def values_in(query: QueryDict, name: str) -> list[str]:
    """A list given as repeated parameters, whose values may hold commas."""
    return [value for value in query.getlist(name) if value]


def time_in(query: QueryDict, since: str, until: str) -> TimeRange:
    """The range between two parameters; what is not given is all that is stored."""
    return TimeRange(
        _moment(query, since, ALL_TIME.since),
        _moment(query, until, ALL_TIME.until),
    )


def _moment(query: QueryDict, name: str, default: int) -> int:
    text = query.get(name)
    if not text:
        return default
    return _within_all_time(text.replace(" ", "+") if "T" in text else text, name)


def _within_all_time(text: object, name: str) -> int:
    moment = nanoseconds(text) if isinstance(text, str) else None
    if moment is None:
        raise ValidationError(f"{name} must be an ISO 8601 time, such as 2026-01-31T09:30:00Z.")
    return min(max(moment, ALL_TIME.since), ALL_TIME.until)


def json_in(text: str | bytes) -> object:
    """What JSON says; a ValueError where it holds texts or numbers that no store can take."""
    value = json.loads(text, parse_constant=_number, parse_float=_number)
    for part in texts_in(value):
        if NO_TEXT.search(part):
            raise ValueError("A text holds a NUL or half a character.")
    return value


def _number(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise ValueError(f"{text} is no number that JSON knows.")
    return number


def texts_in(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for part in [*value, *(value.values() if isinstance(value, dict) else ())]:
            yield from texts_in(part)


def filters_in(query: QueryDict) -> list[Filter]:
    """The `filter` parameter: a JSON array of conditions."""
    text = query.get("filter")
    if not text:
        return []
    try:
        conditions = json_in(text)
    except RecursionError as error:
        raise ValidationError("filter is nested too deeply.") from error
    except ValueError as error:
        raise ValidationError("filter must be a JSON array without NULs in its texts.") from error
    if not isinstance(conditions, list) or len(conditions) > MAX_FILTERS:
        raise ValidationError(f"filter must be a JSON array of at most {MAX_FILTERS} conditions.")
    return [_filter(condition) for condition in conditions]


def besides(
    query: QueryDict, filters: list[Filter], times: dict[str, tuple[str, str]]
) -> QueryDict:
    """The parameters of which no filter speaks: where both do, the filter counts.

    A column is called as its parameter is, but for those of `times`, which have two each.
    """
    left = query.copy()
    for wanted in filters:
        for name in times.get(wanted.column, (wanted.column,)):
            left.pop(name, None)
    return left


def _filter(condition: object) -> Filter:
    names = ("type", "column", "operator")
    if not isinstance(condition, dict) or not all(
        isinstance(condition.get(name), str) for name in names
    ):
        raise ValidationError("Each filter needs type, column and operator.")
    key = condition.get("key") or ""
    if condition["type"] not in TYPES or not isinstance(key, str):
        raise ValidationError(f"A filter's type must be one of {', '.join(TYPES)}.")
    return Filter(
        column=condition["column"],
        type=condition["type"],
        operator=condition["operator"],
        value=_filter_value(condition["type"], condition["operator"], condition.get("value")),
        key=key,
    )


def _filter_value(kind: str, operator: str, value: object) -> object:
    if kind == "null":
        return None
    if kind == "stringObject" and operator in ("is set", "is not set"):
        return ""
    if kind == "datetime":
        return _within_all_time(value, "A datetime filter's value")
    if kind in ("number", "numberObject") and isinstance(value, int | float | str):
        return finite("" if isinstance(value, bool) else str(value), "A number filter's value")
    expected = TYPES[kind][2]
    if expected == "Bool" and isinstance(value, bool):
        return value
    if expected == "String" and isinstance(value, str):
        return value
    if expected == "Array(String)" and isinstance(value, list):
        return [str(part) for part in value]
    raise ValidationError(f"The value of a {kind} filter has the wrong type.")


def encoded_cursor(*parts: object) -> str:
    """Where a page ended, as one word that callers only hand back."""
    return base64.urlsafe_b64encode(json.dumps(parts).encode()).decode().rstrip("=")


def cursor_in(query: QueryDict, *kinds: type) -> list | None:
    text = query.get("cursor")
    if not text:
        return None
    try:
        parts = json_in(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
    except (ValueError, binascii.Error, RecursionError) as error:
        raise ValidationError("cursor is not one that was given out.") from error
    if (
        not isinstance(parts, list)
        or [type(part) for part in parts] != list(kinds)
        or any(isinstance(part, int) and abs(part) > MAX_INTEGER for part in parts)
    ):
        raise ValidationError("cursor is not one that was given out.")
    return parts
