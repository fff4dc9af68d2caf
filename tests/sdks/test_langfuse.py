"""Langfuse's own SDKs, as they are installed: the same story by each, and what became of it."""

from collections.abc import Callable

import pytest

from tests.sdks import environments
from tests.sdks.environments import Environment
from tests.sdks.reading import Sonde, Trace

sdks = pytest.mark.sdks
CLIENTS = {
    "langfuse-2.60.10": "langfuse_2.py",
    "langfuse-3.15.0": "langfuse_otel.py",
    "langfuse-4.18.0": "langfuse_otel.py",
    "langfuse-5.0.4": "langfuse_otel.py",
    "langfuse-js-5.11.1": "langfuse_js_otel.mjs",
    "langfuse-js-3.39.2": "langfuse_js_3.mjs",
}
# These send batches of events, and know no types but span, generation and event.
BATCHES = ("langfuse-2.60.10", "langfuse-js-3.39.2")
QUICK = ("langfuse-2.60.10", "langfuse-5.0.4", "langfuse-js-5.11.1")  # one for each protocol
TREE = [
    "AGENT answer-question",
    "EMBEDDING answer-question > search-handbook > embed-query",
    "EVENT answer-question > cache-miss",
    "GENERATION answer-question > draft",
    "GENERATION answer-question > polish",
    "RETRIEVER answer-question > search-handbook",
    "TOOL answer-question > issue-refund",
]
TREE_OF_THREE_TYPES = [
    "EVENT answer-question > cache-miss",
    "GENERATION answer-question > draft",
    "GENERATION answer-question > polish",
    "GENERATION answer-question > search-handbook > embed-query",
    "SPAN answer-question",
    "SPAN answer-question > issue-refund",
    "SPAN answer-question > search-handbook",
]
COST = "0.01397516"  # gpt-4o 0.004, claude-sonnet-4-5 0.009975, text-embedding-3-small 0.00000016


def environment_of(name: str) -> Environment:
    return environments.node(name) if "-js-" in name else environments.python(name)


@pytest.mark.parametrize(
    "name", [name if name in QUICK else pytest.param(name, marks=sdks) for name in CLIENTS]
)
def test_a_trace_of_langfuses_sdk_is_all_there_at_once(
    name: str, run: Callable[..., dict], sonde: Sonde, told: dict
) -> None:
    said = run(environment_of(name), CLIENTS[name])
    tree = TREE_OF_THREE_TYPES if name in BATCHES else TREE

    it_reads_its_own_trace_back(said)
    trace = sonde.langfuse_trace(said["trace_id"])
    assert trace.tree == sonde.trace(said["trace_id"]).tree == tree
    the_trace_is_whose_it_is(trace, told)
    calls_are_counted_and_priced_once(trace, told)
    sondes_own_api_agrees(sonde.trace(said["trace_id"]))
    the_content_is_there(trace, told)
    the_pages_show_it(sonde, said["trace_id"], tree, told)
    the_metadata_is_shown(sonde, said["trace_id"], of_spans=name not in BATCHES)
    an_unknown_price_is_no_zero(sonde, said["unpriced_id"])
    shown = sonde.browser.get(said["url"].removeprefix(sonde.stack.url))
    assert shown.one("h1").text == told["name"]  # where the SDK sends its user


def it_reads_its_own_trace_back(said: dict) -> None:
    assert said["names"] == sorted(line.split()[-1] for line in TREE)
    assert said["total_cost"] == pytest.approx(float(COST), abs=1e-12)
    assert said["scores"] == {"helpful": 0.9}
    assert said["is_listed"]
    assert said["unpriced_cost"] in (None, -1)  # SDK 2 has no word for unknown but -1


def the_trace_is_whose_it_is(trace: Trace, told: dict) -> None:
    assert trace["name"] == told["name"]
    assert trace["userId"] == told["user"]
    assert trace["sessionId"] == told["session"]
    assert sorted(trace["tags"]) == sorted(told["tags"])
    assert trace["metadata"] == told["metadata"]
    assert trace["environment"] == told["environment"]
    assert trace["release"] == told["release"]
    assert trace["version"] == told["version"]
    assert trace["input"] == {"question": told["question"]}
    assert trace["output"] == {"answer": told["answer"]}
    assert [(one["name"], one["value"], one["comment"]) for one in trace["scores"]] == [
        ("helpful", 0.9, "고맙습니다")
    ]


