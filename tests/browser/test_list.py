"""The list of traces in Debian's Chromium: filtered, walked, looked into, and kept up to date."""

import random
import re
import shutil
import time

import pytest

CHROMIUM = shutil.which("chromium") or ""
# The page's policy forbids wait_for_function, which evaluates a string.
SCROLLED = """new Promise((done) => {
  (function look() { scrollY >= 1000 ? done() : requestAnimationFrame(look) })()
})"""

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(not CHROMIUM, reason="Chromium is not installed: apt install chromium"),
]


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


def test_time_is_chosen_by_drawing_over_the_bars(open_page, project, sent):
    page = open_page(f"{project}/traces?range=24h")
    chart = page.locator("#strip svg.chart")
    chart.locator("a").first.wait_for(state="attached")
    box = chart.bounding_box()
    bins = chart.locator("[data-since]").evaluate_all(
        "all => all.map(bin => [bin.dataset.since, bin.dataset.until])"
    )
    middle = box["y"] + box["height"] / 2
    width = box["width"] / len(bins)
    page.mouse.move(box["x"] + width * 10.5, middle)
    page.mouse.down()
    page.mouse.move(box["x"] + width * 3.5, middle, steps=4)
    assert chart.locator(".is-chosen").count() == 8
    assert "UTC" in page.locator("#strip-chosen").inner_text()
    page.mouse.up()
    page.wait_for_url(re.compile(f"from={bins[3][0]}&to={bins[10][1]}"))
    assert "range=" not in page.url
    assert page.wrong == []


def test_time_is_chosen_with_the_keyboard(open_page, project, sent):
    page = open_page(f"{project}/traces?range=24h")
    bars = page.locator("#strip svg.chart a")
    bars.first.wait_for(state="attached")
    stops = page.locator("#strip svg.chart a[tabindex='0']")
    assert stops.count() == 1
    times = bars.evaluate_all("all => all.map(bin => [bin.dataset.since, bin.dataset.until])")
    stops.focus()
    page.keyboard.press("ArrowLeft")
    for _step in range(2):
        page.keyboard.press("Shift+ArrowLeft")
    assert stops.count() == 1
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(f"from={times[-4][0]}&to={times[-2][1]}"))
    bars.first.wait_for(state="attached")
    page.keyboard.press("Escape")
    assert page.wrong == []


@pytest.mark.parametrize("language", ["en", "ko"])
def test_on_a_phone_the_list_begins_in_the_upper_part(open_page, project, sent, language):
    page = open_page(f"{project}/traces", size={"width": 360, "height": 740}, language=language)
    page.locator("#strip svg.chart a").first.wait_for(state="attached")
    assert page.locator("#traces a.main").first.bounding_box()["y"] < 400
    buttons = page.locator(".toolbar > .btn, .toolbar > .menu > summary, .toolbar > .kinds")
    tops = {round(box) for box in buttons.evaluate_all("a => a.map(b => b.offsetTop)")}
    assert max(tops) - min(tops) < 8
    assert page.get_by_text("Export" if language == "en" else "내보내기").first.is_visible()


def test_facet_values_are_boxes_to_the_keyboard_too(open_page, project, sent):
    page = open_page(f"{project}/traces")
    box = page.get_by_role("checkbox", name="rag-answer").first
    page.wait_for_load_state("networkidle")  # what is drawn anew meanwhile has no focus
    box.press("Space")
    page.wait_for_url(re.compile("q=name%3Arag-answer"))
    ticked = page.get_by_role("checkbox", name="rag-answer", checked=True).first
    ticked.wait_for()
    assert ticked.get_attribute("aria-checked") == "true"


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


def test_the_head_of_the_list_and_its_filters_stay_in_sight(open_page, project, sent):
    page = open_page(f"{project}/traces")
    page.locator("#choices summary").first.wait_for()
    page.mouse.move(900, 500)
    page.mouse.wheel(0, 1200)
    page.evaluate(SCROLLED)
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


def test_a_facet_and_the_bar_say_the_same_and_back_undoes_it(open_page, project, sent):
    page = open_page(f"{project}/traces")
    page.locator("#choices .option", has=page.locator("[title='ERROR']")).click()
    page.wait_for_url("**/traces?q=level*")
    assert page.input_value("#q") == "level:ERROR"
    page.locator("#choices .option[aria-checked=true] [title='ERROR']").wait_for()
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


def test_the_spans_of_one_trace_that_a_list_shows_are_stepped_through_one_by_one(
    open_page, project, sent
):
    page = open_page(f"{project}/traces?kind=observations&q=id%3A{sent['long']}")
    links = page.locator("#traces a.main").evaluate_all("all => all.map(a => a.search)")
    page.locator("#traces a.main").first.click()
    for place, key in ((1, "J"), (2, "J"), (3, "J"), (4, "K"), (3, "K")):
        page.locator("#among [data-place]", has_text=f"{place} / ").wait_for()
        assert page.evaluate("location.search") == links[place - 1]
        page.keyboard.press(f"Shift+{key}")
    assert page.wrong == []


def test_the_step_behind_the_last_trace_that_was_loaded_leads_on_through_the_list(
    open_page, project, sent
):
    page = open_page(f"{project}/traces?range=24h")
    last = page.locator("#traces a.main").nth(49)
    address = last.get_attribute("href")
    last.click()
    page.wait_for_url(f"**{address}")
    page.locator("#among [data-place]", has_text="50 / 100+").wait_for()
    page.keyboard.press("Shift+J")
    page.wait_for_url(lambda url: not url.endswith(address))
    page.locator("#among [data-place]", has_text="51 / 100+").wait_for()
    page.keyboard.press("Shift+K")
    page.wait_for_url(f"**{address}")
    assert page.wrong == []


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
