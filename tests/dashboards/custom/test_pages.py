"""The pages of custom boards: made, arranged, seen by whom."""

import json
from html import escape, unescape

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from dashboards.custom import keeping
from dashboards.custom.models import CustomBoard
from dashboards.custom.widget import Measured, Widget
from dashboards.custom.written import written
from tests.dashboards.boards.conftest import figure_in
from tests.dashboards.custom.conftest import logged_in, page

COST = Widget(title="Cost", chart="bar", measures=(Measured("cost", "sum"),), by=("model",))
HOSTILE = '"><script>alert(1)</script>{{ 7|add:7 }}'


@pytest.fixture
def as_member(member):
    return logged_in(member)


def sent(**fields) -> dict[str, str]:
    known = {"title": "Cost", "view": "observations", "chart": "bar", "measure1": "cost"}
    known |= {"how1": "sum", "by1": "model", "most": "10", "width": "6", **fields}
    return {f"w-{name}": value for name, value in known.items()}


def titles(board) -> list[str]:
    board.refresh_from_db()
    return [one["title"] for one in board.widgets]


def arrange(client, project, board, do, at=0):
    key = board.widgets[at]["key"] if board.widgets else ""
    return client.post(page("arrange", project, board), {"do": do, "widget": key})


def test_a_board_is_made_with_its_first_widget(as_member, project):
    answer = as_member.post(page("new", project), {"name": "  Team   costs ", "is_shared": "on"})
    board = CustomBoard.objects.get()
    assert (board.name, board.is_shared) == ("Team costs", True)
    assert answer["Location"] == page("widget-new", project, board)
    answer = as_member.post(answer["Location"], sent())
    assert answer["Location"] == page("edit", project, board) and titles(board) == ["Cost"]
    shown = as_member.get(page("board", project, board)).content.decode()
    assert "Team costs" in shown and f"part={board.widgets[0]['key']}" in shown


@pytest.mark.usefixtures("calls")
def test_the_preview_draws_what_the_address_says_and_keeps_nothing(as_member, project, kept):
    board = kept()
    place = page("widget-new", project, board)
    answer = as_member.get(place, sent(title=""), headers={"HX-Request": "true"})
    assert figure_in(answer)["data"][0]["x"] == [0.75, 0.125, 0.0625]
    assert b"<html" not in answer.content and titles(board) == []
    whole = as_member.get(place, sent())
    assert figure_in(whole)["data"][0]["x"] == [0.75, 0.125, 0.0625] and b"<html" in whole.content


@pytest.mark.usefixtures("calls")
def test_what_cannot_be_drawn_is_said_in_the_form_and_in_the_preview(as_member, project, kept):
    place = page("widget-new", project, kept())
    shown = as_member.get(place, sent(chart="pie", by1="")).content.decode()
    assert shown.count("This chart needs one dimension.") == 2
    answer = as_member.post(place, sent(chart="pie", by1=""))
    assert answer.status_code == 200 and not answer.context["form"].is_valid()


@pytest.mark.usefixtures("calls")
def test_a_panel_has_its_table_and_its_file_from_the_frame(as_member, project, kept):
    board = kept(COST)
    query = {"part": board.widgets[0]["key"], "range": "24h"}
    address = page("board", project, board)
    drawn = as_member.get(address, query, headers={"HX-Request": "true"})
    assert figure_in(drawn)["data"][0]["x"] == [0.75, 0.125, 0.0625]
    file = as_member.get(address, {**query, "as": "csv"})
    assert b"big,0.75" in file.content
    assert b"big" in as_member.get(address, query).content
    assert as_member.get(address, {"part": "none"}).status_code == 404


def test_widgets_move_widen_double_and_go_and_come_back(as_member, project, kept):
    from dataclasses import replace

    board = kept(COST, replace(COST, title="Second"))
    arrange(as_member, project, board, "down")
    assert titles(board) == ["Second", "Cost"]
    arrange(as_member, project, board, "up")
    assert titles(board) == ["Second", "Cost"]
    arrange(as_member, project, board, "duplicate")
    assert titles(board) == ["Second", "Second", "Cost"]
    assert len({one["key"] for one in board.widgets}) == 3
    arrange(as_member, project, board, "width-12")
    assert titles(board) and board.widgets[0]["width"] == 12
    arrange(as_member, project, board, "remove", at=2)
    assert titles(board) == ["Second", "Second"]
    arrange(as_member, project, board, "undo")
    assert titles(board) == ["Second", "Second", "Cost"]
    arrange(as_member, project, board, "width-5")
    assert titles(board) and board.widgets[0]["width"] == 12


def test_a_widget_that_is_gone_is_told_of_and_not_made_anew(as_member, project, kept):
    board = kept(COST)
    place = page("widget", project, board, board.widgets[0]["key"])
    assert b"Cost" in as_member.get(place).content
    arrange(as_member, project, board, "remove")
    assert as_member.post(place, sent()).status_code == 404
    assert titles(board) == []


def test_a_board_holds_so_many_widgets_and_a_project_so_many_boards(project, member, kept):
    board = kept(*[COST] * 24)
    with pytest.raises(keeping.TooMany):
        keeping.save(board, COST)
    with pytest.raises(keeping.TooMany):
        keeping.duplicate(board, board.widgets[0]["key"])
    CustomBoard.objects.bulk_create(
        CustomBoard(project=project, owner=member, name="x") for _ in range(199)
    )
    with pytest.raises(keeping.TooMany):
        kept()
    keeping.delete(board, member)
    kept()
    with pytest.raises(keeping.TooMany):
        keeping.restore(board, member)


