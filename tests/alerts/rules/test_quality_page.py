"""How good alerts are, and the limits that people's verdicts propose."""

import itertools
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from alerts.incidents.models import EventKind, Incident, IncidentEvent
from alerts.incidents.tiers import Tier
from alerts.rules.conditions import Anomaly, Change, NoData, Threshold
from alerts.rules.models import Rule
from alerts.rules.points import Limit, Side
from alerts.rules.proposing import proposals

pytestmark = pytest.mark.django_db
HIGH = Threshold(limits=(Limit(Tier.WARNING, 0.05), Limit(Tier.CRITICAL, 0.12)))


@pytest.fixture
def judged(project):
    """`judged(rule, True, 0.2, 0.3)`: an alert for each value, judged real."""
    numbers = itertools.count()

    def made(rule, was_real, *values, **facts) -> None:
        for value in values:
            at = timezone.now() - timedelta(hours=next(numbers) + 2)
            incident = Incident.objects.create(
                project=project,
                rule_id=rule.pk,
                rule_name=rule.name,
                fingerprint=f"{rule.pk}-{next(numbers)}",
                group_key="g",
                tier="warning",
                told_tier="warning",
                facts={"value": 0.0},  # of the bucket in which it was over
                began_at=at,
                fired_at=at,
                acknowledged_at=at + timedelta(minutes=4),
                resolved_at=at + timedelta(minutes=30),
                was_real=was_real,
            )
            data = {"tier": "warning", "value": value, **facts}
            IncidentEvent.objects.create(incident=incident, kind=EventKind.FIRED, at=at, data=data)

    return made


@pytest.fixture
def noisy(make_rule, judged):
    rule = make_rule(HIGH, measure="error_rate", name="Noisy")
    judged(rule, True, 0.2, 0.25, 0.3, 0.4)
    judged(rule, False, 0.06, 0.07, 0.08, 0.1)
    return rule


@pytest.fixture
def page(client, owner, project):
    client.force_login(owner)
    address = reverse("alerts-quality", args=[project.id])
    return lambda query="", **options: client.get(address + query, **options)


def test_the_figures_of_each_rule_stand_with_the_share_of_false_ones(page, noisy):
    text = page().content.decode()
    assert "Noisy" in text and "50 %" in text
    assert "22 % – 78 %" in text  # 4 of 8, E. B. Wilson
    assert "4 min" in text and "30 min" in text


def test_a_limit_is_proposed_applied_with_one_click_and_taken_back(client, page, noisy):
    text = page().content.decode()
    assert "told 4 of 4 real ones and 0 of 4 false ones" in text
    assert "15 %" in text
    address = reverse("alerts-rule-limits", args=[noisy.project_id, noisy.pk])
    (proposal,) = proposals(noisy.project_id, [noisy], timezone.now() - timedelta(days=30)).values()
    response = client.post(address, {**proposal.sent, "back": "quality"}, follow=True)
    limits = {one.tier: one.value for one in Rule.objects.get().wanted.condition.limits}
    # What is critical lies no nearer than what is a warning.
    assert limits == {Tier.WARNING: pytest.approx(0.15), Tier.CRITICAL: pytest.approx(0.15)}
    assert response.redirect_chain[-1][0].startswith(
        reverse("alerts-quality", args=[noisy.project_id])
    )
    text = response.content.decode()
    assert 'name="limit-warning" value="5"' in text  # of the way back
    assert "told 4 of 4" not in text  # there is nothing better
    client.post(address, {"limit-warning": "5", "limit-critical": "12", "back": "quality"})
    assert Rule.objects.get().wanted.condition == HIGH


@pytest.mark.parametrize(
    ("condition", "facts", "real", "false", "limit"),
    [
        (Threshold(side=Side.BELOW, limits=(Limit(Tier.WARNING, 0.8),)), {},
         (0.1, 0.2, 0.3, 0.4), (0.6, 0.65, 0.7, 0.75), 0.5),
        (Change(side=Side.EITHER, limits=(Limit(Tier.WARNING, 50.0),)), {},
         (-90.0, 100.0, 110.0, -120.0), (55.0, -60.0, 65.0, 70.0), 80.0),
    ],
)  # fmt: skip
def test_limits_are_proposed_on_the_side_that_is_bad(
    make_rule, judged, condition, facts, real, false, limit
):
    rule = make_rule(condition, measure="error_rate", bucket="hour")
    judged(rule, True, *real, **facts)
    judged(rule, False, *false, **facts)
    (proposal,) = proposals(rule.project_id, [rule], timezone.now() - timedelta(days=30)).values()
    shown = float(proposal.sent["limit-warning"])
    assert shown == pytest.approx(limit * (100 if isinstance(condition, Threshold) else 1))
    assert (proposal.real_told, proposal.false_told) == (4, 0)


def test_of_what_is_unusual_the_distance_counts(make_rule, judged):
    rule = make_rule(Anomaly(side=Side.BELOW), measure="count", bucket="hour")
    for z in (-8.0, -9.0, -10.0, -11.0):
        judged(rule, True, 5.0, evidence={"z": z})
    for z in (-3.1, -3.5, -4.0, -4.0):
        judged(rule, False, 50.0, evidence={"z": z})
    (proposal,) = proposals(rule.project_id, [rule], timezone.now() - timedelta(days=30)).values()
    assert proposal.sent["limit-warning"] == "6"


def test_nothing_is_proposed_without_enough_verdicts_or_where_there_is_no_limit(make_rule, judged):
    few = make_rule(HIGH, measure="error_rate", name="Few")
    judged(few, True, 0.2, 0.3, 0.4)
    judged(few, False, 0.06, 0.07, 0.08)
    silent = make_rule(NoData(), measure="count", name="Nothing there")
    judged(silent, True, 0, 0, 0, 0)
    judged(silent, False, 0, 0, 0, 0)
    since = timezone.now() - timedelta(days=30)
    assert proposals(few.project_id, [few, silent], since) == {}


def test_alerts_of_a_rule_that_is_gone_still_count(page, noisy):
    noisy.delete()
    text = page().content.decode()
    assert "Noisy" in text and "deleted" in text and "Apply" not in text


def test_a_csv_and_a_time(page, noisy):
    response = page("?format=csv&days=90")
    head, line = response.content.decode("utf-8-sig").splitlines()
    assert head.startswith("rule_id,rule,fired,told")
    assert line.split(",")[1:7] == ["Noisy", "8", "8", "8", "4", "4"]
    Incident.objects.update(fired_at=timezone.now() - timedelta(days=60))
    assert "Nothing has fired" in page("?days=30").content.decode()
    assert "Noisy" in page("?days=90").content.decode()


def test_an_empty_project_is_told_what_to_do(page, project):
    assert reverse("alerts-rules-ready", args=[project.id]) in page().content.decode()


def test_a_viewer_cannot_apply_and_a_stranger_learns_nothing(client, viewer, stranger, noisy):
    address = reverse("alerts-quality", args=[noisy.project_id])
    client.force_login(viewer)
    text = client.get(address).content.decode()
    assert "told 4 of 4" in text and "Apply" not in text
    client.force_login(stranger)
    assert client.get(address).status_code == 404
