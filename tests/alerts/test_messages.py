"""What a notice says to whoever is told."""

from dataclasses import replace
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest

from accounts.models import Membership
from alerts.channels.message import as_json, of_json
from alerts.incidents import acting, messages, telling
from alerts.incidents.models import Incident, Notice
from alerts.incidents.tiers import Tier
from alerts.rules.changing import redefine
from alerts.rules.conditions import Threshold
from alerts.rules.evaluating import evaluate
from alerts.rules.models import Rule
from alerts.rules.points import Limit
from tests.alerts.conftest import MONDAY, SECOND
from traces.errors import Unavailable

pytestmark = pytest.mark.django_db
HIGH = Threshold(limits=(Limit(Tier.WARNING, 0.05),))


@pytest.fixture
def failing(project, owner, traffic, make_rule, at) -> Rule:
    """A rule that began a minute after the Monday, of which two models fail in the next one."""
    rule = make_rule(HIGH, measure="error_rate", by=("model",))
    Rule.objects.update(note="Ask the gateway team.", runbook_url="https://wiki.example/errors")
    evaluate(rule.pk, at(60))
    traffic(60, 20, errors=4, model="gpt-5", trace_name="chat")
    traffic(60, 10, errors=1, model="haiku")
    evaluate(rule.pk, at(120))
    return rule


def query_of(address: str) -> dict[str, list[str]]:
    return parse_qs(urlsplit(address).query)


def test_a_message_says_value_limit_window_and_segment_of_each_alert(failing, project, settings):
    settings.BASE_URL = "https://sonde.example"
    notice = Notice.objects.get()
    message = messages.of(notice)
    assert (message.key, message.news, message.tier) == (notice.pk, "firing", "warning")
    assert (message.rule_name, message.project_name) == ("Errors", "Support bot")
    assert message.note == "Ask the gateway team."
    assert message.runbook_url == "https://wiki.example/errors"
    one, other = message.alerts
    assert (one.labels, other.labels) == ({"model": "gpt-5"}, {"model": "haiku"})
    assert (one.value, other.value) == ("Error rate: 20 %", "Error rate: 10 %")
    assert one.limit == "above 5 %"
    assert one.window == "2026-11-16 00:01 – 00:02 UTC (1 min)"
    assert one.began_at.timestamp() == MONDAY + 60 and one.ended_at is None


def test_it_leads_to_what_helps(failing, project, settings):
    settings.BASE_URL = "https://sonde.example"
    message = messages.of(Notice.objects.get())
    one = message.alerts[0]
    incident = Incident.objects.get(labels={"model": "gpt-5"})
    assert one.url == f"https://sonde.example/projects/{project.id}/alerts/incidents/{incident.pk}"
    assert one.acknowledge_url != one.silence_url
    assert one.acknowledge_url.startswith("https://sonde.example/")
    assert len(one.samples) == 3 and {sample.name for sample in one.samples} == {"chat"}
    assert one.samples[0].url.startswith(f"https://sonde.example/projects/{project.id}/traces/")
    assert len(message.alerts[1].samples) == 1  # no other failed
    told = query_of(message.traces_url)
    assert told["q"] == ["model:gpt-5"] and told["kind"] == ["observations"]
    assert told["from"] == [str((MONDAY + 60) * SECOND)]
    assert told["to"] == [str((MONDAY + 120) * SECOND)]
    assert f"/alerts/rules/{failing.pk}?" in message.rule_url
    assert query_of(message.rule_url)["from"] == [str((MONDAY + 60 - 3600) * SECOND)]


def test_the_chart_is_of_the_worst_alerts_last_buckets(failing):
    series = messages.of(Notice.objects.get()).series
    assert series.points[-1] == pytest.approx(0.2) and series.points[-2] is None
    assert len(series.points) == 30 and (series.unit, series.limit) == ("share", 0.05)


def test_a_message_is_stored_as_json(failing):
    message = messages.of(Notice.objects.get())
    assert of_json(as_json(message)) == message


def test_a_store_that_is_away_leaves_out_examples_and_chart_alone(failing, monkeypatch):
    asked = []

    def away(*args, **options):
        asked.append(args)
        raise Unavailable("ClickHouse does not answer.")

    monkeypatch.setattr("alerts.rules.explaining.ask", away)
    monkeypatch.setattr("alerts.rules.measuring.ask", away)
    message = messages.of(Notice.objects.get())
    assert message.alerts[0].value == "Error rate: 20 %" and message.traces_url
    assert message.alerts[0].samples == () and message.series.points == ()
    assert len(asked) == 1  # it is not waited for again


def test_what_is_over_asks_for_nothing_any_more(failing, traffic, at):
    traffic(120, 20, model="gpt-5")
    traffic(120, 20, model="haiku")
    evaluate(failing.pk, at(180))
    message = messages.of(Notice.objects.get(news="resolved"))
    one = message.alerts[0]
    assert (one.acknowledge_url, one.silence_url) == ("", "") and one.url
    assert one.ended_at.timestamp() == MONDAY + 180 and one.value == "Error rate: 0 %"


def test_a_rule_that_was_changed_meanwhile_is_told_as_it_was(failing, member):
    notice = Notice.objects.get(news="firing")
    redefine(failing, make_stricter(failing), member)
    assert messages.of(notice).alerts[0].limit == "above 5 %"


def make_stricter(rule: Rule):
    return replace(rule.wanted, condition=Threshold(limits=(Limit(Tier.WARNING, 0.5),)))


def test_a_rule_that_is_gone_is_told_all_the_same(failing):
    Rule.objects.all().delete()
    message = messages.of(Notice.objects.get(news="firing"))
    assert message.alerts[0].value == "Error rate: 20 %" and message.series.points == ()
    assert len(message.alerts[0].samples) == 3


def test_a_rule_that_cannot_be_evaluated_says_so(project, make_rule, at):
    rule = make_rule(HIGH, measure="charm")
    evaluate(rule.pk, at(60))
    evaluate(rule.pk, at(120))
    evaluate(rule.pk, at(60) + timedelta(minutes=20))
    message = messages.of(Notice.objects.get())
    one = message.alerts[0]
    assert one.value == "The rule cannot be evaluated." and "charm" in one.limit
    assert one.samples == () and message.traces_url == ""


def test_more_alerts_than_a_notice_names_are_counted(project, failing, monkeypatch, at):
    monkeypatch.setattr(telling, "MOST_INCIDENTS", 1)
    Incident.objects.update(told_tier="", told_at=None)
    telling.tell(project, failing.pk, telling.Policy(), now=at(121))
    message = messages.of(Notice.objects.order_by("at").last())
    assert len(message.alerts) == 1 and message.more == 1


@pytest.mark.parametrize(
    ("chosen", "word"), [("", "above 5 %"), ("en", "above 5 %"), ("ko", "5 %")]
)
def test_it_is_in_the_language_of_the_organisations_owner(failing, owner, chosen, word):
    owner.language = chosen
    owner.save()
    message = messages.of(Notice.objects.get())
    assert message.language == (chosen or "en") and word in message.alerts[0].limit
    assert (message.alerts[0].value == "Error rate: 20 %") == (chosen != "ko")


def test_without_an_owner_it_is_in_the_products_language(failing, project):
    Membership.objects.all().delete()
    assert messages.language_of(project) == "en"


def test_what_a_person_closed_is_told_with_its_words(failing, owner):
    incident = Incident.objects.get(labels={"model": "gpt-5"})
    acting.close(incident.pk, owner)
    message = messages.of(Notice.objects.get(news="resolved"))
    assert message.alerts[0].value == "Error rate: 20 %" and message.alerts[0].ended_at
