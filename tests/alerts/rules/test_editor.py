"""The page on which rules are put together."""

import time

import pytest
from django.urls import reverse

from accounts.models import Project
from alerts.channels.models import Channel
from alerts.incidents.hours import QuietHours
from alerts.incidents.models import Incident
from alerts.incidents.tiers import Tier
from alerts.rules.changing import made
from alerts.rules.conditions import Composite, Signal, Threshold
from alerts.rules.definition import Definition, Measured
from alerts.rules.editing.filling import BEGUN, filled
from alerts.rules.editing.sameness import is_same
from alerts.rules.evaluating import evaluate
from alerts.rules.lifecycle import Lasting, NoDataPolicy
from alerts.rules.models import Rule
from alerts.rules.points import Limit, Side
from alerts.rules.ready_made import READY_MADE
from dashboards.budgets.models import Budget
from tests.alerts.conftest import MONDAY
from tests.alerts.rules.forms import fields_of

BAD = Threshold(limits=(Limit(Tier.WARNING, 0.05),))


def said(answer) -> str:
    return answer.content.decode()


def only(project) -> Rule:
    return Rule.objects.get(project=project)


def test_a_new_rule_is_written_saved_and_on(edited, project):
    answer = edited(
        **{
            "g-name": "Slow answers", "m0-measure": "latency", "m0-aggregation": "p95",
            "m0-query": "env:production", "c-limit_warning": "5", "c-limit_critical": "12.5",
            "c-recovery": "4", "l-for_seconds": "3m", "s-by1": "model", "n-note": "Look at it.",
            "n-runbook_url": "https://wiki.example/slow", "do": "save",
        }
    )  # fmt: skip
    assert answer.status_code == 302, said(answer)
    rule = only(project)
    assert (rule.name, rule.is_on, rule.note) == ("Slow answers", True, "Look at it.")
    limits = (Limit(Tier.WARNING, 5.0), Limit(Tier.CRITICAL, 12.5))
    assert rule.wanted == Definition(
        measured=(Measured(measure="latency", aggregation="p95", query="env:production"),),
        condition=Threshold(limits=limits, recovery=4.0, least_samples=10),
        lasting=Lasting(for_seconds=180),
        by=("model",),
    )


def test_each_change_says_the_rule_anew(edited):
    assert "Error rate above 7 %" in said(edited(**{"c-limit_warning": "7"}))
    assert "Error rate above 5 % for 10 min" in said(edited(**{"l-for_seconds": "10m"}))


def test_shares_are_typed_in_per_cent(edited, project):
    edited(**{"g-name": "x", "c-limit_warning": "7", "do": "save"})
    condition = only(project).wanted.condition
    assert isinstance(condition, Threshold) and condition.limits[0].value == 0.07
    assert fields_of(said(edited(rule=only(project))))["c-limit_warning"] == ["7"]


@pytest.mark.parametrize("kind", sorted(set(BEGUN) - {"threshold"}))
def test_another_kind_shows_its_own_fields_and_can_be_saved(edited, project, kind):
    shown = said(edited(**{"g-kind": kind}))
    assert 'id="rule-sentence"' in shown
    assert ('name="c-objective"' in shown) == (kind == "burn_rate")
    assert ('name="c-amount"' in shown) == (kind == "budget")
    answer = edited(begun=shown, **{"g-name": kind, "do": "save"})
    assert answer.status_code == 302, said(answer)
    assert only(project).definition["condition"]["kind"] == kind


MUCH = Definition(
    measured=(Measured(view="scores", measure="value", scores=("a", "b"), query="env:x"),),
    condition=Threshold(side=Side.BELOW, limits=(Limit(Tier.INFO, 0.123456),), is_sure=True),
    bucket="hour",
    by=("name", "metadata.team"),
    group_by=("metadata.team",),
    lasting=Lasting(no_data=NoDataPolicy.ALERT, no_data_tier=Tier.CRITICAL, hold_seconds=90),
    lag_seconds=3600,
    quiet=(QuietHours(frozenset({0, 6}), 23 * 60, 6 * 60 + 30, "Asia/Seoul"),),
    repeat_seconds=300,
    escalate_seconds=604_800,
)
SHARE = Definition(
    measured=(Measured(query="env:x", bad_query="latency:>10"),),
    condition=Threshold(limits=(Limit(Tier.WARNING, 0.015),), recovery=0.01),
)
TWO = Definition(
    measured=(Measured(measure="error_rate"), Measured(measure="latency", aggregation="p99")),
    condition=Composite(
        signals=(
            Signal(name="errors", is_rate=True, weight=2.5),
            Signal(name="slow", side=Side.BELOW, absolute_floor=0.25),
        ),
        correlation=0.5,
    ),
    bucket="30m",
)


