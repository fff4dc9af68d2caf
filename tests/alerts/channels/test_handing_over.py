"""From an incident to whoever is told: which channels, of what, and what is seen where there is
none.
"""

import threading
from datetime import timedelta

import pytest
from django.db import connection, transaction

from alerts.channels import delivering
from alerts.channels.models import Delivery
from alerts.incidents import acting, messages, outbox
from alerts.incidents.delivering import NO_CHANNEL, deliver
from alerts.incidents.models import Incident, Notice
from alerts.incidents.recording import Alert, Change, record
from alerts.incidents.telling import Policy, tell
from alerts.incidents.tiers import Step, Tier
from tests.alerts.channels.conftest import keys_of

pytestmark = pytest.mark.usefixtures("db")


@pytest.fixture
def fire(project, at):
    """`fire(a=Tier.WARNING)`: an incident for each model, told in one notice."""

    def fired(*, step=Step.FIRED, group="g1", channels=(), after=60, **tiers) -> list[Incident]:
        changes = [
            Change(
                alert=Alert(
                    project=project,
                    rule_id="r1",
                    rule_name="Errors",
                    fingerprint=f"{project.id}-{model}",
                    group_key=group,
                    labels={"model": model},
                ),
                step=step,
                tier=tier,
                at=at(after),
                began_at=at(0),
            )
            for model, tier in tiers.items()
        ]
        policy = Policy(channels=tuple(channels))
        with transaction.atomic():
            incidents = record(changes)
            tell(project, "r1", policy, changed=incidents, now=at(after))
        return incidents

    return fired


def handed() -> list[tuple[str, str, list[str]]]:
    """Channel, news and models of what went on its way, after everything was handed over."""
    outbox.hand_over(deliver)
    return sorted(
        (one.channel.kind, one.news, [alert.labels["model"] for alert in one.message.alerts])
        for one in Delivery.objects.select_related("channel")
    )


def timeline(incident: Incident) -> list[str]:
    return [event.kind for event in incident.events.order_by("pk")]


def test_each_channel_is_told_of_what_it_takes(fire, make_channel):
    make_channel("slack"), make_channel("pagerduty", least_tier="critical")
    make_channel("teams", is_active=False)
    fire(a=Tier.CRITICAL, b=Tier.WARNING)
    assert handed() == [("pagerduty", "firing", ["a"]), ("slack", "firing", ["a", "b"])]


def test_a_rule_whose_channels_are_all_gone_is_told_to_all(fire, make_channel):
    make_channel("slack"), make_channel("teams", least_tier="critical")
    fire(channels=["gone"], a=Tier.WARNING)
    assert handed() == [("slack", "firing", ["a"])]


def test_a_rule_that_names_channels_is_told_to_them_alone(fire, make_channel):
    chosen, _ = make_channel("teams"), make_channel("slack")
    fire(a=Tier.WARNING, channels=(chosen.pk, "gone"))
    assert handed() == [("teams", "firing", ["a"])]


def test_that_it_is_over_goes_where_its_firing_went(fire, make_channel):
    told = make_channel("slack")
    fire(a=Tier.WARNING)
    handed()
    told.least_tier = "critical"
    told.save()
    make_channel("teams")
    fire(a=Tier.WARNING, step=Step.RESOLVED, after=300)
    assert handed() == [("slack", "firing", ["a"]), ("slack", "resolved", ["a"])]


def test_an_incident_that_nobody_is_told_of_says_so(fire, make_channel):
    make_channel("pagerduty", least_tier="critical")
    called, untold = fire(a=Tier.CRITICAL, b=Tier.WARNING)
    handed()
    called.refresh_from_db(), untold.refresh_from_db()
    assert (called.held_back, untold.held_back) == ("", NO_CHANNEL)
    assert timeline(untold) == ["fired", "told", "held_back"]
    assert timeline(called) == ["fired", "told"]


def test_without_any_channel_the_notice_leaves_and_the_incident_says_so(fire):
    (incident,) = fire(a=Tier.WARNING)
    assert handed() == [] and not Notice.objects.filter(handed_at=None).exists()
    incident.refresh_from_db()
    assert incident.held_back == NO_CHANNEL
    acting.close(incident.pk, None)
    handed()
    assert timeline(incident) == ["fired", "told", "held_back", "closed"]


def test_what_cannot_be_worded_is_told_in_facts(fire, make_channel, monkeypatch):
    def broken(_notice):
        raise RuntimeError

    make_channel("slack")
    monkeypatch.setattr(messages, "of", broken)
    fire(a=Tier.WARNING)
    assert handed() == [("slack", "firing", ["a"])]


def test_a_notice_that_was_not_handed_over_is_on_no_way(fire, make_channel):
    def failing(notice):
        deliver(notice)
        raise RuntimeError

    make_channel("slack")
    fire(a=Tier.WARNING)
    with pytest.raises(RuntimeError):
        outbox.hand_over(failing)
    assert not Delivery.objects.exists()
    assert handed() == [("slack", "firing", ["a"])]


def test_a_notice_that_fails_is_not_in_the_way_of_others(fire, make_channel):
    def failing(notice):
        if notice.group_key == "g1":
            raise RuntimeError
        deliver(notice)

    make_channel("slack")
    fire(a=Tier.WARNING)
    fire(b=Tier.WARNING, group="g2", after=120)
    with pytest.raises(RuntimeError):
        outbox.hand_over(failing)
    assert [one.group_key for one in Notice.objects.filter(handed_at=None)] == ["g1"]
    assert handed() == [("slack", "firing", ["a"]), ("slack", "firing", ["b"])]


def test_told_and_over_arrive_in_order_with_different_keys(fire, make_channel, receiver):
    server = receiver(200)
    make_channel("webhook", server.url)
    fire(a=Tier.WARNING)
    fire(a=Tier.WARNING, step=Step.RESOLVED, after=300)
    handed()
    following = delivering.due()
    while following:
        following = delivering.attempt(following[0])
    first, second = Notice.objects.order_by("at")
    assert keys_of(server) == [first.pk, second.pk]


@pytest.mark.django_db(transaction=True)
def test_what_another_worker_is_at_keeps_its_group_in_order_and_no_other(fire, project, at):
    fire(a=Tier.WARNING)
    Notice.objects.update(at=at(0) - timedelta(minutes=1))
    fire(b=Tier.WARNING)
    fire(c=Tier.WARNING, group="g2")
    oldest, behind, elsewhere = Notice.objects.order_by("at", "group_key")
    taken, done, found = threading.Event(), threading.Event(), []

    def slowly(notice) -> None:
        found.append(notice.pk)
        taken.set()
        assert done.wait(30)

    def other_worker() -> None:
        try:
            outbox.hand_over(slowly)
        finally:
            connection.close()

    thread = threading.Thread(target=other_worker)
    thread.start()
    try:
        assert taken.wait(30)
        meanwhile: list[str] = []
        outbox.hand_over(lambda notice: meanwhile.append(notice.pk))
    finally:
        done.set()
        thread.join(30)
    assert meanwhile == [elsewhere.pk] and found == [oldest.pk, behind.pk]
