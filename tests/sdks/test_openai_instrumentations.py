"""The four instrumentations of `openai` that people use, each around the same real calls of it."""

import json
from collections.abc import Callable
from dataclasses import dataclass

import pytest

from tests.sdks import environments
from tests.sdks.openai_stand_in import ANSWER, MODEL
from tests.sdks.reading import Sonde, Trace

pytestmark = pytest.mark.sdks


@dataclass(frozen=True)
class Client:
    """What one instrumentation tells, where they differ."""

    environment: str
    program: str
    tree: list[str]
    cost: str = "0.00006256"  # four calls at 0.0000156, and an embedding at 0.00000016
    call_cost: str = "0.0000156"
    cost_source: str = "computed"
    errors: int = 1
    tells_reasoning: bool = True
    tags: tuple[str, ...] = ()
    metadata: tuple[tuple[str, str], ...] = ()


def calls(*path: str, chat: str, embedding: str) -> list[str]:
    """Five chats, the last of which fails, and an embedding, below a path."""
    above = " > ".join(path)
    return [f"EMBEDDING {above} > {embedding}", *[f"GENERATION {above} > {chat}"] * 5]


CLIENTS = {
    "openinference": Client(
        "openinference-0.1.66",
        "openinference_calls.py",
        [*calls("ask", chat="ChatCompletion", embedding="CreateEmbeddings"), "SPAN ask"],
        tags=("beta", "날씨"),
        metadata=(("tier", "gold"),),
    ),
    "openllmetry": Client(
        "openllmetry-0.62.4",
        "openllmetry_calls.py",
        [*calls("ask", chat="openai.chat", embedding="openai.embeddings"), "SPAN ask"],
    ),
    "traceloop": Client(
        "traceloop-0.62.4",
        "traceloop_workflow.py",
        [
            "AGENT ask.workflow > answerer.agent",
            "CHAIN ask.workflow",
            *calls(
                *("ask.workflow", "answerer.agent"),
                chat="openai.chat",
                embedding="openai.embeddings",
            ),
            "SPAN ask.workflow > prepare.task",
            "TOOL ask.workflow > prepare.task > look-up",
        ],
        metadata=(("tier", "gold"),),
    ),
    "openlit": Client(
        "openlit-1.45.0",
        "openlit_calls.py",
        [
            "EMBEDDING ask > embeddings text-embedding-3-small",
            "GENERATION ask > chat fails",
            *["GENERATION ask > chat gpt-4o-mini"] * 4,
            "SPAN ask",
            "SPAN ask > chat fails > POST",
            *["SPAN ask > chat gpt-4o-mini > POST"] * 4,
            "SPAN ask > embeddings text-embedding-3-small > POST",
        ],
        cost="0.00007456",  # it sends what a call costs by the prices that the program gave it
        call_cost="0.0000186",
        cost_source="sent",
        errors=2,
        tells_reasoning=False,
    ),
}


@pytest.mark.parametrize("name", CLIENTS)
def test_calls_of_openai_are_all_there_at_once(
    name: str, run: Callable[..., dict], sonde: Sonde
) -> None:
    client = CLIENTS[name]
    said = run(environments.python(client.environment), client.program)
    trace = sonde.trace(said["trace_id"])

    assert trace.tree == sonde.langfuse_trace(said["trace_id"]).tree == client.tree
    the_trace_is_whose_it_is(trace, client)
    tokens_and_cost_are_counted_once(trace, client)
    the_messages_are_there(trace)
    the_pages_show_it(sonde, trace, client)


def the_trace_is_whose_it_is(trace: Trace, client: Client) -> None:
    assert trace["user_id"] == "ada"
    assert trace["session_id"] == "weather-1"
    assert trace["environment"] == "staging"
    assert sorted(trace["tags"]) == sorted(client.tags)
    for call in trace.of_type("GENERATION"):
        assert dict(client.metadata).items() <= call["metadata"].items()
        assert call["service_name"] == "shop"


def tokens_and_cost_are_counted_once(trace: Trace, client: Client) -> None:
    assert (trace["cost_usd"], trace["input_tokens"], trace["output_tokens"]) == (
        client.cost,
        4 * 42 + 8,
        4 * 17,
    )
    *answered, failed = trace.of_type("GENERATION")
    for call in answered:
        assert call["model"] == MODEL
        assert (call["usage"]["input"], call["usage"]["input_cached_tokens"]) == (30, 12)
        reasoning = call["usage"].get("output_reasoning_tokens", 0)
        assert call["usage"]["output"] + reasoning == 17
        assert (call["cost_usd"], call["cost_source"]) == (client.call_cost, client.cost_source)
    assert (answered[0]["usage"].get("output_reasoning_tokens") == 5) == client.tells_reasoning
    assert answered[3]["first_token_at"] is not None
    assert (failed["usage"], failed["cost_usd"], failed["cost_source"]) == ({}, None, None)
    [embedding] = trace.of_type("EMBEDDING")
    assert embedding["model"] == "text-embedding-3-small"
    assert (embedding["cost_usd"], embedding["usage"]["input"]) == ("0.00000016", 8)


def the_messages_are_there(trace: Trace) -> None:
    plain, wants_tool, has_result, streamed, failed = trace.of_type("GENERATION")
    assert "Be brief." in plain["input"] and "한국의 수도는?" in plain["input"]
    assert float(plain["model_parameters"]["temperature"]) == 0.2
    assert "weather" in wants_tool["output"] and "Seoul" in wants_tool["output"]
    assert "맑음" in has_result["input"]
    for call in (plain, has_result, streamed):
        assert ANSWER in call["output"]
    assert failed["level"] == "ERROR"
    assert "the stand-in was told to fail" in failed["status_message"]
    [embedding] = trace.of_type("EMBEDDING")
    assert "안녕" in json.dumps(json.loads(embedding["input"]), ensure_ascii=False)


def the_pages_show_it(sonde: Sonde, trace: Trace, client: Client) -> None:
    browser, trace_id = sonde.browser, trace["id"]
    assert browser.tree(trace_id) == client.tree
    facts = browser.facts(trace_id)
    for fact in ("ada", "weather-1", "staging", "176 → 68", f"Errors {client.errors}"):
        assert fact in facts
    row = browser.row(trace_id, user="ada", session="weather-1")
    assert trace["name"] in row and "244" in row and "$0.0001" in row
    plain, wants_tool, has_result, _streamed, failed = trace.of_type("GENERATION")
    shown = browser.span(trace_id, plain["id"])
    for words in (MODEL, "한국의 수도는?", "서울입니다.", "42 in · 17 out", "temperature 0.2"):
        assert words in shown
    assert ("as sent" if client.cost_source == "sent" else "computed") in shown
    assert "Tools called weather" in browser.span(trace_id, wants_tool["id"])
    assert "맑음" in browser.span(trace_id, has_result["id"])
    assert "the stand-in was told to fail" in browser.span(trace_id, failed["id"])
