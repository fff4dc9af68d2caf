"""A trace's steps as a drawing: what is one step, where it stands, what leads where."""

import re

import pytest

from tests.traces.shown import text_of
from traces.figures.graph import agent_graph, shortened
from traces.queries.trace import SpanRow
from traces.tree import build_tree


def row(span_id, parent="", start=0, name="", type_="SPAN", **more):
    more.setdefault("end_time", start + 5)
    return SpanRow(
        span_id=span_id, parent_span_id=parent, start_time=start, name=name, type=type_, **more
    )


def graph_of(*rows, **options):
    return agent_graph(build_tree(list(rows)), **options)


def followed(graph) -> list[tuple[str, str, int]]:
    names = {id(step): step.name for step in graph.steps}
    return [
        (step.name, names[after], count)
        for step in graph.steps
        for after, count in step.follows.items()
    ]


def rounds():
    """plan, search, plan, search, answer: an agent's two rounds."""
    yield row("r", name="agent", type_="AGENT", end_time=100)
    for at, name in enumerate(("plan", "search", "plan", "search", "answer")):
        kind = "TOOL" if name == "search" else "GENERATION"
        yield row(f"s{at}", "r", 10 * at, name, kind)


def test_rounds_of_an_agent_are_one_step_each_with_the_way_back():
    graph = graph_of(*rounds())
    assert [(step.name, len(step.nodes)) for step in graph.steps] == [
        ("agent", 1), ("plan", 2), ("search", 2), ("answer", 1),
    ]  # fmt: skip
    assert followed(graph) == [
        ("plan", "search", 2), ("search", "plan", 1), ("search", "answer", 1),
    ]  # fmt: skip


def test_what_is_called_stands_to_the_right_and_what_follows_below():
    graph = graph_of(*rounds(), row("deep", "s1", 11, "fetch"))
    place = {step.name: (step.layer, step.row) for step in graph.steps}
    assert place == {
        "agent": (0, 0), "plan": (1, 0), "search": (1, 1), "fetch": (2, 1), "answer": (1, 2),
    }  # fmt: skip
    boxes = {(step.x, step.y) for step in graph.steps}
    assert len(boxes) == len(graph.steps)
    assert all(x < graph.width and y < graph.height for x, y in boxes)


def test_the_same_name_is_another_step_where_its_type_or_its_caller_is_another():
    graph = graph_of(
        row("r", name="r", end_time=99),
        row("a", "r", 1, "x", "TOOL"),
        row("b", "r", 2, "x", "GENERATION"),
        row("c", "b", 2, "x", "TOOL"),
    )
    assert [len(step.nodes) for step in graph.steps] == [1, 1, 1, 1]


def test_a_step_leads_to_the_span_of_it_that_failed():
    rows = [row("a", name="x"), row("b", start=3, name="x", level="ERROR"), row("c", name="x")]
    [step] = graph_of(*rows).steps
    assert (step.first.id, step.errors, step.total_ns) == ("b", 1, 15)


def test_more_steps_than_are_drawn_are_counted():
    rows = [row("r", name="r", end_time=999), *(row(f"c{n}", "r", n, f"c{n}") for n in range(50))]
    graph = graph_of(*rows, most=11)
    assert len(graph.steps) == 11 and graph.hidden == 40
    assert [step.name for step in graph.steps][:3] == ["r", "c0", "c1"]
    assert len(graph.links) == 10 + 9


def test_twenty_thousand_spans_in_one_another_are_drawn_as_far_as_there_is_room():
    rows = [row(f"s{n}", f"s{n - 1}" if n else "", n, f"s{n}") for n in range(20_000)]
    graph = graph_of(*rows)
    assert (len(graph.steps), graph.hidden) == (2_500, 17_500)


def test_no_spans_are_no_steps():
    graph = graph_of()
    assert (graph.steps, graph.links, graph.hidden) == ([], [], 0)


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("plan", "plan"),
        ("x" * 20, "x" * 20),
        ("x" * 21, "x" * 19 + "…"),
        ("가" * 11, "가" * 9 + "…"),
    ],
)
def test_names_are_cut_to_the_room_of_a_box(name, shown):
    assert shortened(name) == shown


def test_the_page_draws_the_steps_as_links_and_says_the_same_in_a_table(trace_page, span):
    span("t", "r", took=9, name="agent", type="AGENT")
    span("t", "a", at=1, parent_span_id="r", name="plan", type="GENERATION")
    said = {"level": "ERROR", "status_message": "<b>no</b>"}
    span("t", "b", at=3, parent_span_id="r", name="look & see", type="TOOL", **said)
    html = trace_page(query={"view": "graph"}).content.decode()
    drawing = html[html.index('<div class="graph"') : html.index('<details class="as-text"')]
    links = re.findall(r'<a class="step ([^"]+)"[^>]*href="\?span=(\w+)[^"]*view=graph"', drawing)
    assert links == [("AGENT", "r"), ("GENERATION", "a"), ("TOOL failed", "b")]
    assert 'aria-current="true"><title>look &amp; see' in drawing
    assert "followed by look &amp; see" in drawing
    table = text_of(trace_page(query={"view": "graph"})).partition("The same as a table")[2]
    assert "plan 1 1.00 s 0 agent look &amp; see" in table


def test_a_graph_that_is_cut_says_so(trace_page, span, monkeypatch):
    monkeypatch.setattr("traces.views.trace.agent_graph", lambda tree: agent_graph(tree, 2))
    for number in range(4):
        span("t", f"s{number}", at=number, name=f"s{number}")
    assert "the first 2 steps; 2 spans" in text_of(trace_page(query={"view": "graph"}))
