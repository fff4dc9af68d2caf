"""Fixed patterns over texts, with RE2: linear in the text, whatever stands in it."""

from collections.abc import Iterator
from typing import Any

import re2

MAX_MEMORY = 8 << 20
MOST_FOUND = 50  # of a pattern in a text; more say nothing new


def compiled(pattern: str) -> Any:
    """A pattern of ours. Matches are spans of UTF-8; groups are not captured."""
    options = re2.Options()
    options.log_errors = False
    options.never_capture = True
    options.max_mem = MAX_MEMORY
    return re2.compile(pattern, options)


def either(patterns: list[str]) -> Any:
    """Whether any of them matches, in one pass over the text."""
    return compiled("|".join(f"(?:{pattern})" for pattern in patterns))


def found(pattern: Any, utf8: bytes) -> Iterator[tuple[int, int]]:
    """Where the pattern matches, the first MOST_FOUND of them."""
    for number, match in enumerate(pattern.finditer(utf8)):
        if number == MOST_FOUND:
            return
        yield match.span()


def words_at(utf8: bytes, place: tuple[int, int]) -> str:
    return utf8[place[0] : place[1]].decode("utf-8", "replace")
