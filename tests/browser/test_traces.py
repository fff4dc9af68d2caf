"""The trace pages in Debian's Chromium: for everyone's eyes and hands, and obeying the policy."""

import json
import random
import re
import shutil
import time

import pytest

CHROMIUM = shutil.which("chromium") or ""
PHONE, DESK = {"width": 360, "height": 740}, {"width": 1440, "height": 900}

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(not CHROMIUM, reason="Chromium is not installed: apt install chromium"),
]


@pytest.fixture(scope="module")
def project(stack) -> str:
    return f"/projects/{stack.project_id}"


@pytest.fixture(scope="module")
def pages(project, sent) -> list[str]:
    failed = f"{project}/traces/{sent['failed']}"
    return [
        f"{project}/traces",
        f"{project}/traces?level=ERROR&q=refund&from=2026-01-01T00:00&sort=latency",
        f"{project}/traces?user=nobody",
        f"{project}/traces?q=level:ERROR+colour:red",
        f"{project}/traces/{sent['rag']}",
        f"{project}/traces/{sent['long']}",
        f"{project}/traces/{sent['hostile']}",
        *(f"{failed}?tab={tab}" for tab in ("messages", "raw", "attributes", "events", "scores")),
        f"{project}/traces/missing",
        f"{project}/sessions",
        f"{project}/sessions/one?id={sent['session']}",
        f"{project}/users",
        f"{project}/users/one?id={sent['user']}",
    ]


@pytest.mark.parametrize("size", [PHONE, DESK], ids=["360", "1440"])
@pytest.mark.parametrize(("theme", "language"), [("light", "ko"), ("dark", "en")])
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
    page.wait_for_function(
        "location.search.includes('span=') && !location.search.includes('tab=raw')"
    )
    page.locator("#pane h2", has_text="plan").wait_for()
    page.goto(address)
    assert page.locator("#pane h2").inner_text() == "plan"
    assert page.locator("#pane pre").count() > 0


def test_n_and_p_lead_from_error_to_error(open_page, project, sent):
    page = open_page(f"{project}/traces/{sent['failed']}")
    selected = page.locator(".treegrid tr[aria-selected] a.main")
    assert selected.inner_text() == "refund_payment"
    page.keyboard.press("p")
    page.locator("#pane h2", has_text="support-agent").wait_for()
    page.keyboard.press("n")
    page.locator("#pane h2", has_text="refund_payment").wait_for()


def test_the_list_filters_without_a_reload_and_keeps_its_address(open_page, project, sent):
    page = open_page(f"{project}/traces")
    page.evaluate("window.stayed = true")
    page.locator("#choices .option", has=page.locator("[title='rag-answer']")).click()
    page.wait_for_url(re.compile("q=name%3Arag-answer"))
    page.locator(".narrowings", has_text="rag-answer").wait_for()
    assert set(page.locator("#traces a.main").all_inner_texts()) == {"rag-answer"}
    assert page.evaluate("window.stayed")
    page.fill("#q", "name:rag-answer 환불")
    page.press("#q", "Enter")
    page.wait_for_url(re.compile("%ED%99%98%EB%B6%88"))
    page.locator(".narrowings", has_text="환불").wait_for()
    asked = page.locator("#traces tbody tr td:nth-child(3)").all_inner_texts()
    assert any("환불" in text for text in asked) and len(asked) < 40


def test_more_traces_load_below(open_page, project, sent):
    page = open_page(f"{project}/traces")
    assert page.locator("#traces a.main").count() == 50
    page.get_by_role("link", name="Load more").click()
    page.locator("#traces a.main").nth(99).wait_for()
    links = page.locator("#traces a.main").evaluate_all("all => all.map(a => a.href)")
    assert len(links) == len(set(links)) == 100


def test_j_and_k_move_through_the_list_and_enter_opens(open_page, project, sent):
    page = open_page(f"{project}/traces")
    links = page.locator("#traces a.main").evaluate_all("all => all.slice(0, 3).map(a => a.href)")
    for key, at in (("j", 0), ("j", 1), ("j", 2), ("k", 1)):
        page.keyboard.press(key)
        assert page.evaluate("document.activeElement.href") == links[at]
    page.keyboard.press("Enter")
    page.wait_for_url(links[1])


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


def test_the_head_of_the_list_and_its_filters_stay_in_sight(open_page, project, sent):
    page = open_page(f"{project}/traces")
    page.locator("#choices summary").first.wait_for()
    page.mouse.move(900, 500)
    page.mouse.wheel(0, 1200)
    page.wait_for_function("scrollY >= 1000")
    bar = page.locator("#list-bar").bounding_box()
    for part in ("#traces thead th >> nth=1", "#facets"):
        assert page.locator(part).bounding_box()["y"] == bar["y"] + bar["height"]


