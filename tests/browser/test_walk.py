"""The walk of a person: a user complained. Find the failing trace, see why, and share it."""

import shutil

import pytest

CHROMIUM = shutil.which("chromium") or ""

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(not CHROMIUM, reason="Chromium is not installed: apt install chromium"),
]


def test_a_failing_trace_of_a_user_is_found_understood_and_shared(open_page, browser, stack, sent):
    page = open_page(f"/projects/{stack.project_id}/users")
    # Who complained: known by the id, and the page of that user leads to the traces.
    failed = open_page(f"/projects/{stack.project_id}/traces/{sent['failed']}")
    user = failed.locator(".facts a[href*='/users/one']").inner_text()
    page.fill("input[name=q]", user)
    page.press("input[name=q]", "Enter")
    page.get_by_role("link", name=user).first.click()
    page.locator(".facts a[href*='/traces']").first.click()
    page.wait_for_url("**/traces?*user*")
    assert page.input_value("#q") == f"user:{user}"

    # Which of them failed.
    page.locator("#choices .option", has=page.locator("[title='ERROR']")).click()
    page.locator("#q[value*='level:ERROR']").wait_for()
    page.locator("#traces .chip.bad").first.wait_for()
    row = page.locator(f"#traces a.main[href$='{sent['failed']}']")
    row.click()

    # Why: the page opens at the error, and says it.
    page.wait_for_url(f"**/traces/{sent['failed']}*")
    page.locator("#pane .notice.bad, #pane .bad").first.wait_for()
    why = page.locator("#pane").inner_text()
    assert "timed out" in why or "failed" in why or "503" in why, why

    # Share it: the link opens for somebody without an account, and shows no more than the trace.
    page.get_by_role("button", name="Share").click()
    page.get_by_role("button", name="Make a link").click()
    address = page.get_by_text("/shared/").first
    address.wait_for()
    link = address.inner_text().strip()
    guest = browser.new_context().new_page()
    guest.goto(link)
    assert guest.locator(".treegrid tbody tr").count() > 1
    assert guest.locator(".rail-link").count() == 0
    assert guest.goto(f"{stack.url}/projects/{stack.project_id}/traces").url.startswith(
        f"{stack.url}/login"
    )
    guest.context.close()

    # And take it back.
    page.goto(f"{stack.url}/projects/{stack.project_id}/traces/{sent['failed']}")
    page.get_by_role("button", name="Share").click()
    page.get_by_role("button", name="Revoke").click()
    page.wait_for_load_state("networkidle")
    other = browser.new_context().new_page()
    assert other.goto(link).status == 404
    other.context.close()
    assert page.wrong == []
