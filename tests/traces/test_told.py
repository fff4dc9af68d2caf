"""What a trace says of its observations: they are found, counted and shown with it."""

import pytest

from traces.queries.facets import observation_facets
from traces.queries.filters import DAY, HOUR, TraceFilter
from traces.queries.histogram import observation_histogram
from traces.queries.metrics import Measure, Question, ask
from traces.queries.observations import list_observations, sorted_observations
from traces.search.grammar import parsed

pytestmark = pytest.mark.usefixtures("clickhouse_schema")
SAID = {
    "user_id": "ann",
    "session_id": "talk",
    "release": "r1",
    "tags": ("vip", "eu"),
    "metadata": {"team": "red"},
}


@pytest.fixture
def told(span):
    """As SDKs of Langfuse 2 and 3 send it, beside a trace whose spans speak for themselves."""
    span("whole", "", type="TRACE", trace_name="ask", **SAID)
    span("whole", "root", at=1, name="plan", total_cost="1")
    span("whole", "call", at=2, name="call", total_cost="2", user_id="bob", metadata={"k": "v"})
    span("own", "single", at=3, name="single", total_cost="4", user_id="cy", release="r2")


@pytest.fixture
def wanted(now):
    def made(text: str) -> TraceFilter:
        return TraceFilter(since=now - DAY, until=now + HOUR, terms=parsed(text).terms)

    return made


FOUND = [
    ("user:ann", {"root"}),
    ("user:bob", {"call"}),  # what it says itself comes first
    ("-user:ann", {"call", "single"}),
    ("session:talk", {"root", "call"}),
    ("release:r1", {"root", "call"}),
    ("release:(r1 OR r2)", {"root", "call", "single"}),
    ("tag:eu", {"root", "call"}),
    ("-tag:vip", {"single"}),
    ("trace_name:ask", {"root", "call"}),
    ("trace_name:single", {"single"}),  # named after its root
    ("metadata.team:red", {"root", "call"}),
    ("metadata.k:v", {"call"}),  # another span's own is no word of the trace
    ("-metadata.team:red", {"single"}),
    ("user:~AN session:talk", {"root"}),
]


@pytest.mark.parametrize(("text", "spans"), FOUND)
def test_lists_strips_and_figures_find_the_same_observations(project, told, wanted, text, spans):
    asked = wanted(text)
    listed = list_observations(project.id, asked).observations
    assert {row.span_id for row in listed} == spans
    dearest = sorted_observations(project.id, asked, "cost", ascending=False, after=None)
    assert {row.span_id for row in dearest.observations} == spans
    assert observation_histogram(project.id, asked).found == len(spans)
    question = Question(
        project_id=project.id,
        measures=(Measure("count"),),
        terms=asked.terms,
        since=asked.since,
        until=asked.until,
    )
    [row] = ask(question).rows
    assert row["count_count"] == len(spans)


def test_a_list_shows_what_the_trace_says(project, told, wanted):
    shown = {row.span_id: row for row in list_observations(project.id, wanted("")).observations}
    root, call, single = shown["root"], shown["call"], shown["single"]
    assert (root.user, call.user, single.user) == ("ann", "bob", "cy")
    assert (root.session, root.release, root.trace_name) == ("talk", "r1", "ask")
    assert sorted(root.tags) == ["eu", "vip"] and single.tags == []


def test_facets_count_what_their_choice_will_show(project, told, wanted):
    found = observation_facets(project.id, wanted("")).by_field
    assert found["release"] == [("r1", 2), ("r2", 1)]
    assert found["tag"] == [("eu", 2), ("vip", 2)]
    narrowed = observation_facets(project.id, wanted("user:ann")).by_field
    assert narrowed["release"] == [("r1", 1)]


def test_figures_are_by_what_the_trace_says(project, told, wanted):
    asked = wanted("")

    def by(name: str) -> dict:
        question = Question(
            project_id=project.id,
            measures=(Measure("cost"), Measure("users")),
            by=(name,),
            since=asked.since,
            until=asked.until,
        )
        return {row[name]: row["sum_cost"] for row in ask(question).rows}

    assert by("user") == {"ann": 1, "bob": 2, "cy": 4}
    assert by("release") == {"r1": 3, "r2": 4}
    assert by("trace_name") == {"ask": 3, "single": 4}
    assert by("metadata.team") == {"red": 3, "": 4}


def test_what_a_trace_no_longer_says_is_nobodys(project, told, span, wanted, unmerged):
    span("whole", "", type="TRACE", trace_name="ask", **{**SAID, "user_id": "eve", "tags": ()})
    assert list_observations(project.id, wanted("user:ann")).observations == []
    assert list_observations(project.id, wanted("tag:vip")).observations == []
    [found] = list_observations(project.id, wanted("user:eve")).observations
    assert found.user == "eve"
