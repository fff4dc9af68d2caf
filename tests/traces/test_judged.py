"""What has come to rest is found by what arrived of late, and nothing else is read."""

import re

import pytest

from traces.queries import judged

SECOND = 1_000_000_000


@pytest.fixture
def plans(monkeypatch):
    """How the engine goes about each of the judges' queries."""
    found, asked = [], judged.rows

    def explained(sql, **params):
        plan = asked(f"EXPLAIN indexes = 1 {sql}", **params)
        found.append("\n".join(line["explain"] for line in plan))
        return asked(sql, **params)

    monkeypatch.setattr(judged, "rows", explained)
    return found


def quiet(project, since, until):
    return judged.quiet_traces(
        project.id, since=since, until=until, after=None, besides="judges", limit=10
    )


def test_what_arrived_before_is_passed_over_in_one_look(project, span, now, plans, unmerged):
    span("old", "s0", received_at=now - 600 * SECOND)
    span("new", "s1", received_at=now - 60 * SECOND)
    found = quiet(project, now - 120 * SECOND, now)
    assert [(one.trace_id, one.last) for one in found] == [("new", now - 60 * SECOND)]
    [plan] = plans
    assert plan.count("ReadFromMergeTree") == 1
    by_index = plan.partition("Name: by_receipt")[2]
    left, of_all = re.search(r"Parts: (\d+)/(\d+)", by_index).groups()
    assert int(left) < int(of_all)


def test_a_trace_is_at_rest_when_none_of_its_rows_is_newer_whoever_sent_them(project, span, now):
    span("rests", "a", received_at=now - 500 * SECOND)
    span("rests", "b", received_at=now - 90 * SECOND)
    span("rests", "c", received_at=now - 80 * SECOND, environment="judges")
    span("goes-on", "a", received_at=now - 90 * SECOND)
    span("goes-on", "b", received_at=now - 10 * SECOND, environment="judges")
    span("judges", "a", received_at=now - 90 * SECOND, environment="judges")
    found = quiet(project, now - 120 * SECOND, now - 60 * SECOND)
    assert [(one.trace_id, one.last) for one in found] == [("rests", now - 80 * SECOND)]
