import json

import pytest

from ingest.mapping.content import finish_content
from traces.records import Span

ASSISTANT = {"role": "assistant", "content": "Paris."}


@pytest.mark.parametrize(
    ("events", "asked", "answered"),
    [
        ([("gen_ai.content.prompt", {"gen_ai.prompt": "user: hi"})], "user: hi", ""),
        ([("gen_ai.content.prompt", {"gen_ai.prompt": ["Reply"]})], ["Reply"], ""),
        ([("gen_ai.content.completion", {"gen_ai.completion": "hello"})], "", "hello"),
        ([("gen_ai.content.completion", {"odd": "hello"})], "", {"odd": "hello"}),
        (
            [
                ("gen_ai.system.message", {"content": "Be brief."}),
                ("gen_ai.user.message", {"content": "Capital?"}),
                ("gen_ai.choice", {"index": 0, "message": json.dumps(ASSISTANT)}),
            ],
            [
                {"role": "system", "content": "Be brief."},
                {"role": "user", "content": "Capital?"},
            ],
            {"index": 0, "message": json.dumps(ASSISTANT)},
        ),
        (
            [("gen_ai.tool.message", {"content": "Sunny", "id": "call_1"})],
            [{"role": "tool", "content": "Sunny", "id": "call_1"}],
            "",
        ),
        (
            [("gen_ai.choice", {"index": 0}), ("gen_ai.choice", {"index": 1})],
            "",
            [{"index": 0}, {"index": 1}],
        ),
        (
            [
                (
                    "gen_ai.client.inference.operation.details",
                    {
                        "gen_ai.input.messages": [{"role": "user", "content": "Hi"}],
                        "gen_ai.output.messages": [ASSISTANT],
                        "gen_ai.system_instructions": [{"type": "text", "content": "Be kind."}],
                    },
                ),
                ("gen_ai.user.message", {"content": "Capital?"}),
            ],
            [{"role": "system", "content": "Be kind."}, {"role": "user", "content": "Hi"}],
            [ASSISTANT],
        ),
        (
            [("gen_ai.user.message", {"gen_ai.event.content": '{"content": "Hi"}'})],
            [{"role": "user", "content": "Hi"}],
            "",
        ),
        ([("exception", {"exception.type": "ValueError"})], "", ""),
    ],
)
def test_input_and_output_from_the_spans_own_events(mapped, events, asked, answered):
    span = mapped(events=events)
    for found, expected in ((span.input, asked), (span.output, answered)):
        assert found == expected if isinstance(expected, str) else json.loads(found) == expected


def test_every_event_is_kept(mapped):
    events = [("exception", {"exception.type": "ValueError", "n": 1}), ("tick", {})]
    span = mapped(events=events)
    assert [(e["name"], e["attributes"]) for e in json.loads(span.events)] == events
    assert all(e["time"] == span.start_time for e in json.loads(span.events))


def test_events_go_before_the_attributes_that_follow_them_in_the_order(mapped):
    events = [("gen_ai.user.message", {"content": "Hi"})]
    assert mapped({"input.value": "attribute"}, events=events).input.startswith("[")
    assert mapped({"langfuse.observation.input": "sdk"}, events=events).input == "sdk"


def row(events, **fields) -> Span:
    return Span("p", "t", "s", 1, events=json.dumps(events), **fields)


ASKED = {"time": 1, "name": "gen_ai.user.message", "attributes": {"content": "Hi"}}
CHOICE = {"time": 2, "name": "gen_ai.choice", "attributes": {"message": ASSISTANT}}


def test_a_stored_row_without_content_gets_it_from_its_events():
    span = row([CHOICE, ASKED])  # in any order
    finish_content([span])
    assert json.loads(span.input) == [{"role": "user", "content": "Hi"}]
    assert json.loads(span.output) == {"message": ASSISTANT}


def test_a_stored_row_keeps_the_content_that_it_has():
    span = row([CHOICE, ASKED], input="mine")
    finish_content([span])
    assert span.input == "mine"
    assert json.loads(span.output) == {"message": ASSISTANT}


def test_finishing_again_changes_nothing():
    once, twice = row([ASKED, CHOICE]), row([ASKED, CHOICE])
    finish_content([once])
    finish_content([twice])
    finish_content([twice])
    assert once == twice


def test_the_tools_of_a_row_that_another_door_made_are_found():
    call = [{"id": "1", "type": "function", "function": {"name": "f", "arguments": "{}"}}]
    span = Span("p", "t", "s", 1, output=json.dumps({"tool_calls": call}), source="langfuse")
    finish_content([span])
    assert span.tool_call_names == ["f"]
