"""The set-up page: snippets with the project's real keys, and the first trace as soon as it is
there.
"""

import re
import time

import pytest
from django.urls import reverse

from accounts.models import ApiKey, Membership, Role, User
from traces.errors import Unavailable
from traces.records import Span
from traces.views import setup
from traces.writer import insert_spans

TABS = [snippet.tab for snippet in setup.SNIPPETS]


@pytest.fixture
def page(project):
    return reverse("setup", args=[project.id])


@pytest.mark.parametrize("tab", TABS)
def test_each_tab_holds_the_real_address_and_public_key(
    client, owner, page, api_key, settings, tab
):
    client.force_login(owner)
    [(snippet, text)] = client.get(page, {"tab": tab}).context["snippets"]
    assert snippet.tab == tab
    assert settings.BASE_URL in text
    assert api_key.secret_key not in text
    assert f"YOUR_SECRET_KEY_ENDING_IN_{api_key.secret_key[-4:]}" in text
    assert api_key.public_key in text or tab == "opentelemetry"


def test_an_unknown_tab_shows_the_first(client, owner, page):
    client.force_login(owner)
    assert client.get(page, {"tab": "x"}).context["chosen"].tab == TABS[0]


def test_a_key_made_for_the_snippets_fills_all_of_them_once(client, owner, project, page):
    client.force_login(owner)
    response = client.post(page)
    new = response.context["new"]
    assert new.key.project_id == project.id
    assert [snippet.tab for snippet, _ in response.context["snippets"]] == TABS
    assert all(new.secret_key in text for _, text in response.context["snippets"])
    assert "no-store" in response["Cache-Control"]
    assert new.secret_key not in client.get(page).content.decode()
    assert ApiKey.objects.get(project=project).pk == new.key.pk


def test_code_is_escaped_once_and_so_shows_as_it_is(client, owner, page):
    client.force_login(owner)
    text = client.get(page, {"tab": "curl"}).content.decode()
    assert "&lt;&lt;EOF" in text
    assert "&amp;lt;" not in text and "&amp;quot;" not in text


@pytest.mark.parametrize("role", [Role.VIEWER, Role.MEMBER])
def test_who_may_not_make_keys_is_told_whom_to_ask(client, organisation, page, api_key, role):
    user = User.objects.create_user("reader@example.org")
    Membership.objects.create(user=user, organisation=organisation, role=role)
    client.force_login(user)
    text = client.get(page).content.decode()
    assert "Ask an owner or admin" in text
    assert api_key.public_key not in text
    assert client.post(page).status_code == 404


def test_a_stranger_finds_no_setup_page(client, stranger, page):
    client.force_login(stranger)
    assert client.get(page).status_code == 404


def test_the_look_out_polls_until_the_first_trace_is_there(client, owner, project, page):
    client.force_login(owner)
    fragment = {"HX-Request": "true"}
    waiting = client.get(page, headers=fragment).content.decode()
    assert re.search(r'hx-trigger="every \ds"', waiting) and "<html" not in waiting
    now = time.time_ns()
    span = Span(project_id=project.id, trace_id="a" * 32, span_id="b" * 16, start_time=now)
    insert_spans([span])
    arrived = client.get(page, headers=fragment).content.decode()
    assert "hx-trigger" not in arrived
    assert reverse("trace-page", args=[project.id, "a" * 32]) in arrived


def test_a_project_with_traces_hears_how_long_ago_and_of_each_new_one(client, owner, project, page):
    client.force_login(owner)
    now = time.time_ns()
    insert_spans([Span(project.id, "a" * 32, "b" * 16, now - 20 * 10**9)])
    opened = client.get(page).content.decode()
    assert "Traces are arriving." in opened and "Waiting for" not in opened
    assert re.search(r"The newest began 2\d s ago\.", opened)
    assert reverse("trace-page", args=[project.id, "a" * 32]) in opened
    [again] = re.findall(r'hx-get="([^"]*newest=[^"]*)" hx-trigger="every', opened)
    fragment = {"HX-Request": "true"}
    assert "A new trace has arrived." not in client.get(again, headers=fragment).content.decode()
    insert_spans([Span(project.id, "c" * 32, "d" * 16, now)])
    arrived = client.get(again, headers=fragment).content.decode()
    assert "A new trace has arrived." in arrived
    assert reverse("trace-page", args=[project.id, "c" * 32]) in arrived


def test_old_traces_are_not_said_to_be_arriving(client, owner, project, page):
    client.force_login(owner)
    at = time.time_ns() - 3 * 86400 * 10**9
    insert_spans([Span(project.id, "a" * 32, "b" * 16, at)])
    text = client.get(page).content.decode()
    assert "none of the last minutes" in text and "Traces are arriving." not in text


def test_a_project_known_again_after_the_store_was_away_hears_nothing_of_a_first_trace(
    client, owner, project, page
):
    client.force_login(owner)
    insert_spans([Span(project.id, "a" * 32, "b" * 16, time.time_ns())])
    text = client.get(f"{page}?newest=%3F", headers={"HX-Request": "true"}).content.decode()
    assert "Traces are arriving." in text and "Your first trace" not in text


def test_the_rail_leads_to_the_set_up(client, owner, project, page):
    client.force_login(owner)
    html = client.get(reverse("trace-list", args=[project.id])).content.decode()
    rail = html.partition('id="rail"')[2].partition("</nav>")[0]
    assert f'href="{page}"' in rail and "Set up" in rail


def test_the_snippets_are_there_while_clickhouse_is_away(client, owner, page, monkeypatch):
    def away(project_id):
        raise Unavailable("refused")

    monkeypatch.setattr(setup, "newest_trace", away)
    client.force_login(owner)
    response = client.get(page)
    assert response.status_code == 200
    text = response.content.decode()
    assert "does not answer" in text and "curl" in text
    assert 'hx-trigger="every' in text
