"""What ClickHouse tells of a version's calls, for gates and canaries to decide by."""

from itertools import count

import pytest

from tests.traces.conftest import now, score, span  # noqa: F401
from traces.queries.prompt_guards import MOST_VALUES, observed

HOUR = 3_600_000_000_000


@pytest.fixture
def seen(project, now):  # noqa: F811
    """`seen()`: what versions 1 and 2 of `greet` did in the hours about now."""

    def asked(versions=(1, 2), *, since=now - HOUR, until=now + HOUR, **options):
        return observed(project.id, "greet", versions, since=since, until=until, **options)

    return asked


@pytest.fixture
def called(span):  # noqa: F811
    """`called(2, trace_id="t", …)`: one call of a version."""
    ids = count()

    def stored(version, trace_id="t", **fields):
        row = {"type": "GENERATION", "prompt_name": "greet", "prompt_version": version} | fields
        return span(trace_id, f"s{next(ids)}", **row)

    return stored


def test_each_versions_calls_are_told_apart_and_others_left_out(seen, called):
    called(1, took=2, total_cost="0.5")
    called(2, level="ERROR", took=None)
    called(3)
    called(2, prompt_name="other")
    found = seen()
    assert sorted(found) == [1, 2]
    first, second = found[1], found[2]
    assert (first.calls, first.errors, first.latencies_ms, first.costs) == (1, 0, [2000.0], [0.5])
    # It has not ended and nobody knows its cost: neither counts as 0.
    assert (second.calls, second.errors, second.latencies_ms, second.costs) == (1, 1, [], [])
    assert (second.costed, second.cost) == (0, 0)


def test_a_version_that_was_never_called_has_figures_of_nothing(seen, clickhouse_schema):
    assert (seen()[2].version, seen()[2].calls, seen()[2].score_count) == (2, 0, 0)


def test_only_calls_that_began_in_the_time_count_and_the_later_ones_apart(seen, called, now):  # noqa: F811
    for at in (-10, 0, 10, 20):
        called(1, at=at)
    second = 1_000_000_000
    found = seen(since=now, until=now + 20 * second, recently=now + 5 * second)[1]
    assert (found.calls, found.recent) == (2, 1)


def test_a_deleted_call_does_not_count(seen, called):
    called(1, is_deleted=True)
    assert seen()[1].calls == 0


def test_a_score_of_a_call_counts_for_its_version_and_one_of_the_trace_for_both(
    seen,
    called,
    score,  # noqa: F811
):
    one = called(1)
    called(2)
    called(2)
    score("t", "kind", 0.2, id="call", observation_id=one.span_id)
    score("t", "kind", 0.8, id="whole")
    score("t", "other", 0.1, id="other")
    score("elsewhere", "kind", 0.1, id="elsewhere")
    found = seen(score="kind")
    assert (found[1].score_count, found[1].score_mean) == (2, pytest.approx(0.5))
    assert found[1].score_variance == pytest.approx(0.18)
    assert (found[2].score_count, found[2].score_mean, found[2].score_variance) == (1, 0.8, 0)
    assert seen()[1].score_count == 0


def test_a_score_that_was_corrected_counts_with_its_last_value(seen, called, score):  # noqa: F811
    called(1)
    score("t", "kind", 0.2, id="a", version=1)
    score("t", "kind", 0.9, id="a", version=2)
    assert (seen(score="kind")[1].score_count, seen(score="kind")[1].score_mean) == (1, 0.9)


def test_of_very_many_calls_values_are_drawn_and_sums_are_whole(seen, calls, now):  # noqa: F811
    import time

    calls(1, MOST_VALUES + 500, cost="0.25")
    found = seen(since=time.time_ns() - HOUR, until=time.time_ns())[1]
    assert (found.calls, found.costed, found.cost) == (2500, 2500, 625)
    assert len(found.latencies_ms) == len(found.costs) == MOST_VALUES
    again = seen(since=time.time_ns() - HOUR, until=time.time_ns())[1]
    assert sorted(again.latencies_ms) == sorted(found.latencies_ms)
