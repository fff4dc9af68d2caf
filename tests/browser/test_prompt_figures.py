"""The figures of a version and the pages of webhooks in Debian's Chromium."""

import shutil
import time
import uuid
from datetime import UTC, datetime

import pytest

CHROMIUM = shutil.which("chromium") or ""
PHONE = {"width": 360, "height": 740}

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(not CHROMIUM, reason="Chromium is not installed: apt install chromium"),
]


@pytest.fixture(scope="module")
def called(api) -> str:
    """Three versions of a prompt, two of them called forty times: the second is much slower."""
    name = f"figures/{uuid.uuid4().hex[:6]}"
    for text in ("one", "two", "three"):
        made = {"name": name, "type": "text", "prompt": text}
        assert api.post("/api/public/v2/prompts", json=made).status_code == 201
    now, batch = time.time(), []
    for version, seconds in ((1, 1.0), (2, 3.0)):
        for index in range(40):
            start = now - 60 * index - 60
            batch.append(generation(name, version, start, start + seconds + index % 7 / 100))
    answer = api.post("/api/public/ingestion", json={"batch": batch})
    assert answer.json()["errors"] == []
    return name


def generation(name: str, version: int, start: float, end: float) -> dict:
    def said(at: float) -> str:
        return datetime.fromtimestamp(at, UTC).isoformat()

    body = {
        "id": uuid.uuid4().hex[:16],
        "traceId": uuid.uuid4().hex,
        "name": "answer",
        "startTime": said(start),
        "endTime": said(end),
        "promptName": name,
        "promptVersion": version,
    }
    return {
        "id": uuid.uuid4().hex,
        "type": "generation-create",
        "timestamp": said(end),
        "body": body,
    }


def latency(page) -> str:
    return page.locator("#prompt-figures tr", has_text="Latency").nth(1).inner_text()


def test_a_version_is_compared_with_the_one_that_is_chosen(open_page, stack, called):
    page = open_page(f"/projects/{stack.project_id}/prompts/of/{called}?version=2&tab=figures")
    page.locator("#prompt-figures table").first.wait_for()
    assert "Worse" in latency(page) and "3.03 s" in latency(page)
    page.select_option("#prompt-figures [name=against]", "3")
    page.locator("#prompt-figures thead", has_text="v3").wait_for()
    assert "Not enough data" in latency(page)
    page.get_by_role("link", name="30 days").click()
    page.locator("#prompt-figures [aria-current]", has_text="30 days").wait_for()
    assert page.locator("#prompt-figures [name=against]").input_value() == "3"
    page.locator(".all-versions").wait_for()
    page.get_by_role("link", name="See the 40 calls of v2").click()
    page.locator("#traces a.main").nth(39).wait_for()
    assert page.locator("#traces a.main").count() == 40
    assert page.wrong == []


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("language", ["en", "ko"])
def test_figures_and_webhooks_fit_on_a_phone(open_page, stack, called, theme, language):
    project = f"/projects/{stack.project_id}"
    for path in (
        f"{project}/prompts/figures?name={called}&version=2",
        f"{project}/settings/webhooks",
    ):
        page = open_page(path, size=PHONE, theme=theme, language=language)
        assert page.evaluate("document.documentElement.scrollWidth") == PHONE["width"]
        assert page.wrong == []


def test_without_scripts_figures_are_compared_too(open_page, stack, called):
    path = f"/projects/{stack.project_id}/prompts/figures?name={called}&version=2"
    page = open_page(path, java_script_enabled=False)
    page.select_option("[name=against]", "3")
    page.get_by_role("button", name="Compare").click()
    page.wait_for_url("**against=3**")
    assert "Not enough data" in latency(page)


def test_a_webhook_is_made_changed_and_deleted(open_page, stack):
    page = open_page(f"/projects/{stack.project_id}/settings/webhooks")
    page.fill("[name=url]", "http://169.254.169.254/latest")
    page.get_by_role("button", name="Create the webhook").click()
    assert "has not opened" in page.locator(".errors").inner_text()
    page.fill("[name=url]", "https://1.1.1.1/hook")
    page.get_by_label("A label of a prompt was moved or taken away").check()
    page.get_by_role("button", name="Create the webhook").click()
    assert page.locator("#new-secret").inner_text().startswith("whsec_")
    page.get_by_role("link", name="https://1.1.1.1/hook").click()
    assert "whsec_" not in page.content()
    page.get_by_label("Active").uncheck()
    page.get_by_role("button", name="Save").click()
    page.locator(".chip", has_text="Not active").wait_for()
    page.get_by_role("link", name="Make a new secret").click()
    page.get_by_role("button", name="Make a new secret").click()
    assert page.locator("#new-secret").inner_text().startswith("whsec_")
    page.get_by_role("link", name="Back to the webhook").click()
    page.get_by_role("link", name="Delete the webhook").click()
    page.get_by_role("button", name="Delete the webhook").click()
    page.locator("main", has_text="There are none yet.").wait_for()
    assert page.wrong == []
