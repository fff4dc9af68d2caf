"""OpenTelemetry's own SDK and exporters: spans by the GenAI conventions, and log events of them."""

import json
from collections.abc import Callable

from tests.sdks import environments
from tests.sdks.reading import Sonde, Trace

TREE = [
    "AGENT answer-question",
    "EMBEDDING answer-question > embeddings",
    "GENERATION answer-question > chat claude",
    "GENERATION answer-question > chat gpt-4o",
    "TOOL answer-question > issue-refund",
]


def test_a_trace_of_opentelemetrys_sdk_is_all_there_at_once(
    run: Callable[..., dict], sonde: Sonde, told: dict
) -> None:
    said = run(environments.python("opentelemetry-1.45.2"), "opentelemetry_traces.py")
    trace_id = said["trace_id"]
    trace = sonde.trace(trace_id)

    assert trace.tree == sonde.langfuse_trace(trace_id).tree == TREE
    the_trace_is_whose_it_is(trace, told)
    calls_are_counted_and_priced_once(trace)
    the_messages_are_there(trace, told)
    the_failure_tells_its_story(trace, told)
    assert [
        (one["name"], one["value"], one["comment"], one["source"]) for one in trace["scores"]
    ] == [("helpful", 0.9, "고맙습니다", "EVAL")]
    the_pages_show_it(sonde, trace, told)
    unpriced = sonde.trace(said["unpriced_id"])
    assert (unpriced["cost_usd"], unpriced["unpriced_spans"]) == (None, 1)
    assert "Cost unknown" in sonde.browser.facts(said["unpriced_id"])


def the_trace_is_whose_it_is(trace: Trace, told: dict) -> None:
    assert trace["name"] == told["name"]
    assert trace["user_id"] == told["user"]
    assert trace["session_id"] == told["session"]
    assert sorted(trace["tags"]) == sorted(told["tags"])
    assert trace["environment"] == told["environment"]
    assert trace["version"] == told["version"]
    root = trace.span(told["name"])
    assert {key: json.loads(text) for key, text in root["metadata"].items() if key == "plan"} == {
        "plan": {"seats": 3}
    }
    assert root["metadata"]["tier"] == "gold"
    assert (root["input"], root["output"]) == (told["question"], told["answer"])
    assert root["attributes"]["shop.basket"] == "[1,2]"
    assert root["service_name"] == "refund-desk"


def calls_are_counted_and_priced_once(trace: Trace) -> None:
    """The agent's own figure repeats what its calls took, and is not added to theirs."""
    assert (trace["cost_usd"], trace["input_tokens"], trace["output_tokens"]) == (
        "0.01397516",
        4508,
        500,
    )
    draft = trace.span("chat gpt-4o")
    assert draft["model"] == "gpt-4o-2024-08-06"
    assert draft["usage"] == {
        "input": 600,
        "input_cached_tokens": 400,
        "output": 150,
        "output_reasoning_tokens": 50,
    }
    assert (draft["cost_usd"], draft["cost_source"]) == ("0.004", "computed")
    assert draft["model_parameters"] == {"temperature": "0.2"}
    assert draft["first_token_at"] is not None
    polish = trace.span("chat claude")
    assert polish["usage"] == {
        "input": 1000,
        "input_cached_tokens": 2000,
        "input_cache_creation": 500,
        "output": 300,
    }
    assert polish["cost_usd"] == "0.009975"
    assert trace.span("embeddings")["cost_usd"] == "0.00000016"


def the_messages_are_there(trace: Trace, told: dict) -> None:
    """Those of one call were its attributes, those of the other a log event."""
    draft, polish = trace.span("chat gpt-4o"), trace.span("chat claude")
    for call, answer in ((draft, told["draft"]["text"]), (polish, told["answer"])):
        [asked], [answered] = json.loads(call["input"]), json.loads(call["output"])
        assert asked["parts"] == [{"type": "text", "content": told["question"]}]
        assert answered == {"role": "assistant", "parts": [{"type": "text", "content": answer}]}
    [event] = polish["events"]
    assert event["name"] == "gen_ai.client.inference.operation.details"


def the_failure_tells_its_story(trace: Trace, told: dict) -> None:
    refund = trace.span("issue-refund")
    assert (refund["level"], refund["status_message"]) == ("ERROR", told["refusal"])
    assert json.loads(refund["input"]) == told["refund"]
    retrying, exception = refund["events"]
    assert (retrying["name"], retrying["attributes"]) == ("retrying", {"attempt": 2})
    assert exception["attributes"]["exception.type"] == "ValueError"
    [link] = refund["links"]
    assert link["span_id"] == trace.span(told["name"])["id"]
    assert link["attributes"] == {"why": "retry"}


def the_pages_show_it(sonde: Sonde, trace: Trace, told: dict) -> None:
    browser, trace_id = sonde.browser, trace["id"]
    assert browser.tree(trace_id) == TREE
    facts = browser.facts(trace_id)
    for fact in ("Cost $0.0140", "4,508 → 500", "Spans 5", "Errors 1"):
        assert fact in facts
    for fact in ("user", "session", "version", "environment"):
        assert told[fact] in facts
    row = browser.row(trace_id, user=told["user"], session=told["session"])
    for words in (
        told["name"],
        told["question"],
        told["answer"].replace("**", ""),
        "5,008",
        "$0.0140",
    ):
        assert words in row
    polish = browser.span(trace_id, trace.span("chat claude")["id"])
    for words in (told["question"], "영업일 기준 3일 안에 환불됩니다.", "3,500 in · 300 out"):
        assert words in polish
    assert "$0.009975 computed" in polish
    refund = trace.span("issue-refund")["id"]
    assert told["refusal"] in browser.span(trace_id, refund)
    events = browser.span(trace_id, refund, tab="events")
    assert "ValueError: card declined" in events and "attempt 2" in events
    attributes = browser.span(trace_id, trace.span(told["name"])["id"], tab="attributes")
    for words in ("tier gold", "shop.basket", "refund-desk"):
        assert words in attributes
