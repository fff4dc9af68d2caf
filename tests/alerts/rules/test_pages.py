"""The list of rules and the ready-made ones."""

import re

import pytest
from django.urls import reverse
from django.utils import timezone

from alerts.incidents.models import Incident
from alerts.incidents.tiers import Tier
from alerts.rules.conditions import NoData, Threshold
from alerts.rules.evaluating import evaluate
from alerts.rules.models import Rule, SegmentState
from alerts.rules.points import Limit
from alerts.rules.ready_made import READY_MADE
from alerts.rules.trying import tried
from tests.alerts.conftest import MONDAY

BAD = Threshold(limits=(Limit(Tier.WARNING, 0.05),))


def switch(client, project, rule, on: str, **more):
    return client.post(
        reverse("alerts-rule-switch", args=[project.id, rule.pk]), {"on": on}, **more
    )


def test_a_project_without_rules_is_led_to_the_ready_made_ones(client, page, project, viewer):
    there = page("alerts-rules")
    assert "No rule yet" in there
    assert reverse("alerts-rules-ready", args=[project.id]) in there
    client.force_login(viewer)
    answer = client.get(reverse("alerts-rules", args=[project.id]))
    assert "A member of the project can make one." in answer.content.decode()


def test_a_rule_stands_in_the_list_in_words_with_how_it_stands(page, make_rule, traffic, at):
    rule = make_rule(BAD, measure="error_rate", query="env:production", by=("model",))
    traffic(60, 20, errors=10, model="gpt-5", environment="production")
    traffic(60, 20, errors=0, model="small", environment="production")
    assert evaluate(rule.pk, at(125))
    there = page("alerts-rules")
    assert "Error rate of env:production above 5 %, each Model by itself" in there
    assert "1 firing" in there and "1 calm" in there and "Warning" in there


def test_what_is_wrong_with_a_rule_is_seen_in_the_list(page, make_rule):
    rule = make_rule(BAD)
    gone = {**rule.definition, "measured": [{"view": "nothing"}]}
    Rule.objects.filter(pk=rule.pk).update(
        failing_since=timezone.now(), last_error="There is no measure “x”.", unseen_segments=7,
        passed_over_at=timezone.now(),
    )  # fmt: skip
    there = page("alerts-rules", query={"state": "failing"})
    assert "There is no measure “x”." in there and "Cannot be evaluated since" in there
    assert "7 segments are beyond" in there and "passed over" in there
    Rule.objects.filter(pk=rule.pk).update(definition=gone)
    assert "There is no such view." in page("alerts-rules")


def test_rules_are_found_by_name_by_query_and_by_state(page, make_rule):
    make_rule(BAD, name="Errors of checkout", query="env:production")
    calm = make_rule(BAD, name="Calm one")
    pending = make_rule(BAD, name="Pending one")
    SegmentState.objects.create(rule=pending, phase="pending", tier="warning", labels={})
    Rule.objects.filter(pk=calm.pk).update(is_on=False)
    names = ("Errors of checkout", "Calm one", "Pending one")

    def shown(**query):
        there = page("alerts-rules", query=query, htmx=True)
        assert "<html" not in there
        return [name for name in names if name in there]

    assert shown() == list(names)
    assert shown(q="checkout") == shown(q="env:prod") == ["Errors of checkout"]
    assert shown(state="off") == ["Calm one"]
    assert shown(state="pending") == ["Pending one"]
    assert "No rule is like that" in page("alerts-rules", query={"q": "nothing\0here"})


def test_a_long_list_has_pages(page, make_rule, monkeypatch):
    monkeypatch.setattr("alerts.rules.views.lists.A_PAGE", 2)
    for number in range(3):
        make_rule(BAD, name=f"Rule {number}")
    first, second = page("alerts-rules"), page("alerts-rules", query={"page": 2})
    assert "Rule 1" in first and "Rule 2" not in first and "page=2" in first
    assert "Rule 2" in second and "Rule 1" not in second


