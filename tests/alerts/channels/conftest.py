"""Channels of a project, and receivers on this machine that the operator has opened."""

import html
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import UTC, datetime

import pytest
from django.urls import reverse

from alerts.channels.message import Alert, Message, Sample, Series
from tests.alerts.channels.mailbox import Mailbox, receiving
from tests.outbound.servers import Server, serving

BEGAN = datetime(2026, 11, 16, 9, 5, tzinfo=UTC)


@pytest.fixture
def opened(settings):
    settings.OUTBOUND_ALLOWED_NETWORKS_OF = {"llm": [], "webhook": [], "alert": ["127.0.0.1/32"]}


@pytest.fixture
def receiver(opened) -> Iterator[Callable[..., Server]]:
    """`receiver(500, 500, 200)`: answers with these in turn, the last one for ever. A function
    instead of a number answers as it likes.
    """
    with ExitStack() as stack:

        def started(*answers) -> Server:
            left = list(answers) or [200]

            def answering(asked) -> None:
                now = left.pop(0) if len(left) > 1 else left[0]
                if callable(now):
                    now(asked)
                else:
                    asked.answer(now, b"thanks")

            return stack.enter_context(serving(answering))

        yield started


@pytest.fixture
def mailbox(settings) -> Iterator[Mailbox]:
    """The operator's SMTP server."""
    with receiving() as box:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", box.port
        settings.EMAIL_USE_TLS = settings.EMAIL_USE_SSL = False
        settings.EMAIL_TIMEOUT = 5
        yield box


@pytest.fixture
def make_channel(project, monkeypatch) -> Callable:
    """`make_channel("slack", url)`: told at this address, whatever its kind."""
    from alerts.channels.models import Channel
    from alerts.channels.pagerduty.sending import ADDRESSES
    from webhooks.signing import new_secret

    def make(kind: str, url: str = "https://receiver.example", **fields) -> Channel:
        secret = url
        if kind == "webhook":
            fields.setdefault("settings", {"url": url})
            secret = new_secret()
        elif kind == "pagerduty":
            monkeypatch.setitem(ADDRESSES, "us", url)
            secret = "r" * 32
        elif kind == "email":
            fields.setdefault("settings", {"addresses": ["ada@team.example"]})
        number = Channel.objects.count()
        fields = {"project": project, "name": f"{kind} {number}", "kind": kind} | fields
        channel = Channel(**fields)
        channel.give_secret(secret)
        channel.save()
        return channel

    return make


@pytest.fixture
def make_message(project) -> Callable[..., Message]:
    """`make_message(news="resolved", key="n1")`: of one alert, if no others are given."""

    def make(**fields) -> Message:
        told = {
            "key": "n1",
            "project_id": project.id,
            "project_name": project.name,
            "news": "firing",
            "tier": "critical",
            "rule_id": "r1",
            "rule_name": "Error rate",
            "group_key": "g1",
            "at": BEGAN,
            "note": "Look at the provider first.",
            "runbook_url": "https://wiki.example/errors",
            "alerts": (an_alert(),),
            "series": Series(
                name="Error rate",
                unit="%",
                points=(1, 2, None, 12),
                bad=(False, False, False, True),
                limit=5,
            ),
            "rule_url": "https://sonde.example/rule",
            "traces_url": "https://sonde.example/traces?from=1&to=2",
        }
        return Message(**told | fields)

    return make


def an_alert(**fields) -> Alert:
    told = {
        "incident_id": "i1",
        "fingerprint": "f1",
        "labels": {"model": "gpt-5"},
        "tier": "critical",
        "value": "12 %",
        "limit": "5 %",
        "window": "5 minutes",
        "began_at": BEGAN,
        "url": "https://sonde.example/incident",
        "acknowledge_url": "https://sonde.example/acknowledge",
        "silence_url": "https://sonde.example/silence",
        "samples": (Sample("answer", "https://sonde.example/trace"),),
    }
    return Alert(**told | fields)


@pytest.fixture
def written(make_message) -> Callable:
    """`written(channel, key="n2")`: one message on its way."""
    from alerts.channels.writing import write

    return lambda channel, **fields: write(channel, make_message(**fields))


@pytest.fixture
def page(client, member, project):
    """`page("alerts-channel", channel)`: what a member sees there."""

    def get(name, /, *args, query="", who=member, **headers) -> str:
        client.force_login(who)
        response = client.get(address(project, name, *args) + query, headers=headers)
        assert response.status_code == 200
        return html.unescape(response.content.decode())

    return get


@pytest.fixture
def post(client, member, project):
    def send(name, /, *args, headers=None, **fields):
        client.force_login(member)
        return client.post(address(project, name, *args), fields, headers=headers)

    return send


def address(project, name, *args) -> str:
    return reverse(name, args=[project.id, *(getattr(one, "pk", one) for one in args)])


def header(asked: tuple[str, dict[str, str], bytes], name: str) -> str:
    return {key.lower(): value for key, value in asked[1].items()}[name]


def keys_of(server: Server) -> list[str]:
    return [header(asked, "idempotency-key") for asked in server.asked]
