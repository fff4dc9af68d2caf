"""The pages of prompts in Debian's Chromium: a prompt is written, changed, compared, released and
taken back, by people of all kinds.
"""

import re
import shutil
import time

import pytest

from tests.browser.looks import LOOKS, PHONE

CHROMIUM = shutil.which("chromium") or ""

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(not CHROMIUM, reason="Chromium is not installed: apt install chromium"),
]


@pytest.fixture(scope="module")
def project(stack) -> str:
    return f"/projects/{stack.project_id}"


@pytest.fixture
def name() -> str:
    """A new one for each test: they share a Sonde."""
    return f"made/{time.time_ns()}"


def save(page) -> None:
    with page.expect_navigation():
        page.keyboard.press("Control+Enter")


def test_a_chat_prompt_is_written_changed_compared_promoted_and_taken_back(
    open_page, project, stack, name
):
    page = open_page(f"{project}/prompts")
    page.keyboard.press("n")
    page.fill("#id_name", name)
    contents = page.locator("#rows [name=row_content]")
    contents.nth(0).fill("You answer customers of {{shop}}.")
    contents.nth(1).fill("{{question}}")
    page.get_by_role("button", name="Add a placeholder").click()
    contents.nth(2).fill("history")
    page.keyboard.press("Alt+ArrowUp")  # above the question
    page.wait_for_selector("#preview code:text('history')")
    assert page.locator("#preview code").all_inner_texts() == ["shop", "question", "history"]
    save(page)
    assert page.url.endswith(f"/prompts/of/{name}?version=1")
    assert page.locator(".prompt-body .msg").count() == 3
    assert "history" in page.locator(".prompt-body .msg").nth(1).inner_text()
    page.keyboard.press("e")
    page.wait_for_url("**/prompts/new?**")
    page.locator("#rows [name=row_content]").nth(0).fill(
        "You help customers of {{shop}}, {{mood}}."
    )
    page.wait_for_selector("#preview ins")
    page.fill("#id_message", "Kinder")
    save(page)
    page.wait_for_url("**version=2")
    page.keyboard.press("c")
    page.wait_for_url("**/prompts/compare?**")
    assert "help" in page.locator(".diff ins").first.inner_text()
    assert "+ mood" in page.locator(".change-facts").inner_text()
    page.get_by_role("link", name="Inline").click()
    page.wait_for_selector(".diff.inline del")
    page.get_by_role("link", name="Promote v2").click()
    page.fill("#id_note", "Tried for a week")
    page.get_by_role("button", name="Promote version 2").click()
    page.wait_for_url("**tab=labels")
    assert "Tried for a week" in page.locator(".prompt-body").inner_text()
    page.get_by_role("button", name="Back to v1").click()
    page.wait_for_selector(".toast")
    assert "is back at version 1" in page.locator(".toast").inner_text()
    assert page.wrong == []


def test_a_message_moves_with_its_text_and_nothing_written_is_left_by_a_slip(
    open_page, project, name
):
    page = open_page(f"{project}/prompts/new")
    page.fill("#id_name", name)
    contents = page.locator("#rows [name=row_content]")
    contents.nth(0).fill("First")
    contents.nth(1).fill("Second")
    page.locator("#rows [data-move=down]").first.click()
    assert [one.input_value() for one in contents.all()] == ["Second", "First"]
    page.locator("#rows [data-move=remove]").first.click()
    assert [one.input_value() for one in contents.all()] == ["First"]
    asked = []
    page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.dismiss()))
    page.get_by_role("link", name="Cancel").click()
    assert asked == ["beforeunload"] and contents.nth(0).input_value() == "First"
    page.fill("#id_config", '{"a": 1,\n "a": }')
    page.locator("#save").click()
    page.wait_for_selector("#id_config_error")
    assert "Line 2, column 7" in page.locator("#id_config_error").inner_text()
    assert contents.nth(0).input_value() == "First"


def test_a_prompt_is_included_where_the_cursor_is(open_page, project, stored_prompt, name):
    page = open_page(f"{project}/prompts/new")
    page.fill("#id_name", name)
    field = page.locator("#rows [name=row_content]").nth(1)
    field.fill("Ask: ")
    page.get_by_text("Include a prompt").click()
    page.get_by_role("button", name="look/tone · production").click()
    assert field.input_value() == "Ask: @@@langfusePrompt:name=look/tone|label=production@@@"
    page.wait_for_selector("#preview li:has-text('look/tone')")
    assert "shop" in page.locator("#preview code").all_inner_texts()
    save(page)
    page.get_by_role("link", name="With includes in place").click()
    page.wait_for_selector(".prompt-body :text('Ask: Be kind.')")
    assert page.wrong == []


def test_the_editor_works_without_scripts(open_page, project, name):
    page = open_page(f"{project}/prompts/new", java_script_enabled=False)
    page.fill("#id_name", name)
    page.locator("#rows [name=row_content]").nth(0).fill("Kept {{word}}")
    page.get_by_role("button", name="Add a message").click()
    page.locator("#rows > li").nth(2).wait_for()
    assert page.locator("#rows [name=row_content]").nth(0).input_value() == "Kept {{word}}"
    page.get_by_role("button", name="Remove").nth(1).click()
    page.locator("#rows > li").nth(2).wait_for(state="detached")
    page.get_by_role("button", name="Create the prompt").click()
    page.locator(".prompt-body .msg").nth(1).wait_for()
    assert page.locator(".prompt-body .msg").count() == 2


