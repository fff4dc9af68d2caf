"""What rules say of their incidents: in words, by examples, and where the rest is listed."""

from urllib.parse import parse_qs, urlsplit

import pytest
from django.utils import translation

from alerts.incidents.explaining import explainer
from alerts.incidents.tiers import Tier
from alerts.rules.conditions import (
    Anomaly,
    Budget,
    BudgetState,
    BurnRate,
    Change,
    Composite,
    Drift,
    NoData,
    Signal,
    Threshold,
)
from alerts.rules.definition import Definition, Measured
from alerts.rules.points import Limit, Side
from alerts.rules.stored import written
from tests.alerts.conftest import MONDAY, SECOND
from traces.search.grammar import parsed

WARN = (Limit(Tier.WARNING, 0.05),)
BUCKET = {"begin": MONDAY, "end": MONDAY + 300, "samples": 40}
ERRORS = Measured(measure="error_rate", query="env:production")
SLOW = Measured(measure="latency", aggregation="p95")
COST = Measured(measure="cost")


def stored(condition, *measured, **options):
    return written(Definition(measured=measured or (ERRORS,), condition=condition, **options))


SPOKEN = [
    (
        stored(Threshold(limits=WARN)),
        {"value": 0.072, "limit": 0.05},
        "Error rate of env:production: 7.2 %",
        "above 5 %",
    ),
    (
        stored(Threshold(side=Side.BELOW, limits=WARN)),
        {"value": 0.0, "limit": 0.05},
        "Error rate of env:production: 0 %",
        "below 5 %",
    ),
    (
        stored(Change(limits=(Limit(Tier.WARNING, 100),)), COST),
        {"value": 120.0, "limit": 100.0, "evidence": {"now": 12.0, "before": 5.5}},
        "Cost (sum): $12.00, +120 % against $5.50 before",
        "above +100 %",
    ),
    (
        stored(Change(side=Side.BELOW, limits=(Limit(Tier.WARNING, -50),)), COST),
        {"value": -60.0, "limit": -50.0, "evidence": {"now": 2.0, "before": 5.0}},
        "Cost (sum): $2.00, −60 % against $5.00 before",
        "below −50 %",
    ),
    (
        stored(Change(side=Side.EITHER, limits=(Limit(Tier.WARNING, 50),)), COST),
        {"limit": 50.0, "evidence": {"now": 2.0, "before": None}},
        "Cost (sum): $2.00",
        "beyond ± 50 %",
    ),
    (
        stored(Anomaly(), SLOW, bucket="15m"),
        {"value": 8.2, "limit": 4.0, "low": -1.0, "high": 4.0, "evidence": {"z": 5, "usual": 1.5}},
        "Latency (p95): 8.2 s, +5 σ from usual",
        "expected 0 ms to 4 s, usually 1.5 s",
    ),
    (
        stored(BurnRate(objective=0.99)),
        {"value": 20.0, "limit": 14.4, "evidence": {"long_seconds": 3600, "short_seconds": 300}},
        "The error budget burns 20 times as fast as it may",
        "above 14.4 times",
    ),
    (
        stored(Budget(amount=100), COST),
        {"value": 83.0, "limit": 80.0, "evidence": {"spent": 83.0, "amount": 100.0}},
        "Cost (sum): $83.00 of $100.00 (83 %) spent",
        "above 80 %",
    ),
    (
        written(Definition(measured=(), condition=BudgetState())),
        {
            "value": 83.0,
            "limit": 80.0,
            "evidence": {"spent": 83.0, "amount": 100.0, "since": MONDAY, "projected": 120.0},
        },
        "$83.00 of $100.00 (83 %), heading for $120.00",
        "above 80 %",
    ),
    (
        written(Definition(measured=(), condition=Drift())),
        {"value": 0.35, "limit": 0.2, "evidence": {"state": "drift"}},
        "Drift, by an effect of 0.35",
        "above 0.2",
    ),
    (
        stored(NoData(), Measured()),
        {"value": 0.0, "limit": 1.0},
        "Number of calls: 0",
        "at least 1 wanted",
    ),
    (
        stored(
            Composite(signals=(Signal(name="errors"), Signal(name="latency"))),
            ERRORS,
            SLOW,
            bucket="15m",
        ),
        {
            "value": 3.46,
            "limit": 3.0,
            "evidence": {"errors": {"z": 1.5, "share": 0.3}, "latency": {"z": 3.5, "share": 0.7}},
        },
        "3.46 σ together: latency 3.5 σ, errors 1.5 σ",
        "above 3 σ",
    ),
]


@pytest.mark.parametrize(("definition", "facts", "value", "limit"), SPOKEN)
def test_value_and_limit_are_said_with_their_units(definition, facts, value, limit):
    said = explainer().said(definition, {**BUCKET, **facts})
    assert (said.value, said.limit) == (value, limit)


