"""Receivers that refuse, hang, break off, lead inside and ask for patience."""

from datetime import timedelta

import pytest
from django.utils import timezone

from alerts.channels import delivering, posting
from alerts.channels.kinds import KINDS, Kind
from alerts.channels.models import Channel, Delivery
from outbound.sending import Limits
from tests.alerts.channels.conftest import keys_of
from tests.outbound.servers import serving

pytestmark = pytest.mark.usefixtures("db")

HTTP = ("slack", "teams", "pagerduty", "webhook")


def make_due() -> None:
    """As if all waiting were over."""
    Delivery.objects.update(next_at=timezone.now())
    Channel.objects.update(quiet_until=None)


def hang(asked) -> None:
    asked.server.stopped.wait(10)


def reset(asked) -> None:
    asked.close_connection = True


@pytest.mark.parametrize("kind", HTTP)
@pytest.mark.parametrize("bad", [503, hang, reset])
def test_what_fails_is_tried_again_under_the_same_key(
    receiver, make_channel, written, monkeypatch, kind, bad
):
    server = receiver(bad, 202)
    [delivery] = written(make_channel(kind, server.url))
    with monkeypatch.context() as patched:
        if bad is hang:
            patched.setattr(posting, "LIMITS", Limits(seconds=1.5))
        delivering.attempt(delivery.pk)
    assert delivering.due() == []
    delivery.refresh_from_db()
    assert delivery.state == "waiting" and delivery.next_at > timezone.now()
    make_due()
    delivering.attempt(delivery.pk)
    delivery.refresh_from_db()
    assert delivery.state == "delivered"
    assert keys_of(server) == [delivery.dedup_key] * 2
    assert [bool(one.status or one.fault) for one in delivery.attempts.all()] == [True] * 2


@pytest.mark.parametrize("kind", HTTP)
def test_no_redirect_is_followed_least_of_all_inside(receiver, make_channel, written, kind):
    with serving(lambda asked: asked.answer(200)) as inside:
        server = receiver(lambda asked: asked.answer(307, b"", Location=inside.url))
        [delivery] = written(make_channel(kind, server.url))
        delivering.attempt(delivery.pk)
        assert not inside.asked
    delivery.refresh_from_db()
    assert delivery.state == "waiting" and delivery.attempts.get().status == 307


@pytest.mark.parametrize("kind", HTTP)
def test_an_address_inside_is_refused_when_it_is_sent_to(
    receiver, make_channel, written, settings, kind
):
    server = receiver(200)
    settings.OUTBOUND_ALLOWED_NETWORKS_OF = {"llm": ["127.0.0.1/32"], "webhook": [], "alert": []}
    [delivery] = written(make_channel(kind, server.url))
    delivering.attempt(delivery.pk)
    attempt = delivery.attempts.get()
    assert attempt.fault == "refused" and "has not opened" in attempt.detail
    assert not server.asked


@pytest.mark.parametrize("kind", HTTP)
def test_a_receiver_that_asks_for_patience_gets_it_and_has_not_failed(
    receiver, make_channel, written, kind
):
    server = receiver(lambda asked: asked.answer(429, b"", Retry_After="900"))
    channel = make_channel(kind, server.url)
    [delivery] = written(channel)
    delivering.attempt(delivery.pk)
    delivery.refresh_from_db(), channel.refresh_from_db()
    later = timezone.now() + timedelta(seconds=890)
    assert delivery.next_at > later and channel.quiet_until > later
    assert channel.failures == 0 and channel.failing_since is None
    [other] = written(channel, key="n2", group_key="g2")
    assert delivering.attempt(other.pk) == [] and len(server.asked) == 1


def test_nobody_is_waited_for_longer_than_an_hour(receiver, make_channel, written):
    server = receiver(lambda asked: asked.answer(429, b"", Retry_After="999999"))
    [delivery] = written(make_channel("slack", server.url))
    delivering.attempt(delivery.pk)
    delivery.refresh_from_db()
    assert delivery.next_at < timezone.now() + timedelta(seconds=3601)


def test_the_waits_grow_from_seconds_to_an_hour_and_after_a_day_it_is_given_up(
    receiver, make_channel, written
):
    [delivery] = written(make_channel("slack", receiver(503).url))
    waits = []
    for _ in range(11):
        delivering.attempt(delivery.pk)
        delivery.refresh_from_db()
        waits.append((delivery.next_at - timezone.now()).total_seconds())
        make_due()
    for wait, least in zip(waits, (*delivering.WAITS, 3600), strict=True):
        assert least - 5 <= wait <= least * 1.1
    Delivery.objects.update(until=timezone.now() + timedelta(minutes=30))
    delivering.attempt(delivery.pk)
    delivery.refresh_from_db()
    assert delivery.state == "failed"


