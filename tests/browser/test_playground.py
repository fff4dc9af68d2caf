"""The playground in Debian's Chromium: two versions side by side, variables, stopping, saving."""

import shutil

import httpx
import pytest

from tests.browser.looks import LOOKS
from tests.llm.stand_in import Provider, answers, one_word_then_waits, refuses

CHROMIUM = shutil.which("chromium") or ""
NAME = "support/answer"

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(not CHROMIUM, reason="Chromium is not installed: apt install chromium"),
]


@pytest.fixture(scope="module")
def stack(stack):
    """With two versions of a prompt."""
    for text in ("You help customers of {{shop}}.", "Be brief. You help customers of {{shop}}."):
        messages = [
            {"role": "system", "content": text},
            {"role": "user", "content": "{{question}}"},
        ]
        made = httpx.post(
            f"{stack.url}/api/public/v2/prompts",
            auth=(stack.public_key, stack.secret_key),
            json={"name": NAME, "type": "chat", "prompt": messages},
        )
        assert made.status_code == 201
    return stack


@pytest.fixture(scope="module")
def provider():
    with Provider() as provider:
        yield provider


@pytest.fixture(scope="module")
def connected(stack, browser, session_cookies, provider):
    """A connection, made on the page."""
    context = browser.new_context()
    context.add_cookies(session_cookies)
    page = context.new_page()
    page.goto(f"{stack.url}/projects/{stack.project_id}/playground")
    page.get_by_role("link", name="Add an LLM connection").click()
    page.get_by_label("Name", exact=True).fill("Loopback")
    page.get_by_label("Base URL").fill(f"{provider.url}/v1")
    page.get_by_label("API key").fill("sk-browser-0123456789")
    page.get_by_label("Models").fill("gpt-4o-mini\nother-model")
    page.get_by_role("button", name="Save the connection").click()
    page.get_by_role("button", name="Test the connection").click()
    page.get_by_text("answered in").wait_for()
    assert "sk-browser-0123456789" not in page.content()
    context.close()


@pytest.fixture
def playground(stack, open_page, connected):
    def open_at(query=f"?name={NAME}&version=2&name={NAME}&version=1", **options):
        return open_page(f"/projects/{stack.project_id}/playground{query}", **options)

    return open_at


def test_two_versions_run_side_by_side_with_the_same_variables(playground, provider):
    page = playground()
    provider.asked.clear()
    provider.will(answers("Three", " days."))
    page.get_by_label("shop").fill("Acme")
    page.get_by_label("question").fill("How <b>long</b>?")
    page.get_by_role("button", name="Run all").click()
    page.locator(".outcome-facts").nth(1).wait_for()
    answered = page.locator("[data-answer]")
    assert [answered.nth(place).inner_text() for place in (0, 1)] == ["Three days."] * 2
    assert page.locator(".outcome-facts dd").first.inner_text().endswith("ms")
    said = {asked.body["messages"][0]["content"] for asked in provider.asked}
    assert said == {"Be brief. You help customers of Acme.", "You help customers of Acme."}
    assert {asked.body["messages"][1]["content"] for asked in provider.asked} == {
        "How <b>long</b>?"
    }
    provider.will(refuses(429, {"message": "Slow down"}, retry_after="9"))
    page.locator("[data-run]").first.click()
    page.get_by_text("Try again in 9 seconds.").wait_for()
    page.get_by_text("Earlier runs").first.click()
    assert page.locator("[data-earlier-list] pre").first.inner_text() == "Three days."
    kept = page.evaluate("JSON.stringify([{...localStorage}, {...sessionStorage}])")
    assert "Acme" not in kept and "Three" not in kept  # prompts are for the server to keep
    assert page.wrong == []


def test_stop_ends_an_answer_where_it_is_and_the_page_goes_on(playground, provider):
    page = playground()
    provider.hung_up.clear()
    provider.will(one_word_then_waits)
    page.keyboard.press("Control+Enter")
    page.locator("[data-answer]", has_text="Once").nth(1).wait_for()
    page.get_by_role("button", name="Stop").click()
    page.get_by_text("Stopped.").first.wait_for()
    assert page.locator("[data-answer]").first.inner_text() == "Once"
    assert provider.hung_up.wait(15)
    provider.will(answers("Again."))
    page.get_by_role("button", name="Run all").click()
    page.locator("[data-answer]", has_text="Again.").nth(1).wait_for()
    assert page.wrong == []


def test_a_draft_is_saved_as_the_next_version(playground, stack, provider):
    page = playground(f"?name={NAME}&version=2")
    assert page.locator("[data-changed]").is_hidden()
    page.get_by_label("Content").first.fill("Be kind. You help customers of {{shop}} in {{city}}.")
    assert page.locator("[data-changed]").is_visible()
    page.get_by_label("city").wait_for()
    page.locator(".settings summary").click()
    page.get_by_label("temperature").fill("0.3")
    page.get_by_text("Save as a version").click()
    page.get_by_label("Commit message").fill("Kinder")
    page.get_by_role("button", name="Save the version").click()
    page.get_by_text("Saved as version 3").wait_for()
    assert page.locator("[data-version]").input_value() == "3"
    assert page.locator("[data-changed]").is_hidden()
    page.get_by_role("link", name="Open it").click()
    page.wait_for_url(f"**/prompts/of/{NAME}?version=3")
    assert "Kinder" in page.content() and "Be kind." in page.content()
    assert page.wrong == []


