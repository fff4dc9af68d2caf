"""What a list is narrowed by stays true of traces that were tagged, and that no longer are."""

import pytest

from exports import bulk
from tests.exports.conftest import worked_off
from traces.queries.facets import facets
from traces.queries.filters import DAY, HOUR, TraceFilter
from traces.queries.groups import exact_groups
from traces.queries.histogram import histogram
from traces.queries.sorted import sorted_traces
from traces.search.grammar import parsed

pytestmark = pytest.mark.usefixtures("db", "clickhouse_schema")

FILTERS = [
    ("environment:demo", "ab"),
    ("-environment:demo", "c"),
    ("environment:default", "c"),
    ("-environment:default environment:demo", "ab"),
    ("environment:~DEF", "c"),
    ("environment:(demo OR default)", "abc"),
    ("level:DEFAULT", "bc"),
    ("-level:DEFAULT", "a"),
    ("level:~fault", "bc"),
    ("type:~trace", ""),
    ("type:SPAN", "bc"),
    ("-type:SPAN", "a"),
    ("name:first", "a"),
    ("span:first", "a"),
    ("has:end", "abc"),
    ("spans:1", "abc"),
    ("latency:1", "abc"),
    ("-has:(user OR session OR input OR prompt OR cost)", "abc"),
]


@pytest.fixture
def demo(span):
    span(
        "a",
        "s",
        environment="demo",
        parent_span_id="lost",
        name="first",
        level="ERROR",
        type="TOOL",
    )
    span("b", "s", at=-1, environment="demo", name="second")
    span("c", "s", at=-2, name="third")


@pytest.fixture
def tagged(demo, changed):
    return changed("add_tag", tag="agent")


@pytest.fixture
def undone(tagged, owner):
    return worked_off(bulk.undo(tagged, asked_by=owner))


@pytest.mark.parametrize("state", ["demo", "tagged", "undone"])
def test_tags_put_on_and_taken_off_again_leave_all_filters_true(
    request, listed, project, now, state
):
    request.getfixturevalue(state)
    for query, expected in FILTERS:
        assert "".join(sorted(listed(query))) == expected, query
        wanted = TraceFilter(since=now - DAY, until=now + HOUR, terms=parsed(query).terms)
        page = sorted_traces(project.id, wanted, "cost", ascending=False, after=None)
        assert "".join(sorted(row.trace_id for row in page.traces)) == expected, query
        assert histogram(project.id, wanted).found == len(expected), query
    assert {row.environment for row in listed.page("-name:third").traces} == {"demo"}


@pytest.mark.usefixtures("undone")
def test_the_counts_beside_the_list_are_what_each_value_shows(listed, project, now):
    wanted = TraceFilter(since=now - DAY, until=now + HOUR)
    found = {field: dict(values) for field, values in facets(project.id, wanted).by_field.items()}
    assert found["environment"] == {"demo": 2, "default": 1}
    assert found["name"] == {"first": 1, "second": 1, "third": 1}
    assert found["type"] == {"SPAN": 2, "TOOL": 1}
    assert (found["level"], found["tag"]) == ({"ERROR": 1}, {})
    for field in ("environment", "name", "type", "level"):
        for value, count in found[field].items():
            assert len(listed(f"{field}:{value}")) == count


def test_a_trace_is_of_the_environment_that_it_is_shown_with(span, listed, project, now):
    span("t", "r", environment="prod", user_id="ann")
    span("t", "later", at=2, parent_span_id="r", environment="dev")
    span("t", "unsaid", at=1, parent_span_id="r", environment="")
    span("old", "r", at=-5, environment="", user_id="ann")
    assert listed.page("environment:prod").traces[0].environment == "prod"
    assert listed("environment:dev") == []
    assert listed("environment:default") == ["old"]
    assert listed("-environment:default") == ["t"]
    for environment, count in (("prod", 1), ("default", 1), ("dev", 0)):
        terms = parsed(f"environment:{environment}").terms
        wanted = TraceFilter(since=now - DAY, until=now + HOUR, terms=terms)
        groups = exact_groups(project.id, "user", wanted, ["ann"])
        assert sum(group.traces for group in groups) == count
