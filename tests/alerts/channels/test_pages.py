"""The pages on which channels are made and changed: a secret is shown once or never."""

import html
import re

import pytest

from alerts.channels.forms import PagerDutyForm
from alerts.channels.models import Channel
from tests.alerts.channels.conftest import address

pytestmark = pytest.mark.django_db
KINDS = ("email", "slack", "webhook", "pagerduty", "teams")


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


def test_of_two_who_take_a_name_at_once_one_is_told(project, make_channel):
    told = {"name": "Pager", "least_tier": "critical", "region": "us", "key": "k" * 32}
    channel = Channel(project=project, kind="pagerduty")
    form = PagerDutyForm(told, instance=channel, project=project)
    assert form.is_valid()
    make_channel("slack", name="Pager")
    assert not form.keep() and "already" in str(form.errors["name"])
    assert Channel.objects.count() == 1


def test_without_encryption_keys_nothing_is_made_and_the_page_says_why(post, receiver, settings):
    url = receiver(200).url
    settings.ENCRYPTION_KEYS = []
    answer = post("alerts-channel-new", "slack", name="#a", address=url, least_tier="warning")
    assert "SONDE_ENCRYPTION_KEYS" in text_of(answer) and not Channel.objects.exists()
