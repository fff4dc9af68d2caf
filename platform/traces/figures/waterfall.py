"""The bars of a trace: where each span lies in the trace's time, in per cent."""

from dataclasses import dataclass

from traces.critical import Gap
from traces.tree import Node

MIN_WIDTH = 0.25  # per cent: about a pixel, so that the shortest span can be seen
MIN_TICKED = 2.0  # per cent: about six pixels; on a shorter bar the mark would hide it


@dataclass(frozen=True, slots=True)
class Bar:
    """SVG attributes, in per cent of the lane. `tick` is where the first token came, if there is
    room for it.
    """

    x: str
    width: str
    tick: str = ""
    is_open: bool = False  # the span has not ended


@dataclass(frozen=True, slots=True)
class Scale:
    start: int
    end: int

    def at(self, moment: int) -> float:
        """Where a time lies, from 0 to 100."""
        length = max(self.end - self.start, 1)
        return min(100.0, max(0.0, 100 * (moment - self.start) / length))


def scale_of(nodes: list[Node]) -> Scale:
    rows = [node.row for node in nodes if node.row]
    start = min((row.start_time for row in rows), default=0)
    ends = (
        max(filter(None, (row.end_time, row.start_time, row.completion_start_time))) for row in rows
    )
    return Scale(start, max(ends, default=start))


def bar(node: Node, scale: Scale) -> Bar | None:
    """The span's bar; None for a stand-in, which has no time of its own."""
    row = node.row
    if row is None:
        return None
    left = scale.at(row.start_time)
    right = scale.at(row.end_time) if row.end_time is not None else 100.0
    if row.end_time is None and row.type == "EVENT":
        right = left
    width = max(right - left, MIN_WIDTH)
    tick = ""
    came = row.completion_start_time
    if came is not None and came > row.start_time and width >= MIN_TICKED:
        tick = _per_cent(scale.at(came))
    return Bar(
        _per_cent(min(left, 100 - width)),
        _per_cent(width),
        tick,
        is_open=row.end_time is None and row.type != "EVENT",
    )


def hollows(gaps: list[Gap], scale: Scale) -> list[Bar]:
    """The stretches of a bar in which none of the span's children ran."""
    drawn = []
    for gap in gaps:
        left, right = scale.at(gap.start), scale.at(gap.end)
        drawn.append(Bar(_per_cent(left), _per_cent(right - left)))
    return drawn


def _per_cent(value: float) -> str:
    return f"{value:.2f}%"
