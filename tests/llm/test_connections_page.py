"""The settings page of LLM connections: who may, what is kept, and what is never shown."""

import logging
import socket
import threading

import pytest
from django.urls import reverse

from llm.access import opened
from llm.models import LlmConnection
from tests.llm.connected import KEY
from tests.llm.stand_in import answers, refuses

pytestmark = pytest.mark.django_db
HEADER = "hidden-header-value"


@pytest.fixture
def pages(client, project, admin):
    client.force_login(admin)

    class Pages:
        def get(self, name="llm-connections", *args):
            return client.get(reverse(name, args=[project.id, *args]))

        def post(self, page, /, *args, htmx=False, **answers):
            headers = {"HX-Request": "true"} if htmx else {}
            return client.post(reverse(page, args=[project.id, *args]), answers, headers=headers)

        def add(self, **answers):
            typed = {"name": "Main", "protocol": "openai", "key": KEY, **answers}
            return self.post("llm-connection-create", **typed)

        def errors(self, response):
            assert response.status_code == 200
            return response.context["form"].errors

    return Pages()


def stored(project) -> LlmConnection:
    return LlmConnection.objects.get(project=project)


def test_without_a_connection_the_page_says_what_to_do(pages, project):
    page = pages.get().content.decode()
    assert "No LLM connection yet" in page
    assert reverse("llm-connection-create", args=[project.id]) in page


def test_an_admin_adds_a_connection_and_its_key_is_never_shown_again(
    pages, client, project, admin, django_user_model, caplog
):
    caplog.set_level(logging.DEBUG)
    response = pages.add(
        headers=f"X-Team: {HEADER}",
        model_names="gpt-4o-mini\n\n gpt-4o-mini \nö-model",
        parameters='{"temperature": 0}',
    )
    assert response.status_code == 302
    found = stored(project)
    assert found.model_names == ["gpt-4o-mini", "ö-model"]
    assert found.parameters == {"temperature": 0}
    assert (found.created_by, found.changed_by) == (admin, admin)
    access = opened(found)
    assert (access.key, access.headers) == (KEY, {"X-Team": HEADER})
    assert KEY not in repr(access) and HEADER not in repr(access)
    rows = str(LlmConnection.objects.filter(project=project).values())
    boss = django_user_model.objects.create_superuser("boss@example.org", "correct horse")
    shown = [
        pages.get().content.decode(),
        pages.get("llm-connection", found.pk).content.decode(),
        pages.get("llm-connection-delete", found.pk).content.decode(),
    ]
    client.force_login(boss)
    shown += [
        client.get(reverse("admin:llm_llmconnection_changelist")).content.decode(),
        client.get(reverse("admin:llm_llmconnection_change", args=[found.pk])).content.decode(),
    ]
    for text in (rows, *shown, caplog.text):
        assert KEY not in text and HEADER not in text
    assert "…WXYZ" in shown[0]
    assert found.secret not in "".join(shown)


def test_saving_without_a_key_keeps_the_one_that_is_stored(pages, project):
    pages.add(headers=f"X-Team: {HEADER}")
    one = stored(project)
    pages.post("llm-connection", one.pk, name="Renamed", protocol="openai")
    access = opened(stored(project))
    assert (stored(project).name, access.key, access.headers) == (
        "Renamed", KEY, {"X-Team": HEADER},
    )  # fmt: skip
    pages.post("llm-connection", one.pk, name="R", protocol="openai", forget_key="on")
    assert (opened(stored(project)).key, stored(project).secret_hint) == ("", "")
    pages.post("llm-connection", one.pk, name="R", protocol="openai", forget_headers="on")
    assert opened(stored(project)).headers == {}


def test_a_stored_key_is_not_carried_to_another_address(pages, project, on_loopback):
    pages.add(headers=f"X-Team: {HEADER}")
    one = stored(project)
    there = {"name": "Main", "protocol": "openai", "base_url": "http://127.0.0.1:9/v1"}
    assert set(pages.errors(pages.post("llm-connection", one.pk, **there))) == {"key", "headers"}
    assert stored(project).base_url == ""
    again = {**there, "key": "sk-another", "forget_headers": "on"}
    assert pages.post("llm-connection", one.pk, **again).status_code == 302
    assert opened(stored(project)).key == "sk-another"
    assert opened(stored(project)).headers == {}
    same_server = {**there, "base_url": "http://127.0.0.1:9/other/v1"}
    assert pages.post("llm-connection", one.pk, **same_server).status_code == 302


