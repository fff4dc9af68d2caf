"""A ready-made board becomes widgets that show what its panels show, and says what they do not."""

import html

import pytest
from django.urls import reverse

from dashboards.boards.registry import board_named, boards
from dashboards.custom.drawn import drawing
from dashboards.custom.likeness import BROKEN_DOWN, FIXED, SIMPLER, likeness
from dashboards.custom.models import CustomBoard
from dashboards.custom.widget import problems
from tests.dashboards.custom.conftest import logged_in, page
from tests.dashboards.panels.conftest import now, score_row, span_row  # noqa: F401
from tests.dashboards.panels.conftest import scope as board_scope  # noqa: F401
from tests.dashboards.panels.test_every_panel import busy  # noqa: F401

NO_WIDGET_CAN = {
    ("overview", "budgets"),
    ("overview", "changes"),
    ("cost", "unpriced"),
    ("cost", "tokens-by-kind"),
    ("cost", "cost-by-kind"),
    ("cost", "dearest"),
    ("latency", "depth"),
    ("latency", "own-time"),
    ("latency", "own-time-by-type"),
    ("quality", "expected"),
    ("quality", "satisfaction"),
    ("quality", "answers"),
    ("quality", "checks"),
    ("agents", "loops"),
    ("agents", "repeated"),
    ("agents", "depth"),
    ("retrieval", "searches-now"),
    ("retrieval", "results"),
    ("retrieval", "relevance"),
    ("retrieval", "empty"),
    ("retrieval", "stages"),
    ("prompts", "prompt-calls"),
    ("prompts", "prompt-latency"),
    ("prompts", "prompt-scores"),
}
EVERY = {(board.key, panel.key) for board in boards() for panel in board.panels}


def test_of_every_ready_made_panel_it_is_known_whether_a_widget_is_like_it():
    alike = {*FIXED, *BROKEN_DOWN}
    assert alike | NO_WIDGET_CAN == EVERY and not alike & NO_WIDGET_CAN
    assert alike >= SIMPLER


@pytest.mark.parametrize("board", boards(), ids=lambda one: one.key)
def test_each_panel_is_a_widget_or_named_however_the_board_is_broken_down(board):
    titles = [str(one.title) for one in board.panels]
    for by in (*board.by, "metadata.team", "", "nothing"):
        found = likeness(board, by=by, of="faithfulness")
        assert sorted([one.title for one in found.widgets] + [*found.left_out]) == sorted(titles)
        assert {*found.simpler} <= {one.title for one in found.widgets}
        assert not [problem for one in found.widgets for problem in problems(one)]


@pytest.mark.usefixtures("busy")
@pytest.mark.parametrize("place", sorted({*FIXED, *BROKEN_DOWN} - SIMPLER), ids="-".join)
def test_a_widget_that_is_not_said_to_be_simpler_shows_the_same_values(place, board_scope):  # noqa: F811
    board, panel = board_named(place[0]), board_named(place[0]).panel(place[1])
    [widget] = [one for one in likeness(board).widgets if one.title == str(panel.title)]
    scope = board_scope(board.key, compares=False)
    known, shown = panel.draw(scope), drawing(widget)(scope)
    assert shown.kind == known.kind != "nothing"
    assert values(shown) == values(known)


def values(drawn) -> list:
    if drawn.kind == "tiles":
        return [one.value for one in drawn.tiles]
    return [[cell.value for cell in row] for row in drawn.table.rows]


@pytest.mark.usefixtures("busy")
@pytest.mark.parametrize("place", sorted(SIMPLER), ids="-".join)
def test_a_simpler_widget_draws_too(place, board_scope):  # noqa: F811
    board = board_named(place[0])
    title = str(board.panel(place[1]).title)
    [widget] = [one for one in likeness(board, of="faithfulness").widgets if one.title == title]
    assert drawing(widget)(board_scope(place[0])).kind != "nothing"


def test_a_member_copies_a_board_as_it_is_looked_at(client, project, member, viewer):
    address = reverse("dashboard-board", args=[project.id, "cost"])
    as_member = logged_in(member)
    shown = as_member.get(address, {"by": "metadata.team"}).content.decode()
    link = f"{page('new', project)}?start=cost&by=metadata.team&of="
    assert link in html.unescape(shown)
    assert page("new", project) + "?start" not in logged_in(viewer).get(address).content.decode()
    form = as_member.get(link).context["form"]
    sent = {name: form[name].value() or "" for name in ("start", "by", "of", "name")}
    assert sent["name"] == "Copy of Cost"
    told = as_member.post(page("new", project), sent, follow=True).content.decode()
    board = CustomBoard.objects.get()
    assert not board.is_shared and board.owner == member
    assert [one["by"] for one in board.widgets] == [[], ["metadata.team"], ["metadata.team"]]
    said = "Left out, since no widget can ask for it: Unpriced usage, Tokens by kind, Cost by kind"
    assert said in told and "Simpler than on the ready-made board: Cost, Cost in detail" in told


@pytest.mark.parametrize("sent", [{"start": "nothing"}, {"of": "x" * 300}, {"by": "x" * 300}])
def test_what_no_board_is_is_refused(project, member, sent):
    answer = logged_in(member).post(page("new", project), {"name": "Mine", **sent})
    assert answer.status_code == 200 and not CustomBoard.objects.exists()


def test_an_empty_board_is_begun_with_its_first_widget(project, member):
    answer = logged_in(member).post(page("new", project), {"name": "Mine"})
    assert answer["Location"] == page("widget-new", project, CustomBoard.objects.get())
