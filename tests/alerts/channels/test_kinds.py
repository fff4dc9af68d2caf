"""What each kind of channel says, and what hostile texts become in it."""

import json
from datetime import timedelta

import pytest
from django.utils import timezone
from standardwebhooks import Webhook
from standardwebhooks.webhooks import WebhookVerificationError

from alerts.channels import delivering, posting, wording
from alerts.channels.email import rendering as email
from alerts.channels.message import Sample, Series, as_json, of_json
from alerts.channels.pagerduty import rendering as pagerduty
from alerts.channels.slack import rendering as slack
from alerts.channels.teams import rendering as teams
from alerts.channels.webhook import rendering as webhook
from alerts.channels.webhook import signing
from tests.alerts.channels.conftest import BEGAN, an_alert

HOSTILE = (
    "<!channel> @channel <@U123> <at>all</at> [here](https://evil.example) *bold*\r\n"
    "Bcc: eve@evil.example\n<script>alert(1)</script> & \0 \u202e \u2028"
)
pytestmark = pytest.mark.usefixtures("db")


@pytest.fixture
def hostile(make_message):
    """Stored and read again, as whatever is sent was."""
    alert = an_alert(
        labels={HOSTILE: HOSTILE, "long": "x" * 100_000, **{f"l{n}": "v" * 300 for n in range(30)}},
        value=HOSTILE,
        limit="y" * 100_000,
        samples=(Sample(HOSTILE, "javascript:alert(1)"), Sample(HOSTILE, "https://a.example/|>")),
        url="https://sonde.example/?q=" + "u" * 5000,
    )
    message = make_message(
        rule_name=HOSTILE * 20,
        project_name=HOSTILE,
        note=HOSTILE + "n" * 100_000,
        runbook_url="javascript:alert(1)",
        alerts=(alert,) * 60,
        more=3,
        series=Series(name=HOSTILE, points=(float("nan"), float("inf"), 1e300, -5), limit=3),
    )
    return of_json(json.loads(json.dumps(as_json(message))))


def texts(told) -> list[str]:
    """Every text in it, wherever."""
    if isinstance(told, str):
        return [told]
    parts = told.values() if isinstance(told, dict) else told if isinstance(told, list) else ()
    return [text for part in parts for text in texts(part)]


def test_a_message_is_the_same_after_it_was_stored(make_message):
    message = make_message(alerts=(an_alert(ended_at=BEGAN + timedelta(microseconds=1)),))
    assert of_json(json.loads(json.dumps(as_json(message)))) == message


def test_what_is_stored_is_bounded(hostile):
    assert len(hostile.alerts) == 50 and hostile.more == 13
    assert all(len(one.labels) == 20 and len(one.limit) == 300 for one in hostile.alerts)
    assert hostile.series.points == (None, None, 1e300, -5)
    assert "\0" not in json.dumps(as_json(hostile))


def test_slack_shows_what_helps(make_message):
    told = slack.rendered(make_message(more=2))
    assert told["text"] == "*Firing, critical: Error rate*"
    [attachment] = told["attachments"]
    said = "\n".join(texts(attachment))
    for part in (
        "*Segment* model gpt-5", "*Value* 12 %", "*Limit* 5 %",
        "*Window* 5 minutes", "<https://sonde.example/acknowledge|Acknowledge>",
        "<https://sonde.example/silence|Silence>", "<https://sonde.example/trace|answer>",
        "<https://wiki.example/errors|Runbook>", "and 2 more alerts", "▂▂·█",
        "2026-11-16 09:05 UTC",
        "<https://sonde.example/traces?from=1&amp;to=2|Traces>",
    ):  # fmt: skip
        assert part in said
    assert attachment["color"] == "#dc2626" and told["unfurl_links"] is False
    assert slack.rendered(make_message(news="resolved"))["attachments"][0]["color"] == "#16a34a"


def test_slack_takes_no_mention_no_link_and_no_length_from_outside(hostile):
    told = slack.rendered(hostile)
    blocks = told["attachments"][0]["blocks"]
    assert len(blocks) <= 50 and len(posting.as_bytes(told)) < 60_000
    for block in blocks:
        text = block.get("text", {"text": "", "type": ""})
        assert len(text["text"]) <= 3000
        if text["type"] == "mrkdwn":
            assert text["verbatim"] is True
            assert not [
                one for one in ("<!", "<@", "<at>", "<script", "javascript:") if one in text
            ]
            assert text["text"].count("<") == text["text"].count("<https://")
    assert "<!channel>" not in told["text"] and "\n" not in told["text"]


def test_teams_shows_what_helps(make_message):
    told = teams.rendered(make_message())
    [attachment] = told["attachments"]
    card = attachment["content"]
    said = "\n".join(texts(card))
    assert (card["type"], card["version"]) == ("AdaptiveCard", "1.4")
    assert attachment["contentType"] == "application/vnd.microsoft.card.adaptive"
    for part in ("Firing, critical: Error rate", "model gpt-5", "12 %", "5 minutes", "▂▂·█"):
        assert part in said
    assert "https://sonde.example/acknowledge" in said
    assert [one["title"] for one in card["actions"]] == ["Rule", "Traces", "Runbook"]


