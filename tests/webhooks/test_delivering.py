"""Messages on their way to receivers: signed, sealed, to whom they are for, and never half."""

import os
import signal
import subprocess
import sys
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import pytest
from django.db import connection, transaction
from django.utils import timezone
from standardwebhooks.webhooks import WebhookVerificationError

from tests.webhooks.conftest import CHANGE, ids_of, verified
from webhooks import delivering, events, signing, tasks
from webhooks.models import Attempt, Delivery, Endpoint, Message

pytestmark = pytest.mark.usefixtures("db")

ROOT = Path(__file__).resolve().parents[2]


def test_a_message_arrives_signed(receiver, make_endpoint, announced, project):
    server = receiver(200)
    endpoint = make_endpoint(f"{server.url}/hook")
    [delivery] = announced()
    assert delivering.attempt(delivery.pk) == []
    told = verified(endpoint.plain_secret, server.asked[0])
    assert told["type"] == "prompt.version.created"
    assert told["data"] == {"project": {"id": project.id, "name": project.name}, **CHANGE}
    assert ids_of(server) == [delivery.message_id]
    delivery.refresh_from_db()
    [attempt] = delivery.attempts.all()
    assert (delivery.state, attempt.status, attempt.answer) == ("delivered", 200, "<b>thanks</b>")
    assert attempt.milliseconds is not None
    assert delivering.attempt(delivery.pk) == [] and len(server.asked) == 1


def test_a_message_that_somebody_changed_on_the_way_is_no_longer_genuine(
    receiver, make_endpoint, announced
):
    server = receiver(200)
    endpoint = make_endpoint(server.url)
    delivering.attempt(announced()[0].pk)
    path, headers, body = server.asked[0]
    with pytest.raises(WebhookVerificationError):
        verified(endpoint.plain_secret, (path, headers, body.replace(b"3", b"4")))


def test_an_address_inside_is_refused_when_it_is_sent_to(
    receiver, make_endpoint, announced, settings
):
    server = receiver(200)
    make_endpoint(server.url)
    settings.OUTBOUND_ALLOWED_NETWORKS_OF = {"llm": [], "webhook": []}
    [delivery] = announced()
    delivering.attempt(delivery.pk)
    [attempt] = delivery.attempts.all()
    assert attempt.fault == "refused" and "has not opened" in attempt.detail
    assert not server.asked


def test_a_secret_that_cannot_be_read_stops_the_endpoint(receiver, make_endpoint, announced):
    endpoint = make_endpoint(receiver(200).url)
    other = make_endpoint("https://other.example")
    Endpoint.objects.filter(pk=endpoint.pk).update(secret=other.secret)
    delivering.attempt(announced()[0].pk)
    endpoint.refresh_from_db()
    assert (endpoint.is_active, endpoint.disabled) == (False, "secret")


def test_both_secrets_sign_for_a_day_after_a_new_one_was_made(receiver, make_endpoint, announced):
    server = receiver(200)
    endpoint = make_endpoint(server.url)
    new = signing.rotate_secret(endpoint, timezone.now())
    delivering.attempt(announced()[0].pk)
    verified(endpoint.plain_secret, server.asked[0])
    verified(new, server.asked[0])
    Endpoint.objects.update(old_secret_until=timezone.now())
    delivering.attempt(announced()[0].pk)
    verified(new, server.asked[1])
    with pytest.raises(WebhookVerificationError):
        verified(endpoint.plain_secret, server.asked[1])


def test_the_secret_is_stored_sealed(make_endpoint):
    endpoint = make_endpoint("https://hooks.example")
    signing.rotate_secret(endpoint, timezone.now())
    stored = Endpoint.objects.values("secret", "old_secret").get(pk=endpoint.pk)
    assert all("whsec_" not in value and value for value in stored.values())


def test_an_endpoint_is_told_what_it_wants_and_of_its_own_project(
    make_endpoint, announced, organisation
):
    from accounts.models import Project

    elsewhere = Project.objects.create(organisation=organisation, name="Elsewhere")
    make_endpoint("https://a.example", project=elsewhere)
    make_endpoint("https://b.example", events=["prompt.deleted"])
    make_endpoint("https://c.example", is_active=False)
    wanting = make_endpoint("https://d.example", events=["prompt.label.moved"])
    assert [one.endpoint for one in announced("prompt.label.moved")] == [wanting]
    assert announced("prompt.tags.changed") == []


