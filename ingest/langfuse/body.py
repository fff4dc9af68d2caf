"""Reads an event's body field by field: null says nothing, a wrong type is told to the sender."""

import math

from ingest.langfuse import moments
from ingest.langfuse.wire import as_text
from ingest.mapping import limits, text

MAX_ID = 800
MAX_TAGS = limits.TAGS
MAX_COUNT = limits.SMALL_COUNT
MAX_NAME = limits.LABEL_CHARACTERS
MAX_METADATA_KEYS = limits.METADATA_KEYS
MAX_METADATA_KEY = limits.KEY_CHARACTERS
MAX_METADATA_VALUE = limits.VALUE_CHARACTERS
MAX_CONTENT = limits.CONTENT_CHARACTERS

LEVEL_ALIASES = {
    "TRACE": "DEBUG", "VERBOSE": "DEBUG", "DEBUG": "DEBUG",
    "INFO": "DEFAULT", "LOG": "DEFAULT", "NOTICE": "DEFAULT", "OK": "DEFAULT", "SUCCESS": "DEFAULT",
    "DEFAULT": "DEFAULT",
    "WARN": "WARNING", "WARNING": "WARNING",
    "FATAL": "ERROR", "CRITICAL": "ERROR", "ERROR": "ERROR",
}  # fmt: skip


class InvalidEvent(Exception):
    """One event of a readable batch cannot be stored: its 400, with a text for the sender."""


class Body:
    """One event's body, and the marks that reading it has earned."""

    def __init__(self, values: object, now_ns: int):
        if not isinstance(values, dict):
            raise InvalidEvent("body must be an object.")
        self.values = values
        self.now_ns = now_ns
        self.marks: set[str] = set()

    def identifier(self, key: str) -> str:
        """An id, or "" where none is given. Never cut: two long ids must not become one."""
        value = self.values.get(key)
        if value is None or value == "":
            return ""
        if not isinstance(value, str):
            raise InvalidEvent(f"{key} must be a string.")
        if len(value) > MAX_ID:
            raise InvalidEvent(f"{key} must have at most {MAX_ID} characters.")
        if any(ord(character) < 32 for character in value):
            raise InvalidEvent(f"{key} must not contain control characters.")
        return str(value)

    def text(self, key: str, limit: int = MAX_NAME) -> str:
        """A short text; a number is taken as written. Over the limit it is cut and marked."""
        value = self.values.get(key)
        if value is None:
            return ""
        if isinstance(value, dict | list):
            raise InvalidEvent(f"{key} must be a string.")
        return self._bounded(as_text(value), limit)

    def content(self, key: str) -> str:
        """Text or JSON of any shape; "" for null and for an empty object, which say nothing."""
        value = self.values.get(key)
        if value is None or value == {}:
            return ""
        return text.stored(as_text(value), self.marks, MAX_CONTENT)

    def moment(self, key: str) -> int | None:
        """A time that can be true. An absurd one is marked and left out; no time is refused."""
        value = self.values.get(key)
        if value is None or value == "":
            return None
        moment = moments.nanoseconds(value) if isinstance(value, str) else None
        if moment is None:
            raise InvalidEvent(f"{key} must be an ISO 8601 time, such as 2026-01-31T09:30:00.000Z.")
        if not moments.is_plausible(moment, self.now_ns):
            self.marks.add("clock_suspect")
            return None
        return moment

    def count(self, key: str) -> int | None:
        """A whole number that its column can hold."""
        value = self.values.get(key)
        if value is None:
            return None
        number = finite(value)
        if number is None or not 0 <= number <= MAX_COUNT or number != int(number):
            raise InvalidEvent(f"{key} must be a whole number from 0 to {MAX_COUNT}.")
        return int(number)

    def flag(self, key: str) -> bool | None:
        value = self.values.get(key)
        if value is not None and not isinstance(value, bool):
            raise InvalidEvent(f"{key} must be true or false.")
        return value

    def texts(self, key: str) -> list[str]:
        """A list of short texts, sorted and without repeats."""
        value = self.values.get(key)
        if value is None:
            return []
        if not isinstance(value, list):
            raise InvalidEvent(f"{key} must be a list of strings.")
        if len(value) > MAX_TAGS:
            self.marks.add(text.TRUNCATED)
            value = value[:MAX_TAGS]
        return sorted(
            {self._bounded(as_text(part), MAX_NAME) for part in value if part not in (None, "")}
        )

    def mapping(self, key: str) -> dict[str, str]:
        """An object's values as text; any other value is kept under the field's own name."""
        value = self.values.get(key)
        if value is None:
            return {}
        if not isinstance(value, dict):
            value = {key: value}
        if len(value) > MAX_METADATA_KEYS:
            self.marks.add(text.TRUNCATED)
        kept = {}
        for name, part in list(value.items())[:MAX_METADATA_KEYS]:
            if len(name) > MAX_METADATA_KEY:
                self.marks.add(text.TRUNCATED)
            elif part is not None:
                kept[name] = text.stored(as_text(part), self.marks, MAX_METADATA_VALUE)
        return kept

    def level(self) -> str:
        level = self.text("level").upper()
        if level and level not in LEVEL_ALIASES:
            raise InvalidEvent("level must be DEBUG, DEFAULT, WARNING or ERROR.")
        return LEVEL_ALIASES.get(level, "")

    def _bounded(self, words: str, limit: int) -> str:
        if len(words) <= limit:
            return words
        self.marks.add(text.TRUNCATED)
        return words[:limit]


def finite(value: object) -> float | None:
    """The number, or None for what cannot be computed with (also booleans, NaN and infinity)."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        return float(value) if math.isfinite(value) else None
    except OverflowError:
        return None
