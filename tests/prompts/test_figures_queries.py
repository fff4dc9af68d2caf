"""What a version's calls add up to, with numbers worked out by hand."""
# ruff: noqa: F811 - fixtures that are imported are named again as arguments

import time
from decimal import Decimal

import pytest

from tests.traces.conftest import now, score, span  # noqa: F401
from traces.queries.filters import DAY, HOUR
from traces.queries.prompts import WHOLE, calls_of, scores_of_calls

pytestmark = pytest.mark.usefixtures("db", "clickhouse_schema")


@pytest.fixture
def call(span):
    """`call("t", "s", version=2, …)`: a call of the prompt “greet”."""

    def stored(trace_id, span_id, version=1, name="greet", **fields):
        fields = {"type": "GENERATION"} | fields
        return span(trace_id, span_id, prompt_name=name, prompt_version=version, **fields)

    return stored


@pytest.fixture
def asked(project, now):
    def ask(query=calls_of, versions=(), since=now - DAY, until=now + HOUR, **more):
        return query(project.id, "greet", versions, since=since, until=until, **more)

    return ask


def test_figures_are_those_of_the_calls(call, asked):
    call("a", "1", took=1, total_cost="0.10", input_tokens=10, output_tokens=5)
    call("a", "2", took=2, total_cost="0.30", input_tokens=20, output_tokens=5, level="ERROR")
    call("b", "1", took=6, cost_source="unknown")
    call("b", "2", took=None)
    call("b", "3", version=2)
    call("b", "4", name="other")
    [one, two] = asked()
    assert (one.version, one.bin, one.calls, one.errors, one.ended) == (1, WHOLE, 4, 1, 3)
    assert one.latency_mean == pytest.approx(3000)
    assert one.latency_variance == pytest.approx(7_000_000)
    assert (one.latency_p50, one.latency_p95) == (2000, pytest.approx(5600))
    assert (one.costed, one.unpriced, one.cost) == (2, 1, Decimal("0.40"))
    assert one.cost_mean == pytest.approx(0.2)
    assert one.cost_variance == pytest.approx(0.02)
    assert (one.input_tokens, one.output_tokens, one.tokens_mean) == (30, 10, 10)
    assert (two.version, two.calls, two.cost, two.cost_mean) == (2, 1, None, None)
    assert asked(versions=[2]) == [two]


def test_a_call_that_was_sent_again_counts_once_and_as_it_is_now(call, asked):
    for level in ("DEFAULT", "DEFAULT", "ERROR"):
        call("a", "1", total_cost="0.10", level=level)
    call("a", "2", version=1)
    call("a", "2", version=2)  # it names another version now
    call("a", "3", is_deleted=True)
    [one, two] = asked()
    assert (one.version, one.calls, one.errors, one.cost) == (1, 1, 1, Decimal("0.10"))
    assert (two.version, two.calls) == (2, 1)


def test_calls_outside_of_the_time_and_of_another_project_do_not_count(
    call,
    asked,
    now,
    organisation,
):
    from accounts.models import Project

    call("a", "1", at=-60)
    call("a", "2", at=-7200)
    [one] = asked(since=now - HOUR, until=now)
    assert one.calls == 1
    other = Project.objects.create(organisation=organisation, name="Other")
    assert calls_of(other.id, "greet", since=now - DAY, until=now + HOUR) == []


def test_bins_add_up_to_the_whole(call, asked, now):
    for at in (-3000, -2000, -100):
        call("a", f"s{at}", at=at, total_cost="0.01")
    found = asked(since=now - HOUR, until=now, width=HOUR // 4)
    assert {one.bin: one.calls for one in found} == {WHOLE: 3, 0: 1, 1: 1, 3: 1}
    assert sum(one.cost for one in found if one.bin != WHOLE) == Decimal("0.03")


def test_a_score_counts_for_the_version_whose_call_it_is_about(call, score, asked):
    call("a", "1")
    call("a", "2", version=2)
    call("b", "1")
    score("a", "helpful", 0.5, observation_id="1", id="x")
    score("b", "helpful", 1.0, id="y")
    score("b", "helpful", 0.75, id="y", version=time.time_ns())  # judged again
    score("a", "verdict", 1.0, id="z", data_type="BOOLEAN")
    score("a", "tone", None, id="w", data_type="CATEGORICAL", string_value="kind")
    found = {(one.version, one.name): one for one in asked(scores_of_calls)}
    assert set(found) == {(1, "helpful"), (1, "verdict"), (2, "verdict")}
    helpful = found[1, "helpful"]
    assert (helpful.n, helpful.mean) == (2, pytest.approx(0.625))
    assert helpful.variance == pytest.approx(0.03125)
    assert (found[2, "verdict"].n, found[2, "verdict"].is_boolean) == (1, True)
    assert not helpful.is_boolean and found[2, "verdict"].variance is None


def test_the_score_of_a_trace_with_several_calls_of_a_version_counts_once(
    call,
    score,
    asked,
    now,
):
    for index in range(4):
        call("a", f"s{index}", at=-60 * index)
    score("a", "helpful", 1.0)
    found = asked(scores_of_calls, since=now - HOUR, until=now + 1, width=HOUR // 60)
    assert [(one.bin, one.n) for one in found] == [(WHOLE, 1), (57, 1)]
