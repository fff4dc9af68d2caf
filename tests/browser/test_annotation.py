"""Annotating in Debian's Chromium: ten items by keyboard, and how the pages look."""

import shutil
import time
import uuid
from datetime import UTC, datetime

import pytest

from tests.browser.looks import LOOKS

CHROMIUM = shutil.which("chromium") or ""

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(not CHROMIUM, reason="Chromium is not installed: apt install chromium"),
]
# A person who composes Korean confirms a word with an Enter that is no command.
COMPOSING = """document.querySelector('#comment').dispatchEvent(new KeyboardEvent('keydown',
    {key: 'Enter', ctrlKey: true, isComposing: true, bubbles: true}))"""


@pytest.fixture
def queue(api) -> dict:
    """With three scores and ten traces."""
    name, configs = f"Review {uuid.uuid4().hex[:6]}", []
    for config in (
        {"name": f"tone {name}", "dataType": "CATEGORICAL", "categories": TONES},
        {"name": f"helpful {name}", "dataType": "BOOLEAN"},
        {"name": f"grade {name}", "dataType": "NUMERIC", "minValue": 0, "maxValue": 10},
    ):
        configs.append(api.post("/api/public/score-configs", json=config).json()["id"])
    body = {"name": name, "scoreConfigIds": configs}
    made = api.post("/api/public/annotation-queues", json=body).json()
    traces = [uuid.uuid4().hex for _ in range(10)]
    batch = [trace(trace_id, number) for number, trace_id in enumerate(traces)]
    assert api.post("/api/public/ingestion", json={"batch": batch}).json()["errors"] == []
    for trace_id in traces:
        item = {"objectId": trace_id, "objectType": "TRACE"}
        assert api.post(f"/api/public/annotation-queues/{made['id']}/items", json=item).is_success
    return made | {"traces": traces}


TONES = [
    {"label": "kind", "value": 2},
    {"label": "curt", "value": 1},
    {"label": "rude", "value": 0},
]


def trace(trace_id: str, number: int) -> dict:
    at = datetime.fromtimestamp(time.time() - 60, UTC).isoformat()
    said = {"role": "user", "content": f"Question {number}: how long does <b>shipping</b> take?"}
    body = {"id": trace_id, "timestamp": at, "name": f"support {number}", "input": [said]}
    body["output"] = {"role": "assistant", "content": "Three days.\n\n- or two\n" * 9}
    event = {"id": uuid.uuid4().hex, "type": "trace-create", "timestamp": at}
    return event | {"body": body}


def shows(page, number: int) -> None:
    """The item is there, and listens to keys."""
    page.get_by_text(f"Question {number}:").wait_for()
    page.locator(".ask.current").wait_for()


def scores_of(api, trace_id: str) -> dict[str, dict]:
    found = api.get("/api/public/v2/scores", params={"traceId": trace_id}).json()["data"]
    return {one["name"].split()[0]: one for one in found}


def test_ten_items_are_annotated_by_keyboard_alone(open_page, project, api, queue):
    page = open_page(f"{project}/annotation/{queue['id']}")
    page.keyboard.press("a")
    for number, trace_id in enumerate(queue["traces"]):
        shows(page, number)
        page.keyboard.press("1" if number else "2")
        page.keyboard.press("2")
        page.keyboard.press("7")
        page.keyboard.press("Enter")
        if number == 0:
            shows(page, 1)
            first = scores_of(api, trace_id)
    page.get_by_text("Nothing is left for you").wait_for()
    assert first["tone"]["stringValue"] == "curt" and first["tone"]["source"] == "ANNOTATION"
    assert first["helpful"]["value"] == 0 and first["grade"]["value"] == 7
    assert first["grade"]["queueId"] == queue["id"]
    last = scores_of(api, queue["traces"][-1])
    assert last["tone"]["stringValue"] == "kind" and last["grade"]["value"] == 7
    done = api.get(
        f"/api/public/annotation-queues/{queue['id']}/items", params={"status": "COMPLETED"}
    ).json()
    assert done["meta"]["totalItems"] == 10
    assert page.wrong == []


def test_a_grade_is_set_with_the_slider_and_the_arrow_keys(open_page, project, api, queue):
    page = open_page(f"{project}/annotation/{queue['id']}")
    page.keyboard.press("a")
    shows(page, 0)
    slide, number = page.locator("[data-slide]"), page.locator("[data-number]")
    assert number.input_value() == "" and slide.get_attribute("data-unset") is not None
    slide.focus()
    page.keyboard.press("ArrowRight")
    assert number.input_value() == "6" and slide.get_attribute("data-unset") is None
    number.fill("8,2")
    number.press("ArrowUp")
    assert number.input_value() == slide.input_value() == "9"
    slide.focus()
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("Enter")
    shows(page, 1)
    assert scores_of(api, queue["traces"][0])["grade"]["value"] == 8
    assert page.wrong == []


def test_one_skips_goes_back_changes_and_writes_without_a_key_being_taken_for_a_command(
    open_page, project, api, queue
):
    page = open_page(f"{project}/annotation/{queue['id']}")
    page.keyboard.press("a")
    shows(page, 0)
    page.keyboard.press("s")
    shows(page, 1)
    page.keyboard.press("1")
    page.keyboard.press("0")  # of the second score: none
    page.keyboard.press("c")
    page.keyboard.type("Not s, b or 1")
    page.keyboard.press("Enter")
    page.keyboard.type("한국어")
    page.evaluate(COMPOSING)
    assert page.locator("#comment").input_value() == "Not s, b or 1\n한국어"
    page.keyboard.press("Control+Enter")
    shows(page, 2)
    said = scores_of(api, queue["traces"][1])
    assert set(said) == {"tone"} and said["tone"]["comment"] == "Not s, b or 1\n한국어"
    page.keyboard.press("b")
    shows(page, 1)
    page.get_by_text("You have annotated this.").wait_for()
    assert page.locator("[value=kind]").is_checked()
    page.get_by_text("rude").click()  # and keys go on working with a radio button in focus
    page.keyboard.press("j")
    page.keyboard.press("1")
    page.keyboard.press("Enter")
    shows(page, 2)
    said = scores_of(api, queue["traces"][1])
    assert said["tone"]["stringValue"] == "rude" and said["helpful"]["value"] == 1
    page.get_by_role("link", name="Conversation").click()
    page.get_by_text("No model call of this trace").wait_for()
    page.keyboard.press("e")
    page.keyboard.type("Two days.")
    assert page.locator("#correction").input_value() == "Two days."
    assert page.wrong == []


@LOOKS
def test_the_pages_fit_and_can_be_read_by_everyone(
    open_page, stack, project, api, queue, size, theme, language
):
    from axe_playwright_python.sync_playwright import Axe

    width = (size or {"width": 1440})["width"]
    one = f"{project}/annotation/{queue['id']}"
    items = api.get(f"/api/public/annotation-queues/{queue['id']}/items").json()["data"]
    page = open_page(f"{project}/annotation", size=size, theme=theme, language=language)
    for path in (
        f"{project}/annotation",
        one,
        f"{one}/settings",
        f"{one}/items/{items[0]['id']}",
        f"{one}/delete",
        f"{project}/annotation/new",
    ):
        page.goto(f"{stack.url}{path}")
        assert page.evaluate("document.documentElement.scrollWidth") <= width, path
        found = Axe().run(page)
        assert found.violations_count == 0, found.generate_report()
    assert page.wrong == []