@pytest.mark.parametrize(
    "wanted",
    [*(one.definition for one in READY_MADE), MUCH, SHARE, TWO],
    ids=[*(one.key for one in READY_MADE), "much", "share", "two signals"],
)
def test_a_rule_that_is_opened_and_saved_is_as_it_was(edited, project, wanted):
    rule = made(project, "Errors", wanted)
    answer = edited(rule=rule, do="save")
    assert answer.status_code == 302, said(answer)
    kept = only(project)
    assert kept.version == rule.version  # it does not begin anew
    assert kept.wanted == wanted


def test_what_is_wrong_is_said_at_its_place(edited, project):
    sent = {
        "g-name": "x", "m0-query": "latency:>>5", "c-limit_warning": "much", "l-for_seconds": "soon"
    }  # fmt: skip
    answer = edited(**sent, do="save")
    assert answer.status_code == 400
    shown = said(answer)
    for field in ("m0-query", "c-limit_warning", "l-for_seconds"):
        assert f'id="id_{field}_error"' in shown, field
    assert "A duration is written like 5m or 1h30m." in shown
    assert not Rule.objects.filter(project=project).exists()


@pytest.mark.parametrize(
    ("sent", "words"),
    [
        ({"c-limit_warning": "5", "c-limit_critical": "3"}, "higher tier lies further out"),
        ({"c-limit_warning": ""}, "one limit for each of its tiers"),
        ({"l-for_seconds": "30d"}, "between 0 and 7 days"),
        ({"s-by1": "metadata.", "s-key1": ""}, "key of the metadata has 1 to"),
    ],
)
def test_what_does_not_go_together_is_said(edited, sent, words):
    answer = edited(**{"g-name": "x", **sent}, do="save")
    assert answer.status_code == 400 and words in said(answer)


@pytest.mark.parametrize("text", ["nan", "1e999", "0x10", "٣x", "1" * 31, "\0"])
def test_what_is_no_number_makes_no_rule(edited, project, text):
    answer = edited(**{"g-name": "x", "c-limit_warning": text}, do="save")
    assert answer.status_code == 400
    assert not Rule.objects.filter(project=project).exists()


def test_a_name_is_there_once_and_visible(edited, make_rule):
    make_rule(BAD, name="Twin")
    assert "There is a rule of this name" in said(edited(**{"g-name": "Twin"}, do="save"))
    assert "Visible characters only." in said(edited(**{"g-name": "a\u202eb"}, do="save"))
    assert edited(**{"g-name": ""}, do="save").status_code == 400


def test_a_changed_rule_that_fires_asks_before_it_begins_anew(
    edited, project, make_rule, traffic, at
):
    rule = make_rule(BAD, measure="error_rate")
    traffic(60, 20, errors=10)
    assert evaluate(rule.pk, at(125))
    asked = edited(rule=rule, **{"c-limit_warning": "7"}, do="save")
    assert asked.status_code == 200 and "1 alert of this rule is open" in said(asked)
    assert Incident.objects.get(rule_id=rule.pk).is_open
    answer = edited(rule=rule, begun=said(asked), do="save-sure")
    assert answer.status_code == 302
    assert not Incident.objects.get(rule_id=rule.pk).is_open
    assert only(project).wanted.condition.limits[0].value == 0.07


def test_a_new_name_or_note_closes_nothing(edited, project, make_rule, traffic, at):
    rule = make_rule(BAD, measure="error_rate")
    traffic(60, 20, errors=10)
    assert evaluate(rule.pk, at(125))
    answer = edited(rule=rule, **{"g-name": "Other", "n-note": "Call Kim."}, do="save")
    assert answer.status_code == 302
    assert Incident.objects.get(rule_id=rule.pk).is_open
    assert (only(project).name, only(project).note) == ("Other", "Call Kim.")


def test_a_rule_is_duplicated(edited, project, make_rule):
    rule = make_rule(BAD, name="Errors")
    edited(query={"copy": rule.pk}, do="save")
    copy = Rule.objects.exclude(pk=rule.pk).get(project=project)
    assert copy.name == "Copy of Errors" and is_same(copy.wanted, rule.wanted)


def test_a_ready_made_rule_is_edited_first(client, page, edited, project):
    address = reverse("alerts-rules-ready", args=[project.id])
    page("alerts-rules-ready")
    answer = client.post(address, {"key": "daily_budget", "amount": "25", "do": "edit"})
    query = dict(one.split("=") for one in answer.url.partition("?")[2].split("&"))
    edited(query=query, **{"c-amount": "30"}, do="save")
    assert (only(project).ready_made, only(project).wanted.condition.amount) == (
        "daily_budget",
        30.0,
    )


