"""Series for tests: a bucket a minute, or as wide as is said, from a Monday's midnight on."""

from collections.abc import Iterable

from alerts.rules.points import Point

MONDAY = 1_795_392_000  # 2026-11-23 00:00 UTC


def series(
    values: Iterable[float | None], *, width: int = 60, samples: int = 100, since: int = MONDAY
) -> list[Point]:
    return [
        Point(
            since + number * width,
            since + (number + 1) * width,
            value,
            0 if value is None else samples,
        )
        for number, value in enumerate(values)
    ]
