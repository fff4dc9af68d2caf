"""Messages on their way to channels: once each, in order, to the next worker where one died."""

from datetime import timedelta

import pytest
from django.db import transaction
from django.utils import timezone

from alerts.channels import delivering, tasks, testing
from alerts.channels.models import Attempt, Channel, Delivery
from alerts.channels.writing import write
from outbound.outcomes import Outcome
from tests.alerts.channels.conftest import an_alert, keys_of

pytestmark = pytest.mark.usefixtures("db")

HTTP = ("slack", "teams", "pagerduty", "webhook")


@pytest.mark.parametrize("kind", HTTP)
def test_a_message_arrives_once_with_its_key(receiver, make_channel, written, kind):
    server = receiver(202)
    [delivery] = written(make_channel(kind, f"{server.url}/hook"))
    assert delivering.attempt(delivery.pk) == []
    delivery.refresh_from_db()
    [attempt] = delivery.attempts.all()
    assert (delivery.state, attempt.status, attempt.answer) == ("delivered", 202, "thanks")
    assert attempt.milliseconds is not None and server.asked[0][0] == "/hook"
    assert keys_of(server) == [delivery.dedup_key]
    assert delivering.attempt(delivery.pk) == [] and len(server.asked) == 1


def test_what_is_written_twice_goes_once(receiver, make_channel, written):
    channel = make_channel("slack", receiver(200).url)
    assert written(channel) == written(channel)
    assert Delivery.objects.count() == 1


def test_an_alert_that_calls_somebody_is_told_by_itself(make_channel, written):
    alerts = (an_alert(), an_alert(fingerprint="f2", tier="warning"))
    one, other = written(make_channel("pagerduty"), alerts=alerts)
    assert (one.dedup_key, other.dedup_key) == ("n1.f1", "n1.f2")
    assert [one.line, other.line] == ["f1", "f2"]
    assert [len(told.message.alerts) for told in (one, other)] == [1, 1]


@pytest.mark.parametrize("news", ["came_and_went", "digest"])
def test_nobody_is_called_for_what_is_over_already(make_channel, written, news):
    assert written(make_channel("pagerduty"), news=news) == []


def test_that_it_is_over_is_not_told_before_that_it_fired(receiver, make_channel, written):
    server = receiver(500, 200)
    channel = make_channel("webhook", server.url)
    [firing] = written(channel, key="n1")
    [over] = written(channel, key="n2", news="resolved")
    [elsewhere] = written(channel, key="n3", group_key="g2")
    delivering.attempt(firing.pk)
    Channel.objects.update(quiet_until=None, failures=0)
    assert delivering.attempt(over.pk) == []
    assert delivering.due() == [elsewhere.pk]
    Delivery.objects.filter(pk=firing.pk).update(next_at=timezone.now() - timedelta(hours=1))
    assert delivering.attempt(firing.pk) == [over.pk]
    delivering.attempt(over.pk)
    assert keys_of(server) == ["n1", "n1", "n2"]


def test_what_did_not_happen_is_not_told(make_channel, make_message):
    channel = make_channel("slack")
    with pytest.raises(RuntimeError), transaction.atomic():
        write(channel, make_message())
        raise RuntimeError
    assert not Delivery.objects.exists()


def test_it_is_handed_to_a_worker_when_it_is_certain(
    make_channel, written, monkeypatch, django_capture_on_commit_callbacks
):
    handed = []
    monkeypatch.setattr(tasks.deliver, "delay", handed.append)
    with django_capture_on_commit_callbacks(execute=True):
        [delivery] = written(make_channel("slack"))
        assert handed == []
    assert handed == [delivery.pk]


def test_without_a_broker_it_waits(
    make_channel, written, monkeypatch, django_capture_on_commit_callbacks
):
    def away(_):
        raise tasks.OperationalError

    monkeypatch.setattr(tasks.deliver, "delay", away)
    with django_capture_on_commit_callbacks(execute=True):
        [delivery] = written(make_channel("slack"))
    assert delivering.due() == [delivery.pk]


def test_the_attempt_is_written_down_before_it_is_made(make_channel, written):
    [delivery] = written(make_channel("slack"))
    begun = delivering.claimed(delivery.pk)
    assert begun and [one.is_open for one in delivery.attempts.all()] == [True]
    assert delivering.claimed(delivery.pk) is None and delivering.due() == []


def test_the_answer_of_a_worker_that_was_thought_dead_undoes_nothing(
    receiver, make_channel, written
):
    [delivery] = written(make_channel("slack", receiver(200).url))
    late = delivering.claimed(delivery.pk)
    Delivery.objects.update(held_until=timezone.now())
    delivering.attempt(delivery.pk)
    delivering.record(late, Outcome(status=500))
    delivery.refresh_from_db()
    assert delivery.state == "delivered"
    assert sorted(delivery.attempts.values_list("status", flat=True)) == [200, 500]
    assert Channel.objects.get().failures == 0


def test_sending_again_begins_anew_under_the_same_key(receiver, make_channel, written):
    server = receiver(200)
    [delivery] = written(make_channel("webhook", server.url))
    delivering.attempt(delivery.pk)
    assert delivering.again(delivery)
    delivering.attempt(delivery.pk)
    assert keys_of(server) == ["n1", "n1"]


@pytest.mark.parametrize("kind", HTTP)
def test_a_test_says_so_and_is_tried_once(receiver, make_channel, kind):
    server = receiver(500)
    delivery = testing.send_test(make_channel(kind, server.url))
    delivering.attempt(delivery.pk)
    delivery.refresh_from_db()
    assert (delivery.state, delivery.is_test) == ("failed", True)
    assert "Nothing is wrong" in server.asked[0][2].decode()


def test_a_test_is_in_the_language_of_whoever_asks(receiver, make_channel):
    delivery = testing.send_test(make_channel("slack"), "ko")
    assert delivery.message.language == "ko"


def test_after_ninety_days_nothing_of_it_is_left(make_channel, written):
    channel = make_channel("slack")
    [old], [new] = written(channel, key="n1"), written(channel, key="n2", group_key="g2")
    delivering.claimed(old.pk)
    Delivery.objects.filter(pk=old.pk).update(at=timezone.now() - timedelta(days=91))
    delivering.expire()
    assert list(Delivery.objects.all()) == [new]
    assert not Attempt.objects.exists()


def test_a_secret_is_stored_sealed(make_channel):
    make_channel("slack", "https://hooks.example/secret")
    assert "hooks.example" not in Channel.objects.values_list("secret", flat=True)[0]


def test_a_channel_that_failed_once_does_not_wait_for_those_that_always_do(make_channel, written):
    """All that fail take turns: one at a time."""
    hanging, once, well = (
        written(make_channel("slack", failures=failures), key=f"n{failures}")[0].pk
        for failures in (9, 1, 0)
    )
    assert delivering.due() == [well, once, hanging]
    assert delivering.claimed(once) and delivering.claimed(hanging) is None
