"""A ready-made board as widgets: what a person may have of it to change. Pure.

A panel that is not named here asks for what no widget can (steps within a trace, single traces,
budgets): it is left out, and the person told.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from dashboards.boards.drawn.cost import view_of
from dashboards.boards.drawn.quality import FAITHFULNESS, HALLUCINATION
from dashboards.boards.panel import Panel
from dashboards.boards.registry import Board
from dashboards.custom.widget import MAX_TITLE, WIDTHS, Chart, Measured, Widget, problems
from dashboards.custom.words import OBSERVATIONS, SCORES, TRACES

MODEL_CALLS = "type:(GENERATION OR EMBEDDING)"
Made = Callable[[str, str], Widget]  # of what the board is broken down by, and narrowed to


@dataclass(frozen=True, slots=True)
class Likeness:
    """`simpler` and `left_out` are titles of panels: those whose widget shows less than they do, or
    orders it otherwise, and those that no widget can stand for.
    """

    widgets: tuple[Widget, ...]
    simpler: tuple[str, ...]
    left_out: tuple[str, ...]


def likeness(board: Board, *, by: str = "", of: str = "") -> Likeness:
    """The board, broken down and narrowed as its address says."""
    by, of = board.dimension(by), of if board.of else ""
    widgets, simpler, left_out = [], [], []
    for panel in board.panels:
        widget = _widget_of(board, panel, by, of)
        if widget is None or problems(widget):
            left_out.append(str(panel.title))
            continue
        widgets.append(widget)
        if (board.key, panel.key) in SIMPLER:
            simpler.append(str(panel.title))
    return Likeness(tuple(widgets), tuple(simpler), tuple(left_out))


def _widget_of(board: Board, panel: Panel, by: str, of: str) -> Widget | None:
    place = board.key, panel.key
    made = BROKEN_DOWN[place](by, of) if place in BROKEN_DOWN else FIXED.get(place)
    if made is None:
        return None
    width = max(one for one in WIDTHS if one <= max(panel.width, WIDTHS[0]))
    return replace(made, title=str(panel.title)[:MAX_TITLE], width=width)


def _asks(chart: Chart, view: str, *measures: str, **more: Any) -> Widget:
    """A measure is its name and its aggregation."""
    asked = tuple(Measured(*one.split()) for one in measures)
    return Widget(title="", chart=chart, view=view, measures=asked, **more)


FIXED: dict[tuple[str, str], Widget] = {
    ("overview", "traffic-now"): _asks(
        Chart.NUMBER, TRACES, "count count", "latency p95", "error_rate avg"
    ),
    ("overview", "calls-now"): _asks(
        Chart.NUMBER, OBSERVATIONS, "cost sum", "ttft p50", "tokens sum"
    ),
    ("overview", "cost"): _asks(Chart.STACKED, OBSERVATIONS, "cost sum", by=("model",), most=8),
    ("overview", "errors"): _asks(
        Chart.STACKED, OBSERVATIONS, "count count", by=("status",), filter="level:ERROR", most=6
    ),
    ("overview", "traffic"): _asks(Chart.LINE, TRACES, "count count", "errors sum"),
    ("overview", "latency"): _asks(Chart.LINE, TRACES, "latency p50", "latency p95", "latency p99"),
    ("overview", "first-token"): _asks(Chart.LINE, OBSERVATIONS, "ttft p50", "ttft p95"),
    ("overview", "speed"): _asks(
        Chart.LINE,
        OBSERVATIONS,
        "tokens_per_second p50",
        by=("model",),
        filter="type:GENERATION",
        most=5,
    ),
    ("overview", "tokens"): _asks(
        Chart.AREA, OBSERVATIONS, "input_tokens sum", "output_tokens sum"
    ),
    ("overview", "scores"): _asks(Chart.LINE, SCORES, "value avg", by=("name",), most=6),
    ("cost", "cost-now"): _asks(Chart.NUMBER, OBSERVATIONS, "cost sum", "cost avg"),
    ("latency", "traces"): _asks(Chart.LINE, TRACES, "latency p50", "latency p95", "latency p99"),
    ("latency", "calls"): _asks(
        Chart.HISTOGRAM, OBSERVATIONS, "latency histogram", filter=MODEL_CALLS
    ),
    ("latency", "heat"): _asks(Chart.HEAT, OBSERVATIONS, "latency histogram", filter=MODEL_CALLS),
    ("latency", "first-token"): _asks(
        Chart.LINE, OBSERVATIONS, "ttft p95", by=("model",), filter="type:GENERATION", most=6
    ),
    ("latency", "speed"): _asks(
        Chart.LINE,
        OBSERVATIONS,
        "tokens_per_second p50",
        by=("model",),
        filter="type:GENERATION",
        most=6,
    ),
    ("quality", "faithfulness"): _asks(Chart.LINE, SCORES, "value avg", score=FAITHFULNESS[0]),
    ("quality", "hallucination"): _asks(Chart.LINE, SCORES, "value avg", score=HALLUCINATION[0]),
    ("quality", "sources"): _asks(Chart.STACKED, SCORES, "count count", by=("source",)),
    ("agents", "runs-now"): _asks(
        Chart.NUMBER, TRACES, "count count", "spans p50", "spans p95", filter="type:AGENT"
    ),
    ("agents", "steps-per-run"): _asks(
        Chart.HISTOGRAM, TRACES, "spans histogram", filter="type:AGENT"
    ),
    ("agents", "steps-over-time"): _asks(
        Chart.LINE, TRACES, "spans p50", "spans p95", filter="type:AGENT"
    ),
    ("agents", "tool-calls"): _asks(
        Chart.BAR, OBSERVATIONS, "count count", by=("name",), filter="type:TOOL", most=12
    ),
    ("agents", "tool-errors"): _asks(
        Chart.STACKED,
        OBSERVATIONS,
        "count count",
        by=("name",),
        filter="type:TOOL level:ERROR",
        most=6,
    ),
    ("retrieval", "retrievers"): _asks(
        Chart.PIVOT,
        OBSERVATIONS,
        "count count",
        "latency p50",
        "latency p95",
        by=("name",),
        filter="type:RETRIEVER",
        most=12,
    ),
    ("prompts", "versions"): _asks(
        Chart.PIVOT,
        OBSERVATIONS,
        "count count",
        by=("prompt", "prompt_version"),
        filter="has:prompt",
        most=20,
    ),
    ("prompts", "prompt-cost"): _asks(
        Chart.PIVOT,
        OBSERVATIONS,
        "cost avg",
        by=("prompt", "prompt_version"),
        filter="has:prompt",
        most=20,
    ),
}
BROKEN_DOWN: dict[tuple[str, str], Made] = {
    ("cost", "cost-over-time"): lambda by, of: _asks(
        Chart.STACKED, view_of(by), "cost sum", by=(by,), most=8
    ),
    ("cost", "cost-by"): lambda by, of: _asks(
        Chart.PIVOT, view_of(by), "cost sum", "cost avg", "tokens sum", by=(by,), most=12
    ),
    ("latency", "latency-over-time"): lambda by, of: _asks(
        Chart.LINE, OBSERVATIONS, "latency p95", by=(by,), most=6
    ),
    ("latency", "latency-by"): lambda by, of: _asks(
        Chart.PIVOT, OBSERVATIONS, "latency p95", "latency p50", "latency p99", by=(by,), most=15
    ),
    ("quality", "scores"): lambda by, of: _asks(
        Chart.PIVOT, SCORES, "value avg", "value count", by=("name",), score=of, most=20
    ),
    ("quality", "scores-over-time"): lambda by, of: _asks(
        Chart.LINE, SCORES, "value avg", by=(by if of else "name",), score=of, most=6
    ),
    ("quality", "segments"): lambda by, of: _asks(
        Chart.PIVOT, SCORES, "value avg", by=("name", by), score=of, most=20
    ),
}
SIMPLER = {
    ("overview", "scores"),  # those that are greatest, not those that are most
    ("cost", "cost-now"),  # without what 1,000 tokens cost and what the cache gave
    ("cost", "cost-by"),  # without what 1,000 tokens cost and what is unpriced
    ("latency", "latency-over-time"),  # with the spans that say nothing of the dimension
    ("latency", "latency-by"),  # the same; without first tokens and speed
    ("quality", "scores"),  # by the mean, not by how many there are
    ("quality", "scores-over-time"),
    ("quality", "segments"),  # crossed, without how many there are
    ("quality", "faithfulness"),  # the score of one name
    ("quality", "hallucination"),
    ("agents", "runs-now"),  # without calls of tools and errors
    ("agents", "tool-calls"),  # without errors and latency
    ("retrieval", "retrievers"),  # without errors
    ("prompts", "versions"),  # how many calls, crossed
    ("prompts", "prompt-cost"),  # crossed
}