def test_what_did_not_happen_is_not_told(make_endpoint, project):
    make_endpoint("https://a.example")
    with pytest.raises(RuntimeError), transaction.atomic():
        events.announce(project, "prompt.deleted", {})
        raise RuntimeError
    assert not Message.objects.exists() and not Delivery.objects.exists()


def test_what_happened_is_handed_to_a_worker_when_it_is_certain(
    make_endpoint, announced, monkeypatch, django_capture_on_commit_callbacks
):
    make_endpoint("https://a.example")
    handed = []
    monkeypatch.setattr(tasks.deliver, "delay", handed.append)
    with django_capture_on_commit_callbacks(execute=True):
        [delivery] = announced()
        assert handed == []
    assert handed == [delivery.pk]


def test_without_a_broker_the_change_stays_and_the_delivery_waits(
    make_endpoint, announced, monkeypatch, django_capture_on_commit_callbacks
):
    def away(_):
        raise tasks.OperationalError

    make_endpoint("https://a.example")
    monkeypatch.setattr(tasks.deliver, "delay", away)
    with django_capture_on_commit_callbacks(execute=True):
        [delivery] = announced()
    assert delivering.due() == [delivery.pk]


def test_sending_again_begins_anew_under_the_same_id(receiver, make_endpoint, announced):
    server = receiver(200)
    make_endpoint(server.url)
    [delivery] = announced()
    delivering.attempt(delivery.pk)
    assert delivering.again(delivery)
    delivering.attempt(delivery.pk)
    assert ids_of(server) == [delivery.message_id] * 2


def test_after_thirty_days_nothing_of_a_message_is_left(make_endpoint, announced):
    make_endpoint("https://a.example")
    [old], [new] = announced(), announced()
    delivering.claimed(old.pk)
    Message.objects.filter(pk=old.message_id).update(at=timezone.now() - timedelta(days=31))
    delivering.expire()
    assert list(Delivery.objects.all()) == [new]
    assert not Attempt.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_a_worker_killed_before_it_noted_the_answer_leaves_the_message_to_the_next(
    receiver, make_endpoint, announced
):
    worker: list[subprocess.Popen] = []

    def kill_the_worker(asked) -> None:
        os.kill(worker[0].pid, signal.SIGKILL)
        worker[0].wait()

    server = receiver(kill_the_worker, 200)
    make_endpoint(server.url)
    [delivery] = announced()
    program = (
        "import django; django.setup()\n"
        "from webhooks import delivering\n"
        "import sys; sys.stdin.readline()\n"
        f"delivering.attempt({delivery.pk})\n"
    )
    url = urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{connection.settings_dict['NAME']}")
    environment = {
        **os.environ,
        "DATABASE_URL": urlunsplit(url),
        "SONDE_OUTBOUND_WEBHOOK_NETWORKS": "127.0.0.1/32",
        "PYTHONPATH": f"{ROOT}{os.pathsep}{ROOT / 'platform'}",
    }
    worker.append(
        subprocess.Popen(
            [sys.executable, "-c", program], env=environment, cwd=ROOT, stdin=subprocess.PIPE
        )
    )
    worker[0].communicate(b"\n", timeout=60)
    assert worker[0].returncode == -signal.SIGKILL
    delivery.refresh_from_db()
    assert delivery.state == "waiting" and delivering.due() == []  # it is held for a minute
    Delivery.objects.update(held_until=timezone.now())
    assert delivering.due() == [delivery.pk]
    delivering.attempt(delivery.pk)
    delivery.refresh_from_db()
    assert delivery.state == "delivered"
    assert ids_of(server) == [delivery.message_id] * 2
    assert [one.is_open for one in delivery.attempts.order_by("pk")] == [True, False]


def test_the_answer_of_a_worker_that_was_thought_dead_undoes_nothing(
    receiver, make_endpoint, announced
):
    make_endpoint(receiver(200).url)
    [delivery] = announced()
    late = delivering.claimed(delivery.pk)
    Delivery.objects.update(held_until=timezone.now())
    delivering.attempt(delivery.pk)
    delivering.record(late, delivering.Outcome(status=500))
    delivery.refresh_from_db()
    assert delivery.state == "delivered"
    assert sorted(delivery.attempts.values_list("status", flat=True)) == [200, 500]
