"""The playground against a running Sonde: answers while they come, and a stop that is heard."""

import json
import re

import httpx
import pytest

from tests.llm.stand_in import Provider, answers, one_word_then_waits


@pytest.fixture(scope="module")
def person(stack):
    """Logged in, with a CSRF token."""
    with httpx.Client(base_url=stack.url, follow_redirects=True, timeout=30) as person:
        form = person.get("/login").text
        token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', form)[1]
        said = {"username": stack.email, "password": stack.password, "csrfmiddlewaretoken": token}
        assert person.post("/login", data=said).status_code == 200
        person.headers["X-CSRFToken"] = person.cookies["csrftoken"]
        yield person


@pytest.fixture(scope="module")
def provider():
    with Provider() as provider:
        yield provider


@pytest.fixture(scope="module")
def column(stack, person, provider) -> dict:
    fields = {"name": "Loopback", "protocol": "openai", "base_url": f"{provider.url}/v1"}
    settings = f"/projects/{stack.project_id}/settings/llm"
    fields["csrfmiddlewaretoken"] = person.headers["X-CSRFToken"]
    page = person.post(f"{settings}/new", data=fields).text
    connection = re.search(r'id="connection-(\w+)"', page)[1]
    return {"place": 0, "type": "text", "text": "Hi", "model": "m", "connection": connection}


def running(stack, person, *columns):
    path = f"/projects/{stack.project_id}/playground/run"
    return person.stream("POST", path, json={"columns": columns})


def test_the_first_words_are_here_before_the_last_are_said(stack, person, provider, column):
    provider.hung_up.clear()
    provider.will(one_word_then_waits)
    with running(stack, person, column) as answer:
        assert answer.status_code == 200
        first = next(answer.iter_lines())
        assert json.loads(first) == {"column": 0, "kind": "text", "text": "Once"}
        assert not provider.hung_up.is_set()
    # Whoever read has left: Sonde notices at the next sign of life, and hangs up.
    assert provider.hung_up.wait(15)


def test_what_is_stopped_gives_its_place_back(stack, person, provider, column):
    """Four runs at a time and process, and two processes: ten in a row would use them up."""
    for _ in range(10):
        provider.hung_up.clear()
        provider.will(one_word_then_waits)
        with running(stack, person, column) as answer:
            assert answer.status_code == 200
            next(answer.iter_lines())
        assert provider.hung_up.wait(15)
    provider.will(answers("still here"))
    with running(stack, person, column, {**column, "place": 1}) as answer:
        told = [json.loads(line) for line in answer.iter_lines() if line]
    assert sorted(one["column"] for one in told if one["kind"] == "end") == [0, 1]


def test_no_log_of_a_running_stack_holds_a_key_or_a_word(stack, person, provider, column):
    provider.will(answers("Zaubernuss"))
    with running(stack, person, {**column, "text": "Hasenglöckchen"}) as answer:
        assert "Zaubernuss" in answer.read().decode()
    logs = stack.logs(characters=1_000_000)
    assert "playground_run" in logs
    assert "Zaubernuss" not in logs and "Hasengl" not in logs
