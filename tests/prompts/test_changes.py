"""Changes of a project's prompts wait for each other, and not for ever."""

from contextlib import contextmanager
from threading import Event, Thread

import pytest
from django.db import connection, transaction

from prompts import changes, tasks
from prompts.models import Prompt, Revision
from tests.prompts.test_splits_canary import begun, prompt  # noqa: F401

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def impatient(monkeypatch):
    monkeypatch.setattr(changes, "WAIT_SECONDS", 1)


@contextmanager
def held(project):
    """Somebody else is at the project's prompts meanwhile."""
    Revision.objects.get_or_create(project=project)
    has_it, is_over = Event(), Event()

    def hold():
        try:
            with transaction.atomic():
                Revision.objects.select_for_update().get(project=project)
                has_it.set()
                is_over.wait(30)
        finally:
            connection.close()

    other = Thread(target=hold)
    other.start()
    assert has_it.wait(10)
    try:
        yield
    finally:
        is_over.set()
        other.join(10)


def test_both_apis_tell_that_somebody_else_is_changing_prompts(project, post, ask, make):
    make()
    with held(project):
        status, told = post()
        assert (status, told["error"]) == (503, "ServiceUnavailableError")
        assert "Somebody else is changing prompts" in told["message"]
        answer = ask("put", "/api/v1/prompts/greet/labels/production", {"version": 1})
    assert (answer.status_code, answer.headers["Content-Type"]) == (503, "application/problem+json")
    assert "Somebody else is changing prompts" in answer.json()["detail"]
    assert int(answer.headers["Retry-After"]) >= 1
    assert post()[0] == 201


def test_a_page_tells_it_too(project, make, client, owner, submit):
    make()
    client.force_login(owner)
    client.raise_request_exception = False
    with held(project):
        answer = submit("prompt-delete", {"name": "greet"})
    assert answer.status_code == 503
    assert "Somebody else is changing prompts" in answer.content.decode()
    assert Prompt.objects.exists()


def test_the_time_out_ends_with_the_wait(project):
    with changes.change(project), connection.cursor() as cursor:
        cursor.execute("SHOW lock_timeout")
        assert cursor.fetchone() == ("0",)


def test_a_canary_that_finds_the_prompts_held_looks_again_later(project, begun, calls):  # noqa: F811
    split = begun()
    calls(1, 400)
    calls(2, 120, failing=120)
    with held(project):
        tasks.watch_canary(split.pk)
    split.refresh_from_db()
    assert split.ended_at is None
    tasks.watch_canary(split.pk)
    split.refresh_from_db()
    assert split.ended_at is not None
