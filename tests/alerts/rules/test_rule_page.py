"""A rule's own page."""

import pytest
from django.urls import reverse

from alerts.incidents.models import Incident
from alerts.incidents.tiers import Tier
from alerts.rules.changing import made
from alerts.rules.conditions import BudgetState, Threshold
from alerts.rules.definition import Definition
from alerts.rules.evaluating import evaluate
from alerts.rules.limits import sent_limits
from alerts.rules.points import Limit
from alerts.rules.views import asked

pytestmark = pytest.mark.django_db
HIGH = Threshold(limits=(Limit(Tier.WARNING, 0.05), Limit(Tier.CRITICAL, 0.5)))


@pytest.fixture
def page(client, owner, project):
    client.force_login(owner)

    def got(name: str, rule, query: str = "", **headers):
        return client.get(reverse(name, args=[project.id, rule.pk]) + query, headers=headers)

    return got


@pytest.fixture
def fired(traffic, make_rule, at):
    """A rule by model, of which one segment fires and one is calm."""
    rule = make_rule(HIGH, measure="error_rate", by=("model",), name="Errors <b>by</b> model")
    evaluate(rule.pk, at(0))
    traffic(0, 10, errors=2, model="large")
    traffic(0, 10, model="small")
    evaluate(rule.pk, at(60))
    return rule


def test_it_says_each_segments_state_value_and_limit_with_what_fires_first(page, fired):
    text = page("alerts-rule", fired).content.decode()
    assert "Errors &lt;b&gt;by&lt;/b&gt; model" in text
    assert text.index("large") < text.index("small")
    assert "20 %" in text and "above 5 %" in text
    assert "2026-11-16 00:00" in text  # bad since
    incident = Incident.objects.get()
    assert reverse("alerts-incident", args=[fired.project_id, incident.pk]) in text


def test_its_chart_is_a_fragment_with_what_really_fired_shaded(
    page, traffic, make_rule, at, monkeypatch
):
    monkeypatch.setattr(asked, "now", lambda: int(at(3600).timestamp()))
    rule = make_rule(HIGH, measure="error_rate", name="Lately")
    traffic(0, 10, errors=2)
    evaluate(rule.pk, at(60))
    assert Incident.objects.get().is_open
    response = page("alerts-rule-course", rule, "?days=1", hx_request="true")
    text = response.content.decode()
    assert "<html" not in text and "data-figure" in text
    assert "&quot;shapes&quot;:[{&quot;name&quot;:&quot;warn&quot;" in text
    assert "20 %" in text  # in the table
    whole = page("alerts-rule", rule, "?full=1").content.decode()
    assert "<html" in whole and "data-figure" in whole


def test_what_stands_in_its_way_is_said_with_what_to_do(page, make_rule, at):
    rule = make_rule(HIGH, measure="no_such_measure")
    evaluate(rule.pk, at(60))
    text = page("alerts-rule", rule).content.decode()
    assert "Not evaluated" in text and "no_such_measure" in text
    assert reverse("alerts-rule-edit", args=[rule.project_id, rule.pk]) in text
    course = page("alerts-rule-course", rule).content.decode()
    assert "no_such_measure" in course and "data-figure" not in course


def test_a_rule_that_cannot_be_read_has_a_page_all_the_same(page, make_rule):
    rule = make_rule(HIGH, measure="error_rate")
    type(rule).objects.filter(pk=rule.pk).update(definition={"condition": {"kind": "spell"}})
    response = page("alerts-rule", rule)
    assert response.status_code == 200
    assert "cannot be read" in response.content.decode()
    assert page("alerts-rule-course", rule).status_code == 200
    assert page("alerts-backtest", rule).status_code == 302


def test_of_budgets_it_leads_to_their_pages(page, project):
    rule = made(project, "Budgets", Definition(condition=BudgetState(), bucket="hour"))
    text = page("alerts-rule-course", rule).content.decode()
    assert "not kept" in text
    assert reverse("budget-list", args=[project.id]) in page("alerts-rule", rule).content.decode()


def test_limits_are_set_and_taken_back(client, page, make_rule):
    rule = make_rule(HIGH, measure="error_rate")
    page("alerts-rule", rule)
    address = reverse("alerts-rule-limits", args=[rule.project_id, rule.pk])
    before = sent_limits(rule.wanted)
    assert before == {"limit-warning": "5", "limit-critical": "50", "for": ""}
    sent = {**before, "limit-warning": "7.5", "for": "3m"}
    response = client.post(address, sent, follow=True)
    rule = type(rule).objects.get(pk=rule.pk)
    assert rule.wanted.condition.limits[0].value == pytest.approx(0.075)
    assert rule.wanted.lasting.for_seconds == 180
    text = response.content.decode()
    assert "has new limits" in text and 'name="limit-warning" value="5"' in text
    client.post(address, before)
    assert type(rule).objects.get(pk=rule.pk).wanted.condition == HIGH
    for nonsense in ({"limit-warning": "many"}, {"limit-warning": "60"}, {"for": "ever"}):
        client.post(address, {**before, **nonsense})
        assert type(rule).objects.get(pk=rule.pk).wanted.condition == HIGH


def test_who_may_not_change_it_may_look(client, viewer, stranger, fired):
    client.force_login(viewer)
    address = reverse("alerts-rule", args=[fired.project_id, fired.pk])
    text = client.get(address).content.decode()
    assert "alerts-rule-edit" not in text and "Switch off" not in text
    limits = reverse("alerts-rule-limits", args=[fired.project_id, fired.pk])
    assert client.post(limits, {"limit-warning": "7"}).status_code == 404
    client.force_login(stranger)
    assert client.get(address).status_code == 404


def test_the_link_of_a_message_draws_the_time_that_it_is_of(page, fired, at, monkeypatch):
    """Also when it is opened days later."""
    monkeypatch.setattr(asked, "now", lambda: int(at(5 * 86_400).timestamp()))
    nothing = "Nothing was measured in this time."
    assert nothing in page("alerts-rule-course", fired).content.decode()
    to = f"{int(at(3600).timestamp())}000000000"
    assert nothing not in page("alerts-rule-course", fired, f"?to={to}").content.decode()
    assert f"&amp;to={to}" in page("alerts-rule", fired, f"?to={to}").content.decode()
    for wrong in ("1", "9" * 40, "\u0663", "-5", "x%22"):
        assert nothing in page("alerts-rule-course", fired, f"?to={wrong}").content.decode()