def test_a_row_is_wide_enough_to_read_and_leads_on_from_wherever_it_is_clicked(
    open_page, project, sent
):
    page = open_page(f"{project}/traces?name=rag-answer")
    row = page.locator("#traces tbody tr").first
    text = row.locator("td:nth-child(3) .lines-2")
    assert text.get_attribute("title") == text.inner_text()
    assert text.bounding_box()["width"] > 140
    address = row.locator("a.main").get_attribute("href")
    text.click()
    page.wait_for_url(f"**{address}")


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


def test_nothing_that_was_sent_is_left_in_the_browsers_storage(open_page, project, pages, stack):
    page = open_page(pages[0])
    for path in pages:
        page.goto(f"{stack.url}{path}")
    kept = page.evaluate("[...Object.keys(localStorage), ...Object.keys(sessionStorage)]")
    assert set(kept) <= {"htmx-current-path-for-history", "sonde-shown"}
    shown = json.loads(page.evaluate("sessionStorage.getItem('sonde-shown')"))
    assert set(shown) == {"list", "traces"}  # and of the traces only their addresses
    assert all(
        re.fullmatch(rf"{project}/traces/[^/?]+(\?span=[^&]*)?", one) for one in shown["traces"]
    )


def test_a_facet_and_the_bar_say_the_same_and_back_undoes_it(open_page, project, sent):
    page = open_page(f"{project}/traces")
    page.locator("#choices .option", has=page.locator("[title='ERROR']")).click()
    page.wait_for_url("**/traces?q=level*")
    assert page.input_value("#q") == "level:ERROR"
    page.locator("#choices .option[aria-current] [title='ERROR']").wait_for()
    assert page.locator("#traces .chip.bad, #traces .bad").count() > 0
    page.fill("#q", "level:ERROR latency:>1")
    page.press("#q", "Enter")
    page.wait_for_url("**latency*")
    page.locator(".narrowings", has_text="Latency").wait_for()
    page.go_back()
    page.wait_for_url("**/traces?q=level%3AERROR")
    page.locator("#q[value='level:ERROR']").wait_for()
    assert page.wrong == []


def test_a_search_that_cannot_be_read_says_where(open_page, project, sent):
    page = open_page(f"{project}/traces")
    page.fill("#q", "level:ERROR colour:red")
    page.press("#q", "Enter")
    assert page.locator("mark").text_content() == "colour:red"
    page.locator("#list button", has_text="How to search").click()
    page.locator("#query-help:popover-open").wait_for()
    page.keyboard.press("Escape")
    assert page.wrong == []


def test_the_trace_leads_to_those_beside_it_in_the_list_and_back_to_the_list(
    open_page, project, sent
):
    page = open_page(f"{project}/traces?q=level%3AERROR&range=24h")
    links = page.locator("#traces a.main").evaluate_all("all => all.map(a => a.pathname)")
    page.locator("#traces a.main").nth(1).click()
    page.locator("#among [data-place]", has_text=f"2 / {len(links)}").wait_for()
    page.keyboard.press("Shift+J")
    page.wait_for_url(f"**{links[2]}")
    page.keyboard.press("Shift+K")
    page.wait_for_url(f"**{links[1]}")
    page.locator("[data-back-to-list]").click()
    page.wait_for_url("**/traces?q=level%3AERROR&range=24h")
    assert page.evaluate("localStorage.length") == 0
    assert "htmx-history-cache" not in page.evaluate("Object.keys(sessionStorage)")


def test_new_traces_come_into_a_live_list_by_themselves(open_page, project, stack, sent):
    from traces.management.commands.demo import HOUR, Sender, played
    from traces.samples.wire import export_request

    page = open_page(f"{project}/traces?q=name%3Alate-one")
    page.get_by_role("link", name="Live").click()
    page.wait_for_url("**live=1**")
    [late] = played(random.Random(5), 1, HOUR // 60, time.time_ns())
    late.spans[0].name = "late-one"
    Sender(stack.url, stack.public_key, stack.secret_key).post("/v1/traces", export_request([late]))
    page.locator("#traces a.main", has_text="late-one").wait_for(timeout=20_000)
    assert page.locator("#traces a.main").all_inner_texts() == ["late-one"] and page.wrong == []


def test_a_trace_is_looked_at_beside_the_list_and_the_next_one_too(open_page, project, sent):
    page = open_page(f"{project}/traces")
    names = page.locator("#traces a.main").all_inner_texts()
    page.keyboard.press("j")
    page.keyboard.press("p")
    page.locator("#peek h2", has_text=names[0]).wait_for()
    page.keyboard.press("j")
    page.keyboard.press("j")
    page.locator("#peek h2", has_text=names[2]).wait_for()
    page.keyboard.press("Escape")
    assert not page.locator("#peek").is_visible()
    page.locator("#traces tbody tr").first.hover()
    page.locator("[data-peek]").first.click()
    page.locator("#peek .turn").wait_for()
    assert page.url.endswith("/traces") and page.wrong == []
