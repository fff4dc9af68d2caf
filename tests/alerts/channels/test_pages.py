"""The pages of channels: what they do, and that a secret is shown once or never."""

import html
import re

import pytest
from django.urls import reverse

from alerts.channels import delivering
from alerts.channels.models import Channel, Delivery, State
from tests.alerts.channels.conftest import header

pytestmark = pytest.mark.django_db
KINDS = ("email", "slack", "webhook", "pagerduty", "teams")


@pytest.fixture
def page(client, member, project):
    """`page("alerts-channel", channel)`: what a member sees there."""

    def get(name, *args, query="", who=member, **headers) -> str:
        client.force_login(who)
        response = client.get(address(project, name, *args) + query, headers=headers)
        assert response.status_code == 200
        return html.unescape(response.content.decode())

    return get


@pytest.fixture
def post(client, member, project):
    def send(name, *args, headers=None, **fields):
        client.force_login(member)
        return client.post(address(project, name, *args), fields, headers=headers)

    return send


def address(project, name, *args) -> str:
    return reverse(name, args=[project.id, *(getattr(one, "pk", one) for one in args)])


def text_of(response) -> str:
    return html.unescape(response.content.decode())


def secret_in(text: str) -> str:
    found = re.search(r"whsec_[\w+/=]+", text)
    return found[0] if found else ""


def test_without_a_channel_the_page_says_what_to_do_first(page, viewer):
    text = page("alerts-channels")
    assert "Nobody is told yet" in text
    assert all(f"/alerts/channels/new/{kind}" in text for kind in KINDS)
    assert "/alerts/channels/new/" not in page("alerts-channels", who=viewer)


@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_has_a_form_that_says_how_to_fill_it(page, kind):
    text = page("alerts-channel-new", kind)
    assert 'name="name"' in text and 'class="channel-help"' in text
    assert ('name="digest_hour"' in text) == (kind != "pagerduty")


def test_a_kind_that_there_is_not_is_not_found(client, member, project):
    client.force_login(member)
    assert client.get(address(project, "alerts-channel-new", "pigeon")).status_code == 404


def test_a_slack_address_is_kept_sealed_and_never_shown(page, post, receiver, member):
    url = f"{receiver(200).url}/services/T0/B0/secret"
    answer = post(
        "alerts-channel-new", "slack", name="#oncall", address=url, least_tier="critical",
        digest_hour="9", digest_zone="Asia/Seoul",
    )  # fmt: skip
    assert answer.status_code == 302
    channel = Channel.objects.get()
    assert channel.plain_secret() == url and "secret" not in channel.secret
    assert (channel.kind, channel.least_tier, channel.author) == ("slack", "critical", member)
    assert (channel.digest_hour, channel.digest_zone) == (9, "Asia/Seoul")
    for text in (
        page("alerts-channels"), page("alerts-channel", channel),
        page("alerts-channel-edit", channel),
    ):  # fmt: skip
        assert "#oncall" in text and "services/T0" not in text and channel.secret not in text


def test_a_channel_that_is_changed_keeps_the_secret_that_is_not_typed_anew(
    page, post, receiver, make_channel
):
    channel = make_channel("slack", receiver(200).url)
    assert "Leave it empty to keep" in page("alerts-channel-edit", channel)
    told = {"name": "#new", "address": "", "least_tier": "warning", "digest_hour": ""}
    assert post("alerts-channel-edit", channel, **told).status_code == 302
    before = channel.plain_secret()
    channel.refresh_from_db()
    assert (channel.name, channel.plain_secret(), channel.digest_hour) == ("#new", before, None)
    url = f"{receiver(200).url}/other"
    post("alerts-channel-edit", channel, **{**told, "address": url})
    channel.refresh_from_db()
    assert channel.plain_secret() == url


def test_a_webhooks_secret_is_shown_once(page, post, receiver):
    server = receiver(200)
    text = text_of(
        post("alerts-channel-new", "webhook", name="Ops", url=server.url, least_tier="warning")
    )
    channel = Channel.objects.get()
    assert secret_in(text) == channel.plain_secret()
    for name in ("alerts-channel", "alerts-channel-edit", "alerts-channel-secret"):
        assert "whsec_" not in page(name, channel)
    told = {"name": "Ops", "url": f"{server.url}/other", "least_tier": "warning"}
    post("alerts-channel-edit", channel, **told)
    before, channel = channel.plain_secret(), Channel.objects.get()
    assert channel.plain_secret() == before and channel.settings["url"].endswith("/other")
    assert "Make a new secret?" in page("alerts-channel-secret", channel)
    new = secret_in(text_of(post("alerts-channel-secret", channel)))
    assert new != before and Channel.objects.get().plain_secret() == new


def test_an_e_mail_goes_to_members_or_to_addresses_that_are_some(post):
    told = {"name": "Team", "least_tier": "warning"}
    assert "Name an address" in text_of(post("alerts-channel-new", "email", **told))
    wrong = "ada@example.org\nBcc: x@evil.example"
    answer = post("alerts-channel-new", "email", addresses=wrong, **told)
    assert "“Bcc: x@evil.example” is not an e-mail address." in text_of(answer)
    many = "\n".join(f"a{number}@example.org" for number in range(21))
    assert "20 addresses at most." in text_of(
        post("alerts-channel-new", "email", addresses=many, **told)
    )
    assert not Channel.objects.exists()
    post("alerts-channel-new", "email", addresses="ada@example.org\n\nada@example.org", **told)
    assert Channel.objects.get().settings == {
        "to_members": False, "addresses": ["ada@example.org"],
    }  # fmt: skip


def test_a_pagerduty_key_has_its_shape(page, post):
    told = {"name": "Pager", "least_tier": "critical", "region": "eu"}
    assert "32 letters" in text_of(post("alerts-channel-new", "pagerduty", key="short", **told))
    post("alerts-channel-new", "pagerduty", key="k" * 32, **told)
    channel = Channel.objects.get()
    assert channel.plain_secret() == "k" * 32 and channel.settings == {"region": "eu"}
    assert "European Union" in page("alerts-channel", channel)


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("http://127.0.0.1:5432/", "has not opened"),
        ("https://169.254.169.254/latest/meta-data/", "has not opened"),
        ("https://user:pw@example.com/", "user name"),
        ("file:///etc/passwd", "begin with https://"),
        ("https://example.com/" + "x" * 2000, "2000"),
    ],
)
@pytest.mark.parametrize(("kind", "field"), [("slack", "address"), ("webhook", "url")])
def test_an_address_that_must_not_be_asked_is_refused_at_the_field(post, kind, field, url, why):
    answer = post("alerts-channel-new", kind, name="Bad", least_tier="warning", **{field: url})
    assert why in text_of(answer) and not Channel.objects.exists()


def test_a_name_is_of_one_channel(post, make_channel, receiver):
    make_channel("slack", name="#oncall")
    url = receiver(200).url
    answer = post("alerts-channel-new", "teams", name="#oncall", address=url, least_tier="warning")
    assert "There is a channel of this name already." in text_of(answer)


def test_without_encryption_keys_nothing_is_made_and_the_page_says_why(post, receiver, settings):
    url = receiver(200).url
    settings.ENCRYPTION_KEYS = []
    answer = post("alerts-channel-new", "slack", name="#a", address=url, least_tier="warning")
    assert "SONDE_ENCRYPTION_KEYS" in text_of(answer) and not Channel.objects.exists()


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
    assert 'hx-trigger="every 2s"' in text and "On its way" in text and "<html" not in text
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
    assert [header(asked, "idempotency-key") for asked in server.asked] == ["n0", "n1", "n2"]


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
