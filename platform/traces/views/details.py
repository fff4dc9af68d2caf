"""What the pane beside a trace's tree shows of one span."""

from django.http import HttpRequest

from accounts.models import Project
from traces.queries.scores import whole_scores
from traces.queries.together import together
from traces.queries.trace import Extent, span_detail
from traces.render.request import request_of
from traces.tree import Node
from traces.views.inside import TRACE_ITSELF, inside
from traces.views.pane import TABS, Pane, pane
from traces.views.talk import About, mentionable, thread_of, with_authors

TALK_TABS = ("scores", "comments")  # what there is of a trace of which nothing else was said
PRIVATE_TABS = ("call", "attributes", "comments")
MAX_LINES = 20_000  # of JSON, for who asks for more


def details(
    project: Project,
    trace_id: str,
    span_id: str,
    extent: Extent,
    request: HttpRequest,
    *,
    node: Node | None,
    is_public: bool = False,
) -> dict:
    """In public without comments, without who scored, and without where it ran."""
    row, scores = together(
        lambda: span_detail(project.id, trace_id, span_id, extent),
        lambda: whole_scores(project.id, trace_id, about=("", span_id)),
    )
    comments = [] if is_public else thread_of(project.id, About(trace_id, span_id))
    known = known_tabs(row, is_public)
    tab = inside(request).tab
    if tab not in known:
        tab = known[-1] if row is None else known[0]
    lines = request.GET.get("lines", "")
    max_lines = min(int(lines), MAX_LINES) if lines.isdecimal() and len(lines) < 7 else 400
    shown = pane(row, max_lines=max_lines) if row else None
    return {
        "row": row,
        "tab": tab,
        "is_trace": not span_id,
        "node": node,
        "span_id": span_id or TRACE_ITSELF,
        "scores": with_authors(project, scores) if tab == "scores" and not is_public else scores,
        "comments": comments,
        "call": request_of(row) if row and tab == "call" else None,
        "people": mentionable(project) if tab == "comments" and project.may.get("edit") else [],
        "pane": shown,
        "tabs": tabs(known, shown, scores=len(scores), comments=len(comments)),
        "more_lines": max_lines * 4,
    }


def known_tabs(row: dict | None, is_public: bool) -> list[str]:
    """Those that have something of the span to show."""
    return [
        key
        for key in TABS
        if (row or key in TALK_TABS)
        and not (is_public and key in PRIVATE_TABS)
        and not (key == "call" and row and row["type"] != "GENERATION")
    ]


def tabs(known: list[str], shown: Pane | None, **numbers: int) -> list[tuple]:
    """Key, words and count of each tab."""
    counts = dict(numbers)
    if shown:
        counts |= {"attributes": shown.attribute_count, "events": shown.event_count}
    return [(key, TABS[key], counts.get(key)) for key in known]
