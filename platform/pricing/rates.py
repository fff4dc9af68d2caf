"""A price's rates as people read and write them: dollars per million tokens."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext_lazy as _

from pricing.catalogue import SERVICE_TIERS, InvalidPrice, checked

MILLION = 1_000_000
# What a form asks for, in its order.
UNITS = {
    "input": _("Input"),
    "output": _("Output"),
    "input_cached_tokens": _("Cache read"),
    "input_cache_creation": _("Cache write, 5 min"),
    "input_cache_creation_1h": _("Cache write, 1 h"),
    "output_reasoning_tokens": _("Reasoning"),
}
OTHER_UNITS = {
    "total": _("Any token"),
    "input_audio_tokens": _("Audio input"),
    "output_audio_tokens": _("Audio output"),
    "input_image_tokens": _("Image input"),
    "output_image_tokens": _("Image output"),
    "input_video_tokens": _("Video input"),
    "output_video_tokens": _("Video output"),
    "input_cached_audio_tokens": _("Audio cache read"),
    "input_cached_image_tokens": _("Image cache read"),
}
WORDS = UNITS | OTHER_UNITS
TIERS = {"batch": _("Batch"), "flex": _("Flex"), "priority": _("Priority")}


@dataclass(frozen=True, slots=True)
class RateLine:
    """The rates of one service tier ("" is the plain one) above one number of input tokens."""

    service: str
    above: int
    rates: list[tuple[Any, Decimal]]  # the unit's words, dollars per million tokens

    @property
    def tier(self) -> Any:
        return TIERS.get(self.service, "")


def lines(rates: Any) -> list[RateLine]:
    """A row's rates for display, the plain ones first; none of a row that pricing cannot use."""
    table: dict[tuple[int, int], dict[str, Decimal]] = defaultdict(dict)
    try:
        for unit, dollars, above, service in map(checked, rates):
            table[SERVICE_TIERS.index(service), above][unit] = dollars
    except (InvalidPrice, TypeError):
        return []
    order = list(WORDS)
    return [
        RateLine(
            SERVICE_TIERS[tier],
            above,
            [
                (WORDS.get(unit, unit), per_million(dollars))
                for unit, dollars in sorted(
                    found.items(), key=lambda item: order.index(item[0]) if item[0] in order else 99
                )
            ],
        )
        for (tier, above), found in sorted(table.items())
    ]


def per_million(dollars_per_token: Decimal) -> Decimal:
    return dollars_per_token * MILLION


def per_token(dollars_per_million: Decimal) -> str:
    """As rows keep it: a plain decimal, without an exponent."""
    return f"{(dollars_per_million / MILLION).normalize():f}"


def plain(amount: Decimal) -> str:
    """As people type it: 3, 0.075, never 3E+1."""
    return f"{amount.normalize():f}"


@dataclass(frozen=True, slots=True)
class Sheet:
    """What a form holds: dollars per million by column and unit. A column is "plain", "above" (once
    the input is longer than `above` tokens) or a service tier.
    """

    cells: Mapping[tuple[str, str], Decimal]
    above: int | None = None

    def rates(self) -> list[list]:
        return [
            [
                unit,
                per_token(dollars),
                (self.above or 0) if column == "above" else 0,
                column if column in TIERS else "",
            ]
            for (column, unit), dollars in self.cells.items()
        ]


def sheet_of(rates: Any) -> tuple[Sheet, list[RateLine]]:
    """What a form can hold of a row's rates, and the lines of what it cannot."""
    rows = [rate for rate in rates if isinstance(rate, list)] if isinstance(rates, list) else []
    cells: dict[tuple[str, str], Decimal] = {}
    left: list[list] = []
    above = first_step(rows)
    for rate in rows:
        try:
            unit, dollars, step, service = checked(rate)
        except InvalidPrice:
            continue
        column = service or ("above" if step else "plain")
        if unit in UNITS and step in ((above,) if column == "above" else (0,)):
            cells[column, unit] = per_million(dollars)
        else:
            left.append(rate)
    return Sheet(cells, above), lines(left)


def first_step(rows: Iterable[list]) -> int | None:
    steps = [
        rate[2]
        for rate in rows
        if len(rate) == 4 and isinstance(rate[2], int) and rate[2] > 0 and rate[3] == ""
    ]
    return min(steps, default=None)
