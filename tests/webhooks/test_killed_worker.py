"""The whole product with its worker killed in the middle of a delivery."""

import signal
import threading

import httpx
import pytest
from standardwebhooks import Webhook

from tests.outbound.servers import serving
from tests.running_sonde import Stack

pytestmark = pytest.mark.chaos


@pytest.fixture
def running(tmp_path):
    with Stack(tmp_path, SONDE_OUTBOUND_WEBHOOK_NETWORKS="127.0.0.1/32") as running:
        yield running


def token(client: httpx.Client, path: str) -> str:
    return client.get(path).text.split('name="csrfmiddlewaretoken" value="')[1].split('"')[0]


def made_by_hand(stack: Stack, url: str) -> str:
    """A webhook, made on its page; its secret."""
    with httpx.Client(base_url=stack.url, headers={"Referer": stack.url}) as client:
        person = {"username": stack.email, "password": stack.password}
        client.post("/login", data=person | {"csrfmiddlewaretoken": token(client, "/login")})
        page = f"/projects/{stack.project_id}/settings/webhooks"
        sent = {"url": url, "csrfmiddlewaretoken": token(client, page)}
        answer = client.post(page, data=sent).text
    return "whsec_" + answer.split("whsec_")[1].split("<")[0]


def test_a_message_whose_worker_was_killed_arrives_again_under_its_id(running):
    arrived = threading.Event()

    def answering(asked) -> None:
        if len(asked.server.asked) == 1:
            running.kill("worker", signal.SIGKILL)
            asked.close_connection = True
        else:
            asked.answer(200)
            arrived.set()

    with serving(answering) as server:
        secret = made_by_hand(running, f"{server.url}/hook")
        made = httpx.post(
            f"{running.url}/api/public/v2/prompts",
            json={"name": "greet", "type": "text", "prompt": "Hi"},
            auth=(running.public_key, running.secret_key),
        )
        assert made.status_code == 201
        assert arrived.wait(150), running.logs()
    ids = set()
    for _, headers, body in server.asked:
        told = Webhook(secret).verify(body, headers)
        assert told["type"] == "prompt.version.created"
        ids.add({name.lower(): value for name, value in headers.items()}["webhook-id"])
    assert len(server.asked) == 2 and len(ids) == 1