def test_a_run_is_stored_opened_again_and_fills_the_variables(playground, provider):
    page = playground(f"?name={NAME}&version=1")
    provider.will(answers("Three days."))
    page.get_by_label("shop").fill("Acme")
    page.get_by_label("question").fill("How long?")
    page.get_by_label("Store runs as traces").check()
    page.get_by_role("button", name="Run", exact=True).click()
    page.get_by_role("link", name="The trace").click()
    page.wait_for_url("**/traces/*")
    trace = page.url
    page.goto(f"{trace}?tab=call")
    page.get_by_role("link", name="Open in the playground").click()
    page.wait_for_url("**/playground?trace=*")
    told = [one.input_value() for one in page.locator("[data-content]").all()]
    assert told == ["You help customers of Acme.", "How long?"]
    again = playground(f"?name={NAME}&version=1")
    again.locator("[data-fill-trace]").fill(trace)
    again.get_by_role("button", name="Fill from a trace").click()
    again.get_by_text("Filled from “playground”.").wait_for()
    assert again.get_by_label("shop").input_value() == "Acme"
    assert again.get_by_label("question").input_value() == "How long?"
    assert page.wrong == again.wrong == []


def test_a_mistake_is_told_at_its_column_and_the_other_is_left_alone(playground, provider):
    page = playground()
    provider.asked.clear()
    second = page.locator(".column").nth(1)
    second.locator(".settings summary").click()
    second.get_by_label("Answer’s schema (JSON)").fill("{oops")
    page.get_by_role("button", name="Run all").click()
    second.locator("[data-error]").wait_for()
    assert "no JSON" in second.locator("[data-error]").inner_text()
    assert page.locator(".column").first.locator("[data-error]").is_hidden()
    assert provider.asked == []


def test_columns_come_and_go_and_another_version_is_chosen(playground):
    from playwright.sync_api import expect

    page = playground(f"?name={NAME}&version=2")
    page.get_by_role("button", name="Copy this column").click()
    page.get_by_role("button", name="Add a column").click()
    assert page.locator(".column").count() == 3
    page.locator("[data-version]").nth(1).select_option("1")
    other = page.locator(".column").nth(1).locator("[data-content]").first
    expect(other).to_have_value("You help customers of {{shop}}.")
    third = page.locator(".column").nth(2)
    third.get_by_label("Prompt", exact=True).fill(NAME)
    third.get_by_label("Prompt", exact=True).press("Tab")
    third.locator("[data-version] option").first.wait_for(state="attached")
    third.get_by_role("button", name="Remove this column").click()
    page.get_by_role("button", name="Remove this column").first.click()
    assert page.locator(".column").count() == 1
    assert page.get_by_role("button", name="Remove this column").is_disabled()
    assert page.locator("[data-content]").first.input_value() == "You help customers of {{shop}}."
    assert page.wrong == []


@LOOKS
def test_the_pages_fit_and_can_be_read_by_everyone(
    playground, stack, provider, size, theme, language
):
    from axe_playwright_python.sync_playwright import Axe

    width = (size or {"width": 1440})["width"]
    provider.will(answers("Ok.", calls=(("weather", '{"city":"Seoul"}'),), thought="Hm."))
    page = playground(size=size, theme=theme, language=language)
    page.locator("[data-run]").first.click()
    page.locator(".outcome-facts").first.wait_for()
    for summary in ("details.settings", "details.thought"):
        page.locator(f"{summary} summary").first.click()
    for path in ("", "/settings/llm", "/settings/llm/new"):
        if path:
            page.goto(f"{stack.url}/projects/{stack.project_id}{path}")
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        found = Axe().run(page)
        assert found.violations_count == 0, found.generate_report()
    assert page.wrong == []


def test_variables_of_what_is_included_are_asked_for_too(playground, stack, provider):
    for name, text in (
        ("shared/tone", "Be kind, {{who}}."),
        ("toned", "@@@langfusePrompt:name=shared/tone|label=latest@@@ Say {{word}}."),
    ):
        made = httpx.post(
            f"{stack.url}/api/public/v2/prompts",
            auth=(stack.public_key, stack.secret_key),
            json={"name": name, "prompt": text},
        )
        assert made.status_code == 201
    page = playground("?name=toned&version=1")
    provider.asked.clear()
    provider.will(answers("hi"))
    page.get_by_label("who").fill("Ann")
    page.get_by_label("word").fill("hello")
    page.get_by_role("button", name="Run all").click()
    page.locator(".outcome-facts").wait_for()
    [asked] = provider.asked
    assert asked.body["messages"][0]["content"] == "Be kind, Ann. Say hello."
    assert page.wrong == []