@pytest.mark.parametrize(("definition", "facts", "value", "limit"), SPOKEN)
def test_facts_of_a_bucket_without_anything_are_said_too(definition, facts, value, limit):
    said = explainer().said(definition, {"begin": MONDAY, "end": MONDAY + 60, "samples": 0})
    assert said.value == "" and said.limit == "" and said.window


def test_the_window_is_on_the_clock_of_the_rule():
    wanted = stored(Threshold(limits=WARN), zone="Asia/Seoul")
    said = explainer().said(wanted, {**BUCKET, "value": 1.0})
    assert said.window == "2026-11-16 09:00 – 09:05 Asia/Seoul (5 min)"
    long = {**BUCKET, "value": 20.0, "evidence": {"long_seconds": 6 * 3600, "short_seconds": 1800}}
    said = explainer().said(stored(BurnRate(objective=0.99)), long)
    assert said.window == "2026-11-15 18:05 – 2026-11-16 00:05 UTC (6 h)"


def test_of_a_definition_that_is_none_nothing_is_said():
    said = explainer().said({"condition": "?"}, {**BUCKET, "value": 1.0})
    assert (said.value, said.limit, said.window) == ("", "", "")
    assert explainer().list_address("p", {}, {}, 0, 1) == ""
    assert explainer().samples("p", {}, {}, 0, 1) == []


@pytest.mark.django_db
def test_examples_are_the_worst_traces_of_the_segment_in_the_time(project, traffic):
    traffic(0, 5, model="a", took=9)
    for took in (3, 7, 5, 4):
        traffic(300, 1, model="a", took=took, trace_name=f"call {took}")
    traffic(300, 1, model="b", took=8)
    wanted = stored(
        Threshold(limits=WARN), Measured(measure="latency", aggregation="p95"), by=("model",)
    )
    found = explainer().samples(project.id, wanted, {"model": "a"}, MONDAY + 300, MONDAY + 600)
    assert [one.name for one in found] == ["call 7, 7 s", "call 5, 5 s", "call 4, 4 s"]
    assert all(one.trace_id for one in found)


@pytest.mark.django_db
def test_where_nothing_failed_no_trace_is_an_example_of_failing(project, traffic):
    traffic(0, 5, errors=1, model="a")
    traffic(300, 5, model="a")
    wanted = stored(Threshold(limits=WARN), Measured(measure="error_rate"))
    assert len(explainer().samples(project.id, wanted, {}, MONDAY, MONDAY + 300)) == 1
    assert explainer().samples(project.id, wanted, {}, MONDAY + 300, MONDAY + 600) == []


@pytest.mark.django_db
def test_where_little_is_bad_the_least_is_an_example(project, traffic):
    for took in (3, 1, 2, 4):
        traffic(0, 1, took=took, trace_name=f"call {took}")
    low = Threshold(side=Side.BELOW, limits=WARN)
    found = explainer().samples(project.id, stored(low, SLOW), {}, MONDAY, MONDAY + 300)
    assert [one.name for one in found] == ["call 1, 1 s", "call 2, 2 s", "call 3, 3 s"]


@pytest.mark.django_db
def test_of_what_the_store_does_not_know_there_is_no_example(project):
    wanted = stored(Threshold(limits=WARN), Measured(measure="charm"))
    assert explainer().samples(project.id, wanted, {}, MONDAY, MONDAY + 300) == []
    nothing = stored(NoData(), Measured())
    assert explainer().samples(project.id, nothing, {}, MONDAY, MONDAY + 300) == []


def test_the_list_shows_the_rules_query_in_the_segment_and_the_time():
    wanted = stored(Threshold(limits=WARN), by=("model", "metadata.team"))
    labels = {"model": 'gpt "5"', "metadata.team": "red"}
    address = explainer().list_address("p1", wanted, labels, MONDAY, MONDAY + 300)
    told = parse_qs(urlsplit(address).query)
    assert told["q"] == [r'environment:production model:"gpt \"5\"" metadata.team:red']
    assert not parsed(told["q"][0]).problems
    assert told["kind"] == ["observations"]
    assert told["from"] == [str(MONDAY * SECOND)] and told["to"] == [str((MONDAY + 300) * SECOND)]


def test_a_segment_that_the_query_bar_has_no_words_for_leads_nowhere():
    wanted = stored(Threshold(limits=WARN), by=("hour",))
    assert explainer().list_address("p1", wanted, {"hour": "5"}, MONDAY, MONDAY + 300) == ""


def test_words_follow_the_language():
    with translation.override("ko"):
        said = explainer().said(stored(Threshold(limits=WARN)), {**BUCKET, "value": 0.072})
    assert "7.2 %" in said.value and "Error rate" not in said.value
