"""The strip above the list: traces and failed traces per time, as rectangles."""

from dataclasses import dataclass

from traces.queries.histogram import Histogram

WIDTH, HEIGHT = 960, 48


@dataclass(frozen=True, slots=True)
class Column:
    """One bin: its place and the heights of its two parts, on a field of WIDTH × HEIGHT."""

    x: str
    width: str
    top: str
    height: str
    error_top: str
    error_height: str
    since: int
    until: int
    traces: int
    errors: int


def strip(found: Histogram) -> list[Column]:
    most = max((one.traces for one in found.bins), default=0) or 1
    step = WIDTH / max(len(found.bins), 1)
    columns = []
    for index, one in enumerate(found.bins):
        height = _visible(HEIGHT * one.traces / most)
        errors = min(height, _visible(HEIGHT * one.errors / most))
        columns.append(
            Column(
                x=f"{index * step:.1f}",
                width=f"{step * 0.82:.1f}",
                top=f"{HEIGHT - height:.1f}",
                height=f"{height - errors:.1f}",
                error_top=f"{HEIGHT - errors:.1f}",
                error_height=f"{errors:.1f}",
                since=one.since,
                until=one.until,
                traces=one.traces,
                errors=one.errors,
            )
        )
    return columns


def _visible(height: float) -> float:
    """A bin with anything in it can be seen."""
    return max(height, 1.5) if height else 0.0
