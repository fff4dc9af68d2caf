"""Checks switched on and tried, in Debian's Chromium."""

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


def test_a_check_is_tried_switched_on_and_scores_what_comes_in(open_page, project, api):
    name = f"keys-{uuid.uuid4().hex[:6]}"
    page = open_page(f"{project}/checks", size=PHONE, theme="dark")
    fits(page)
    page.get_by_role("link", name="Set up Secrets").click()
    page.get_by_label("Name of the score").fill(name)
    page.get_by_label("Output", exact=True).fill("The key is AKIA" + "A" * 16)
    page.get_by_role("button", name="Try on this text").click()
    page.locator("#tried", has_text="Looks like: AWS.").wait_for()
    fits(page)
    page.get_by_role("button", name="Save the check").click()
    page.locator(".toast", has_text="is saved and on").wait_for()
    sent_call(api, "The key is AKIA" + "B" * 16)
    page.get_by_role("button", name="Try on the latest calls").click()
    page.locator("#tried .chip", has_text="fails").first.wait_for()
    fits(page)
    page.goto(page.url.rpartition("/")[0])
    failed = page.locator("tr", has_text=name).locator("[id^=failed] a")
    until = time.monotonic() + 60
    while failed.count() == 0:  # until every process knows of the check
        assert time.monotonic() < until
        sent_call(api, "The key is AKIA" + "B" * 16)
        page.reload()
        page.wait_for_load_state("networkidle")
    fits(page)
    failed.click()
    page.locator("table.rows").get_by_text("answer").first.wait_for()
    assert page.wrong == []


def sent_call(api, output: str) -> None:
    moment = datetime.fromtimestamp(time.time() - 5, UTC).isoformat()
    body = {
        "id": uuid.uuid4().hex[:16],
        "traceId": uuid.uuid4().hex,
        "name": "answer",
        "startTime": moment,
        "endTime": moment,
        "output": output,
    }
    event = {"id": uuid.uuid4().hex, "type": "generation-create", "timestamp": moment}
    api.post("/api/public/ingestion", json={"batch": [event | {"body": body}]})


def fits(page) -> None:
    width = page.viewport_size["width"]
    assert page.evaluate("document.documentElement.scrollWidth") <= width
