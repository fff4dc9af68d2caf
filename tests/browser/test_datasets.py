"""A person's walk through datasets in Debian's Chromium: uploaded, edited, held side by side,
deleted and brought back, and filled from traces.
"""

import re
import secrets
import shutil

import pytest

from tests.browser.looks import DESK, PHONE

CHROMIUM = shutil.which("chromium") or ""

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(not CHROMIUM, reason="Chromium is not installed: apt install chromium"),
]

ROWS = """question,context,answer
"Can I return it after 20 days?",shop,"No, within 14 days."
"Where is my parcel?",shop,
"환불은 언제 되나요?",가게,3일 안에
only,two
"""


def looked_over(page) -> None:
    """Nothing sticks out on either width, and axe finds nothing."""
    from axe_playwright_python.sync_playwright import Axe

    for size in (PHONE, DESK):
        page.set_viewport_size(size)
        assert not page.evaluate("document.documentElement.scrollWidth > innerWidth")
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()


def test_a_dataset_is_filled_edited_and_brought_back(open_page, project, sent, tmp_path):
    name = f"walk {secrets.token_hex(3)}/returns"
    file = tmp_path / "questions.csv"
    file.write_text(ROWS, encoding="utf-8")
    page = open_page(f"{project}/datasets/new")
    page.fill("#id_name", name)
    page.fill("#id_input_schema", '{"type": "object", "required": ["question"]}')
    page.get_by_role("button", name="Create the dataset").click()
    page.get_by_role("link", name="Upload a file").click()
    page.set_input_files("#id_file", file)
    page.get_by_role("button", name="Continue").click()
    page.get_by_label("context").select_option("input")
    page.locator("#preview pre", has_text='"context": "가게"').wait_for()
    looked_over(page)
    page.get_by_role("button", name="Upload 4 rows").click()
    page.locator("#upload .chip.good").wait_for(timeout=40_000)  # the page asks by itself
    assert "Is a quote missing?" in page.locator("#upload table").inner_text()
    page.get_by_role("link", name="To the dataset").click()
    page.locator("#items tbody tr").nth(2).wait_for()
    assert page.locator("#items tbody tr").count() == 3
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    page.locator(".item-versions li").first.wait_for()
    page.keyboard.press("e")
    looked_over(page)
    page.fill("#id_expected_output", "within 3 days")
    page.get_by_role("button", name="Save as a new version").click()
    page.get_by_role("link", name="Compare", exact=True).click()
    page.locator(".diff ins").first.wait_for()
    looked_over(page)
    page.get_by_role("link", name="Back to the item").click()
    page.get_by_role("button", name="Delete").click()
    page.get_by_role("link", name="Look at it, or undo").click()
    page.get_by_role("button", name="Undo the deletion").click()
    page.locator(".item-versions li").nth(3).wait_for()
    page.goto(re.sub(r"/item.*", "", page.url))
    assert page.locator("#items tbody tr").count() == 3
    page.locator("select[name=at]").select_option(index=4)
    page.get_by_text("These are the items as they were").wait_for()
    looked_over(page)
    assert page.wrong == []


def test_traces_that_are_ticked_become_items(open_page, project, sent):
    name = f"picked {secrets.token_hex(3)}"
    page = open_page(f"{project}/traces")
    page.wait_for_load_state("networkidle")
    ticks = page.locator("#traces .tick[name=trace]")
    ticks.nth(0).check()
    ticks.nth(1).check()
    page.get_by_role("button", name="Add to dataset").click()
    looked_over(page)
    page.fill("#id_new_dataset", name)
    page.get_by_role("button", name="Add to dataset").click()
    page.wait_for_url("**/exports")
    link = page.get_by_role("link", name=name)
    page.locator(".entry", has=link).locator(".chip.good").wait_for(timeout=40_000)
    link.click()
    page.locator("#items tbody tr").nth(1).wait_for()
    assert page.locator("#items tbody tr").count() == 2
    page.locator("#items a.main").first.click()
    page.get_by_role("link", name="Trace", exact=True).click()
    page.wait_for_url("**/traces/*")
    page.locator(".bar").get_by_role("link", name="Add to dataset").click()
    page.get_by_text("Already an item of:").wait_for()
    assert page.wrong == []
