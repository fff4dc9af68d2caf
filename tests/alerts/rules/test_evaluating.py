"""Rules over a store with traffic in it: evaluated once, told once."""

from datetime import timedelta

import pytest
from django.db import DatabaseError

from alerts.incidents import acting, telling
from alerts.incidents.matching import Matcher
from alerts.incidents.models import Incident, News, Notice
from alerts.incidents.tiers import Tier
from alerts.rules import evaluating
from alerts.rules.changing import redefine, switch
from alerts.rules.conditions import NoData, Threshold
from alerts.rules.evaluating import due, evaluate
from alerts.rules.lifecycle import Lasting
from alerts.rules.models import Rule
from alerts.rules.points import Limit
from tests.alerts.conftest import MONDAY
from traces.errors import Unavailable

pytestmark = pytest.mark.django_db
HIGH = Threshold(limits=(Limit(Tier.WARNING, 0.05), Limit(Tier.CRITICAL, 0.5)))
ERRORS = {"measure": "error_rate"}


def news() -> list[tuple[str, int]]:
    return [(notice.news, notice.incidents.count()) for notice in Notice.objects.all()]


def begun(rule, at):
    """Evaluated once, at the Monday's begin."""
    evaluate(rule.pk, at(0))
    return rule


def test_three_bad_minutes_fire_once_and_a_good_one_is_the_end(traffic, make_rule, at):
    rule = begun(make_rule(HIGH, **ERRORS, lasting=Lasting(for_seconds=180)), at)
    for minute in range(4):
        traffic(minute * 60, 10, errors=2 if minute < 3 else 0)
    for minute in (1, 2):
        evaluate(rule.pk, at(minute * 60))
    assert news() == []
    evaluate(rule.pk, at(180))
    incident = Incident.objects.get()
    assert (incident.tier, incident.began_at, incident.fired_at) == ("warning", at(0), at(180))
    assert incident.facts["value"] == pytest.approx(0.2)
    assert incident.facts["samples"] == 10
    evaluate(rule.pk, at(240))
    incident.refresh_from_db()
    assert incident.resolved_at == at(240)
    assert news() == [("firing", 1), ("resolved", 1)]
    assert [event.kind for event in incident.events.all()] == ["fired", "told", "resolved", "told"]


def test_the_same_moment_again_changes_nothing(traffic, make_rule, at):
    rule = begun(make_rule(HIGH, **ERRORS), at)
    traffic(0, 10, errors=2)
    assert evaluate(rule.pk, at(60)) is True
    before = list(rule.segments.values())
    assert evaluate(rule.pk, at(60)) is False
    assert evaluate(rule.pk, at(30)) is False  # a clock that went back
    assert list(rule.segments.values()) == before
    assert news() == [("firing", 1)]


def test_a_beat_that_was_down_for_an_hour_tells_once(traffic, make_rule, at):
    rule = begun(make_rule(HIGH, **ERRORS), at)
    for minute in range(60):
        traffic(minute * 60, 4, errors=2 if minute % 20 > 10 else 0)
    evaluate(rule.pk, at(3600))
    assert Notice.objects.count() <= 2
    assert dict(news()) == {"came_and_went": 2, "firing": 1}
    rule.refresh_from_db()
    assert rule.evaluated_until == MONDAY + 3600


def test_each_segment_is_an_alert_and_they_are_told_in_one_message(traffic, make_rule, at):
    rule = begun(make_rule(HIGH, **ERRORS, by=("model",)), at)
    for model, errors in (("a", 2), ("b", 9), ("c", 0)):
        traffic(0, 10, errors=errors, model=model)
    evaluate(rule.pk, at(60))
    found = {one.labels["model"]: one.tier for one in Incident.objects.all()}
    assert found == {"a": "warning", "b": "critical"}
    assert news() == [("firing", 2)]
    assert Notice.objects.get().tier == "critical"
    assert {one.labels["model"]: one.phase for one in rule.segments.all()} == {
        "a": "firing",
        "b": "firing",
        "c": "inactive",
    }


def test_segments_may_be_told_apart(traffic, make_rule, at):
    rule = begun(make_rule(HIGH, **ERRORS, by=("model",), group_by=("model",)), at)
    for model in "ab":
        traffic(0, 10, errors=3, model=model)
    evaluate(rule.pk, at(60))
    assert news() == [("firing", 1), ("firing", 1)]


