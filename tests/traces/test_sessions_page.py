import json
import re
from urllib.parse import unquote

import pytest
from django.urls import reverse

from tests.traces.shown import text_of


@pytest.fixture
def look(client, project, owner):
    client.force_login(owner)

    def get(name, **query):
        return client.get(reverse(name, args=[project.id]), query)

    return get


def test_the_list_of_sessions_leads_to_each(look, span, project):
    span(
        "t1",
        "r",
        at=-100,
        took=5,
        session_id="a/b?c",
        user_id="ann",
        total_cost="0.5",
        input_tokens=1200,
    )
    span("t2", "r", at=-10, took=4, session_id="a/b?c", user_id="bob")
    response = look("session-list")
    text = text_of(response)
    for shown in ("a/b?c", "ann, bob", "1 m 34 s", "$0.5000", "1,200"):
        assert shown in text
    assert f"{reverse('session-page', args=[project.id])}?id=a%2Fb%3Fc" in response.content.decode()


def test_a_session_reads_as_a_conversation(look, span):
    span("t1", "r", at=-60, session_id="s", input="안녕하세요", output="무엇을 도와드릴까요?")
    talk = [
        {"role": "system", "content": "hidden rules"},
        {"role": "user", "content": "refund please"},
    ]
    span(
        "t2",
        "r",
        at=-30,
        session_id="s",
        input=json.dumps(talk),
        output=json.dumps({"role": "assistant", "content": "**Done**"}),
    )
    span(
        "t3",
        "r",
        at=-10,
        session_id="s",
        input="again",
        level="ERROR",
        status_message="model overloaded",
    )
    html = look("session-page", id="s").content.decode()
    order = [
        html.index(said)
        for said in (
            "안녕하세요",
            "무엇을",
            "refund please",
            "<strong>Done</strong>",
            "again",
            "model overloaded",
        )
    ]
    assert order == sorted(order)
    assert "hidden rules" not in html
    assert html.count("/traces/t") >= 3


@pytest.mark.parametrize("seconds", [4.0, 0.0])
def test_a_session_goes_on_behind_any_number_of_its_traces_that_were_deleted(
    look, span, project, now, unmerged, monkeypatch, seconds
):
    from traces.deletion import delete_traces
    from traces.queries import conversation
    from traces.records import Span
    from traces.writer import insert_spans

    monkeypatch.setattr(conversation, "SEARCH_SECONDS", seconds)
    gone = [f"gone{n:03d}" for n in range(100)]
    rows = [
        Span(project.id, one, "r", now - 10**12 + n, session_id="s", version=1)
        for n, one in enumerate(gone)
    ]
    insert_spans(rows)
    for n in range(50):
        span(f"kept{n:02d}", "r", at=n, session_id="s")
    delete_traces(project.id, gone)
    response, shown = look("session-page", id="s"), []
    assert response.status_code == 200
    while after := re.search(r'after=([^"&]+)" hx-get', html := response.content.decode()):
        shown += re.findall("/traces/(kept..)", html)
        response = look("session-page", id="s", after=unquote(after[1]))
    shown += re.findall("/traces/(kept..)", html)
    assert shown == [f"kept{n:02d}" for n in range(50)]


def test_an_unknown_session_says_so(look):
    response = look("session-page", id="nobody")
    assert response.status_code == 404 and "No trace belongs to this session" in text_of(response)


def test_the_list_of_users_leads_to_each_and_a_user_to_their_traces(look, span, project):
    span(
        "t1",
        "r",
        user_id="Ann Lee@x",
        session_id="s1",
        name="alpha",
        total_cost="0.25",
        level="ERROR",
    )
    response = look("user-list")
    assert "Ann Lee@x" in text_of(response)
    assert "?id=Ann%20Lee%40x" in response.content.decode()
    page = look("user-page", id="Ann Lee@x")
    text = text_of(page)
    assert "alpha" in text and "$0.2500" in text and "s1" in text
    assert (
        f"{reverse('trace-list', args=[project.id])}?range=30d&amp;user=Ann%20Lee%40x"
        in page.content.decode()
    )


def test_a_user_without_traces_in_the_time_says_so(look):
    assert "Nothing from this user in this time" in text_of(look("user-page", id="nobody"))


@pytest.mark.parametrize("name", ["session-list", "user-list"])
def test_empty_lists_say_why(look, span, name):
    assert "No traces yet" in text_of(look(name))
    span("t", "r")
    assert "Nothing in this time" in text_of(look(name))
    span("t2", "r", session_id="s", user_id="u")
    assert "Nothing matches" in text_of(look(name, q="zzz"))


def test_users_and_sessions_show_what_their_traces_were_scored(look, span, score, project):
    for number, value in enumerate((1.0, 0.5, 0.0)):
        span(f"t{number}", "r", user_id="ann", session_id="s")
        score(f"t{number}", "helpful", value)
    score("t0", "ok", 1.0, observation_id="r")
    span("t9", "r", user_id="bob")
    for name in ("user-list", "session-list"):
        html = look(name).content.decode()
        assert "helpful</span> <b" in html and ">0.50<" in html and "the mean of 3 scores" in html
    page = text_of(look("user-page", id="ann"))
    assert "helpful 0.50 n=3" in page and "ok 1 n=1" in page
    assert "helpful" not in text_of(look("user-page", id="bob"))


def test_the_time_in_sight_is_kept_from_page_to_page(look, span, project):
    span("t", "r", user_id="ann")
    html = look("trace-list", range="7d", q="user:ann").content.decode()
    for name in ("session-list", "user-list", "trace-list"):
        assert f'href="{reverse(name, args=[project.id])}?range=7d"' in html