def test_signals_windows_and_quiet_hours_are_added_and_removed(edited, project):
    shown = said(edited(**{"g-kind": "composite"}))
    shown = said(edited(begun=shown, add="m"))
    assert fields_of(shown)["m-rows"] == ["3"]
    shown = said(edited(begun=shown, **{"m1-query": "env:kept"}, remove="m0"))
    assert (fields_of(shown)["m-rows"], fields_of(shown)["m0-query"]) == (["2"], ["env:kept"])
    shown = said(edited(begun=shown, add="q"))
    sent = {"q0-weekdays": ["5", "6"], "q0-begin": "00:00", "q0-end": "00:00"}
    answer = edited(begun=shown, **{"g-name": "x", **sent}, do="save")
    assert answer.status_code == 302, said(answer)
    assert only(project).wanted.quiet == (QuietHours(frozenset({5, 6}), 0, 0),)


@pytest.mark.parametrize("add", ["m", "w", "q"])
def test_rows_are_bounded(edited, add):
    shown = said(edited(**{"g-kind": "composite", f"{add}-rows": "999999"}, add=add))
    assert int(fields_of(shown)[f"{add}-rows"][0]) <= 20


def test_only_rules_and_channels_of_the_project_can_be_chosen(
    edited, make_rule, project, organisation
):
    elsewhere = Project.objects.create(organisation=organisation, name="Elsewhere")
    own = Channel.objects.create(project=project, name="Chat", kind="slack")
    foreign = Channel.objects.create(project=elsewhere, name="Theirs", kind="slack")
    other = make_rule(BAD, name="Other one")
    shown = said(edited(more=["told"]))
    assert "Chat" in shown and "Other one" in shown and "Theirs" not in shown
    sent = {"g-name": "x", "t-inhibits": [other.pk]}
    assert edited(begun=shown, **sent, **{"t-channels": [foreign.pk]}, do="save").status_code == 400
    edited(begun=shown, **sent, **{"t-channels": [own.pk]}, do="save")
    made = Rule.objects.get(project=project, name="x").wanted
    assert (made.channels, made.inhibits) == ((own.pk,), (other.pk,))


def test_the_preview_counts_what_would_have_fired(client, page, project, traffic):
    sent = fields_of(page("alerts-rule-new"))
    address = reverse("alerts-rule-preview", args=[project.id])
    assert "Nothing was measured in this time" in said(client.post(address, sent))
    now = int(time.time()) // 60 * 60
    traffic(now - 1800 - MONDAY, 40, errors=20)
    assert "It would have fired" in said(client.post(address, sent))
    assert said(client.post(address, {"g-kind": "threshold"})).strip() == ""


def test_a_rule_of_a_measure_that_is_gone_is_edited_and_says_so(edited, make_rule, project):
    rule = make_rule(BAD, measure="error_rate")
    gone = {**rule.definition, "measured": [{**rule.definition["measured"][0], "measure": "gone"}]}
    Rule.objects.filter(pk=rule.pk).update(definition=gone)
    answer = edited(rule=rule, do="save")
    assert answer.status_code == 400 and "There is no measure “gone”" in said(answer)


def test_what_fills_the_form_is_bounded_by_the_rule():
    assert len(filled(MUCH, name="x").urlencode()) < 4000


def test_a_budget_is_chosen_by_name_and_one_of_another_project_is_not(
    edited, project, organisation
):
    elsewhere = Project.objects.create(organisation=organisation, name="Elsewhere")
    own = Budget.objects.create(project=project, name="Everything", amount=100)
    foreign = Budget.objects.create(project=elsewhere, name="Theirs", amount=100)
    shown = said(edited(**{"g-kind": "budget_state"}))
    assert "Everything" in shown and "Theirs" not in shown and 'name="m0-measure"' not in shown
    answer = edited(begun=shown, **{"g-name": "x", "c-budget": own.pk}, do="save")
    assert answer.status_code == 302, said(answer)
    assert only(project).wanted.condition.budget == own.pk
    sent = {"g-name": "y", "c-budget": foreign.pk}
    assert edited(begun=shown, **sent, do="save").status_code == 400


@pytest.mark.parametrize("kind", ["drift", "composite", "no_data", "budget"])
def test_one_may_come_back_to_a_threshold(edited, project, kind):
    shown = said(edited(begun=said(edited(**{"g-kind": kind})), **{"g-kind": "threshold"}))
    answer = edited(begun=shown, **{"g-name": "x"}, do="save")
    assert answer.status_code == 302, said(answer)
    assert only(project).definition["condition"]["kind"] == "threshold"
