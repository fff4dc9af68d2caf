"""Evaluators in Debian's Chromium: one is built from a template, tried, and turned on."""

import json
import shutil
import time

import httpx
import pytest

from tests.llm.stand_in import Provider, answers

CHROMIUM = shutil.which("chromium") or ""

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(not CHROMIUM, reason="Chromium is not installed: apt install chromium"),
]
FOUND = {
    "reasoning": "Passage [1] states the first.",
    "items": [{"item": "Returns take 14 days", "holds": True}, {"item": "Free", "holds": False}],
}


@pytest.fixture(scope="module")
def stack(stack):
    """With something to judge."""
    send(stack)
    return stack


def send(stack) -> None:
    """A trace of a retriever and its answer."""
    at = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
    bodies = [
        ("trace-create", {"id": "rag", "name": "rag", "input": "How long?", "output": "14, free."}),
        (
            "span-create",
            {"id": "docs", "traceId": "rag", "name": "search", "startTime": at, "endTime": at},
        ),
    ]
    bodies[1][1]["output"] = ["Returns are taken for 14 days."]
    batch = [
        {"id": f"e{number}", "type": kind, "timestamp": at, "body": body}
        for number, (kind, body) in enumerate(bodies)
    ]
    batch[1]["type"], batch[1]["body"]["type"] = "observation-create", "RETRIEVER"
    answer = httpx.post(
        f"{stack.url}/api/public/ingestion",
        auth=(stack.public_key, stack.secret_key),
        json={"batch": batch},
    )
    assert answer.status_code == 207 and not answer.json()["errors"], answer.text


@pytest.fixture(scope="module")
def provider():
    with Provider() as provider:
        provider.will(answers(json.dumps(FOUND)))
        yield provider


def connect(page, provider) -> None:
    page.get_by_role("link", name="Add an LLM connection").click()
    page.get_by_role("link", name="Add a connection").first.click()
    page.get_by_label("Name", exact=True).fill("Loopback")
    page.get_by_label("Base URL").fill(f"{provider.url}/v1")
    page.get_by_label("Models").fill("gpt-4o-mini")
    page.get_by_role("button", name="Save the connection").click()


def test_an_evaluator_is_built_from_a_template_tried_on_a_trace_and_turned_on(
    open_page, stack, provider
):
    home = f"/projects/{stack.project_id}/evaluators"
    page = open_page(home)
    connect(page, provider)
    page.goto(f"{stack.url}{home}")
    page.keyboard.press("n")
    page.get_by_role("link", name="Faithfulness").click()
    assert page.locator("#mapping code").all_inner_texts() == ["question", "context", "answer"]
    page.get_by_label("Model", exact=True).fill("gpt-4o-mini")
    question = page.locator("#id_user")
    question.fill(question.input_value() + "\nTone: {{mood}}")
    page.locator("#mapping code", has_text="mood").wait_for()
    page.locator("#mapping li").nth(3).get_by_label("may lack").check()
    page.locator("#mapping li").nth(3).get_by_role("textbox").fill("mood")
    page.locator("#mapping li").nth(3).get_by_role("combobox").select_option("metadata")
    page.locator("#try-trace").fill("rag")
    page.locator("#try").click()
    page.locator("#trial .big-verdict").wait_for()
    assert page.locator("#trial .big-verdict").inner_text() == "0.5"
    assert page.locator("#trial .findings li").count() == 2
    sent = provider.asked[-1].body["messages"][1]["content"]
    assert "[1] Returns are taken for 14 days." in sent and "(nothing)" in sent
    page.locator("#save").click()
    page.get_by_role("button", name="Save and turn on").click()
    page.get_by_text("Nothing judged yet").wait_for()
    assert page.locator(".bar .chip.good").inner_text() == "On"
    assert page.wrong == []