def test_a_share_of_what_another_query_finds(traffic, make_rule, at):
    slow = Threshold(limits=(Limit(Tier.WARNING, 0.3),), least_samples=10, is_sure=True)
    rule = begun(make_rule(slow, query="model:gpt-5", bad_query="latency:>10"), at)
    traffic(0, 10, took=1, model="gpt-5")
    traffic(0, 30, took=12, model="gpt-5")
    traffic(0, 30, took=12, model="other")
    evaluate(rule.pk, at(60))
    facts = Incident.objects.get().facts
    assert (facts["value"], facts["samples"]) == (pytest.approx(0.75), 40)


def test_traffic_that_stops_is_told_of_each_segment_that_was_there(traffic, make_rule, at):
    traffic(-600, 5, model="a")
    traffic(0, 5, model="b")
    rule = begun(make_rule(NoData(), by=("model",)), at)
    evaluate(rule.pk, at(60))
    assert [one.labels for one in Incident.objects.all()] == [{"model": "a"}]


def test_what_a_person_closes_opens_anew_only_after_it_was_good(traffic, make_rule, at, owner):
    rule = begun(make_rule(HIGH, **ERRORS), at)
    for minute, errors in enumerate((2, 2, 0, 2)):
        traffic(minute * 60, 10, errors=errors)
    evaluate(rule.pk, at(60))
    assert acting.close(Incident.objects.get().pk, owner)
    evaluate(rule.pk, at(120))
    assert Incident.objects.filter(resolved_at=None).count() == 0
    for second in (180, 240):
        evaluate(rule.pk, at(second))
    assert Incident.objects.filter(resolved_at=None).count() == 1
    assert sorted(told for told, _count in news()) == ["firing", "firing", "resolved"]


def test_what_a_silence_held_back_is_told_when_it_ends(traffic, make_rule, project, at, owner):
    rule = begun(make_rule(HIGH, **ERRORS, by=("model",)), at)
    for minute in range(2):
        traffic(minute * 60, 10, errors=2, model="a")
    acting.silence(project, [Matcher("model", "a")], begins_at=at(0), ends_at=at(90), author=owner)
    evaluate(rule.pk, at(60))
    assert news() == []
    assert Incident.objects.get().held_back == telling.SILENCED
    evaluate(rule.pk, at(120))
    assert news() == [("firing", 1)]


def test_an_alert_that_explains_others_keeps_them_quiet(traffic, make_rule, at):
    slow = Threshold(limits=(Limit(Tier.WARNING, 5.0),))
    latency = make_rule(slow, name="Latency", measure="latency", by=("model",))
    outage = make_rule(HIGH, name="Outage", **ERRORS, by=("model",), inhibits=(latency.pk,))
    for rule in (latency, outage):
        begun(rule, at)
    for model, errors in (("a", 9), ("b", 0)):
        traffic(0, 10, errors=errors, took=9, model=model)
    evaluate(outage.pk, at(60))
    evaluate(latency.pk, at(60))
    told = {
        one.incidents.get().labels["model"] for one in Notice.objects.filter(rule_id=latency.pk)
    }
    assert told == {"b"}


def test_what_is_critical_is_told_again_until_it_is_acknowledged(traffic, make_rule, at, owner):
    rule = begun(make_rule(HIGH, **ERRORS, repeat_seconds=300), at)
    for minute in range(13):
        traffic(minute * 60, 10, errors=9)
    for minute in range(1, 8):
        evaluate(rule.pk, at(minute * 60))
    assert [told for told, _count in news()] == ["firing", "reminder"]
    acting.acknowledge(Incident.objects.get().pk, owner)
    evaluate(rule.pk, at(13 * 60))
    assert Notice.objects.count() == 2


def test_a_warning_that_nobody_acknowledges_becomes_critical(traffic, make_rule, at):
    rule = begun(make_rule(HIGH, **ERRORS, escalate_seconds=300), at)
    for minute in range(7):
        traffic(minute * 60, 10, errors=2)
        evaluate(rule.pk, at(minute * 60 + 60))
    assert [told for told, _count in news()] == [News.FIRING, News.WORSE]
    assert Incident.objects.get().tier == "critical"


