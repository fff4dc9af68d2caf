"""Choosing traces and exporting them in Debian's Chromium, with and without scripts."""

import re
import shutil

import pytest

from tests.browser.looks import LOOKS, PHONE

CHROMIUM = shutil.which("chromium") or ""

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(not CHROMIUM, reason="Chromium is not installed: apt install chromium"),
]


@pytest.fixture
def traces(stack, sent) -> str:
    return f"/projects/{stack.project_id}/traces"


def test_traces_are_chosen_tagged_and_the_tag_taken_back(open_page, traces):
    page = open_page(traces)
    page.wait_for_load_state("networkidle")  # what is loaded beside the list moves its rows no more
    ticks = page.locator("#traces .tick[name=trace]")
    assert page.locator("#selection").is_hidden()
    ticks.nth(1).click()
    page.locator("#selection").wait_for()  # it moves the rows
    ticks.nth(4).click(modifiers=["Shift"])
    assert page.locator("#traces .tick[name=trace]:checked").count() == 4
    assert page.locator("[data-ticked]").inner_text() == "4"
    assert page.locator(".all-matching").is_hidden()
    page.locator("[data-tick-all]").click()
    assert page.locator("[data-ticked]").inner_text() == "50"
    page.locator(".all-matching input").check()
    ticks.nth(0).click()
    assert not page.locator("[data-all]").is_checked()
    page.locator("[data-untick]").click()
    ticks.nth(0).click()
    page.fill("#selection [name=tag]", "골라냄")
    page.get_by_role("button", name="Add tag").click()
    page.wait_for_url("**/exports")
    page.locator("#changes-title").wait_for()
    changed = page.locator(".entry", has_text="1 trace changed of 1").first
    changed.wait_for(timeout=40_000)  # the page asks by itself
    undo = changed.get_by_role("button", name="Undo")
    page.goto(page.url.replace("/exports", "/traces?tag=골라냄"))
    assert page.locator("#traces a.main").count() == 1
    page.go_back()
    undo.click()
    page.locator(".entry", has_text="Undo").locator(".chip.good").first.wait_for(timeout=40_000)
    assert page.wrong == []


def test_an_empty_tag_is_refused_in_place(open_page, traces):
    page = open_page(traces)
    page.locator("#traces .tick[name=trace]").first.check()
    for tag in ("", "  "):
        page.fill("#selection [name=tag]", tag)
        page.get_by_role("button", name="Add tag").click()
        assert page.evaluate("document.activeElement.name") == "tag"
    assert page.url.endswith("/traces")
    assert page.locator("#traces .tick[name=trace]:checked").count() == 1
    page.get_by_role("button", name="Delete…").click()
    page.get_by_role("heading", name="Delete 1 trace?").wait_for()


def test_two_that_are_ticked_can_be_compared(open_page, traces):
    page = open_page(traces)
    ticks = page.locator("#traces .tick[name=trace]")
    compare = page.locator("[data-compare]")
    ticks.nth(0).check()
    assert compare.is_hidden()
    ticks.nth(2).check()
    ids = [ticks.nth(at).get_attribute("value") for at in (0, 2)]
    compare.click()
    page.wait_for_url(f"**/traces/{ids[0]}?span=trace&with={ids[1]}")
    assert page.locator("h1").inner_text() == "Compare"
    page.go_back()
    for at in (0, 1, 2):
        ticks.nth(at).check()
    assert compare.is_hidden()
    assert page.wrong == []


def test_all_that_match_stay_in_sight_while_they_are_chosen(open_page, traces):
    page = open_page(traces)
    page.locator("[data-tick-all]").click()
    everything = page.locator(".all-matching")
    everything.locator("input").check()
    page.get_by_role("link", name="Load more").click()
    page.locator("#traces a.main").nth(99).wait_for()
    assert everything.is_visible() and everything.locator("input").is_checked()
    page.locator("#traces .tick[name=trace]").nth(3).click()
    assert everything.is_hidden() and not everything.locator("input").is_checked()
    page.set_viewport_size(PHONE)  # where the box above all is not in sight
    assert everything.is_visible()


def test_a_file_is_asked_for_and_downloaded(open_page, traces):
    page = open_page(f"{traces}?q=name%3Arag-answer")
    page.locator(".exports-menu summary").click()
    page.get_by_role("button", name="JSON Lines").first.click()
    link = page.get_by_role("link", name="Download").first
    link.wait_for(timeout=40_000)
    with page.expect_download() as begun:
        link.click()
    text = begun.value.path().read_text()
    assert text.count("\n") > 1 and all("rag-answer" in line for line in text.splitlines())
    assert re.fullmatch(r".*-traces-\d{4}-\d\d-\d\d-\d{4}\.jsonl", begun.value.suggested_filename)
    assert page.locator("#runs").get_attribute("hx-get") is None  # done: nothing asks any more
    assert page.wrong == []


def test_without_scripts_boxes_and_buttons_are_a_form(open_page, traces):
    page = open_page(traces, java_script_enabled=False)
    page.locator("#traces .tick[name=trace]").nth(2).check()
    page.get_by_role("button", name="Delete…").click()
    assert "Delete 1 trace?" in page.locator("h2").all_inner_texts()
    page.go_back()
    page.locator("#selection [name=all]").check()
    page.get_by_role("button", name="Delete…").click()
    number = re.search(r"type (\d+)", page.locator(".notice.bad").inner_text())[1]
    assert int(number) > 50
    page.fill("[name=number]", "1")
    page.get_by_role("button", name="Delete the traces").click()
    assert "not the number" in page.locator(".errors").inner_text()


@LOOKS
def test_the_pages_fit_and_can_be_read_by_everyone(open_page, traces, size, theme, language):
    from axe_playwright_python.sync_playwright import Axe

    page = open_page(traces, size=size, theme=theme, language=language)
    page.locator("#traces .tick[name=trace]").first.check()
    width = (size or {"width": 1440})["width"]
    ours = {"include": [["#selection"], ["#traces"], [".exports-menu"]]}
    for context in (ours, None):
        if context is None:
            page.goto(page.url.replace("/traces", "/exports"))
        page.wait_for_load_state("networkidle")
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        found = Axe().run(page, context=context)
        assert found.violations_count == 0, found.generate_report()
    assert page.wrong == []
