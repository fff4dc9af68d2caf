"""Reading much in portions. Pure."""

from collections.abc import Iterator, Sequence
from typing import TypeVar

Thing = TypeVar("Thing")


def portions(
    things: Sequence[Thing], sizes: Sequence[int], most: int, most_bytes: int
) -> Iterator[list[Thing]]:
    """In order; each of so many things and bytes at most, unless a single thing has more."""
    portion: list[Thing] = []
    held = 0
    for thing, size in zip(things, sizes, strict=True):
        if portion and (held + size > most_bytes or len(portion) == most):
            yield portion
            portion, held = [], 0
        portion.append(thing)
        held += size
    if portion:
        yield portion