def test_viewers_see_shared_boards_and_change_none(project, viewer, kept):
    client, board = logged_in(viewer), kept(COST, is_shared=True)
    assert client.get(page("board", project, board)).status_code == 200
    assert client.get(page("export", project, board)).status_code == 200
    assert b"Mine" in client.get(page("boards", project)).content
    for name in ("edit", "widget-new"):
        assert client.get(page(name, project, board)).status_code == 404
    for name in ("edit", "arrange", "copy", "delete", "restore", "widget-new"):
        assert client.post(page(name, project, board), sent()).status_code == 404
    for name in ("new", "import"):
        assert client.get(page(name, project)).status_code == 404
    assert titles(board) == ["Cost"]


def test_a_private_board_is_its_owners(project, admin, member, kept):
    client, board = logged_in(admin), kept(COST)
    for name in ("board", "edit", "export", "widget-new"):
        assert client.get(page(name, project, board)).status_code == 404
        assert logged_in(member).get(page(name, project, board)).status_code == 200
    for name in ("arrange", "copy", "delete"):
        assert client.post(page(name, project, board), {}).status_code == 404
    assert b"Mine" not in client.get(page("boards", project)).content


def test_nobody_makes_the_board_of_another_private(project, admin, kept):
    board = kept(COST, is_shared=True)
    client = logged_in(admin)
    client.post(page("edit", project, board), {"name": "Ours", "description": ""})
    board.refresh_from_db()
    assert (board.name, board.is_shared) == ("Ours", True)


def test_a_deleted_board_comes_back(as_member, project, kept):
    board = kept(COST)
    answer = as_member.post(page("delete", project, board), follow=True)
    assert "is deleted." in answer.content.decode()
    assert as_member.get(page("board", project, board)).status_code == 404
    as_member.post(page("restore", project, board))
    assert as_member.get(page("board", project, board)).status_code == 200


def test_a_copy_is_ones_own_and_private(project, admin, kept):
    board = kept(COST, is_shared=True)
    logged_in(admin).post(page("copy", project, board))
    copy = CustomBoard.objects.get(owner=admin)
    assert (copy.name, copy.is_shared) == ("Copy of Mine", False)
    assert keeping.draft_of(copy).widgets[0].title == "Cost"
    assert copy.widgets[0]["key"] != board.widgets[0]["key"]


@pytest.mark.parametrize("place", ["text", "file"])
def test_what_is_exported_is_imported(as_member, project, kept, place):
    board = kept(COST, name=HOSTILE)
    text = as_member.get(page("export", project, board)).content
    field = text.decode() if place == "text" else SimpleUploadedFile("b.json", text)
    as_member.post(page("import", project), {place: field})
    made = CustomBoard.objects.exclude(pk=board.pk).get()
    assert written(keeping.draft_of(made)) == text.decode()


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("{", "not JSON"),
        (json.dumps({"sonde_board": 1, "name": "x", "widgets": [], "z": 1}), "no field “z”"),
        ("", "Paste a board"),
    ],
)
def test_an_import_that_is_refused_says_why_and_makes_nothing(as_member, project, text, words):
    answer = as_member.post(page("import", project), {"text": text})
    assert words in unescape(answer.content.decode())
    file = SimpleUploadedFile("b.json", b"\xff\xfe\x00")
    assert "UTF-8" in as_member.post(page("import", project), {"file": file}).content.decode()
    assert not CustomBoard.objects.exists()


@pytest.mark.usefixtures("calls")
def test_hostile_names_are_mere_text_everywhere(as_member, project, kept):
    from dataclasses import replace

    board = kept(replace(COST, title=HOSTILE[:80], by=("metadata.<b>",)), name=HOSTILE)
    key = board.widgets[0]["key"]
    part = f"{page('board', project, board)}?part={key}"
    for place in (
        page("boards", project),
        page("board", project, board),
        part,
        page("edit", project, board),
        page("widget", project, board, key),
    ):
        shown = as_member.get(place).content.decode()
        assert "<script>alert" not in shown and escape(HOSTILE[:30]) in shown


def test_a_share_link_opens_a_board_while_its_maker_may_see_it(as_member, project, member, kept):
    from django.test import Client
    from django.utils import timezone

    from sharing import links
    from sharing.models import Kind

    board = kept(COST)
    key, now = f"custom-{board.pk}", timezone.now()
    new = links.create(project, Kind.BOARD, key, by=member, days=1, now=now)
    shown = Client().get(f"/shared/boards/{new.token}")
    assert shown.status_code == 200 and b"Mine" in shown.content
    keeping.delete(board, member)
    assert Client().get(f"/shared/boards/{new.token}").status_code == 404


@pytest.mark.parametrize("field", ["name", "description"])
def test_a_name_has_visible_characters_only(as_member, project, field):
    sent = {"name": "Mine", "description": "", field: "\u202egnp.exe"}
    shown = as_member.post(page("new", project), sent)
    assert b"Visible characters only." in shown.content
    assert not CustomBoard.objects.exists()


def test_the_row_of_boards_leads_to_ones_own(as_member, project, viewer):
    from django.urls import reverse

    overview = reverse("dashboard", args=[project.id])
    shown = as_member.get(overview).content.decode()
    assert page("boards", project) in shown and page("new", project) in shown
    assert page("new", project) not in logged_in(viewer).get(overview).content.decode()
