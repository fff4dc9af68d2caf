"""Scoring by hand, a feedback link and what the scores say, in Debian's Chromium."""

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
def scored(api) -> str:
    """A trace; thirty others that an evaluator and people have judged; and a configuration."""
    moment = datetime.fromtimestamp(time.time() - 60, UTC).isoformat()
    trace_id, unique = uuid.uuid4().hex, uuid.uuid4().hex[:6]
    event = {"id": uuid.uuid4().hex, "type": "span-create", "timestamp": moment}
    body = {"id": uuid.uuid4().hex[:16], "traceId": trace_id, "name": "answer", "startTime": moment}
    api.post("/api/public/ingestion", json={"batch": [event | {"body": body}]})
    made = {"name": "stars", "dataType": "NUMERIC", "minValue": 1, "maxValue": 5}
    assert api.post("/api/public/score-configs", json=made).status_code == 200
    scores = []
    for place in range(30):
        of = {"traceId": f"{unique}-{place}"}
        right = {**of, "name": "right", "dataType": "BOOLEAN"}
        people = int(place % 3 > 0) if place % 7 else 1
        scores += [
            {**right, "value": people, "source": "ANNOTATION"},
            {**right, "value": int(place % 3 > 0), "source": "EVAL"},
            {**of, "name": "quality", "value": (place % 10) / 10},
            {**of, "name": "tone", "value": ("kind", "curt", "rude")[place % 3]},
        ]
    assert api.post("/api/public/scores", json=scores).status_code == 202
    return trace_id


def test_a_trace_is_scored_by_hand_and_its_score_is_deleted_again(open_page, project, scored):
    page = open_page(f"{project}/traces/{scored}?tab=scores")
    stars = page.locator("#scoring .scored", has_text="stars")  # others may have configurations too
    stars.get_by_role("radio", name="4", exact=True).check()
    stars.get_by_label("Why, for stars").fill("Clear")
    page.get_by_role("button", name="Save scores").click()
    card = page.locator(".msg.score", has_text="Clear")
    card.wait_for()
    assert "4" in card.inner_text()
    card.get_by_role("button", name="Delete").click()
    page.locator(".toast", has_text="deleted").wait_for()
    assert page.locator(".msg.score", has_text="Clear").count() == 0
    assert page.wrong == []


def test_somebody_without_an_account_answers_by_a_link(open_page, browser, project, scored):
    page = open_page(f"{project}/traces/{scored}?tab=scores")
    page.get_by_role("link", name="Ask a person by a link").click()
    page.get_by_role("button", name="Make a link").click()
    address = page.locator("#feedback-link").inner_text()
    other = browser.new_page(java_script_enabled=False, viewport=PHONE)
    other.goto(address)
    other.get_by_label("Good", exact=True).check()
    other.get_by_label("Your opinion").fill("Helped me")
    other.get_by_role("button", name="Send").click()
    other.get_by_role("heading", name="Thank you").wait_for()
    other.close()
    page.goto(f"{page.url.partition('/projects')[0]}{project}/traces/{scored}?tab=scores")
    page.locator(".msg.score", has_text="Helped me").wait_for()
    assert page.wrong == []


@pytest.mark.parametrize(("size", "theme"), [(PHONE, "dark"), (None, "light")])
def test_the_pages_of_scores_fit_and_lead_from_one_to_the_next(
    open_page, project, scored, size, theme
):
    page = open_page(f"{project}/scores", size=size, theme=theme)
    page.get_by_role("link", name="Do evaluators and people agree?").click()
    page.locator("dt", has_text="Cohen's κ").wait_for()
    fits(page)
    page.get_by_role("link", name="Scores", exact=True).last.click()
    for name in ("quality", "right", "tone"):
        page.locator("table").get_by_role("link", name=name, exact=True).click()
        page.locator(".chart-box svg").first.wait_for()
        fits(page)
        page.go_back()
    page.goto(f"{page.url.partition('/projects')[0]}{project}/settings/scores")
    fits(page)
    assert page.wrong == []


def fits(page) -> None:
    width = page.viewport_size["width"]
    assert page.evaluate("document.documentElement.scrollWidth") <= width
