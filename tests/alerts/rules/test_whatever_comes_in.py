"""Rules over what nobody would send in good faith, and rules that name what is not theirs."""

import json

import pytest
from django.urls import reverse

from accounts.models import Project
from alerts.channels.models import Channel, ChannelKind
from alerts.incidents.models import Incident, Notice
from alerts.incidents.tiers import Tier
from alerts.rules import evaluating
from alerts.rules.conditions import BurnRate, Drift, Threshold
from alerts.rules.definition import Definition
from alerts.rules.evaluating import UNJUDGED, evaluate
from alerts.rules.models import Rule
from alerts.rules.points import Limit
from alerts.rules.prometheus import WHOLE
from alerts.rules.stored import written
from evals.drift.models import DriftMonitor
from tests.alerts.conftest import MONDAY, SECOND
from traces.queries.metrics import Unanswerable
from traces.records import Score
from traces.writer import insert_scores

pytestmark = pytest.mark.django_db
HIGH = Threshold(limits=(Limit(Tier.WARNING, 0.05),))
ERRORS = {"measure": "error_rate"}


def channel(project, name: str) -> Channel:
    return Channel.objects.create(project=project, name=name, kind=ChannelKind.EMAIL)


def file_of(definition: dict) -> str:
    """As Prometheus writes it, which a rule of JSON is too."""
    rule = {"alert": "Sent", "expr": "sonde", "annotations": {WHOLE: json.dumps(definition)}}
    return json.dumps({"groups": [{"name": "sent", "rules": [rule]}]})


def imported(client, project, definition: dict) -> str:
    sent = {"text": file_of(definition), "do": ""}
    return client.post(reverse("alerts-rules-import", args=[project.id]), sent).content.decode()


def test_scores_that_add_up_to_no_number_leave_the_rule_judging(project, make_rule, at):
    rule = make_rule(HIGH, view="scores", measure="value", aggregation="avg")
    evaluate(rule.pk, at(0))
    moment = (MONDAY + 5) * SECOND
    insert_scores([Score(project.id, f"s{n}", "q", moment + n, value=1.7e308) for n in range(3)])
    assert evaluate(rule.pk, at(60))
    rule.refresh_from_db()
    assert (rule.last_error, rule.evaluated_until) == ("", MONDAY + 60)


def test_a_segment_with_a_nul_in_its_name_fires_like_any_other(traffic, make_rule, at):
    rule = make_rule(HIGH, **ERRORS, by=("model",))
    evaluate(rule.pk, at(0))
    traffic(0, 10, errors=5, model="gpt\0<script>")
    evaluate(rule.pk, at(60))
    assert Incident.objects.get().labels == {"model": "gpt\ufffd<script>"}


def test_a_burn_rate_of_what_is_no_share_is_judged(traffic, make_rule, at):
    rule = make_rule(
        BurnRate(objective=0.99, is_sure=True), measure="latency", aggregation="p95", bucket="5m"
    )
    evaluate(rule.pk, at(0))
    traffic(0, 10, took=5)
    assert evaluate(rule.pk, at(300))


def test_what_nobody_thought_of_is_said_on_the_rule(make_rule, at, monkeypatch):
    rule = make_rule(HIGH, **ERRORS)

    def fail(*_args) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(evaluating, "applied", fail)
    assert not evaluate(rule.pk, at(0))
    rule.refresh_from_db()
    assert rule.failing_since and rule.last_error == UNJUDGED


def test_a_rule_that_cannot_be_evaluated_tells_the_channels_of_the_rule(
    project, make_rule, at, monkeypatch
):
    oncall = channel(project, "oncall")
    rule = make_rule(HIGH, **ERRORS, channels=(oncall.pk,))

    def gone(*_args, **_options) -> None:
        raise Unanswerable("There is no such measure.")

    monkeypatch.setattr(evaluating, "measured", gone)
    for minute in range(20):
        evaluate(rule.pk, at(60 * minute))
    assert Notice.objects.get().channels == [oncall.pk]


def test_an_alert_that_nobody_is_told_of_keeps_no_other_quiet(traffic, make_rule, at):
    told = make_rule(HIGH, **ERRORS)
    logged = Threshold(limits=(Limit(Tier.INFO, 0.01),))
    quiet = make_rule(logged, **ERRORS, name="Logged", inhibits=(told.pk,))
    for rule in (quiet, told):
        evaluate(rule.pk, at(0))
    traffic(0, 10, errors=5)
    for rule in (quiet, told):
        evaluate(rule.pk, at(60))
    assert Notice.objects.get().rule_id == told.pk


def test_half_a_character_is_no_text_of_a_rule(client, project, member, make_rule):
    client.force_login(member)
    wanted = written(make_rule(HIGH, **ERRORS).wanted)
    wanted["measured"][0]["scores"] = ["\ud800"]
    assert "not the kind of value" in imported(client, project, wanted)


def test_a_file_names_channels_and_monitors_of_its_own_project_only(
    client, project, member, make_rule
):
    client.force_login(member)
    other = Project.objects.create(organisation=project.organisation, name="Other")
    theirs = DriftMonitor.objects.create(
        project=other, name="Theirs", watched="output_tokens", kind="numeric"
    )
    wanted = written(make_rule(HIGH, **ERRORS).wanted)
    wanted["channels"] = [channel(other, "theirs").pk]
    assert "not one of this project" in imported(client, project, wanted)
    wanted["channels"] = [channel(project, "ours").pk]
    assert "not one of this project" not in imported(client, project, wanted)
    drift = written(Definition(condition=Drift(monitor=theirs.pk), bucket="hour"))
    assert "not there in this project" in imported(client, project, drift)


def test_a_rule_says_that_a_channel_it_names_is_gone(client, project, member, make_rule):
    client.force_login(member)
    ours = channel(project, "ours")
    rule = make_rule(HIGH, **ERRORS, channels=(ours.pk,))
    pages = [("alerts-rules", [project.id]), ("alerts-rule", [project.id, rule.pk])]
    said = "channel that it names is gone"
    for name, args in pages:
        assert said not in client.get(reverse(name, args=args)).content.decode()
    ours.delete()
    for name, args in pages:
        assert said in client.get(reverse(name, args=args)).content.decode()


def test_a_rule_of_drift_has_a_back_test(client, project, member):
    client.force_login(member)
    definition = written(Definition(condition=Drift(), bucket="hour"))
    rule = Rule.objects.create(project=project, name="Drift", definition=definition)
    address = reverse("alerts-backtest", args=[project.id, rule.pk])
    assert client.get(address, {"result": "1"}).status_code == 200


def test_a_nul_in_the_address_of_the_quality_page_names_no_rule(client, project, member):
    client.force_login(member)
    address = reverse("alerts-quality", args=[project.id])
    assert client.get(f"{address}?changed=%00").status_code == 200
