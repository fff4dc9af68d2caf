"""Scores beside their traces, however many there are."""

import pytest

from tests.traces.shown import text_of
from traces.queries.scores import AT_ONCE, MOST_OF_A_TRACE, whole_scores
from traces.records import Score
from traces.writer import insert_scores

SECOND = 1_000_000_000
MANY = AT_ONCE + 500


@pytest.fixture
def many_scores(project, now, span):
    """A trace with one on each of many spans, all older than the only one of another trace."""
    span("many", "r")
    span("one", "r", at=-5)
    scores = [
        Score(
            project.id,
            f"{n:05d}",
            "faithful",
            now - SECOND,
            value=float(n % 2),
            trace_id="many",
            observation_id=f"s{n}",
        )
        for n in range(MANY)
    ]
    insert_scores([*scores, Score(project.id, "x", "helpful", now, value=1.0, trace_id="one")])


def test_the_scores_of_one_trace_push_out_none_of_another(many_scores, listed, look, project):
    many, one = listed.page().traces
    assert (one.score_count, [score["name"] for score in one.scores]) == (1, ["helpful"])
    assert (many.score_count, len(many.scores)) == (MANY, MOST_OF_A_TRACE)
    assert f"+{MANY - 1}" in text_of(look())
    assert f"+{MANY - 12}" in text_of(look({"id": "many"}, name="trace-peek"))


def test_all_scores_of_a_trace_are_read_in_pages(many_scores, project):
    found = whole_scores(project.id, "many")
    assert [score["id"] for score in found] == [f"{n:05d}" for n in range(MANY)]
    assert [score["id"] for score in whole_scores(project.id, "many", about=("", "s2400"))] == [
        "02400"
    ]


def test_the_page_and_the_file_of_a_trace_have_the_last_of_its_scores(
    many_scores, span, trace_page, look
):
    span("many", "s2499", parent_span_id="r")
    assert "faithful" in text_of(trace_page("many", {"span": "s2499", "tab": "scores"}))
    file = b"".join(look({"trace": "many", "as": "sonde"}, name="trace-file").streaming_content)
    assert b'"02499"' in file
