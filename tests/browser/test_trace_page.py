"""The page of a trace in Debian's Chromium: searched, drawn, talked about, compared and shared."""

import re
import shutil

import pytest

from tests.browser.looks import LOOKS

CHROMIUM = shutil.which("chromium") or ""

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(not CHROMIUM, reason="Chromium is not installed: apt install chromium"),
]


@pytest.fixture(scope="module")
def traces(stack) -> str:
    return f"/projects/{stack.project_id}/traces"


@LOOKS
def test_its_views_fit_obey_the_policy_and_can_be_read_by_everyone(
    open_page, traces, stack, sent, size, theme, language
):
    from axe_playwright_python.sync_playwright import Axe

    page = open_page("/profile", size=size, theme=theme, language=language)
    for path in (
        f"{sent['failed']}?find=nowhere&mark=slow",
        f"{sent['hostile']}?view=graph",
        f"{sent['hostile']}?view=talk",
        f"{sent['rag']}?tab=call",
        f"{sent['hostile']}?span=trace&with={sent['rag']}",
    ):
        page.goto(f"{stack.url}{traces}/{path}")
        page.wait_for_load_state("networkidle")
        assert page.evaluate("document.documentElement.scrollWidth") <= size["width"], path
        found = Axe().run(page)
        assert found.violations_count == 0, f"{path}\n{found.generate_report()}"
        assert page.title() != "owned"
    assert page.wrong == []


@pytest.fixture(scope="module")
def tagged(stack) -> dict[str, str]:
    """Traces with five tags, with one that is very long, and with parameters that are."""
    import time
    import uuid

    from traces.management.commands.demo import Sender

    tags = {
        "five": [f"customer:acme-international-holdings-{number}" for number in range(5)],
        "long": ["customer:" + "y" * 180],
    }
    ids = {name: uuid.uuid4().hex for name in tags}
    now = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
    asked = {"response_format": '{"schema":"' + "x" * 90 + '"}', "stop": ["</answer>" * 9]}
    batch = []
    for name, trace_id in ids.items():
        trace = {"id": trace_id, "name": "nightly-evaluation", "tags": tags[name]}
        call = {"id": uuid.uuid4().hex, "traceId": trace_id, "name": "ask", "startTime": now}
        call["modelParameters"] = asked
        for kind, body in (("trace-create", trace), ("generation-create", call)):
            batch.append({"id": uuid.uuid4().hex, "type": kind, "timestamp": now, "body": body})
    sender = Sender(stack.url, stack.public_key, stack.secret_key)
    sender.post("/api/public/ingestion", {"batch": batch})
    return ids


@pytest.mark.parametrize("width", [1440, 1000, 760, 360])
@pytest.mark.parametrize("name", ["five", "long"])
def test_tags_and_parameters_leave_room_and_all_tags_can_be_reached(
    open_page, traces, tagged, name, width
):
    page = open_page(f"{traces}/{tagged[name]}", size={"width": width, "height": 800})
    page.get_by_text("response_format").wait_for()
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.locator("h1").bounding_box()["width"] > 80
    if name == "five" and width > 720:
        page.locator(".bar summary", has_text="+3").click()
        assert page.locator(".bar .menu-item:visible", has_text="customer:").count() == 5
        assert page.evaluate("document.documentElement.scrollWidth") <= width
    elif name == "five":
        assert page.locator(".facts .tags a:visible").count() == 5


def test_a_search_is_stepped_through_also_into_what_is_folded(open_page, traces, sent):
    page = open_page(f"{traces}/{sent['long']}")
    page.keyboard.press("/")
    page.keyboard.type("fetch page")
    page.keyboard.press("Enter")
    page.wait_for_url("**find=fetch*")
    steps = page.locator("#steps .chip")
    first = steps.inner_text()
    assert first.startswith("1 of ")
    twist = page.locator(".treegrid tr[aria-expanded=true] .twist").nth(1)
    twist.click()  # the first step, which holds the match
    page.locator("main h1").click()
    page.keyboard.press("n")
    page.locator("#steps .chip", has_text=re.compile("^2 of ")).wait_for()
    selected = page.locator(".treegrid tr[aria-selected] a.main")
    assert selected.is_visible() and selected.inner_text() == "fetch page"
    assert "find=fetch" in page.url and "span=" in page.url
    page.keyboard.press("p")
    page.locator("#steps .chip", has_text=re.compile("^1 of ")).wait_for()
    assert page.wrong == []


