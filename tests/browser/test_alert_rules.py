"""The editor of alert rules in Debian's Chromium: changed field by field, seen in words, saved."""

import shutil

import pytest

CHROMIUM = shutil.which("chromium") or ""

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(not CHROMIUM, reason="Chromium is not installed: apt install chromium"),
]


def test_a_threshold_rule_is_written_seen_in_words_and_saved(open_page, project, sent):
    from axe_playwright_python.sync_playwright import Axe

    page = open_page(f"{project}/alerts/rules/new")
    says = page.locator("#rule-sentence")
    says.get_by_text("Error rate above 5 %").wait_for()
    page.locator("#rule-preview .lead, #rule-preview .empty").first.wait_for()
    page.fill("#id_g-name", "Slow answers")
    page.select_option("#id_m0-measure", "latency")
    page.locator("#id_m0-aggregation").wait_for()
    page.locator("#rule-preview .lead, #rule-preview .empty").first.wait_for()
    page.select_option("#id_m0-aggregation", "p95")
    says.get_by_text("Latency (p95) above 5 s").wait_for()
    page.locator("#rule-preview .lead, #rule-preview .empty").first.wait_for()
    page.fill("#id_m0-query", "latency:>>5")
    page.locator("#id_m0-query").press("Tab")
    page.locator("#id_m0-query_error").wait_for()
    page.fill("#id_m0-query", "")
    page.locator("#id_m0-query").press("Tab")
    says.get_by_text("Latency (p95) above 5 s").wait_for()
    page.locator("#rule-preview .lead, #rule-preview .empty").first.wait_for()
    assert page.locator("#id_g-name").input_value() == "Slow answers"
    assert page.locator("#id_t-repeat_seconds").is_hidden()
    page.get_by_label("Who is told").check()
    page.locator("#id_t-repeat_seconds").wait_for()
    page.locator(".builder:not(.htmx-request)").wait_for()
    page.locator("#rule-preview .lead, #rule-preview .empty").first.wait_for()
    page.evaluate("Promise.all(document.getAnimations().map(one => one.finished))")
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()
    page.get_by_role("button", name="Save and switch on").click()
    page.get_by_role("heading", name="Slow answers").first.wait_for()
    assert page.wrong == []


def test_the_list_and_the_ready_made_rules_can_be_used_by_all(open_page, project, sent):
    from axe_playwright_python.sync_playwright import Axe

    page = open_page(f"{project}/alerts/rules/ready-made")
    page.locator("#ready-error_rate dd").first.wait_for()
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()
    page.locator("#ready-no_traffic").get_by_role("button", name="Switch on").click()
    page.locator("#ready-no_traffic .chip.good").wait_for()
    page.goto(page.url.replace("/ready-made", "").partition("#")[0])
    row = page.locator("tr", has_text="No traffic for fifteen minutes")
    row.get_by_role("button", name="Switch off").click()
    row.get_by_role("button", name="Undo").click()
    row.get_by_role("button", name="Undo").wait_for()
    row.locator(".chip.good").wait_for()
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()
    assert page.wrong == []
