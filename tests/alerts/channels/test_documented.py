"""What docs/alert-channels.md shows is what is sent, and its program verifies it."""

import json
import re
from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone

from alerts.channels import delivering
from alerts.channels.webhook.rendering import rendered

PAGE = Path(__file__).resolve().parents[3] / "docs" / "alert-channels.md"
pytestmark = pytest.mark.usefixtures("db")


def block(kind: str) -> str:
    """The one block of code of this kind."""
    [found] = re.findall(rf"```{kind}\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    return found


def test_the_webhook_that_is_shown_is_the_one_that_is_sent(make_message, settings):
    settings.BASE_URL = "https://sonde.example"
    message = make_message(project_id="support-bot", project_name="Support bot")
    assert rendered(message, "team", "n1") == json.loads(block("json webhook"))


def test_the_program_that_is_shown_tells_what_is_genuine(receiver, make_channel, written):
    program: dict = {}
    exec(block("python"), program)
    is_genuine = program["is_genuine"]
    server = receiver(200)
    channel = make_channel("webhook", server.url)
    delivering.attempt(written(channel)[0].pk)
    _, headers, body = server.asked[0]
    secret = channel.plain_secret()
    assert is_genuine(secret, headers, body)
    assert not is_genuine(secret, headers, body.replace(b"12 %", b"11 %"))
    assert not is_genuine(make_channel("webhook").plain_secret(), headers, body)
    old = {name.lower(): value for name, value in headers.items()}
    old["webhook-timestamp"] = str(int((timezone.now() - timedelta(minutes=6)).timestamp()))
    assert not is_genuine(secret, old, body)
