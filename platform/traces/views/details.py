"""What the pane beside a trace's tree shows of one span."""

from django.http import HttpRequest

from traces.queries.scores import scores_of
from traces.queries.trace import Extent, span_detail
from traces.tree import Node
from traces.views.inside import TRACE_ITSELF
from traces.views.pane import TABS, Pane, pane

MAX_LINES = 20_000  # of JSON, for who asks for more


def details(
    project_id: str,
    trace_id: str,
    span_id: str,
    extent: Extent,
    request: HttpRequest,
    *,
    node: Node | None,
) -> dict:
    row = span_detail(project_id, trace_id, span_id, extent)
    scores = [
        score
        for score in scores_of(project_id, [trace_id]).get(trace_id, [])
        if score["observation_id"] in ("", span_id)
    ]
    lines = request.GET.get("lines", "")
    max_lines = min(int(lines), MAX_LINES) if lines.isdecimal() and len(lines) < 7 else 400
    shown = pane(row, max_lines=max_lines) if row else None
    return {
        "row": row,
        "node": node,
        "span_id": span_id or TRACE_ITSELF,
        "scores": scores,
        "pane": shown,
        "tabs": tabs(shown, scores) if shown else [],
        "more_lines": max_lines * 4,
    }


def tabs(shown: Pane, scores: list[dict]) -> list[tuple]:
    """Key, words and count of each tab."""
    counts = {
        "attributes": shown.attribute_count,
        "events": shown.event_count,
        "scores": len(scores),
    }
    return [(key, words, counts.get(key)) for key, words in TABS.items()]
