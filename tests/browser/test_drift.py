"""A monitor made, run and read in Debian's Chromium, and its verdict marked."""

import shutil
import uuid
from datetime import UTC, datetime, timedelta

import pytest

CHROMIUM = shutil.which("chromium") or ""
PHONE, DESK = {"width": 360, "height": 740}, {"width": 1440, "height": 900}
RUN_MS = 90_000  # beat, a worker and a busy machine stand between a click and its verdict

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(not CHROMIUM, reason="Chromium is not installed: apt install chromium"),
]


@pytest.fixture
def traffic(api):
    """Answers that were short for a day, and are long since an hour."""
    now = datetime.now(UTC)
    short = [now - timedelta(hours=20) + timedelta(minutes=15 * n) for n in range(60)]
    long = [now - timedelta(minutes=58) + timedelta(minutes=1) * n for n in range(40)]
    mark = uuid.uuid4().hex[:8]
    calls = [(at, "Yes. " * (3 + n % 5)) for n, at in enumerate(short)]
    calls += [(at, "Certainly, with pleasure. " * (9 + n % 7)) for n, at in enumerate(long)]
    batch = []
    for number, (at, answer) in enumerate(calls):
        body = {
            "id": f"{mark}-{number}",
            "traceId": f"{mark}-t{number}",
            "name": "answer",
            "model": "gpt-4o",
            "startTime": at.isoformat(),
            "endTime": (at + timedelta(seconds=1)).isoformat(),
            "input": "Is it done?",
            "output": answer,
        }
        batch.append(
            {
                "id": uuid.uuid4().hex,
                "type": "generation-create",
                "timestamp": at.isoformat(),
                "body": body,
            }
        )
    sent = api.post("/api/public/ingestion", json={"batch": batch})
    assert sent.status_code == 207 and not sent.json()["errors"], sent.text


def test_a_monitor_is_made_run_and_its_verdict_read_and_marked(open_page, project, traffic):
    page = open_page(f"{project}/drift")
    page.get_by_role("heading", name="Nothing is watched yet").wait_for()
    page.get_by_role("button", name="Switch on Output length").wait_for()
    for size in (PHONE, DESK):
        page.set_viewport_size(size)
        fits(page)
    page.get_by_role("link", name="New monitor").click()
    page.get_by_label("Name").fill("Length of answers")
    choose(page, "What is watched", "score", "#id_key")
    choose(page, "What is watched", "output_length", "#id_key", gone=True)
    choose(page, "Compared with", "same_hours", "#id_weeks")
    choose(page, "Compared with", "rolling", "#id_reference_hours")
    assert page.get_by_label("Name").input_value() == "Length of answers"
    page.get_by_label("Hours that are judged").fill("1")
    page.get_by_label("Hours that are compared with").fill("24")
    page.get_by_label("Least values of each side").fill("20")
    page.get_by_label("Least values of each side").press("Tab")
    page.get_by_text("Enough to judge.").wait_for()
    fits(page)
    page.get_by_role("button", name="Create the monitor").click()
    page.get_by_role("heading", name="Verdicts").wait_for()
    page.get_by_role("button", name="Run now").first.click()
    page.locator(".drift-sentence", has_text="higher than").wait_for(timeout=RUN_MS)
    fits(page)
    page.locator(".drift-sentence a").click()
    page.locator(".drift-chart .figure[data-drawn]").wait_for()
    page.get_by_role("heading", name="Samples of both sides").wait_for()
    page.get_by_text("Certainly, with pleasure.").first.wait_for()
    fits(page)
    page.set_viewport_size(PHONE)
    fits(page)
    page.get_by_label("Note").fill("The prompt asks for whole sentences now")
    page.get_by_role("button", name="Expected").click()
    page.locator(".drift-mark", has_text="The prompt asks for whole sentences now").wait_for()
    page.get_by_role("button", name="Take it back").click()
    page.get_by_role("button", name="Harmful").wait_for()
    fits(page)
    page.goto(page.url.split("/drift/")[0] + "/drift")
    page.get_by_role("link", name="Length of answers").wait_for()
    fits(page)
    assert page.wrong == []


def choose(page, label: str, value: str, field: str, *, gone: bool = False) -> None:
    """The fields that go with it come from the server."""
    page.get_by_label(label, exact=True).select_option(value)
    page.locator(field).wait_for(state="detached" if gone else "attached")


def fits(page) -> None:
    """Nothing sticks out, and axe finds nothing."""
    from axe_playwright_python.sync_playwright import Axe

    width = page.viewport_size["width"]
    assert page.evaluate("document.documentElement.scrollWidth") <= width, page.url
    found = Axe().run(page)
    assert found.violations_count == 0, f"{page.url}\n{found.generate_report()}"
