"""A channel of alerts made and tested, in Debian's Chromium."""

import json
import shutil

import pytest

from tests.outbound.servers import serving

CHROMIUM = shutil.which("chromium") or ""
PHONE = {"width": 360, "height": 740}

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(not CHROMIUM, reason="Chromium is not installed: apt install chromium"),
]


def test_a_slack_channel_is_made_and_its_test_is_seen_to_arrive(open_page, project):
    with serving(lambda asked: asked.answer(200, b"ok")) as slack:
        page = open_page(f"{project}/alerts/channels", size=PHONE)
        fits(page)
        page.get_by_role("link", name="Slack", exact=True).click()
        page.get_by_label("Name").fill("#oncall")
        page.get_by_label("Address of the webhook").fill("http://169.254.169.254/latest")
        page.get_by_role("button", name="Make the channel").click()
        page.locator(".errors", has_text="has not opened").wait_for()
        fits(page)
        page.get_by_label("Address of the webhook").fill(f"{slack.url}/services/T0/B0/key")
        page.get_by_role("button", name="Make the channel").click()
        page.get_by_role("button", name="Send a test").click()
        page.locator("#trial .notice.good", has_text="The test was delivered").wait_for()
        fits(page)
        [(path, _headers, body)] = slack.asked
        assert path == "/services/T0/B0/key" and "#oncall" in json.dumps(json.loads(body))
    page.get_by_role("button", name="Pause").click()
    page.get_by_role("button", name="Resume").wait_for()
    page.get_by_role("link", name="All channels").click()
    page.locator("tr", has_text="#oncall").get_by_text("Paused").wait_for()
    fits(page)
    assert page.wrong == []


def fits(page) -> None:
    """Nothing sticks out, and axe finds nothing."""
    from axe_playwright_python.sync_playwright import Axe

    width = page.viewport_size["width"]
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()