def test_the_admin_promotes_once_the_gate_is_open(open_page, project, stack, api, name):
    def version(text, **more):
        body = {"name": name, "type": "text", "prompt": text, **more}
        assert api.post("/api/public/v2/prompts", json=body).status_code == 201

    version("Say {{word}}.", labels=["production"])
    version("Say nothing.")
    page = open_page(f"{project}/prompts/gates/edit?name={name}&label=production")
    page.select_option("[name=keep_variables]", "all")
    page.get_by_role("button", name="Save the gate").click()
    page.wait_for_url("**/prompts/gates?**")
    page.goto(f"{stack.url}/admin/prompts/prompt/?q={name}")
    page.locator("#result_list tbody th a").click()
    page.get_by_role("link", name="Promote", exact=True).click()
    page.locator("#content:has-text('The gate is closed')").wait_for()
    page.fill("#id_note", "From the admin")
    page.get_by_role("button", name="Promote version 2").click()
    page.locator(".errornote:has-text('Nothing was moved')").wait_for()
    assert page.input_value("#id_note") == "From the admin"
    version("Kindly say {{word}}.")
    page.fill("[name=version]", "3")
    page.get_by_role("button", name="Show the change").click()
    page.locator("#content:has-text('The gate is open')").wait_for()
    assert "Kindly" in page.locator(".diff ins").first.inner_text()
    page.fill("#id_note", "From the admin")
    page.get_by_role("button", name="Promote version 3").click()
    page.locator(".messagelist:has-text('points at version 3 now')").wait_for()
    page.get_by_role("button", name="Back to v1").click()
    page.locator(".messagelist:has-text('is back at version 1')").wait_for()


def test_the_keyboard_finds_a_prompt_and_its_versions(open_page, project, stored_prompt):
    page = open_page(f"{project}/traces")
    page.keyboard.press("g")
    page.keyboard.press("p")
    page.wait_for_url("**/prompts")
    page.keyboard.press("/")
    page.keyboard.type("look/ans")
    page.wait_for_url("**q=look*")
    page.keyboard.press("Tab")
    page.locator("#prompts a.main").first.wait_for()
    page.evaluate("document.activeElement.blur()")
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/prompts/of/{stored_prompt}")
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    page.wait_for_url("**version=2*")
    assert page.get_by_role("heading", name="Version 2").is_visible()
    assert page.wrong == []


@LOOKS
def test_pages_fit_obey_the_policy_and_can_be_read_by_everyone(
    open_page, project, stack, stored_prompt, size, theme, language
):
    from axe_playwright_python.sync_playwright import Axe

    page = open_page(f"{project}/prompts", size=size, theme=theme, language=language)
    about = f"name={stored_prompt}"
    for path in (
        "prompts",
        "prompts?folder=look",
        "prompts?q=nothing",
        f"prompts/of/{stored_prompt}?version=2",
        f"prompts/of/{stored_prompt}?version=2&view=resolved",
        *(
            f"prompts/of/{stored_prompt}?tab={tab}"
            for tab in ("labels", "use", "figures", "comments")
        ),
        "prompts/new",
        f"prompts/new?{about}",
        f"prompts/compare?{about}&from=1&to=2",
        f"prompts/compare?{about}&from=1&to=3&view=inline",
        f"prompts/promote?{about}&version=2",
        f"prompts/label/remove?{about}&label=production",
        f"prompts/delete?{about}",
        "prompts/delete?name=look/tone",
        "prompts/deleted",
        "prompts/gates",
        f"prompts/gates?{about}",
        "settings/protected-labels",
    ):
        page.goto(f"{stack.url}{project}/{path}")
        page.wait_for_load_state("networkidle")
        assert page.evaluate("document.documentElement.scrollWidth") <= size["width"], path
        found = Axe().run(page)
        assert found.violations_count == 0, f"{path}\n{found.generate_report()}"
        assert page.title() != "owned"
    assert page.wrong == []


def test_what_is_amiss_appears_at_the_text_while_one_writes_and_goes_again(open_page, project):
    page = open_page(f"{project}/prompts/new")
    field = page.locator("#rows [name=row_content]").first
    field.fill("@@@langfusePrompt:name=nobody|version=9@@@")
    page.wait_for_selector("#text-amiss:has-text('there is none')")
    page.fill("#id_config", "{")
    page.wait_for_selector("#config-amiss p")
    field.fill("Hi")
    page.wait_for_selector("#text-amiss p", state="detached")
    assert page.locator("#config-amiss p").count() == 1
    page.fill("#id_config", "")
    page.wait_for_selector("#config-amiss p", state="detached")
    assert page.wrong == []


def test_pages_of_a_project_without_prompts_fit_on_a_phone(open_page, project, stack, name):
    page = open_page(f"{project}/settings/projects/new", size=PHONE, language="ko")
    page.fill("#id_name", name)
    with page.expect_navigation():
        page.locator("main form button.primary").click()
    new = re.search(r"/projects/\w+", page.url)[0]
    assert new != project
    for path in ("prompts", "prompts/gates", "prompts/deleted", "prompts/files", "playground"):
        page.goto(f"{stack.url}{new}/{path}")
        assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"], path
