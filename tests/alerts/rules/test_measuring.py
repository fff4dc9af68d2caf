"""What rules measure, out of the store."""

from dataclasses import replace

import pytest

from alerts.incidents.tiers import Tier
from alerts.rules import measuring
from alerts.rules.backtesting import backtest
from alerts.rules.conditions import Change, Threshold, WrongRule
from alerts.rules.definition import Definition, Measured
from alerts.rules.lifecycle import Lasting
from alerts.rules.measuring import measured
from alerts.rules.points import Limit
from alerts.rules.ready_made import READY_MADE
from tests.alerts.conftest import MONDAY
from traces.queries.metrics import SCORES, Unanswerable

pytestmark = pytest.mark.django_db
HIGH = Threshold(limits=(Limit(Tier.WARNING, 0.05),))
RISE = Change(limits=(Limit(Tier.WARNING, 100),), back_seconds=300, span_seconds=300)


def definition(condition=HIGH, *, by=(), bucket="minute", **measure):
    return Definition(measured=(Measured(**measure),), condition=condition, by=by, bucket=bucket)


def newest(found, segment=()):
    return found.seen[segment].series[-1]


def test_samples_are_the_values_that_an_average_is_of(project, traffic):
    traffic(0, 10, took=2)
    wanted = definition(measure="ttft", aggregation="p95")
    point = newest(measured(project.id, wanted, MONDAY, MONDAY + 60))
    assert (point.value, point.samples) == (None, 0)
    wanted = definition(measure="latency", aggregation="p95")
    point = newest(measured(project.id, wanted, MONDAY, MONDAY + 60))
    assert (point.value, point.samples) == (pytest.approx(2.0), 10)


def test_of_a_count_nothing_is_zero_and_of_an_average_it_is_unknown(project):
    for measure, value in (("count", 0.0), ("cost", 0.0), ("latency", None), ("error_rate", None)):
        found = measured(project.id, definition(measure=measure), MONDAY, MONDAY + 60)
        assert newest(found).value == value, measure


def test_scores_of_a_name(project):
    from traces.records import Score
    from traces.writer import insert_scores

    at = MONDAY * 10**9
    insert_scores(
        [
            Score(project.id, f"{name}{n}", name, at, value=value)
            for name, value in (("good", 1.0), ("other", 0.0))
            for n in range(3)
        ]
    )
    wanted = definition(view=SCORES, measure="value", scores=("good",))
    point = newest(measured(project.id, wanted, MONDAY, MONDAY + 60))
    assert (point.value, point.samples) == (1.0, 3)


def test_a_long_look_back_is_read_in_portions(project, traffic, monkeypatch):
    for minute in range(-5, 1):
        for model in "ab":
            traffic(minute * 60, 2 if minute else 9, model=model)
    wanted = definition(RISE, by=("model",), measure="count")
    whole = measured(project.id, wanted, MONDAY, MONDAY + 60)
    monkeypatch.setattr(measuring, "BUCKETS_AT_ONCE", 2)
    assert measured(project.id, wanted, MONDAY, MONDAY + 60) == whole
    assert set(whole.seen) == {("a",), ("b",)}
    assert len(whole.seen["a",].series) == 6
    assert [point.value for point in whole.seen["a",].series[-2:]] == [2.0, 9.0]


def test_segments_beyond_the_most_are_counted(project, traffic, monkeypatch):
    monkeypatch.setattr(measuring, "MOST_SEGMENTS", 2)
    for calls, model in ((1, "few"), (5, "many"), (3, "some")):
        traffic(0, calls, model=model)
    found = measured(project.id, definition(by=("model",)), MONDAY, MONDAY + 60)
    assert set(found.seen) == {("many",), ("some",)} and found.unseen == 1


def test_a_measure_that_is_gone_is_said(project):
    for wanted in (definition(measure="sparkles"), definition(by=("sparkles",))):
        with pytest.raises(Unanswerable, match="sparkles"):
            measured(project.id, wanted, MONDAY, MONDAY + 60)


@pytest.mark.parametrize("one", READY_MADE, ids=lambda one: one.key)
def test_each_ready_made_rule_can_be_asked(project, traffic, one):
    traffic(0, 3)
    wanted = one.made(score="good" if one.needs_score else "", amount=5.0)
    until = MONDAY + 3600
    found = backtest(project.id, wanted, until - wanted.width, until)
    if wanted.measured:
        assert len(found.readings[()]) == 1
    else:  # no monitor and no budget is there
        assert not found.readings


def test_a_back_test_tells_when_a_rule_would_have_fired(project, traffic):
    for minute in range(10):
        traffic(minute * 60, 10, errors=2 if minute in (2, 3, 4, 8) else 0, model="a")
    wanted = definition(measure="error_rate", by=("model",))
    wanted = replace(wanted, lasting=Lasting(for_seconds=120))
    (fired,) = backtest(project.id, wanted, MONDAY, MONDAY + 600).firings
    assert fired.segment == ("a",)
    assert [one - MONDAY for one in (fired.began, fired.fired, fired.resolved)] == [120, 240, 360]
    with pytest.raises(WrongRule):
        backtest(project.id, wanted, MONDAY, MONDAY + 60 * 10**6)
