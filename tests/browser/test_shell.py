"""The page shell in Debian's Chromium: phones, no JavaScript, keyboard, themes, languages."""

import shutil

import pytest

from tests.browser.looks import LOOKS, PHONE

CHROMIUM = shutil.which("chromium") or ""

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(not CHROMIUM, reason="Chromium is not installed: apt install chromium"),
]


@pytest.fixture(scope="module")
def pages(stack) -> list[str]:
    project = f"/projects/{stack.project_id}"
    settings = ("", "/keys", "/members", "/organisation", "/projects/new")
    settings += ("/models?q=gemini-2.5-pro", "/models/new?like=gpt-4o@2026-11-20")
    return [
        "/profile",
        "/profile/password",
        "/organisations/new",
        "/api/docs",
        f"{project}/setup",
        *(f"{project}/settings{page}" for page in settings),
    ]


@LOOKS
def test_pages_fit_obey_the_policy_and_can_be_read_by_everyone(
    open_page, pages, stack, size, theme, language
):
    from axe_playwright_python.sync_playwright import Axe

    page = open_page(pages[0], size=size, theme=theme, language=language)
    for path in pages:
        page.goto(f"{stack.url}{path}")
        assert page.evaluate("document.documentElement.scrollWidth") <= size["width"], path
        found = Axe().run(page)
        assert found.violations_count == 0, f"{path}\n{found.generate_report()}"
        assert page.evaluate("document.documentElement.dataset.theme") == theme
        assert page.evaluate("document.documentElement.lang") == language
    assert page.wrong == []


def test_the_menu_of_a_phone_opens_without_javascript(open_page):
    page = open_page("/profile", size=PHONE, java_script_enabled=False)
    rail = page.locator("#rail")
    assert not rail.is_visible()
    page.click(".topbar button")
    assert rail.is_visible()
    rail.get_by_role("link", name="Settings").click()
    assert page.url.endswith("/settings")


def test_a_form_works_without_javascript(open_page):
    page = open_page("/profile", java_script_enabled=False)
    page.click("details.person summary")
    page.click("details.person button[value=dark]")
    assert page.locator("html").get_attribute("data-theme") == "dark"
    assert page.url.endswith("/profile")


def test_the_keyboard_leads_everywhere(open_page, stack):
    page = open_page("/profile")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("?")
    assert page.locator("#keys").is_visible()
    page.keyboard.press("Escape")
    assert not page.locator("#keys").is_visible()
    page.click("details.project summary")
    page.keyboard.press("Escape")
    assert not page.locator("details.project .menu-body").is_visible()
    page.keyboard.press("g")
    page.keyboard.press("s")
    page.wait_for_url(f"**/projects/{stack.project_id}/sessions")


def test_letters_typed_into_a_field_are_no_shortcut(open_page):
    page = open_page("/profile")
    page.fill("#id_name", "")
    page.locator("#id_name").press_sequentially("g t?")
    assert page.input_value("#id_name") == "g t?"
    assert page.url.endswith("/profile")


def test_a_new_key_is_copied_and_gone_after_a_reload(open_page, stack):
    keys = f"/projects/{stack.project_id}/settings/keys"
    page = open_page(keys, permissions=["clipboard-read", "clipboard-write"])
    page.click("#create button.primary")
    secret = page.locator("#new-secret-key").inner_text()
    page.click("[data-copy='#new-secret-key']")
    page.get_by_role("button", name="Copied").wait_for()
    assert page.evaluate("navigator.clipboard.readText()") == secret
    page.goto(f"{stack.url}{keys}")
    assert secret not in page.content()


def test_no_page_is_left_in_the_browsers_storage(open_page, pages, stack):
    page = open_page(pages[0])
    for path in pages:
        page.goto(f"{stack.url}{path}")
    kept = page.evaluate("[...Object.keys(localStorage), ...Object.keys(sessionStorage)]")
    assert set(kept) <= {"htmx-current-path-for-history"}  # an address, as in the history


def test_the_palette_goes_to_pages_and_looks_for_traces(open_page, stack, sent):
    page = open_page(f"/projects/{stack.project_id}/users")
    page.keyboard.press("Control+k")
    page.locator("#palette:popover-open").wait_for()
    page.keyboard.type("sess")
    assert page.locator("#palette [role=option]").first.inner_text() == "Sessions"
    page.keyboard.press("Enter")
    page.wait_for_url("**/sessions")
    page.keyboard.press("Control+k")
    page.keyboard.type("level:ERROR")
    page.keyboard.press("ArrowUp")  # the last one looks for prompts
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Enter")
    page.wait_for_url("**/traces?q=level%3AERROR")
    page.keyboard.press("Control+k")
    page.keyboard.type(sent["rag"])
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/traces/{sent['rag']}")
    page.keyboard.press("Control+k")
    page.keyboard.type("theme: d")
    assert page.locator("#palette [role=option]").first.inner_text() == "Theme: Dark"
    page.keyboard.press("Escape")
    assert not page.locator("#palette").is_visible() and page.wrong == []


def test_the_palette_waits_until_a_syllable_is_composed(open_page, stack):
    page = open_page(f"/projects/{stack.project_id}/users", language="ko")
    page.keyboard.press("Control+k")
    page.evaluate(
        """() => {
            const input = document.getElementById("palette-input");
            input.dispatchEvent(new CompositionEvent("compositionstart"));
            input.value = "세";
            input.dispatchEvent(new InputEvent("input", { isComposing: true }));
            window.during = document.querySelectorAll("#palette [role=option]").length;
            input.dispatchEvent(new KeyboardEvent("keydown", { key: "Enter", isComposing: true }));
            input.value = "세션";
            input.dispatchEvent(new CompositionEvent("compositionend"));
        }"""
    )
    assert page.evaluate("window.during") > 1  # nothing was filtered by half a word
    assert page.locator("#palette [role=option]").first.inner_text() == "세션"
    assert page.url.endswith("/users")
