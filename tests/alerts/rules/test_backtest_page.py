"""When a rule would have fired, with its limits or with others."""

import json
from datetime import UTC, datetime

import pytest
from django.urls import reverse

from alerts.incidents.models import Incident
from alerts.incidents.tiers import Tier
from alerts.rules.changing import made
from alerts.rules.conditions import BudgetState, Threshold
from alerts.rules.definition import Definition, Measured
from alerts.rules.models import Rule, SegmentState
from alerts.rules.points import Limit
from alerts.rules.stored import written
from alerts.rules.views import asked
from tests.alerts.conftest import MONDAY
from traces.errors import LimitReached

pytestmark = pytest.mark.django_db
HIGH = Threshold(limits=(Limit(Tier.WARNING, 0.05), Limit(Tier.CRITICAL, 0.5)))
RESULT = {"result": "1"}


@pytest.fixture
def now(monkeypatch) -> int:
    """The moment that pages take for now."""
    monkeypatch.setattr(asked, "now", lambda: MONDAY + 43_200)
    return MONDAY + 43_200


@pytest.fixture
def rule(traffic, make_rule, now):
    """A fifth of the calls failed in one quarter of an hour, a fiftieth in the others."""
    for quarter in range(2, 8):
        failed = 10 if quarter == 4 else 1
        traffic(now - quarter * 900 - MONDAY, 50, errors=failed)
    return make_rule(HIGH, measure="error_rate", bucket="15m")


@pytest.fixture
def tried(client, owner):
    client.force_login(owner)

    def sent(rule, **fields):
        address = reverse("alerts-backtest", args=[rule.project_id, rule.pk])
        response = client.post(address, {**RESULT, **fields}, headers={"hx-request": "true"})
        assert response.status_code == 200
        return response.content.decode()

    return sent


def test_the_page_has_a_skeleton_that_asks_for_the_result(client, owner, rule):
    client.force_login(owner)
    address = reverse("alerts-backtest", args=[rule.project_id, rule.pk])
    text = client.get(address).content.decode()
    assert "skeleton" in text and "data-figure" not in text
    assert 'name="limit-warning" value="5"' in text
    assert "data-figure" in client.post(address, RESULT).content.decode()  # without htmx


def test_it_says_how_often_how_long_and_draws_it(tried, rule):
    text = tried(rule, days="1")
    assert "<html" not in text
    assert "1 time" in text and "15 min" in text
    assert "data-figure" in text and "&quot;shapes&quot;:[{" in text
    assert not Incident.objects.exists() and not SegmentState.objects.exists()


def test_other_limits_are_tried_and_nothing_is_changed(tried, rule):
    assert "would not have fired" in tried(rule, days="1", **{"limit-warning": "25"})
    all_of_it = tried(rule, days="1", **{"limit-warning": "1"})
    assert "1 time" in all_of_it and "1 h 30 min" in all_of_it
    assert Rule.objects.get().wanted.condition == HIGH


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"limit-warning": "lots"}, "no number"),
        ({"limit-warning": "80"}, "further out"),
        ({"for": "soon"}, "no number"),
    ],
)
def test_limits_that_make_no_sense_are_said(tried, rule, fields, words):
    text = tried(rule, **fields)
    assert words in text and "data-figure" not in text


def test_the_last_day_of_a_long_time_comes_first_and_asks_for_the_rest(tried, rule):
    first = tried(rule, days="7", first="1")
    assert "data-figure" in first and "all 7 days are being read" in first
    assert "being read" not in tried(rule, days="7")


def test_more_buckets_than_the_most_are_not_asked_for(tried, traffic, make_rule, client):
    rule = make_rule(HIGH, measure="error_rate", bucket="minute", name="By the minute")
    address = reverse("alerts-backtest", args=[rule.project_id, rule.pk])
    text = client.get(address + "?days=30").content.decode()
    assert text.count("disabled") >= 2 and "too many buckets" in text
    assert tried(rule, days="30")


def test_what_takes_too_long_is_said_in_its_place(tried, rule, monkeypatch):
    def too_long(*_arguments):
        raise LimitReached("It took too long.")

    monkeypatch.setattr("alerts.rules.views.backtesting.backtest", too_long)
    text = tried(rule)
    assert "It took too long." in text and "data-figure" not in text


def test_verdicts_of_people_are_held_against_it(tried, rule, now):
    def judged(quarter: int, was_real: bool) -> None:
        at = datetime.fromtimestamp(now - quarter * 900, UTC)
        Incident.objects.create(
            project_id=rule.project_id,
            rule_id=rule.pk,
            rule_name=rule.name,
            fingerprint=f"{rule.pk}-{quarter}",
            group_key="g",
            tier="warning",
            began_at=at,
            fired_at=at,
            resolved_at=at,
            was_real=was_real,
        )

    assert "people judged" not in tried(rule, days="1")
    judged(4, was_real=True)
    judged(6, was_real=False)
    text = tried(rule, days="1")
    assert "told 1 of 1 real ones and 0 of 1 false ones" in text


def test_a_rule_that_is_not_kept_is_tried_from_its_json(client, owner, project, traffic, now):
    client.force_login(owner)
    traffic(now - 1800 - MONDAY, 50, errors=10)
    wanted = Definition(measured=(Measured(measure="error_rate"),), condition=HIGH, bucket="15m")
    address = reverse("alerts-backtest-new", args=[project.id])
    sent = {"definition": json.dumps(written(wanted)), **RESULT}
    text = client.post(address, sent).content.decode()
    assert "data-figure" in text and "1 time" in text
    assert not Rule.objects.exists()
    for hostile in ("", "[]", "{", "[" * 5000, json.dumps({"condition": {"kind": "spell"}})):
        assert client.post(address, {"definition": hostile, **RESULT}).status_code == 302


def test_how_budgets_stood_is_not_kept_and_says_so(tried, project):
    kept = made(project, "Budgets", Definition(condition=BudgetState(), bucket="hour"))
    text = tried(kept)
    assert "not kept" in text and "data-figure" not in text


def test_a_csv_has_all_buckets(client, owner, rule):
    client.force_login(owner)
    address = reverse("alerts-backtest", args=[rule.project_id, rule.pk])
    response = client.get(address, {"format": "csv", "days": "1"})
    lines = response.content.decode("utf-8-sig").splitlines()
    assert response["Content-Type"].startswith("text/csv")
    assert lines[0].startswith("begin,end,segment,value,limit")
    assert len(lines) == 1 + 96
    assert sum(line.endswith(",bad") for line in lines) == 1


def test_a_stranger_learns_nothing(client, stranger, rule):
    client.force_login(stranger)
    address = reverse("alerts-backtest", args=[rule.project_id, rule.pk])
    assert client.get(address).status_code == 404
    assert client.post(address, RESULT).status_code == 404
