"""Nothing on a trace's pages is cut, crooked or out of sight, at a desk and on a phone."""

import shutil

import pytest

from tests.browser.looks import PHONE
from tests.browser.opened import share

CHROMIUM = shutil.which("chromium") or ""

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(not CHROMIUM, reason="Chromium is not installed: apt install chromium"),
]


def box(page, selector: str) -> dict:
    return page.locator(selector).first.bounding_box()


@pytest.mark.parametrize("view", ["tree", "graph"])
def test_search_and_steps_stay_in_sight_however_far_a_long_trace_is_scrolled(
    open_page, project, sent, view
):
    page = open_page(f"{project}/traces/{sent['long']}?view={view}")
    page.locator(".treegrid tbody tr, .graph a.step").last.scroll_into_view_if_needed()
    assert box(page, ".tree-head")["y"] >= box(page, ".tree")["y"]
    assert page.locator(".tree .find").is_visible()


def test_an_agent_that_calls_steps_that_call_tools_fits_beside_the_pane(open_page, project, sent):
    page = open_page(f"{project}/traces/{sent['long']}?view=graph")
    width, room = page.evaluate(
        "(({scrollWidth, clientWidth}) => [scrollWidth, clientWidth])"
        "(document.querySelector('.graph'))"
    )
    assert width <= room


def test_a_name_ends_at_the_edge_of_its_box_in_the_graph(open_page, project, sent):
    page = open_page(f"{project}/traces/{sent['hostile']}?view=graph")
    edge = box(page, ".step .box")
    name = box(page, ".step .name")
    beyond = page.evaluate(
        "([x, y]) => document.elementFromPoint(x, y).classList.contains('name')",
        [edge["x"] + edge["width"] + 2, name["y"] + name["height"] / 2],
    )
    assert not beyond


def test_every_tag_that_a_list_shows_can_be_read(open_page, project, sent):
    page = open_page(f"{project}/traces?cols=tags,metadata.a,metadata.b,version,release,user")
    widths = page.evaluate(
        "[...document.querySelectorAll('.c-tags .chip .clip')].map((one) => one.clientWidth)"
    )
    assert widths and min(widths) > 10


def test_the_scores_of_a_session_stand_under_its_conversation(open_page, project, sent):
    page = open_page(f"{project}/sessions/one?id={sent['session']}")
    talk, scores = box(page, ".turn"), box(page, "#scores")
    assert (scores["x"], scores["width"]) == (talk["x"], talk["width"])


def test_on_a_phone_the_search_has_the_whole_width(open_page, project, sent):
    page = open_page(f"{project}/traces", size=PHONE)
    assert box(page, "#query .search")["width"] > PHONE["width"] - 40
    assert box(page, "#range")["y"] < box(page, "#query .search")["y"]


def test_on_a_phone_a_share_link_tells_where_it_is(open_page, project, sent):
    page = open_page(f"{project}/traces/{sent['rag']}", size=PHONE)
    share(page)
    title = page.locator(".crumbs h1")
    assert title.evaluate("(one) => one.scrollWidth <= one.clientWidth")
    assert box(page, ".crumbs > a")["height"] < 24
