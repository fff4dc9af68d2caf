"""The tree of a trace in Debian's Chromium: walked with keys, and spans opened beside it."""

import shutil

import pytest

CHROMIUM = shutil.which("chromium") or ""

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(not CHROMIUM, reason="Chromium is not installed: apt install chromium"),
]


def test_the_tree_is_walked_with_the_arrow_keys(open_page, project, sent):
    page = open_page(f"{project}/traces/{sent['long']}")
    page.locator(".treegrid tbody tr a.main").first.focus()
    shown = page.locator(".treegrid tbody tr:visible")
    before = shown.count()
    page.keyboard.press("ArrowDown")  # step 1
    page.keyboard.press("ArrowLeft")  # folds it
    assert (
        page.evaluate("document.activeElement.closest('tr').getAttribute('aria-expanded')")
        == "false"
    )
    assert shown.count() == before - 16
    page.keyboard.press("ArrowRight")
    assert shown.count() == before
    page.keyboard.press("ArrowDown")
    assert page.evaluate("document.activeElement.textContent") == "fetch page"
    page.keyboard.press("Enter")
    page.locator("#pane h2", has_text="fetch page").wait_for()
    assert "span=" in page.url
    page.keyboard.press("ArrowLeft")
    assert page.evaluate("document.activeElement.textContent") == "step 1"


def test_arrow_keys_need_no_focus_and_show_the_span_they_reach(open_page, project, sent):
    page = open_page(f"{project}/traces/{sent['failed']}")
    focused = "document.activeElement.textContent"
    assert page.locator(".treegrid tr[aria-selected] a.main").inner_text() == "refund_payment"
    page.keyboard.press("ArrowUp")
    reached = page.evaluate(focused)
    assert reached != "refund_payment"
    page.locator("#pane h2", has_text=reached).wait_for()
    page.keyboard.press("ArrowDown")
    page.locator("#pane h2", has_text="refund_payment").wait_for()
    page.keyboard.press("p")
    assert page.evaluate(focused) == "support-agent"
    page.keyboard.press("?")
    page.locator("#keys:popover-open").wait_for()
    assert page.locator("#keys kbd", has_text="/").is_visible()  # there is a search in the trace


def test_spans_open_beside_the_tree_and_the_back_button_returns(open_page, project, sent):
    page = open_page(f"{project}/traces/{sent['failed']}")
    page.locator("#pane h2", has_text="refund_payment").wait_for()
    page.get_by_role("link", name="plan", exact=True).click()
    page.locator("#pane h2", has_text="plan").wait_for()
    page.get_by_role("link", name="Raw").click()
    page.locator("#pane pre").first.wait_for()
    assert "tab=raw" in page.url
    address = page.url
    page.go_back()
    page.wait_for_url(lambda url: "span=" in url and "tab=raw" not in url)
    page.locator("#pane h2", has_text="plan").wait_for()
    page.goto(address)
    assert page.locator("#pane h2").inner_text() == "plan"
    assert page.locator("#pane pre").count() > 0


def test_spans_under_a_missing_parent_are_unfolded_and_walked_with_the_keys(
    open_page, project, sent
):
    page = open_page(f"{project}/traces/{sent['orphaned']}")
    focused = "document.activeElement.closest('tr').rowIndex"
    third = page.locator(".treegrid tr.stand-in").nth(2)
    assert third.get_attribute("aria-expanded") == "false"
    third.locator("a.twist").focus()
    page.keyboard.press("ArrowRight")
    page.get_by_role("link", name="step 220", exact=True).wait_for()
    assert third.get_attribute("aria-expanded") == "true"
    place = page.evaluate(focused)
    page.keyboard.press("ArrowUp")
    assert page.evaluate(focused) == place - 1
    page.keyboard.press("ArrowDown")
    assert page.evaluate(focused) == place
    page.keyboard.press("ArrowDown")
    assert page.evaluate("document.activeElement.textContent") == "step 220"
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("ArrowLeft")
    assert not page.get_by_role("link", name="step 220", exact=True).is_visible()
    assert page.wrong == []


def test_n_and_p_lead_from_error_to_error(open_page, project, sent):
    page = open_page(f"{project}/traces/{sent['failed']}")
    selected = page.locator(".treegrid tr[aria-selected] a.main")
    assert selected.inner_text() == "refund_payment"
    page.keyboard.press("p")
    page.locator("#pane h2", has_text="support-agent").wait_for()
    page.keyboard.press("n")
    page.locator("#pane h2", has_text="refund_payment").wait_for()
