"""Spans in their place: depth, own time, repeated calls of tools, what searches find."""

import json

import pytest

HOUR = 3_600_000_000_000


@pytest.fixture
def asked(project, now):
    from traces.queries.metrics import STEPS, Measure, Question, ask

    def rows(*measures: str, by: tuple[str, ...] = (), terms=()):
        made = tuple(Measure(*one.split(".")) for one in measures)
        times = {"since": now - HOUR, "until": now + HOUR}
        return ask(
            Question(project_id=project.id, view=STEPS, measures=made, by=by, terms=terms, **times)
        )

    return rows


@pytest.fixture
def tree(span):
    """root 0–10 ▸ child 1–5 ▸ grandchild 2–3; beside the child another, 4–12, longer than all."""
    span("t", "root", took=10, type="AGENT", name="agent")
    span("t", "child", at=1, took=4, parent_span_id="root", name="step")
    span("t", "leaf", at=2, took=1, parent_span_id="child", name="tool")
    span("t", "late", at=4, took=8, parent_span_id="root", name="late")


def test_time_of_its_own_is_what_no_child_covers(tree, asked):
    rows = asked("own.sum", by=("name",)).rows
    # Of the root second 0 to 1 alone: its children cover 1 to 10, two of them 4 to 5.
    assert {row["name"]: row["sum_own"] for row in rows} == {
        "agent": 1, "step": 3, "tool": 1, "late": 8
    }  # fmt: skip


def test_depth_counts_the_ancestors_that_are_known(tree, span, asked):
    span("t", "stray", parent_span_id="never sent", name="stray")
    rows = asked("count", by=("depth",)).rows
    assert {row["depth"]: row["count_count"] for row in rows} == {"1": 2, "2": 2, "3": 1}


def test_spans_sent_again_and_a_circle_of_parents_are_no_trouble(tree, span, asked):
    before = asked("own.sum", "depth.max").rows
    span("t", "leaf", at=2, took=1, parent_span_id="child", name="tool")
    assert asked("own.sum", "depth.max").rows == before
    span("u", "a", parent_span_id="b")
    span("u", "b", parent_span_id="a")
    assert asked("depth.max").one("max_depth") == 8


def test_a_tool_that_is_asked_the_same_again_repeats_itself(span, asked):
    for number, (trace, name, said) in enumerate(
        [("t", "search", "x"), ("t", "search", "x"), ("t", "search", "y"), ("u", "search", "x"),
         ("t", "other", "x"), ("t", "search", "x")]
    ):  # fmt: skip
        span(trace, f"s{number}", at=number, type="TOOL", name=name, input=said)
    rows = asked("repeats.sum", "count", by=("trace", "name")).rows
    assert {(row["trace"], row["name"]): row["sum_repeats"] for row in rows} == {
        ("t", "search"): 2, ("u", "search"): 0, ("t", "other"): 0
    }  # fmt: skip


FOUND = [{"page_content": "a", "score": 0.8}, {"page_content": "b", "score": 0.4}]


@pytest.mark.parametrize(
    ("output", "results", "empty", "relevance"),
    [
        (FOUND, 2, 0, 0.6),
        ({"documents": [{"document.score": 0.5, "document.content": "a"}]}, 1, 0, 0.5),
        ([], 0, 1, None),
        ({"results": []}, 0, 1, None),
        ("plain text", None, None, None),
        ({"answer": 42}, None, None, None),
    ],
)
def test_what_a_search_found_is_read_from_its_output(
    span, asked, output, results, empty, relevance
):
    text = output if isinstance(output, str) else json.dumps(output)
    span("t", "s", type="RETRIEVER", name="retrieve", output=text)
    span("t", "other", type="TOOL", name="tool", output="[1, 2, 3]")
    [row] = asked("results.avg", "empty.avg", "relevance.avg").rows
    assert row["avg_results"] == results
    assert row["avg_empty"] == empty
    assert row["avg_relevance"] == (None if relevance is None else pytest.approx(relevance))


def test_searches_are_split_into_embedding_searching_and_ranking_again(span, asked):
    span("t", "r", took=10, type="RETRIEVER", name="retrieve")
    span("t", "e", took=2, type="EMBEDDING", name="embed query", parent_span_id="r")
    span("t", "v", at=2, took=3, type="TOOL", name="vector store", parent_span_id="r")
    span("t", "k", at=5, took=4, name="Rerank", parent_span_id="r")
    span("t", "g", at=10, took=5, type="GENERATION", name="answer")
    rows = asked("own.sum", by=("stage",)).rows
    assert {row["stage"]: row["sum_own"] for row in rows} == {
        "search": 4, "embed": 2, "rerank": 4, "": 5
    }  # fmt: skip


def test_of_a_large_project_some_hours_are_looked_at_and_the_answer_says_so(
    project, now, span, monkeypatch
):
    from traces.queries.metrics import STEPS, Measure, Question, ask, steps

    monkeypatch.setattr(steps, "MOST", 2)
    for hour in range(6):
        span(f"t{hour}", "root", at=-3600 * hour, took=10)
        span(f"t{hour}", "leaf", at=-3600 * hour, took=4, parent_span_id="root")
    measures = (Measure("own", "avg"), Measure("depth", "max"), Measure("count"))
    times = {"since": now - 7 * HOUR, "until": now + HOUR}
    found = ask(Question(project_id=project.id, view=STEPS, measures=measures, **times))
    assert not found.is_exact
    assert found.rows == [{"avg_own": 5, "max_depth": 2, "count_count": 2}]
