"""A channel's own page: tests, what was sent, and who may do what."""

import html

import pytest

from alerts.channels import delivering
from alerts.channels.models import Channel, Delivery, State
from tests.alerts.channels.conftest import address, keys_of

pytestmark = pytest.mark.django_db


def text_of(response) -> str:
    return html.unescape(response.content.decode())


def test_a_test_shows_what_came_of_it(page, post, receiver, make_channel):
    server = receiver(200, 404)
    channel = make_channel("slack", server.url)
    answer = text_of(post("alerts-channel-test", channel, headers={"HX-Request": "true"}))
    first = Delivery.objects.get()
    assert "on its way" in answer and f"/trials/{first.pk}" in answer
    delivering.attempt(first.pk)
    text = page("alerts-channel-trial", channel, first.pk)
    assert "The test was delivered" in text and "hx-trigger" not in text
    post("alerts-channel-test", channel)
    second = Delivery.objects.exclude(pk=first.pk).get()
    delivering.attempt(second.pk)
    text = page("alerts-channel-trial", channel, second.pk)
    assert "did not arrive" in text and "404" in text and "thanks" in text


def test_a_paused_channel_is_not_tested_and_is_resumed_with_a_clean_record(
    page, post, make_channel
):
    channel = make_channel("slack", failures=3)
    post("alerts-channel-switch", channel, on="no")
    text = page("alerts-channel", channel)
    assert "Paused" in text and "Send a test</button>" not in text
    post("alerts-channel-test", channel)
    assert not Delivery.objects.exists()
    Channel.objects.update(disabled="rejected")
    assert "refused several messages" in page("alerts-channel", channel)
    assert "Stopped" in page("alerts-channels")
    post("alerts-channel-switch", channel, on="yes")
    channel.refresh_from_db()
    assert (channel.is_active, channel.disabled, channel.failures) == (True, "", 0)


def test_a_deleted_channel_takes_its_log_with_it(page, post, make_channel, written):
    channel = make_channel("slack")
    written(channel)
    text = page("alerts-channel-delete", channel)
    assert "Delete this channel?" in text and "Not sent yet" in text
    post("alerts-channel-delete", channel)
    assert not Channel.objects.exists() and not Delivery.objects.exists()


def test_the_log_shows_attempts_and_what_was_said_and_nothing_in_it_is_alive(
    client, member, project, page, receiver, make_channel, written
):
    bad = "<script>alert(1)</script>"
    server = receiver(lambda asked: asked.answer(500, bad.encode()))
    channel = make_channel("slack", server.url)
    (delivery,) = written(channel, note=bad)
    text = page("alerts-channel", channel, query="?part=log", **{"HX-Request": "true"})
    assert "On its way" in text and "<html" not in text
    head = page("alerts-channel-delivery", channel, delivery)
    assert "every 2s" in head and "On its way" in head and "<details" not in head
    delivering.attempt(delivery.pk)
    Delivery.objects.update(next_at="2100-01-01T00:00:00Z")
    raw = client.get(address(project, "alerts-channel", channel)).content.decode()
    assert "<script>alert" not in raw
    text = html.unescape(raw)
    assert "500" in text and "1 attempt" in text and "Again at 2100-01-01 00:00 UTC" in text
    assert "12 %" in text and "model gpt-5" in text and "https://sonde.example/trace" in text


def test_the_log_is_of_one_state_and_paged(page, make_channel, written):
    channel = make_channel("slack")
    for number in range(27):
        written(channel, key=f"n{number:02}")
    Delivery.objects.filter(key="n03").update(state=State.FAILED)
    text = page("alerts-channel", channel)
    assert text.count('<article class="delivery"') == 25 and "Older" in text
    assert page("alerts-channel", channel, query="?page=2").count("<article") == 2
    failed = page("alerts-channel", channel, query="?state=failed")
    assert failed.count("<article") == 1 and "n03" in failed
    assert "None in this state." in page("alerts-channel", channel, query="?state=delivered")
    assert page("alerts-channel", channel, query="?state=x&page=x").count("<article") == 25


def test_what_was_given_up_is_sent_again_by_one_and_all_together(
    page, post, receiver, make_channel, written
):
    server = receiver(200)
    channel = make_channel("slack", server.url)
    deliveries = [written(channel, key=f"n{number}")[0] for number in range(3)]
    Delivery.objects.update(state=State.FAILED)
    assert "Send the 3 failed again" in page("alerts-channel", channel)
    post("alerts-channel-again", channel, deliveries[0])
    delivering.attempt(deliveries[0].pk)
    post("alerts-channel-failed-again", channel)
    for one in deliveries[1:]:
        delivering.attempt(one.pk)
    assert set(Delivery.objects.values_list("state", flat=True)) == {"delivered"}
    assert keys_of(server) == ["n0", "n1", "n2"]


def test_viewers_see_channels_and_change_nothing(
    client, viewer, project, page, make_channel, written
):
    email = make_channel("email")
    hook = make_channel("webhook", "https://ops.example/hook?token=abc")
    (delivery,) = written(hook)
    text = page("alerts-channels", who=viewer)
    assert "ops.example" in text and "token=abc" not in text and "1 address" in text
    assert "ada@team.example" not in text and "ada@team.example" in page("alerts-channels")
    assert "Pause" not in page("alerts-channel", hook, who=viewer)
    client.force_login(viewer)
    for name, *args in (
        ("alerts-channel-new", "slack"), ("alerts-channel-edit", email),
        ("alerts-channel-delete", email), ("alerts-channel-secret", hook),
        ("alerts-channel-test", hook), ("alerts-channel-switch", hook),
        ("alerts-channel-failed-again", hook), ("alerts-channel-again", hook, delivery),
    ):  # fmt: skip
        assert client.post(address(project, name, *args)).status_code == 404, name
    assert Channel.objects.filter(is_active=True).count() == 2


def test_the_channels_of_another_project_are_not_found(
    client, member, organisation, project, make_channel, written
):
    from accounts.models import Project

    other = Project.objects.create(organisation=organisation, name="Other")
    theirs = make_channel("slack", project=other)
    mine = make_channel("slack")
    (delivery,) = written(theirs)
    client.force_login(member)
    for name in ("alerts-channel", "alerts-channel-edit", "alerts-channel-delete"):
        assert client.get(address(project, name, theirs)).status_code == 404
    assert client.get(address(project, "alerts-channel", "a\0b")).status_code == 404
    for channel in (theirs, mine):
        again = address(project, "alerts-channel-again", channel, delivery)
        assert client.post(again).status_code == 404


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        ("slack", '"text"'),
        ("teams", "AdaptiveCard"),
        ("webhook", '"version"'),
        ("pagerduty", '"dedup_key"'),
        ("email", "Value"),
    ],
)
def test_a_message_is_read_as_it_was_sent_without_secrets(
    client, viewer, project, page, make_channel, written, kind, said
):
    channel = make_channel(kind)
    (delivery,) = written(channel)
    told = (channel, delivery)
    for headers in ({}, {"HX-Request": "true"}):
        text = page("alerts-channel-sent", *told, **headers)
        assert said in text and "Error rate" in text and channel.plain_secret() not in text
    client.force_login(viewer)  # it holds links that acknowledge
    assert client.get(address(project, "alerts-channel-sent", *told)).status_code == 404