def test_the_graph_is_walked_with_the_keyboard_and_opens_spans(open_page, traces, sent):
    page = open_page(f"{traces}/{sent['failed']}?view=graph")
    step = page.get_by_role("link", name="plan · Generation")
    step.focus()
    page.keyboard.press("Enter")
    page.locator("#pane h2", has_text="plan").wait_for()
    assert step.get_attribute("aria-current") == "true" and "view=graph" in page.url
    page.get_by_text("The same as a table").click()
    page.locator(".as-text a", has_text="lookup_order").click()
    page.locator("#pane h2", has_text="lookup_order").wait_for()
    assert page.wrong == []


def test_a_person_is_picked_mentioned_and_the_comment_edited(open_page, traces, sent):
    page = open_page(f"{traces}/{sent['rag']}?tab=comments")
    page.fill("#new-comment", "Please look,")
    page.locator("#pane summary", has_text="Mention").click()
    page.locator("[data-mention]").first.click()
    page.keyboard.type("<b>soon</b>")
    page.get_by_role("button", name="Comment", exact=True).click()
    page.locator(".comment .mention").wait_for()
    assert "<b>soon</b>" in page.locator(".comment").inner_text()
    page.get_by_text("Edit or delete").click()
    page.locator(".comment textarea").fill("never mind")
    page.get_by_role("button", name="Save").click()
    page.locator(".comment", has_text="never mind").wait_for()
    page.get_by_text("Edit or delete").click()
    page.get_by_role("button", name="Delete").click()
    page.get_by_text("No comments yet.").wait_for()
    assert page.wrong == []


def test_who_is_mentioned_is_told_in_their_menu_and_led_to_the_comment(
    open_page, traces, stack, sent
):
    from traces.management.commands.demo import Sender

    said = {"objectType": "TRACE", "objectId": sent["long"], "content": f"@{stack.email} here"}
    sender = Sender(stack.url, stack.public_key, stack.secret_key)
    sender.post("/api/public/comments", {"projectId": stack.project_id, **said})
    page = open_page(traces)
    page.locator(".person > summary .chip").wait_for()
    page.locator(".person > summary").click()
    page.get_by_role("link", name="Mentions").click()
    page.locator(".comment", has_text="here").get_by_text("Unread").wait_for()
    assert page.locator(".person > summary .chip").count() == 0
    page.locator(".comment", has_text="here").get_by_role("link").click()
    page.wait_for_url(f"**/traces/{sent['long']}?span=trace&tab=comments#comment-*")
    page.locator("#pane .comment .mention").first.wait_for()
    assert page.wrong == []


def test_who_failed_is_found_understood_and_shared(open_page, browser, traces, stack, sent):
    page = open_page(f"{traces}?q=level%3AERROR")
    page.goto(f"{stack.url}{traces}/{sent['failed']}")
    page.locator("#pane .notice.bad").wait_for()  # why it failed is what the page opens on
    page.locator(".bar").get_by_role("button", name="Share").click()
    page.get_by_role("button", name="Make a link").click()
    link = page.locator("#share-link").inner_text()
    assert link.startswith(f"{stack.url}/shared/")
    outside = browser.new_context().new_page()
    assert outside.goto(link).status == 200
    outside.get_by_role("link", name="plan", exact=True).click()
    outside.locator("#pane h2", has_text="plan").wait_for()
    assert stack.project_id not in outside.content()
    page.get_by_role("link", name="Back to the trace").click()
    page.locator(".bar").get_by_role("button", name="Share").click()
    page.get_by_role("button", name="Revoke").first.click()
    page.get_by_text("nobody can open it any more").wait_for()
    assert outside.goto(link).status == 404
    outside.context.close()


def test_two_spans_are_compared_from_the_pane(open_page, traces, sent):
    page = open_page(f"{traces}/{sent['long']}")
    page.locator("summary", has_text="Compare with").click()
    page.locator(".with .menu-item").first.click()
    page.locator("h1", has_text="Compare").wait_for()
    assert "with_span=" in page.url and page.locator(".diff").count() >= 1
    assert page.wrong == []