def test_in_teams_everything_is_plain_text_and_the_card_is_small_enough(hostile):
    told = teams.rendered(hostile)
    assert len(posting.as_bytes(told)) <= 24_000
    kinds = {one["type"] for one in elements(told["attachments"][0]["content"]["body"])}
    assert kinds <= {"Container", "RichTextBlock", "TextRun", "Action.OpenUrl"}
    assert "javascript:" not in "".join(texts(told))


def elements(told) -> list[dict]:
    if isinstance(told, list):
        return [one for part in told for one in elements(part)]
    if not isinstance(told, dict):
        return []
    own = [told] if "type" in told else []
    return own + [one for part in told.values() for one in elements(part)]


def test_pagerduty_is_called_by_fingerprint_and_called_off_by_it(make_message):
    event = pagerduty.rendered(make_message(), "r" * 32)
    assert (event["event_action"], event["dedup_key"]) == ("trigger", "f1")
    assert event["routing_key"] == "r" * 32
    payload = event["payload"]
    assert payload["severity"] == "critical" and payload["timestamp"].startswith("2026-11-16T09:05")
    assert payload["summary"] == "Firing, critical: Error rate (model gpt-5) · 12 %"
    assert payload["custom_details"]["Limit"] == "5 %"
    assert {"href": "https://wiki.example/errors", "text": "Runbook"} in event["links"]
    over = pagerduty.rendered(make_message(news="resolved"), "r" * 32)
    assert over == {"routing_key": "r" * 32, "dedup_key": "f1", "event_action": "resolve"}


def test_a_page_is_bounded(hostile):
    event = pagerduty.rendered(hostile, "r" * 32)
    assert len(event["payload"]["summary"]) <= 1024 and "\n" not in event["payload"]["summary"]
    assert len(posting.as_bytes(event)) < 30_000
    assert all(one["href"].startswith("https://") for one in event["links"])


def test_a_webhook_speaks_as_alertmanager_does(make_message):
    alerts = (an_alert(), an_alert(fingerprint="f2", labels={"meta.env": "eu"}, ended_at=BEGAN))
    told = webhook.rendered(make_message(alerts=alerts, more=1), "team", "n1")
    assert {"version": "4", "status": "firing", "receiver": "team", "groupKey": "g1"}.items() <= (
        told.items()
    )
    one, other = told["alerts"]
    assert (one["status"], one["endsAt"]) == ("firing", "0001-01-01T00:00:00Z")
    assert (other["status"], other["endsAt"]) == ("resolved", "2026-11-16T09:05:00.000Z")
    assert one["labels"]["alertname"] == "Error rate" and one["labels"]["severity"] == "critical"
    assert other["labels"]["meta_env"] == "eu"
    assert "model" not in told["commonLabels"] and told["commonLabels"]["severity"] == "critical"
    assert told["truncatedAlerts"] == 1 and told["sonde"]["key"] == "n1"
    assert told["sonde"]["incidents"][1]["labels"] == {"meta.env": "eu"}


def test_labels_from_outside_name_no_other_rule(make_message):
    alert = an_alert(labels={"alertname": "other", "severity": "none", "project": "theirs"})
    message = make_message(alerts=(alert,))
    [told] = webhook.rendered(message, "team", "n1")["alerts"]
    assert told["labels"] == {
        "alertname": "Error rate", "severity": "critical", "project": message.project_id
    }  # fmt: skip


def test_a_webhook_is_bounded(hostile):
    assert len(posting.as_bytes(webhook.rendered(hostile, "team", "n1"))) < 1_500_000


def test_whoever_has_the_secret_knows_that_it_is_genuine(receiver, make_channel, written):
    server = receiver(200)
    channel = make_channel("webhook", server.url)
    before = channel.plain_secret()
    after = signing.rotate(channel, timezone.now())
    [delivery] = written(channel)
    delivering.attempt(delivery.pk)
    _, headers, body = server.asked[0]
    for secret in (before, after):
        assert Webhook(secret).verify(body, headers)["sonde"]["key"] == "n1"
    with pytest.raises(WebhookVerificationError):
        Webhook(after).verify(body.replace(b"12 %", b"11 %"), headers)
    type(channel).objects.update(old_secret_until=timezone.now())
    [later] = written(channel, key="n2")
    delivering.attempt(later.pk)
    with pytest.raises(WebhookVerificationError):
        Webhook(before).verify(server.asked[1][2], server.asked[1][1])


def test_a_subject_is_one_line_of_bounded_length(hostile):
    subject = email.subject(hostile)
    assert len(subject) <= 150 and not set("\r\n\0") & set(subject)


@pytest.mark.parametrize(
    ("points", "drawn"),
    [
        ((), ""),
        ((None, None), ""),
        ((0, 0), "▁▁"),
        ((5, 5), "██"),
        ((0, 7, None, 3.5), "▁█·▅"),
        ((-7, 0), "▁█"),
        (tuple(range(100)), None),
    ],
)
def test_a_series_is_drawn_in_blocks(points, drawn):
    found = wording.blocks(Series(points=points))
    assert found == drawn if drawn is not None else len(found) == wording.MOST_BLOCKS


@pytest.mark.parametrize(
    "url", ["javascript:alert(1)", "//a.example", "https://", "http://[", "data:text/html,x", ""]
)
def test_what_is_no_address_of_the_web_is_no_link(url):
    assert wording.web_address(url) == ""