def test_a_rule_is_switched_off_and_back_on_in_its_line(client, page, project, make_rule):
    page("alerts-rules")
    rule = make_rule(BAD)
    line = switch(client, project, rule, "no", headers={"HX-Request": "true"}).content.decode()
    assert line.count("<tr") == 1 and "Undo" in line
    assert not Rule.objects.get(pk=rule.pk).is_on
    answer = switch(client, project, rule, "yes")
    assert answer.url == reverse("alerts-rules", args=[project.id])
    assert Rule.objects.get(pk=rule.pk).is_on


def test_a_rule_is_deleted_when_asked_twice_and_its_incidents_stay(
    client, page, project, make_rule, traffic, at
):
    rule = make_rule(BAD)
    traffic(60, 20, errors=10)
    assert evaluate(rule.pk, at(125))
    assert "1 alert of it is open" in page("alerts-rule-delete", rule.pk)
    assert Rule.objects.filter(pk=rule.pk).exists()
    client.post(reverse("alerts-rule-delete", args=[project.id, rule.pk]))
    assert not Rule.objects.filter(pk=rule.pk).exists()
    assert not Incident.objects.get(rule_id=rule.pk).is_open


def test_who_only_looks_changes_nothing(client, project, viewer, stranger, make_rule):
    rule = make_rule(BAD)
    ready = reverse("alerts-rules-ready", args=[project.id])
    for person, seen in ((viewer, 200), (stranger, 404)):
        client.force_login(person)
        assert client.get(ready).status_code == seen
        assert switch(client, project, rule, "no").status_code in (403, 404)
        assert client.post(ready, {"key": "slow"}).status_code in (403, 404)
    assert Rule.objects.get(project=project).is_on


@pytest.mark.parametrize("one", READY_MADE, ids=lambda one: one.key)
def test_each_ready_made_rule_is_on_with_one_click(client, page, project, one):
    page("alerts-rules-ready")
    address = reverse("alerts-rules-ready", args=[project.id])
    sent = {"key": one.key, "score": "faithfulness", "amount": "25"}
    answer = client.post(address, sent)
    assert answer.url == f"{address}#ready-{one.key}"
    rule = Rule.objects.get(project=project)
    assert (rule.is_on, rule.ready_made) == (True, one.key)
    card = re.search(rf'id="ready-{one.key}".*?</li>', client.get(address).content.decode(), re.S)
    assert rule.name.replace("&", "&amp;") in card[0]
    client.post(address, sent)
    assert Rule.objects.filter(project=project, name=f"{rule.name} 2").exists()


def test_a_ready_made_rule_that_needs_a_word_says_so(client, page, project):
    page("alerts-rules-ready")
    address = reverse("alerts-rules-ready", args=[project.id])
    answer = client.post(address, {"key": "quality"}, follow=True)
    assert "Choose a score." in answer.content.decode()
    facts = page("alerts-ready-facts", "daily_budget", query={"amount": "nan"}, htmx=True)
    assert "The amount is above 0." in facts
    assert client.get(reverse("alerts-ready-facts", args=[project.id, "no"])).status_code == 404
    assert not Rule.objects.filter(project=project).exists()


def test_a_ready_made_rule_tells_what_it_would_have_done(page, project, traffic):
    there = page("alerts-ready-facts", "slow", htmx=True)
    assert "At present" in there and "0 times" in there and "nothing measured" in there
    for minute in range(5):
        traffic(60 * minute, 40, errors=20)
    one = next(one for one in READY_MADE if one.key == "error_rate")
    found = tried(project.id, one.definition, MONDAY + 600)
    assert (found.firings, found.value, found.is_empty) == (1, 0.5, False)


def test_no_data_says_that_nothing_came(page, make_rule):
    make_rule(NoData(), name="Silence", bucket="15m")
    assert "Nothing in 15 min: Number of calls" in page("alerts-rules")
