"""A board of one's own in Debian's Chromium: built, seen drawn, and led from to its rows."""

import shutil

import pytest

CHROMIUM = shutil.which("chromium") or ""

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(not CHROMIUM, reason="Chromium is not installed: apt install chromium"),
]


def test_a_widget_is_built_drawn_and_leads_to_its_rows(open_page, project, sent):
    from axe_playwright_python.sync_playwright import Axe

    page = open_page(f"{project}/dashboards/custom/new")
    page.fill("#id_name", "Costs")
    page.click("form.form .btn.primary")
    page.locator(".builder [data-drawn]").wait_for()
    page.fill("#id_w-title", "Cost by model")
    page.select_option("#id_w-chart", "bar")
    page.locator(".builder .figure .bars path").first.wait_for()
    page.select_option("#id_w-chart", "number")
    page.locator(".builder .tile").wait_for()
    assert page.locator("#id_w-by1").count() == 0  # nothing that does not fit is offered
    page.select_option("#id_w-chart", "bar")
    page.locator("#id_w-by1").wait_for()
    page.select_option("#id_w-by1", "model")
    page.locator(".builder-preview", has_text="by Model").wait_for()
    page.locator(".builder [data-drawn]").wait_for()
    page.locator(".builder:not(.htmx-request)").wait_for()
    page.evaluate("Promise.all(document.getAnimations().map(one => one.finished))")
    assert page.locator("#id_w-title").input_value() == "Cost by model"
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()
    page.get_by_role("button", name="Save").click()
    page.wait_for_url("**/edit")
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()
    page.get_by_role("link", name="Done").click()
    drawn = page.locator(".board [data-drawn]")
    drawn.wait_for()
    values = drawn.evaluate("box => Array.from(box._fullData[0].x).filter(Number)")
    assert values == sorted(values, reverse=True) and values[0] > 0
    bar = page.locator(".board .bars path").first.bounding_box()
    page.mouse.move(bar["x"] + bar["width"] / 2, bar["y"] + bar["height"] / 2)
    page.locator(".board .hovertext").wait_for()
    page.mouse.click(bar["x"] + bar["width"] / 2, bar["y"] + bar["height"] / 2)
    page.wait_for_url("**/traces?**")
    assert "kind=observations" in page.url and page.locator("#traces tbody tr").count()
    assert page.wrong == []