def test_a_rule_over_what_is_not_there_says_so_and_becomes_an_incident(make_rule, at):
    rule = make_rule(HIGH, measure="sparkles")
    for seconds in (0, 60, 960):
        evaluate(rule.pk, at(seconds))
    rule.refresh_from_db()
    assert "sparkles" in rule.last_error
    assert rule.failing_since == at(0)
    assert Incident.objects.get().labels == {"problem": "evaluation"}
    assert news() == [("firing", 1)]


def test_a_store_that_is_away_is_caught_up_and_told_nobody(traffic, make_rule, at, monkeypatch):
    rule = begun(make_rule(HIGH, **ERRORS), at)
    traffic(0, 10, errors=2)
    with monkeypatch.context() as patched:
        patched.setattr(evaluating, "measured", _away)
        for seconds in (60, 3000):
            evaluate(rule.pk, at(seconds))
    rule.refresh_from_db()
    assert rule.last_error == "ClickHouse does not answer." and news() == []
    evaluate(rule.pk, at(3060))
    rule.refresh_from_db()
    assert rule.last_error == "" and rule.failing_since is None
    assert Incident.objects.get().fired_at == at(60)


def _away(*_told, **_options):
    raise Unavailable("ClickHouse does not answer.")


def test_an_evaluation_that_is_cut_off_wrote_nothing(traffic, make_rule, at, monkeypatch):
    rule = begun(make_rule(HIGH, **ERRORS), at)
    traffic(0, 10, errors=2)
    with monkeypatch.context() as patched:
        patched.setattr(telling, "tell", _cut_off)
        with pytest.raises(DatabaseError):
            evaluate(rule.pk, at(60))
    assert Incident.objects.count() == 0
    assert not rule.segments.exclude(phase="inactive").exists()
    evaluate(rule.pk, at(60))
    assert news() == [("firing", 1)]


def _cut_off(*_told, **_options):
    raise DatabaseError("The connection is gone.")


def test_a_rule_is_due_when_its_next_bucket_is_over_and_late_spans_have_come(make_rule, at):
    rule = make_rule(HIGH, **ERRORS, bucket="5m", lag_seconds=60)
    assert due() == [rule.pk]
    evaluate(rule.pk, at(10))
    rule.refresh_from_db()
    assert rule.next_at == at(60)
    evaluate(rule.pk, at(100))
    rule.refresh_from_db()
    assert rule.next_at == at(360)
    assert due(at(359)) == [] and due(at(360)) == [rule.pk]


def test_a_changed_rule_begins_anew_and_closes_its_alerts(traffic, make_rule, at, owner):
    rule = begun(make_rule(HIGH, **ERRORS), at)
    traffic(0, 10, errors=2)
    evaluate(rule.pk, at(60))
    redefine(rule, rule.wanted, owner)
    assert rule.segments.count() == 0 and rule.evaluated_until is None
    assert Incident.objects.filter(resolved_at=None).count() == 0
    switch(rule, False, owner)
    assert due(at(10**6)) == [] and evaluate(rule.pk, at(120)) is False


def test_an_evaluation_under_an_older_definition_is_thrown_away(
    traffic, make_rule, at, monkeypatch, owner
):
    rule = begun(make_rule(HIGH, **ERRORS), at)
    traffic(0, 10, errors=2)
    measured = evaluating.measured

    def meanwhile(*told, **options):
        redefine(Rule.objects.get(pk=rule.pk), rule.wanted, owner)
        return measured(*told, **options)

    monkeypatch.setattr(evaluating, "measured", meanwhile)
    assert evaluate(rule.pk, at(60)) is False
    assert Incident.objects.count() == 0


def test_late_spans_are_waited_for(traffic, make_rule, at):
    rule = begun(make_rule(HIGH, **ERRORS, lag_seconds=120), at)
    evaluate(rule.pk, at(120))
    traffic(0, 10, errors=2)
    evaluate(rule.pk, at(120) + timedelta(seconds=59))
    assert news() == []
    evaluate(rule.pk, at(180))
    assert news() == [("firing", 1)]
