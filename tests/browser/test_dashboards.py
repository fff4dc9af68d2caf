"""Boards in Debian's Chromium: what is drawn is what the API counts, and leads to its rows."""

import csv
import io
import shutil
import struct

import pytest

from tests.browser.looks import LOOKS

CHROMIUM = shutil.which("chromium") or ""
DAYS = "range=7d&bucket=day&zone=UTC"
DRAWN = """boxes => Object.fromEntries(boxes.map(box => [
    box.closest(".panel").id.replace("panel-", ""),
    Object.fromEntries(box._fullData.map(one => [one.name, Array.from(one.y)])),
]))"""

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(not CHROMIUM, reason="Chromium is not installed: apt install chromium"),
]


@pytest.fixture
def open_board(open_page, project, sent):
    """`open_board("overview", "range=7d")`: with all that its panels have drawn."""

    def opened(key="overview", query=DAYS, **looks):
        page = open_page(f"{project}/dashboards/{key}?{query}", **looks)
        settled(page, "[aria-busy]")
        page.locator("#markers").wait_for()  # its lines are drawn into the charts
        settled(page, "[data-figure]:not([data-drawn])")
        return page

    return opened


def settled(page, selector: str) -> None:
    """There is none of it any more."""
    from playwright.sync_api import expect

    expect(page.locator(selector)).to_have_count(0, timeout=60_000)


def numbers(values: list) -> list:
    return [None if one in ("", None) else pytest.approx(float(one)) for one in values]


def test_charts_draw_what_their_files_say_and_the_api_counts(open_board, api):
    page = open_board()
    drawn = page.locator("[data-drawn]").evaluate_all(DRAWN)
    assert {"cost", "errors", "traffic", "latency", "tokens", "first-token"} <= {*drawn}
    for key, series in drawn.items():
        link = page.locator(f"#panel-{key} a[download]").get_attribute("href")
        lines = [*csv.reader(io.StringIO(get(page, link)))]
        columns = list(zip(*lines, strict=True))
        table = {name: values for name, *values in columns}
        for name, values in series.items():
            assert values == numbers(table[name]), (key, name)
    days = api.get("/api/public/metrics/daily", params={"limit": 50}).json()["data"]
    assert sum(drawn["cost"].pop("all before")) == 0
    cost = sum(sum(filter(None, values)) for values in drawn["cost"].values())
    assert cost == pytest.approx(sum(day["totalCost"] for day in days))
    assert sum(drawn["traffic"]["traces"]) == sum(day["countTraces"] for day in days)
    assert page.wrong == []


def get(page, link: str) -> str:
    return page.request.get(f"{page.url.partition('/projects')[0]}{link}").text().lstrip("\ufeff")


def test_a_click_on_a_bar_lists_its_calls_and_the_keyboard_gets_there_by_the_table(open_board):
    page = open_board()
    bars = page.locator("#panel-cost .barlayer .trace").first.locator("path")
    bar = max((one.bounding_box() for one in bars.all()), key=lambda box: box["height"])
    page.mouse.move(bar["x"] + bar["width"] / 2, bar["y"] + bar["height"] / 2)
    page.locator("#panel-cost .hovertext").wait_for()
    page.mouse.click(bar["x"] + bar["width"] / 2, bar["y"] + bar["height"] / 2)
    page.wait_for_url("**/traces?**")
    by_click = page.url.partition("&to=")[0]  # its end is that of the board: some minutes ahead
    assert "kind=observations" in by_click and page.locator("#traces tbody tr").count()
    page.go_back()
    page.locator("#panel-cost .panel-menu summary").press("Enter")
    page.locator("#panel-cost .menu-item", has_text="As a table").press("Enter")
    page.locator("#panel-cost table").wait_for()
    links = page.locator("#panel-cost tbody a").evaluate_all("all => all.map(one => one.href)")
    assert by_click in [one.partition("&to=")[0] for one in links]
    page.locator("#panel-cost tbody a").last.press("Enter")
    page.wait_for_url("**/traces?**")
    assert page.wrong == []


def test_every_kind_of_panel_is_a_picture_and_series_come_and_go(open_board):
    page = open_board()
    for key, least in {
        "cost": (600, 400),
        "traffic-now": (1000, 300),
        "changes": (900, 500),
    }.items():
        page.locator(f"#panel-{key} .panel-menu summary").click()
        with page.expect_download() as download:
            page.locator(f"#panel-{key} [data-png]").click()
        picture = download.value.path().read_bytes()
        size = struct.unpack(">II", picture[16:24])
        assert picture.startswith(b"\x89PNG") and all(map(int.__ge__, size, least)), (key, size)
        assert len(picture) > 6_000, key  # an empty ground is a tenth of it
        page.keyboard.press("Escape")
    key = page.locator("#panel-latency [data-series]").first
    key.click()
    settled(page, "#panel-latency .scatterlayer .trace:nth-child(4)")
    hidden = page.locator("#panel-latency .figure").evaluate("box => box.data[0].visible")
    assert hidden is False
    assert key.get_attribute("aria-pressed") == "false" and page.wrong == []


def test_a_panel_that_cannot_be_fetched_says_so_and_is_fetched_again(open_board):
    page = open_board()
    page.route("**part=cost*", lambda route: route.abort())
    page.evaluate("htmx.trigger('#panel-cost .panel-in', 'reload')")
    page.locator("#panel-cost [data-retry]").wait_for()
    page.unroute("**part=cost*")
    page.locator("#panel-cost [data-retry]").click()
    page.locator("#panel-cost [data-drawn]").wait_for()
    assert page.locator(".toast").count() == 0


def test_the_theme_changes_the_colours_of_what_is_drawn(open_board):
    from playwright.sync_api import expect

    page = open_board()
    bar = page.locator("#panel-cost .bars path").first
    before = bar.evaluate("bar => getComputedStyle(bar).fill")
    page.evaluate("document.documentElement.dataset.theme = 'dark'")
    expect(bar).not_to_have_css("fill", before)
    assert page.wrong == []


def test_who_has_a_link_sees_the_board_and_no_way_into_its_rows(open_board, browser):
    page = open_board()
    page.get_by_role("button", name="Share").click()
    page.locator("#share form button").first.click()
    address = page.locator("#share-link").inner_text()
    context = browser.new_context()
    page = context.new_page()
    page.goto(address)
    page.locator("#panel-cost [data-drawn]").wait_for()
    assert page.locator("a[href*='/projects/']").count() == 0
    assert not page.locator("#panel-cost .figure").evaluate("box => box.matches('.leads')")
    context.close()


@LOOKS
def test_boards_fit_obey_the_policy_and_can_be_read_by_everyone(open_board, size, theme, language):
    from axe_playwright_python.sync_playwright import Axe

    page = open_board(size=size, theme=theme, language=language)
    assert page.evaluate("document.documentElement.scrollWidth") <= size["width"]
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()
    assert page.wrong == []
