"""A provider's token counts under Sonde's keys, which exclude each other. Pure."""

from collections.abc import Mapping
from typing import Any

MOST_TOKENS = 10**12


def count(value: Any) -> int:
    """Whole, and from nought on; whatever else was said counts as nothing said."""
    if type(value) is not int or not 0 <= value <= MOST_TOKENS:
        return 0
    return value


def parted(name: str, total: int, parts: Mapping[str, int]) -> dict[str, int]:
    """The parts that are more than nought, and the rest of the total under `name`."""
    known = {key: tokens for key, tokens in parts.items() if tokens}
    rest = max(total - sum(known.values()), 0)
    return {name: rest, **known} if rest or known else {}