def test_what_waits_for_a_channel_that_is_not_active_is_given_up_too(make_channel, written):
    [delivery] = written(make_channel("slack", is_active=False))
    assert delivering.due() == [] and delivering.give_up() == 0
    Delivery.objects.update(until=timezone.now())
    assert delivering.give_up() == 1
    delivery.refresh_from_db()
    assert delivery.state == "failed"


def test_a_message_that_its_receiver_does_not_take_is_not_in_the_way_for_a_day(
    receiver, make_channel, written
):
    channel = make_channel("slack", receiver(400).url)
    [bad], [behind] = written(channel, key="n1"), written(channel, key="n2")
    for _ in range(3):
        delivering.attempt(bad.pk)
        make_due()
    bad.refresh_from_db()
    assert bad.state == "failed" and delivering.due() == [behind.pk]


def test_a_message_that_cannot_be_written_is_not_in_the_way_for_a_day(
    receiver, make_channel, written, monkeypatch
):
    def broken(*_args):
        raise RuntimeError

    channel = make_channel("slack", receiver(200).url)
    [bad], [behind] = written(channel, key="n1"), written(channel, key="n2")
    with monkeypatch.context() as patched:
        patched.setitem(KINDS, "slack", Kind(broken))
        for _ in range(3):
            delivering.attempt(bad.pk)
            make_due()
    bad.refresh_from_db(), channel.refresh_from_db()
    assert (bad.state, channel.failures) == ("failed", 0)
    assert {one.fault for one in bad.attempts.all()} == {"unwritten"}
    assert delivering.attempt(behind.pk) == []
    behind.refresh_from_db()
    assert behind.state == "delivered"


@pytest.mark.parametrize("status", [401, 403, 404, 410])
def test_a_channel_that_rejects_everything_is_stopped_with_the_reason(
    receiver, make_channel, written, status
):
    channel = make_channel("pagerduty", receiver(status).url)
    [delivery] = written(channel)
    for _ in range(delivering.MOST_REJECTIONS):
        channel.refresh_from_db()
        assert channel.is_active
        make_due()
        delivering.attempt(delivery.pk)
    channel.refresh_from_db()
    assert (channel.is_active, channel.disabled) == (False, "rejected")
    make_due()
    assert delivering.due() == []


def test_a_secret_that_cannot_be_read_stops_the_channel(receiver, make_channel, written):
    server = receiver(200)
    for kind in HTTP:
        channel = make_channel(kind, server.url)
        Channel.objects.filter(pk=channel.pk).update(secret=make_channel("slack").secret)
        [delivery] = written(channel)
        delivering.attempt(delivery.pk)
        channel.refresh_from_db()
        assert (channel.is_active, channel.disabled) == (False, "secret")
        assert delivery.attempts.get().fault == "secret"
    assert not server.asked


def test_a_channel_that_fails_is_left_alone_and_the_others_are_not(receiver, make_channel, written):
    broken, well = make_channel("slack", receiver(500).url), make_channel("teams", receiver().url)
    [first], [second] = written(broken, key="n1"), written(well, key="n1")
    written(broken, key="n2")
    delivering.attempt(first.pk)
    assert delivering.due() == [second.pk]
    assert delivering.attempt(second.pk) == []
    second.refresh_from_db()
    assert second.state == "delivered"


def test_channels_that_hang_hold_one_worker_together(make_channel, written):
    one, other = make_channel("slack", failures=1), make_channel("slack", failures=3)
    well = make_channel("slack")
    first, second, third = (written(channel)[0] for channel in (one, other, well))
    assert delivering.claimed(first.pk)
    assert delivering.claimed(second.pk) is None
    assert delivering.claimed(third.pk)


def test_one_good_answer_wipes_the_failures_away(receiver, make_channel, written):
    channel = make_channel("slack", receiver(404, 200).url)
    [delivery] = written(channel)
    delivering.attempt(delivery.pk)
    channel.refresh_from_db()
    assert (channel.failures, channel.rejections) == (1, 1) and channel.failing_since
    make_due()
    delivering.attempt(delivery.pk)
    channel.refresh_from_db()
    assert (channel.failures, channel.rejections, channel.failing_since) == (0, 0, None)
