import pytest

from tests.traces.shown import text_of
from traces import tags
from traces.deletion import delete_traces
from traces.queries import facets as module
from traces.queries.facets import facets, observation_facets
from traces.queries.filters import DAY, HOUR, TraceFilter
from traces.records import TRACE
from traces.search.grammar import parsed


@pytest.fixture
def counted(project, now):
    """`counted("level:ERROR")`: by field, what there is to choose."""

    def by_field(query: str = "", count=facets) -> dict[str, dict[str, int]]:
        wanted = TraceFilter(since=now - DAY, until=now + HOUR, terms=parsed(query).terms)
        found = count(project.id, wanted)
        return {field: dict(values) for field, values in found.by_field.items()}

    return by_field


@pytest.fixture(autouse=True)
def three_traces(span, score):
    score("b", "helpful", 0.2, source="API")
    span("a", "r", name="chat", environment="prod", user_id="ann", tags=["vip", "beta"])
    span(
        "a",
        "g",
        parent_span_id="r",
        type="GENERATION",
        model="gpt-4o",
        level="ERROR",
        environment="prod",
    )
    span("b", "r", name="chat", environment="prod", type="AGENT", tags=["vip"], input="refund")
    span("b", "g", parent_span_id="r", type="GENERATION", model="claude", environment="prod")
    span("c", "r", name="root", environment="dev", version_label="2", release="r2")
    span("c", "", took=None, type=TRACE, trace_name="search", environment="dev")


def test_each_value_counts_the_traces_that_have_it(counted):
    found = counted()
    assert found["level"] == {"ERROR": 1}  # DEFAULT tells no traces apart
    assert found["environment"] == {"prod": 2, "dev": 1}
    assert found["name"] == {"chat": 2, "search": 1}
    assert found["model"] == {"gpt-4o": 1, "claude": 1}
    assert found["type"] == {"SPAN": 2, "GENERATION": 2, "AGENT": 1}
    assert found["tag"] == {"vip": 2, "beta": 1}
    assert (found["version"], found["release"]) == ({"2": 1}, {"r2": 1})


CROSSED = [
    # another facet's term narrows, a facet's own does not
    ("environment:prod", "environment", {"prod": 2, "dev": 1}),
    ("environment:prod", "name", {"chat": 2}),
    ("environment:dev", "model", {}),
    ("level:ERROR", "level", {"ERROR": 1}),
    ("level:ERROR", "environment", {"prod": 1}),
    ("level:ERROR environment:dev", "level", {}),
    ("level:ERROR environment:dev", "environment", {"prod": 1}),
    ("name:search", "environment", {"dev": 1}),
    ("name:search", "name", {"chat": 2, "search": 1}),
    ("-model:gpt-4o", "environment", {"prod": 1, "dev": 1}),
    ("user:ann", "tag", {"vip": 1, "beta": 1}),
    ("refund", "tag", {"vip": 1}),
    ("spans:2", "environment", {"prod": 2}),
    # what an index, the scores or an id tell
    ("-has:feedback", "environment", {"prod": 1, "dev": 1}),
    ("-scores.helpful:<0.5", "environment", {"prod": 1, "dev": 1}),
    ("-id:b", "environment", {"prod": 1, "dev": 1}),
    ("-nowhere", "environment", {"prod": 2, "dev": 1}),
]


@pytest.mark.parametrize(("query", "field", "values"), CROSSED)
def test_a_facet_is_narrowed_by_all_terms_but_its_own(counted, query, field, values):
    assert counted(query)[field] == values


def test_of_many_rows_some_traces_stand_for_all(project, now, span, monkeypatch):
    monkeypatch.setattr(module, "MOST_ROWS", 40)
    for number in range(120):
        span(f"t{number}", "r", environment="many")
    wanted = TraceFilter(since=now - DAY, until=now + HOUR)
    found = facets(project.id, wanted)
    assert found.sampled == 4
    [(_value, count)] = [one for one in found.by_field["environment"] if one[0] == "many"]
    assert 60 < count < 200 and count % 4 == 0


def test_what_was_deleted_or_replaced_counts_no_more_though_its_rows_are_still_there(
    unmerged, counted, project
):
    for count, each in ((facets, 1), (observation_facets, 2)):  # both traces have two spans
        assert counted(count=count)["tag"] == {"vip": 2 * each, "beta": each}
    tags.take_off(project.id, {"b": ["r"]}, "vip")
    delete_traces(project.id, ["a"])
    for count in (facets, observation_facets):
        found = counted(count=count)
        assert (found["tag"], found["level"], found["model"]) == ({}, {}, {"claude": 1})
    assert counted()["name"] == {"chat": 1, "search": 1}


def test_of_observations_each_value_counts_the_observations_that_have_it(counted):
    found = counted(count=observation_facets)
    assert found["level"] == {"ERROR": 1}
    assert found["environment"] == {"prod": 4, "dev": 1}
    assert found["name"] == {"chat": 2, "root": 1}
    assert found["type"] == {"SPAN": 2, "GENERATION": 2, "AGENT": 1}
    assert found["tag"] == {"vip": 4, "beta": 2}  # those of their traces


CROSSED_OF_OBSERVATIONS = [
    ("environment:prod", "environment", {"prod": 4, "dev": 1}),
    ("model:claude", "environment", {"prod": 1}),
    ("-level:ERROR environment:prod", "type", {"GENERATION": 1, "SPAN": 1, "AGENT": 1}),
    ("refund", "type", {"AGENT": 1}),
    ("-refund", "environment", {"prod": 3, "dev": 1}),
    ("has:feedback", "environment", {}),  # of the trace b as a whole
    ("id:b name:chat", "type", {"AGENT": 1}),
    ("spans:1 model:gpt-4o", "model", {"gpt-4o": 1, "claude": 1}),
]


@pytest.mark.parametrize(("query", "field", "values"), CROSSED_OF_OBSERVATIONS)
def test_a_facet_of_observations_is_narrowed_by_what_each_fulfils_itself(
    counted, query, field, values
):
    assert counted(query, observation_facets)[field] == values


def test_the_sidebar_of_observations_counts_observations(look):
    for kind, number in (("traces", 2), ("observations", 4)):
        words = text_of(look({"kind": kind, "part": "choices", "range": "24h"}))
        assert f"prod {number} " in words
