"""A budget made, drawn and archived in Debian's Chromium, without a script in its way."""

import shutil
import time
import uuid
from datetime import UTC, datetime, timedelta

import pytest

CHROMIUM = shutil.which("chromium") or ""
PHONE = {"width": 360, "height": 740}
DRAWN = """box => Object.fromEntries(
    box.data.map(one => [one.name, Array.from(one.y).map(y => y === undefined ? null : y)])
)"""

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(not CHROMIUM, reason="Chromium is not installed: apt install chromium"),
]


def test_what_a_budget_draws_is_what_its_api_tells(open_page, project, api):
    user = f"spender-{uuid.uuid4().hex[:6]}"
    for days in range(20):
        sent_call(api, user, days, dollars=2)
    page = open_page(f"{project}/budgets/new")
    page.get_by_label("Name").fill(user)
    page.get_by_label("Amount in US dollars").fill("5")
    assert not page.get_by_label("Value").is_visible()
    page.get_by_label("Of", exact=True).select_option("user")
    assert not page.get_by_label("Metadata key").is_visible()
    page.get_by_label("Value").fill(user)
    page.get_by_label("Per", exact=True).select_option("day")
    page.get_by_label("Time zone").fill("UTC")
    page.get_by_role("button", name="Create the budget").click()
    page.locator("#budget-figure[data-drawn]").wait_for()
    drawn = page.locator("#budget-figure").evaluate(DRAWN)
    data = api.get("/api/v1/budgets").json()["data"]
    [state] = next(one for one in data if one["name"] == user)["states"]
    assert drawn["Spent"] == [pytest.approx(float(state["spent_usd"]))] == [pytest.approx(2)]
    expected = state["projection"]["expected_usd"]
    assert drawn["Projected"][-1] == pytest.approx(expected, rel=0.01)
    assert drawn["Budget"] == [5, 5]
    fits(page)
    page.set_viewport_size(PHONE)
    fits(page)
    page.get_by_role("button", name="Archive").click()
    page.get_by_role("button", name="Undo").click()
    page.locator(".toast", has_text="counts again").wait_for()
    page.locator("#budgets tr", has_text=user).get_by_text("of $5.00").wait_for()
    fits(page)
    for path in ("budgets/forecast", "advice"):
        page.goto(f"{page.url.split('/projects/')[0]}{project}/{path}")
        page.wait_for_load_state("networkidle")
        fits(page)
    page.get_by_role("heading", name="Use a smaller model").wait_for()
    assert page.wrong == []


def sent_call(api, user: str, days_ago: int, *, dollars: float) -> None:
    now = datetime.fromtimestamp(time.time(), UTC)
    moment = (now - timedelta(days=days_ago)).replace(hour=0, minute=0, second=0).isoformat()
    trace = uuid.uuid4().hex
    events = [
        ("trace-create", {"id": trace, "timestamp": moment, "userId": user}),
        ("generation-create", {
            "id": uuid.uuid4().hex[:16], "traceId": trace, "name": "answer", "model": "gpt-4o",
            "startTime": moment, "endTime": moment, "usageDetails": {"input": 100, "output": 10},
            "costDetails": {"total": dollars},
        }),
    ]  # fmt: skip
    batch = [
        {"id": uuid.uuid4().hex, "type": kind, "timestamp": moment, "body": body}
        for kind, body in events
    ]
    api.post("/api/public/ingestion", json={"batch": batch})


def fits(page) -> None:
    """Nothing sticks out, and axe finds nothing."""
    from axe_playwright_python.sync_playwright import Axe

    width = page.viewport_size["width"]
    assert page.evaluate("document.documentElement.scrollWidth") <= width, page.url
    found = Axe().run(page)
    assert found.violations_count == 0, f"{page.url}\n{found.generate_report()}"
