"""Endpoints of a project, and a receiver on this machine that the operator has opened."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest
from standardwebhooks import Webhook

from tests.outbound.servers import Server, serving

CHANGE = {"prompt": {"name": "답변/인사"}, "version": 3}


@pytest.fixture
def opened(settings):
    settings.OUTBOUND_ALLOWED_NETWORKS_OF = {"llm": [], "webhook": ["127.0.0.1/32"]}


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
                    asked.answer(now, b"<b>thanks</b>")

            return stack.enter_context(serving(answering))

        yield started


@pytest.fixture
def make_endpoint(project):
    """`make_endpoint(url, events=[…])`; its secret stands at `.plain_secret`."""
    from webhooks import signing
    from webhooks.models import Endpoint

    def make(url: str, **fields):
        endpoint = Endpoint(**{"project": project, "url": url} | fields)
        plain = signing.give_secret(endpoint)
        endpoint.save()
        endpoint.plain_secret = plain
        return endpoint

    return make


@pytest.fixture
def announced(project):
    """One message told to the endpoints that are there: its deliveries."""
    from webhooks import events
    from webhooks.models import Delivery

    def announce(event="prompt.version.created", data=CHANGE) -> list:
        before = set(Delivery.objects.values_list("pk", flat=True))
        events.announce(project, event, data)
        return list(Delivery.objects.exclude(pk__in=before).order_by("pk"))

    return announce


def verified(secret: str, asked: tuple[str, dict[str, str], bytes]) -> dict:
    """What was told, if the library that receivers use says that it is genuine."""
    _, headers, body = asked
    return Webhook(secret).verify(body, headers)


def ids_of(server: Server) -> list[str]:
    return [
        {name.lower(): value for name, value in headers.items()}["webhook-id"]
        for _, headers, _ in server.asked
    ]
