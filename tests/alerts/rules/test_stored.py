"""Rules as JSON and back; what is hostile is refused."""

import json
from dataclasses import replace

import pytest

from alerts.incidents.hours import QuietHours
from alerts.incidents.tiers import Tier
from alerts.rules.conditions import Budget, Threshold, WrongRule
from alerts.rules.definition import Definition, Measured
from alerts.rules.points import Limit
from alerts.rules.ready_made import BY_KEY, READY_MADE
from alerts.rules.stored import KINDS, kind_of, read, written

WANTED = Definition(
    measured=(Measured(),),
    condition=Threshold(limits=(Limit(Tier.WARNING, 5.0),)),
    by=("model", "metadata.team"),
    group_by=("model",),
    quiet=(QuietHours(frozenset({5, 6}), 0, 1440, "Asia/Seoul"),),
)


@pytest.mark.parametrize(
    "wanted", [WANTED, *(one.definition for one in READY_MADE)], ids=lambda one: kind_of(one)
)
def test_a_rule_comes_back_from_json_as_it_was(wanted):
    assert read(json.loads(json.dumps(written(wanted)))) == wanted


def test_there_is_a_ready_made_rule_of_each_kind():
    assert {kind_of(one.definition) for one in READY_MADE} == set(KINDS)


def test_a_ready_made_rule_asks_for_what_it_needs():
    with pytest.raises(WrongRule):
        BY_KEY["quality"].made()
    with pytest.raises(WrongRule):
        BY_KEY["daily_budget"].made()
    assert BY_KEY["quality"].made(score="helpful").measured[0].scores == ("helpful",)
    budget = BY_KEY["daily_budget"].made(amount=25.0).condition
    assert isinstance(budget, Budget) and budget.amount == 25.0


def changed(**fields):
    return {**written(WANTED), **fields}


CONDITION = written(WANTED)["condition"]
LIMIT = {"tier": "warning", "value": 5}


@pytest.mark.parametrize(
    "hostile",
    [
        None,
        [],
        "rule",
        {},
        changed(surprise=1),
        changed(condition=None),
        changed(condition={"kind": "spell"}),
        changed(condition={**CONDITION, "kind": ["threshold"]}),
        changed(condition={**CONDITION, "limits": "many"}),
        changed(condition={**CONDITION, "limits": [{**LIMIT, "value": True}]}),
        changed(condition={**CONDITION, "limits": [{**LIMIT, "value": 10**400}]}),
        changed(condition={**CONDITION, "limits": [{**LIMIT, "value": float("nan")}]}),
        changed(condition={**CONDITION, "limits": [{**LIMIT, "tier": "doom"}]}),
        changed(condition={**CONDITION, "limits": [LIMIT] * 101}),
        changed(condition={**CONDITION, "least_samples": 1.5}),
        changed(by=["model", "model"]),
        changed(by=["model\0"]),
        changed(by=["model", "user", "name"]),
        changed(group_by=["user"]),
        changed(bucket="fortnight"),
        changed(zone="Mars/Olympus"),
        changed(lag_seconds=10**9),
        changed(quiet=[{"weekdays": [9], "begin": 0, "end": 60, "zone": "UTC"}]),
        changed(quiet=[{"weekdays": [1], "begin": 0, "end": 60, "zone": "../etc/passwd"}]),
        changed(measured=[]),
        changed(measured=[{"query": "level:"}]),
        changed(measured=[{"view": "secrets"}]),
        changed(measured=[{"measure": "x" * 501}]),
    ],
)
def test_what_is_no_rule_is_refused(hostile):
    with pytest.raises(WrongRule):
        read(hostile)


def test_what_learns_needs_buckets_that_four_weeks_have_few_enough_of():
    with pytest.raises(WrongRule):
        replace(BY_KEY["unusual_latency"].definition, bucket="minute")
