"""The frame of boards: state, forms of a panel, what goes wrong, and whose turn it is."""

import csv
import io
from dataclasses import replace

import pytest
from django.urls import reverse

from dashboards.boards import turns
from dashboards.boards.panel import Cell, Column, Panel, Rows, Table
from dashboards.boards.registry import Board
from dashboards.boards.views import board as board_view
from traces.errors import LimitReached, Unavailable
from traces.queries.metrics import Unanswerable


@pytest.fixture
def panel(monkeypatch):
    """`panel(draw)`: a board of one panel stands in for the overview."""

    def stand_in(draw):
        made = Board("overview", "Overview", (Panel("one", "One", "What?", 6, draw),))
        monkeypatch.setattr(board_view, "board_named", lambda key: made)

    return stand_in


def rows_of(*values) -> Rows:
    columns = (Column("Name"), Column("Cost", "dollars"))
    return Rows(table=Table(columns, tuple((Cell(one), Cell(0.5)) for one in values)))


def test_the_page_comes_without_asking_for_any_figure(board, panel):
    panel(lambda scope: pytest.fail("drawn with the page"))
    page = board().content.decode()
    assert 'hx-trigger="load, reload"' in page and "part=one" in page


def test_all_of_the_state_is_in_the_address_of_each_panel(board, panel):
    scopes = []
    panel(lambda scope: scopes.append(scope) or rows_of("a"))
    board("one", {"bucket": "hour", "zone": "Asia/Seoul", "compare": "off", "q": "model:a"})
    [scope] = scopes
    assert (scope.bucket, scope.zone, scope.compares) == ("hour", "Asia/Seoul", False)
    assert [str(one) for one in scope.terms] == ["model:a"]


def test_without_a_zone_in_the_address_it_is_the_browsers(board, panel, client):
    scopes = []
    panel(lambda scope: scopes.append(scope) or rows_of("a"))
    for zone in ("Europe/Paris", "../../etc/passwd"):
        client.cookies["sonde_zone"] = zone
        board("one")
    assert [one.zone for one in scopes] == ["Europe/Paris", "UTC"]


@pytest.mark.parametrize(
    "query",
    [{"zone": "Mars/Base"}, {"bucket": "blink"}, {"refresh": "1"}, {"from": "yesterday"}],
)
def test_a_state_that_makes_no_sense_is_said_and_left_out(board, panel, query):
    panel(lambda scope: rows_of("a"))
    page = board(query=query)
    assert len(page.context["state"].ask.problems) == 1 and page.status_code == 200


@pytest.mark.parametrize(
    ("error", "status", "words"),
    [
        (Unanswerable("Ask for less."), 422, "Ask for less."),
        (LimitReached("code 159"), 422, "more than can be counted in time"),
        (Unavailable("away"), 503, "does not answer"),
    ],
)
def test_a_panel_that_fails_says_why_in_its_own_place(board, panel, error, status, words):
    def draw(scope):
        raise error

    panel(draw)
    fragment, page, file = (
        board("one"),
        board("one", is_fragment=False),
        board("one", {"as": "csv"}),
    )
    assert (fragment.status_code, page.status_code, file.status_code) == (200, status, status)
    assert all(words in one.content.decode() for one in (fragment, page, file))


def test_a_query_that_cannot_be_read_is_no_question(board, panel):
    panel(lambda scope: pytest.fail("asked"))
    assert "There is no field" in board("one", {"q": "colour:red"}).content.decode()


def test_the_names_of_environments_are_no_file(board):
    assert board("environments").status_code == 200
    assert board("environments", {"as": "csv"}).status_code == 404


def test_a_cell_of_the_file_is_never_a_formula(board, panel):
    panel(lambda scope: rows_of("=1+1", "+82", "@x", "a,b", "｡", "plain"))
    text = board("one", {"as": "csv"}).content.decode("utf-8-sig")
    names = [line[0] for line in csv.reader(io.StringIO(text))]
    assert names == ["Name", "'=1+1", "'+82", "'@x", "a,b", "｡", "plain"]


def test_a_panel_is_a_table_on_a_page_of_its_own_without_javascript(board, panel):
    panel(lambda scope: rows_of("a", "b"))
    page = board("one", is_fragment=False).content.decode()
    assert "<table>" in page and "What?" in page and "$0.5000" in page


def test_panels_wait_for_their_turn_and_take_no_thread_meanwhile(board, panel):
    panel(lambda scope: rows_of("a"))
    taken = 0
    while turns._turns.acquire(blocking=False):
        taken += 1
    try:
        waiting = board("one").content.decode()
        assert "delay:500ms" in waiting and "waited=1" in waiting
        assert "Too many panels" in board("one", {"waited": "60"}).content.decode()
    finally:
        for _ in range(taken):
            turns._turns.release()
    assert "<table>" in board("one", {"waited": "1"}).content.decode()


def test_there_is_no_board_or_panel_of_another_name(board, client, project, owner):
    assert board("nothing").status_code == 404
    address = reverse("dashboard-board", args=[project.id, "nothing"])
    assert client.get(address).status_code == 404


def test_the_time_before_is_as_long_as_the_time(scope):
    now = scope()
    assert now.previous.until == now.since
    assert now.previous.until - now.previous.since == now.until - now.since
    assert replace(now, since=5, until=50).previous.since == 0
