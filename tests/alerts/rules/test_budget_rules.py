"""Rules whose condition is how the budgets of a project stand."""

from decimal import Decimal

import pytest
from django.urls import reverse

from alerts.incidents.models import Incident
from alerts.incidents.tiers import Tier
from alerts.rules.changing import made
from alerts.rules.conditions import BudgetState, WrongRule
from alerts.rules.definition import Definition
from alerts.rules.evaluating import evaluate
from alerts.rules.models import SegmentState
from alerts.rules.points import Limit
from alerts.rules.stored import read, written
from dashboards.budgets.models import Budget
from tests.alerts.conftest import MONDAY

pytestmark = pytest.mark.django_db
HOUR, DAY = 3600, 86_400


@pytest.fixture
def budget(project):
    def kept(name: str, amount: int, **fields) -> Budget:
        fields = {"period": "day", "thresholds": [80, 100], **fields}
        return Budget.objects.create(project=project, name=name, amount=amount, **fields)

    return kept


@pytest.fixture
def spent(traffic):
    """`spent(3600, "2.50")`: a call of that cost, at that second of the Monday."""
    return lambda second, dollars, **fields: traffic(
        second, 1, total_cost=Decimal(dollars), **fields
    )


def budget_rule(project, budget_id: str = "", **condition):
    wanted = BudgetState(budget=budget_id, **condition)
    return made(project, "Budgets", Definition(condition=wanted, bucket="hour", lag_seconds=0))


def open_tiers() -> set[tuple[str, str, str]]:
    found = Incident.objects.filter(resolved_at=None)
    return {(one.labels["budget"], one.labels["value"], one.tier) for one in found}


def test_each_budget_fires_at_its_limits_and_begins_anew_with_its_period(
    project, budget, spent, at
):
    daily, large = budget("Daily", 10), budget("Large", 1000)
    rule = budget_rule(project)
    spent(60, "5")
    evaluate(rule.pk, at(HOUR))
    assert open_tiers() == set()
    spent(HOUR + 60, "3.5")
    evaluate(rule.pk, at(2 * HOUR))
    assert open_tiers() == {("Daily", "", "warning")}
    facts = Incident.objects.get().facts
    assert facts["value"] == pytest.approx(85.0) and facts["limit"] == 80.0
    assert (facts["evidence"]["spent"], facts["evidence"]["amount"]) == (8.5, 10.0)
    assert facts["evidence"]["since"] == MONDAY
    spent(2 * HOUR + 60, "2")
    evaluate(rule.pk, at(3 * HOUR))
    assert open_tiers() == {("Daily", "", "critical")}
    assert Incident.objects.count() == 1
    evaluate(rule.pk, at(DAY + HOUR))  # the new day has spent nothing
    assert open_tiers() == set()
    labels = SegmentState.objects.filter(rule=rule).values_list("labels__id", flat=True)
    assert set(labels) == {daily.pk, large.pk}


def test_of_a_budget_for_each_value_every_value_is_an_alert(project, budget, spent, at):
    budget("Each model", 10, dimension="model")
    rule = budget_rule(project)
    spent(60, "9", model="large")
    spent(70, "1", model="small")
    evaluate(rule.pk, at(HOUR))
    assert open_tiers() == {("Each model", "large", "warning")}


def test_what_will_be_used_up_at_this_pace_is_told_before(project, budget, spent, at):
    monthly = budget("Monthly", 100, period="month")
    for day in range(-15, 1):
        spent(day * DAY + 60, "5")
    told = budget_rule(project)
    evaluate(told.pk, at(HOUR))
    (incident,) = Incident.objects.all()
    assert (incident.labels["id"], incident.tier) == (monthly.pk, "warning")
    assert incident.facts["evidence"]["projected"] > 100
    assert incident.facts["value"] < 100
    # Whoever does not ask for it is not told.
    wanted = Definition(
        condition=BudgetState(projected=None, limits=(Limit(Tier.CRITICAL, 100.0),)),
        bucket="hour",
        lag_seconds=0,
    )
    quiet = made(project, "Only what is spent", wanted)
    evaluate(quiet.pk, at(HOUR))
    assert not Incident.objects.filter(rule_id=quiet.pk).exists()


def test_after_a_pause_it_is_looked_at_once_as_it_stands(project, budget, spent, at):
    budget("Daily", 10)
    rule = budget_rule(project)
    evaluate(rule.pk, at(HOUR))
    spent(2 * HOUR, "9")
    evaluate(rule.pk, at(6 * HOUR))
    incident = Incident.objects.get()
    assert (incident.began_at, incident.fired_at) == (at(5 * HOUR), at(6 * HOUR))
    evaluate(rule.pk, at(12 * HOUR))  # and what fires goes on doing so
    assert Incident.objects.get().is_open


def test_one_budget_and_one_that_is_archived(project, budget, spent, at):
    daily = budget("Daily", 10)
    budget("Other", 1)
    rule = budget_rule(project, daily.pk)
    spent(60, "9")
    evaluate(rule.pk, at(HOUR))
    assert open_tiers() == {("Daily", "", "warning")}
    Budget.objects.filter(pk=daily.pk).update(is_archived=True)
    evaluate(rule.pk, at(2 * HOUR))
    rule.refresh_from_db()
    assert rule.failing_since and "budget" in rule.last_error


def test_it_comes_back_from_json_and_takes_no_nonsense():
    wanted = read({"condition": {"kind": "budget_state"}})
    assert wanted.labels == ("budget", "value", "id") and read(written(wanted)) == wanted
    for condition in ({"limits": []}, {"limits": [{"tier": "warning", "value": -1}]}):
        with pytest.raises(WrongRule):
            read({"condition": {"kind": "budget_state", **condition}})


def test_a_budgets_page_leads_to_the_rules_that_look_at_it(client, owner, project, budget):
    daily, other = budget("Daily", 10), budget("Other", 10)
    client.force_login(owner)
    address = reverse("budget", args=[project.id, daily.pk])
    assert "nobody is told" in client.get(address).content.decode()
    new = client.get(reverse("alerts-rule-new", args=[project.id]), {"key": "budgets"})
    assert "budget_state" in new.content.decode()
    rule = budget_rule(project, daily.pk)
    text = client.get(address).content.decode()
    assert reverse("alerts-rule", args=[project.id, rule.pk]) in text
    others = client.get(reverse("budget", args=[project.id, other.pk])).content.decode()
    assert "nobody is told" in others