def calls_are_counted_and_priced_once(trace: Trace, told: dict) -> None:
    assert trace["totalCost"] == pytest.approx(float(COST), abs=1e-12)
    draft = trace.span("draft")
    assert draft["usageDetails"] == {**told["draft"]["usage"], "total": 1200}
    assert draft["calculatedTotalCost"] == 0.004
    polish = trace.span("polish")
    assert polish["usageDetails"] == {**told["polish"]["usage"], "total": 3800}
    assert polish["calculatedTotalCost"] == 0.009975
    assert polish["costDetails"] == {
        "input": 0.003,
        "cache_read_input_tokens": 0.0006,
        "cache_creation_input_tokens": 0.001875,
        "output": 0.0045,
        "total": 0.009975,
    }
    assert trace.span("embed-query")["calculatedTotalCost"] == 0.00000016


def sondes_own_api_agrees(trace: Trace) -> None:
    assert (trace["cost_usd"], trace["input_tokens"], trace["output_tokens"]) == (COST, 4508, 500)
    assert {span["cost_source"] for span in trace.spans} == {"computed", None}


def the_content_is_there(trace: Trace, told: dict) -> None:
    draft = trace.span("draft")
    assert draft["model"] == "gpt-4o"
    assert draft["modelParameters"] == {"temperature": 0.2}
    assert draft["timeToFirstToken"] is not None
    assert draft["input"] == [{"role": "user", "content": told["question"]}]
    assert draft["output"] == {"role": "assistant", "content": told["draft"]["text"]}
    assert trace.span("search-handbook")["output"] == told["documents"]
    refund = trace.span("issue-refund")
    assert (refund["level"], refund["statusMessage"]) == ("ERROR", told["refusal"])
    assert refund["input"] == told["refund"]
    assert trace.span("cache-miss")["level"] == "WARNING"
    assert trace.span("cache-miss")["metadata"]["key"] == "handbook"


def the_pages_show_it(sonde: Sonde, trace_id: str, tree: list[str], told: dict) -> None:
    browser = sonde.browser
    assert browser.tree(trace_id) == tree
    facts = browser.facts(trace_id)
    for fact in ("Cost $0.0140", "4,508 → 500", "Spans 7", "Errors 1", "staging"):
        assert fact in facts
    for fact in ("user", "session", "release", "version"):
        assert told[fact] in facts
    for tag in told["tags"]:
        assert tag in browser.trace(trace_id).one("div", class_="crumbs").text
    row = browser.row(trace_id, user=told["user"], session=told["session"])
    for words in (
        told["name"],
        told["question"],
        told["answer"].replace("**", ""),
        told["user"],
        "5,008",
        "$0.0140",
    ):
        assert words in row

    trace = sonde.langfuse_trace(trace_id)
    draft = browser.span(trace_id, trace.span("draft")["id"])
    for words in ("gpt-4o", told["question"], told["draft"]["text"], "1,000 in · 200 out"):
        assert words in draft
    assert "$0.004 computed" in draft
    assert "temperature 0.2" in draft
    assert "to the first token" in draft
    polish = browser.span(trace_id, trace.span("polish")["id"])
    assert "영업일 기준 3일 안에 환불됩니다." in polish  # the stars made it bold
    assert "cache_read_input_tokens 2,000 $0.0006" in polish
    refund = browser.span(trace_id, trace.span("issue-refund")["id"])
    assert "Error" in refund and told["refusal"] in refund


def the_metadata_is_shown(sonde: Sonde, trace_id: str, *, of_spans: bool) -> None:
    """What was said of a trace stands with each span, or where it was said: with the trace."""
    place = sonde.langfuse_trace(trace_id).span("draft")["id"] if of_spans else "trace"
    attributes = sonde.browser.span(trace_id, place, tab="attributes")
    assert "tier gold" in attributes
    assert "seats : 3" in attributes.replace("seats:", "seats :")


def an_unknown_price_is_no_zero(sonde: Sonde, trace_id: str) -> None:
    trace = sonde.langfuse_trace(trace_id)
    assert trace["totalCost"] is None
    assert trace.span("house-model")["calculatedTotalCost"] is None
    assert "Cost unknown" in sonde.browser.facts(trace_id)
    pane = sonde.browser.span(trace_id, trace.span("house-model")["id"])
    assert "no price is known for our-own-7b" in pane
    assert "unknown" in sonde.browser.row(trace_id)
