"""Receivers that refuse, hang and break off: how they are tried again, left alone and given up."""

from datetime import timedelta

import pytest
from django.utils import timezone

from outbound.sending import Limits
from tests.webhooks.conftest import ids_of
from webhooks import delivering
from webhooks.models import Delivery, Endpoint

pytestmark = pytest.mark.usefixtures("db")


def make_due() -> None:
    """As if all waiting were over."""
    Delivery.objects.update(next_at=timezone.now())
    Endpoint.objects.update(quiet_until=None)


def hang(asked) -> None:
    asked.server.stopped.wait(10)


def hang_up(asked) -> None:
    asked.close_connection = True


@pytest.mark.parametrize("bad", [500, 404, 302, hang, hang_up])
def test_what_fails_is_tried_again_under_the_same_id(
    receiver, make_endpoint, announced, monkeypatch, bad
):
    monkeypatch.setattr(delivering, "LIMITS", Limits(seconds=0.5))
    server = receiver(bad, bad, 204)
    make_endpoint(server.url)
    [delivery] = announced()
    for _ in range(2):
        delivering.attempt(delivery.pk)
        assert delivering.due() == []
        delivery.refresh_from_db()
        assert delivery.state == "waiting" and delivery.next_at > timezone.now()
        make_due()
        assert delivering.due() == [delivery.pk]
    delivering.attempt(delivery.pk)
    delivery.refresh_from_db()
    assert delivery.state == "delivered"
    assert ids_of(server) == [delivery.message_id] * 3
    outcomes = [bool(one.status or one.fault) for one in delivery.attempts.all()]
    assert outcomes == [True] * 3


def test_the_waits_grow_from_seconds_to_a_day_and_then_it_is_given_up(
    receiver, make_endpoint, announced
):
    server = receiver(503)
    make_endpoint(server.url)
    [delivery] = announced()
    waits = []
    for _ in delivering.WAITS:
        delivering.attempt(delivery.pk)
        delivery.refresh_from_db()
        waits.append((delivery.next_at - timezone.now()).total_seconds())
        make_due()
    for wait, least in zip(waits, delivering.WAITS, strict=True):
        assert least - 5 <= wait <= least * 1.1
    delivering.attempt(delivery.pk)
    delivery.refresh_from_db()
    assert delivery.state == "failed"
    assert len(server.asked) == len(delivering.WAITS) + 1


def test_a_receiver_that_asks_for_patience_gets_it(receiver, make_endpoint, announced):
    server = receiver(lambda asked: asked.answer(429, b"", Retry_After="900"))
    make_endpoint(server.url)
    [delivery] = announced()
    delivering.attempt(delivery.pk)
    delivery.refresh_from_db()
    assert delivery.next_at > timezone.now() + timedelta(seconds=890)


def test_a_receiver_that_fails_is_left_alone_and_the_others_are_not(
    receiver, make_endpoint, announced
):
    broken, well = receiver(500), receiver(200)
    make_endpoint(broken.url), make_endpoint(well.url)
    first = announced()
    second = announced()
    for delivery in first:
        delivering.attempt(delivery.pk)
    assert delivering.due() == [second[1].pk]


def test_endpoints_that_hang_hold_one_worker_together(make_endpoint, announced):
    make_endpoint("https://a.example", failures=1)
    make_endpoint("https://b.example", failures=3)
    make_endpoint("https://c.example")
    one, other, well = announced()
    assert delivering.claimed(one.pk)
    assert delivering.claimed(other.pk) is None
    assert delivering.claimed(well.pk)


def test_who_has_waited_longest_is_next(make_endpoint, announced):
    make_endpoint("https://a.example"), make_endpoint("https://b.example")
    one, other = announced()
    for late in (one, other):
        Delivery.objects.update(next_at=timezone.now() - timedelta(minutes=1))
        Delivery.objects.filter(pk=late.pk).update(next_at=timezone.now() - timedelta(hours=1))
        assert delivering.due()[0] == late.pk


def test_one_endpoint_has_one_attempt_at_a_time(receiver, make_endpoint, announced):
    server = receiver(200)
    make_endpoint(server.url)
    [one], [other] = announced(), announced()
    assert delivering.due() == [one.pk]
    begun = delivering.claimed(one.pk)
    assert begun is not None
    assert delivering.claimed(one.pk) is None
    assert delivering.claimed(other.pk) is None
    delivering.record(begun, delivering.Outcome(status=200))
    assert delivering.attempt(other.pk) == []


def test_the_next_message_follows_without_waiting_for_the_clock(receiver, make_endpoint, announced):
    make_endpoint(receiver(200).url)
    [one], [other] = announced(), announced()
    assert delivering.attempt(one.pk) == [other.pk]


def test_a_receiver_that_says_gone_is_told_nothing_more(receiver, make_endpoint, announced):
    endpoint = make_endpoint(receiver(410).url)
    delivering.attempt(announced()[0].pk)
    endpoint.refresh_from_db()
    assert (endpoint.is_active, endpoint.disabled) == (False, "gone")
    assert announced() == []


def test_after_three_days_of_failures_an_endpoint_is_stopped(receiver, make_endpoint, announced):
    endpoint = make_endpoint(receiver(500).url)
    [delivery] = announced()
    delivering.attempt(delivery.pk)
    endpoint.refresh_from_db()
    assert endpoint.is_active and endpoint.failing_since
    Endpoint.objects.update(failing_since=timezone.now() - timedelta(days=3, minutes=1))
    make_due()
    delivering.attempt(delivery.pk)
    endpoint.refresh_from_db()
    assert (endpoint.is_active, endpoint.disabled) == (False, "failing")
    make_due()
    assert delivering.due() == []


def test_one_good_answer_wipes_the_failures_away(receiver, make_endpoint, announced):
    endpoint = make_endpoint(receiver(500, 200).url)
    [delivery] = announced()
    delivering.attempt(delivery.pk)
    make_due()
    delivering.attempt(delivery.pk)
    endpoint.refresh_from_db()
    assert (endpoint.failures, endpoint.failing_since, endpoint.quiet_until) == (0, None, None)
