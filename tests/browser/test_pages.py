"""The trace pages in Debian's Chromium: for everyone's eyes and hands, and obeying the policy."""

import json
import re
import shutil

import pytest

from tests.browser.looks import ONE_LOOK, PHONE
from tests.browser.opened import presses
from tests.browser.pages_of_traces import pages_of_traces

CHROMIUM = shutil.which("chromium") or ""

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(not CHROMIUM, reason="Chromium is not installed: apt install chromium"),
]


@pytest.fixture(scope="module")
def pages(project, sent) -> list[str]:
    return [
        f"{project}/traces",
        *pages_of_traces(project, sent).values(),
        f"{project}/traces?level=ERROR&q=refund&from=2026-01-01T00:00&sort=latency",
        f"{project}/traces?cols=tags,metadata.region,environment,version,release,user,session",
    ]


@ONE_LOOK
def test_pages_fit_obey_the_policy_and_can_be_read_by_everyone(
    open_page, pages, stack, size, theme, language
):
    from axe_playwright_python.sync_playwright import Axe

    page = open_page(pages[0], size=size, theme=theme, language=language)
    for path in pages:
        page.goto(f"{stack.url}{path}")
        page.wait_for_load_state("networkidle")
        assert page.evaluate("document.documentElement.scrollWidth") <= size["width"], path
        found = Axe().run(page)
        assert found.violations_count == 0, f"{path}\n{found.generate_report()}"
        assert page.title() != "owned"
    assert [text for text in page.wrong if "404" not in text] == []


@ONE_LOOK
def test_what_opens_on_a_page_fits_obeys_the_policy_and_can_be_read_by_everyone(
    open_page, project, sent, stack, size, theme, language
):
    from axe_playwright_python.sync_playwright import Axe

    page = open_page("/profile", size=size, theme=theme, language=language)
    violations = []
    for name, (path, press) in presses(project, sent).items():
        page.goto(f"{stack.url}{path}")
        page.wait_for_load_state("networkidle")
        press(page)
        page.wait_for_load_state("networkidle")
        assert page.evaluate("document.documentElement.scrollWidth") <= size["width"], name
        if (found := Axe().run(page)).violations_count:
            violations.append(f"{name}\n{found.generate_report()}")
    assert not violations, "\n".join(violations)
    assert page.wrong == []


def test_everything_works_without_javascript(open_page, project, sent):
    page = open_page(f"{project}/traces", java_script_enabled=False)
    page.fill("#q", "환불")
    page.get_by_role("button", name="Show").first.click()
    assert "환불" in page.locator(".narrowings").inner_text()
    page.goto(page.url.partition("?")[0])
    page.get_by_role("link", name="Load more").click()
    assert page.locator("#traces a.main").count() > 40
    page.goto(re.sub(r"/traces.*", f"/traces/{sent['failed']}", page.url))
    page.get_by_role("link", name="plan", exact=True).click()
    assert page.locator("#pane h2").inner_text() == "plan"
    page.get_by_role("link", name="Attributes").click()
    assert "tab=attributes" in page.url and page.locator("#pane .values").count() > 0


def test_nothing_that_was_sent_is_left_in_the_browsers_storage(open_page, project, pages, stack):
    page = open_page(pages[0])
    for path in pages:
        page.goto(f"{stack.url}{path}")
    kept = page.evaluate("[...Object.keys(localStorage), ...Object.keys(sessionStorage)]")
    assert set(kept) <= {"htmx-current-path-for-history", "sonde-shown"}
    shown = json.loads(page.evaluate("sessionStorage.getItem('sonde-shown')"))
    assert set(shown) == {"list", "traces", "more"}  # and of the traces only their addresses
    assert all(
        re.fullmatch(rf"{project}/traces/[^/?]+(\?span=[^&]*)?", one) for one in shown["traces"]
    )


def test_on_a_phone_filters_are_a_sheet_and_the_trace_reads_from_top_to_bottom(
    open_page, project, sent
):
    page = open_page(f"{project}/traces", size=PHONE)
    assert not page.locator("#facets").is_visible()
    page.get_by_role("button", name="Filters").click()
    page.locator("#choices .option", has=page.locator("[title='ERROR']")).click()
    page.wait_for_url(re.compile("q=level%3AERROR"))
    page.goto(re.sub(r"/traces.*", f"/traces/{sent['failed']}", page.url))
    tree, pane = page.locator(".tree").bounding_box(), page.locator("#pane").bounding_box()
    assert tree["y"] + tree["height"] <= pane["y"] + 1


@pytest.mark.parametrize(("language", "said"), [("en", "trace"), ("ko", "트레이스")])
def test_figures_on_a_phone_say_what_they_count(open_page, project, sent, language, said):
    page = open_page(f"{project}/sessions", size=PHONE, language=language)
    assert said in page.locator("#sessions tbody td:nth-child(4)").first.inner_text()
    page = open_page(f"{project}/users", size=PHONE, language=language)
    assert said in page.locator("#users tbody td:nth-child(4)").first.inner_text()


def test_the_current_tab_is_in_sight_on_a_phone(open_page, project, sent):
    page = open_page(f"{project}/traces/{sent['failed']}?tab=scores", size=PHONE)
    tab = page.locator("#pane .tabs [aria-current]").bounding_box()
    assert tab["x"] >= 0 and tab["x"] + tab["width"] <= PHONE["width"]