@pytest.mark.parametrize(
    ("answers", "field"),
    [
        ({"name": " "}, "name"),
        ({"name": "x" * 101}, "name"),
        ({"name": "a\0b"}, "name"),
        ({"protocol": "telepathy"}, "protocol"),
        ({"base_url": "http://127.0.0.1:8080/v1"}, "base_url"),
        ({"base_url": "https://169.254.169.254/latest"}, "base_url"),
        ({"base_url": "https://[::1]/v1"}, "base_url"),
        ({"base_url": "ftp://example.org"}, "base_url"),
        ({"base_url": "https://user:pass@example.org/v1"}, "base_url"),
        ({"base_url": "https://example.org/v1?key=1"}, "base_url"),
        ({"base_url": "not an address"}, "base_url"),
        ({"protocol": "azure"}, "base_url"),
        ({"key": "ключ"}, "key"),
        ({"key": "a\nb"}, "key"),
        ({"headers": "no colon"}, "headers"),
        ({"headers": "Host: elsewhere"}, "headers"),
        ({"headers": "X-A: 1\nx-a: 2"}, "headers"),
        ({"headers": "X A: 1"}, "headers"),
        ({"headers": "X-A: ü"}, "headers"),
        ({"model_names": "m" * 201}, "model_names"),
        ({"model_names": "\n".join(f"m{n}" for n in range(201))}, "model_names"),
        ({"parameters": "[1]"}, "parameters"),
        ({"parameters": "{"}, "parameters"),
        ({"parameters": '{"a": NaN}'}, "parameters"),
        ({"parameters": '{"a": "\\u0000"}'}, "parameters"),
        ({"parameters": "[" * 9_000}, "parameters"),
        ({"parameters": '{"stream": false}'}, "parameters"),
    ],
)
def test_a_mistake_is_told_at_its_field_and_nothing_is_kept(pages, project, answers, field):
    assert list(pages.errors(pages.add(**answers))) == [field]
    assert not LlmConnection.objects.filter(project=project).exists()


def test_an_address_that_cannot_be_looked_up_is_kept_with_a_warning(
    pages, client, project, monkeypatch
):
    def unknown(*_: object, **__: object) -> None:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    saved = pages.add(base_url="https://llm.exmaple.org/v1")
    assert stored(project).base_url == "https://llm.exmaple.org/v1"
    page = client.get(saved["Location"]).content.decode()
    assert "“llm.exmaple.org” cannot be looked up." in page and "Test it to be sure" not in page


def test_two_connections_of_a_project_differ_in_name(pages, project):
    pages.add()
    assert "name" in pages.errors(pages.add())


def test_without_encryption_keys_nothing_is_stored_and_the_page_says_why(pages, project, settings):
    settings.ENCRYPTION_KEYS = []
    assert "SONDE_ENCRYPTION_KEYS" in pages.errors(pages.add())["key"][0]
    assert not LlmConnection.objects.filter(project=project).exists()


def test_a_test_tells_the_answer_or_a_clear_reason(pages, make_connection, provider):
    one = make_connection(model_names=["gpt-4o-mini"])
    page = pages.post("llm-connection-test", one.pk, htmx=True, model="").content.decode()
    assert "gpt-4o-mini-2024-07-18 answered in" in page and "<html" not in page
    assert provider.asked[0].body["model"] == "gpt-4o-mini"
    provider.will(refuses(401, {"message": f"Incorrect key {KEY}"}), answers("ok"))
    page = pages.post("llm-connection-test", one.pk, model="other").content.decode()
    assert "does not take the key" in page and "HTTP 401" in page and KEY not in page
    assert "<html" in page
    assert provider.asked[1].body["model"] == "other"


def test_a_test_takes_a_slot_and_says_where_none_is_free(
    pages, make_connection, provider, monkeypatch
):
    slots = threading.BoundedSemaphore(1)
    monkeypatch.setattr("llm.slots._slots", slots)
    one = make_connection(model_names=["gpt-4o-mini"])
    with slots:
        answer = pages.post("llm-connection-test", one.pk)
        fragment = pages.post("llm-connection-test", one.pk, htmx=True)
    assert answer.status_code == 503 and "Try again in a moment" in answer.content.decode()
    assert fragment.status_code == 200 and "Try again in a moment" in fragment.content.decode()
    assert provider.asked == []
    for _ in range(2):  # each gives its slot back
        assert "answered in" in pages.post("llm-connection-test", one.pk).content.decode()


def test_without_a_model_there_is_nothing_to_test_with(pages, make_connection, provider):
    one = make_connection()
    page = pages.post("llm-connection-test", one.pk, htmx=True).content.decode()
    assert "Type the name of a model" in page
    assert provider.asked == []


def test_deleting_asks_first_and_takes_the_key_along(pages, project):
    pages.add()
    one = stored(project)
    assert "Delete this connection?" in pages.get("llm-connection-delete", one.pk).content.decode()
    assert pages.post("llm-connection-delete", one.pk).status_code == 302
    assert not LlmConnection.objects.filter(project=project).exists()


@pytest.mark.parametrize("who", ["member", "viewer", "stranger"])
def test_only_admins_see_and_change_connections(
    client, request, project, make_connection, provider, who
):
    one = make_connection(model_names=["m"])
    client.force_login(request.getfixturevalue(who))
    for name, args in (
        ("llm-connections", ()),
        ("llm-connection-create", ()),
        ("llm-connection", (one.pk,)),
        ("llm-connection-delete", (one.pk,)),
    ):
        assert client.get(reverse(name, args=[project.id, *args])).status_code == 404
    for name in ("llm-connection", "llm-connection-test", "llm-connection-delete"):
        assert client.post(reverse(name, args=[project.id, one.pk])).status_code == 404
    assert LlmConnection.objects.filter(pk=one.pk).exists()
    assert provider.asked == []
    if who != "stranger":
        home = client.get(reverse("project-settings", args=[project.id])).content.decode()
        assert reverse("llm-connections", args=[project.id]) not in home


def test_a_connection_of_another_project_is_not_there(pages, organisation, make_connection):
    from accounts.models import Project

    one = make_connection()
    other = Project.objects.create(organisation=organisation, name="Other")
    LlmConnection.objects.filter(pk=one.pk).update(project=other)
    assert pages.get("llm-connection", one.pk).status_code == 404
