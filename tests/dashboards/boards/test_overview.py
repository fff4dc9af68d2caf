"""The first board: its numbers are those of the rows, and lead to them."""

import csv
import html
import io
import re

import pytest
from django.urls import reverse

from tests.dashboards.boards.conftest import figure_in, series_in

MODELS = ("gpt-4o", "gpt-4o-mini")


@pytest.fixture
def calls(span):
    """Three traces: one failed, one of a cheap model, one of which nobody knows the cost."""
    call = {"type": "GENERATION", "input_tokens": 10, "output_tokens": 5}
    span("a", "1", at=-600, took=4, name="plan", model=MODELS[0], total_cost="0.5", **call)
    failed = {
        "level": "ERROR",
        "status_message": "rate limit",
        "attributes": {"error.type": "Limit"},
    }
    span("b", "2", at=-60, name="plan", model=MODELS[1], total_cost="0.25", **call, **failed)
    span("c", "3", at=-30, name="<b>own</b>", model="own", cost_source="unknown", **call)


def rows_at(client, address: str) -> int:
    """How many rows the list has that an address leads to."""
    page = client.get(html.unescape(address)).content.decode()
    return len(re.findall(r'<a class="main[^"]*"|class="[^"]*\bmain\b[^"]*"', page))


@pytest.mark.usefixtures("calls")
def test_the_cost_of_each_model_is_drawn_and_what_has_no_price_is_said(board, client):
    answer = board("cost")
    drawn = series_in(answer)
    assert sum(drawn.pop("all before")) == 0
    assert {name: sum(values) for name, values in drawn.items()} == {
        MODELS[0]: 0.5,
        MODELS[1]: 0.25,
    }
    assert "1 unpriced" in answer.content.decode()
    assert reverse("model-prices", args=[answer.context["project"].id]) in answer.content.decode()


@pytest.mark.usefixtures("calls")
def test_every_mark_leads_to_as_many_rows_as_it_counts(board, client):
    for one in figure_in(board("traffic"))["data"]:
        if one["meta"]["before"]:
            continue
        for count, window in zip(one["y"], one["customdata"], strict=True):
            if count:
                assert rows_at(client, one["meta"]["rows"] + window) == count, one["name"]


@pytest.mark.usefixtures("calls")
def test_errors_lead_to_the_calls_that_failed_so(board, client):
    [one] = figure_in(board("errors", {"compare": "off"}))["data"]
    assert one["name"] == "Limit" and sum(one["y"]) == 1
    [window] = [w for w, count in zip(one["customdata"], one["y"], strict=True) if count]
    assert rows_at(client, one["meta"]["rows"] + window) == 1


@pytest.mark.usefixtures("calls")
def test_tiles_say_the_number_what_it_was_and_where_its_rows_are(board, span, client):
    span("before", "9", at=-3 * 3600, took=2)
    page = board("traffic-now").content.decode()
    assert re.search(r">\s*3</a></strong>", page) and "+200 %" in page
    href = re.search(r'<strong class="num"><a href="([^"]*)"', page)[1]
    assert rows_at(client, href) == 3
    assert "+200 %" not in board("traffic-now", {"compare": "off"}).content.decode()


def test_the_file_of_tiles_holds_numbers_as_they_were_counted_and_their_units(board, span):
    call = {"type": "GENERATION", "model": "m", "input_tokens": 1000, "output_tokens": 234}
    span("a", "1", at=-60, total_cost="0.001357924", **call)
    file = board("calls-now", {"as": "csv"}).content.decode("utf-8-sig")
    head, *rows = csv.reader(io.StringIO(file))
    assert head == ["Figure", "Value", "Before", "Unit"]
    found = {unit: (value, before) for _, value, before, unit in rows}
    assert found["dollars"] == ("0.001357924", "0.0") and found["tokens"] == ("1234", "0")
    assert found["seconds"] == ("", "")  # nobody knows
    table = board("calls-now", {"as": "table"}).content.decode()
    assert "$0.0014" in table and "1,234" in table


@pytest.mark.usefixtures("calls")
def test_steps_that_changed_are_listed_with_what_they_were(board, span):
    span("before", "9", at=-3 * 3600, name="plan", model=MODELS[0], total_cost="0.25")
    answer = board("changes").content.decode()
    assert re.search(r"plan · gpt-4o<.*?\$0\.5000.*?\+100 %", answer, re.DOTALL)
    assert "&lt;b&gt;own&lt;/b&gt; · own" in answer and "<b>own" not in answer


def test_a_project_without_traces_says_what_to_do(board, project):
    answer = board("traffic").content.decode()
    assert "No traces yet" in answer and reverse("setup", args=[project.id]) in answer


def test_one_span_is_enough_for_every_panel(board, span):
    span("a", "1", at=-60, took=None)
    for panel in board().context["board"].panels:
        answer = board(panel.key)
        assert answer.status_code == 200 and answer.context["outcome"].cause == "", panel.key


@pytest.mark.usefixtures("calls")
def test_a_filter_of_the_board_narrows_its_panels(board):
    narrowed = {"q": "model:gpt-4o", "compare": "off"}
    assert set(series_in(board("cost", narrowed))) == {MODELS[0]}


def test_a_filter_of_what_is_said_of_a_trace_counts_the_calls_of_these_traces(board, span, client):
    """SDKs of Langfuse 2 and 3 say whose it is in a row of the trace alone."""
    call = {"type": "GENERATION", "model": MODELS[0], "total_cost": "0.5", "input_tokens": 7}
    span("a", "", at=-61, user_id="ann", tags=["vip"], release="r1", trace_name="help")
    span("a", "1", at=-60, **call)
    span("b", "2", at=-60, user_id="ben", **call)
    for asked in ("user:ann", "tag:vip", "release:r1", "-user:ben", "user:~an"):
        drawn = series_in(board("cost", {"q": asked, "compare": "off"}))
        assert {name: sum(values) for name, values in drawn.items()} == {MODELS[0]: 0.5}, asked
    page = board("calls-now", {"q": "user:ann"}).content.decode()
    href = re.search(r'<strong class="num"><a href="([^"]*)"', page)[1]
    assert "kind=observations" in href and rows_at(client, href) == 1


def test_the_board_offers_the_environments_that_there_are(board, span, client):
    span("a", "1", environment="demo")
    span("b", "2", environment="production")
    menu = board("environments", {"q": "environment:demo name:a"}).content.decode()
    assert re.findall(r'translate="no">(\w+)<', menu) == ["demo", "production"]
    assert "q=environment%3Aproduction+name%3Aa" in menu and 'aria-current="true"' in menu
    page = board(query={"q": "environment:demo"}).content.decode()
    assert '<span class="clip">demo</span>' in page
