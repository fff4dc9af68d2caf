"""The page of a trace: its facts, its tree, and an address for everything on it."""

import json
import re

import pytest
from django.urls import reverse

from tests.traces.shown import spans_of, text_of

PANE = {"HX-Request": "true", "HX-Target": "pane"}


def pane_of(response) -> str:
    return re.sub(r"<[^>]+>", " ", response.content.decode().partition('id="pane"')[2])


@pytest.fixture
def failed_refund(span) -> None:
    """An agent's trace of a plan and of a tool that timed out."""
    agent = {"name": "support-agent", "type": "AGENT", "level": "ERROR"}
    span("t", "r", took=6.02, user_id="ann", session_id="s-1", release="r9", **agent)
    plan = {"name": "plan", "type": "GENERATION", "model": "gpt-4o", "total_cost": "0.0411"}
    tokens = {"input_tokens": 6212, "output_tokens": 822, "total_tokens": 7034}
    span("t", "g", at=0.2, took=2, parent_span_id="r", **plan, **tokens)
    raised = {
        "exception.type": "ToolTimeout",
        "exception.message": "timed out",
        "exception.stacktrace": "Traceback: here",
    }
    events = json.dumps([{"name": "exception", "time": 5, "attributes": raised}])
    tool = {"name": "refund_payment", "type": "TOOL", "level": "ERROR", "events": events}
    said = "timed out after 5000 ms"
    span("t", "x", at=3, took=1, parent_span_id="r", status_message=said, **tool)


@pytest.mark.usefixtures("failed_refund")
def test_the_page_shows_the_facts_and_the_tree_of_its_trace(trace_page):
    response = trace_page()
    text = text_of(response)
    for fact in ("6.02 s", "$0.0411", "6,212 → 822", "ann", "s-1", "r9"):
        assert fact in text
    assert spans_of(response) == [(1, "support-agent"), (2, "plan"), (2, "refund_payment")]


@pytest.mark.usefixtures("failed_refund")
def test_the_first_error_is_open_when_the_page_is(trace_page):
    pane = pane_of(trace_page())
    for said in ("timed out after 5000 ms", "ToolTimeout: timed out", "Traceback: here"):
        assert said in pane


def test_any_span_opens_by_its_address_with_and_without_javascript(trace_page, span):
    span("t", "r", name="root", input="the question")
    span("t", "g", parent_span_id="r", name="inner", output="the answer")
    assert "the answer" in pane_of(trace_page(query={"span": "g"}))
    fragment = trace_page(query={"span": "g"}, **PANE)
    assert "the answer" in text_of(fragment) and "<html" not in fragment.content.decode()


def test_errors_are_stepped_through_in_the_order_of_the_tree(trace_page, span):
    span("t", "r")
    for number in range(3):
        span("t", f"e{number}", at=number + 1, parent_span_id="r", level="ERROR")
    html = trace_page(query={"span": "e1"}).content.decode()
    assert "Error 2 of 3" in html
    assert re.search(r'data-keys="p"[^>]*href="\?span=e0', html) and re.search(
        r'data-keys="n"[^>]*href="\?span=e2', html
    )


@pytest.mark.parametrize("trace_id", ["nothing", "a/b/c", "t?x", "한글", "x" * 800])
def test_a_trace_that_is_not_there_says_what_to_do(trace_page, trace_id):
    response = trace_page(trace_id)
    assert response.status_code == 404 and "No trace has this id" in text_of(response)


@pytest.mark.parametrize("trace_id", ["a/b", "한글 id", "50%", "a?b#c"])
def test_ids_of_any_letters_have_pages(trace_page, span, trace_id):
    span(trace_id, "r/1?", name="found")
    response = trace_page(trace_id)
    assert response.status_code == 200 and "found" in text_of(response)


def test_a_span_that_is_not_there_is_said_without_losing_the_tree(trace_page, span):
    span("t", "r", name="root")
    assert "No such span" in text_of(trace_page(query={"span": "gone"}, **PANE))
    assert spans_of(trace_page(query={"span": "gone"})) == [(1, "root")]


@pytest.mark.parametrize(
    ("url", "leads_to"),
    [
        ("/project/{id}", "/projects/{id}/traces"),
        ("/project/{id}/traces", "/projects/{id}/traces"),
        ("/project/{id}/traces/t%2F1?observation=s%2F1", "/projects/{id}/traces/t/1?span=s%2F1"),
        ("/project/{id}/traces/abc?timestamp=2026", "/projects/{id}/traces/abc"),
        ("/project/{id}/sessions/s%201", "/projects/{id}/sessions/one?id=s%201"),
        ("/project/{id}/users/u", "/projects/{id}/users/one?id=u"),
    ],
)
def test_the_addresses_that_langfuse_prints_lead_here(client, owner, project, url, leads_to):
    client.force_login(owner)
    response = client.get(url.format(id=project.id))
    assert (response.status_code, response["Location"]) == (302, leads_to.format(id=project.id))


def test_a_total_of_tokens_that_was_said_alone_is_the_same_on_list_and_page(
    trace_page, span, client, project
):
    span("t", "g", type="GENERATION", total_tokens=12_345, session_id="s", user_id="u")
    pages = [trace_page(), client.get(reverse("trace-list", args=[project.id]))]
    pages += [
        client.get(reverse(name, args=[project.id])) for name in ("session-list", "user-list")
    ]
    for page in pages:
        assert "12,345" in text_of(page)
