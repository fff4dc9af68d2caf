"""Whatever a server sends is read to its end, and only what has the right shape is believed."""

from hypothesis import given
from hypothesis import strategies as st

from llm import anthropic, openai
from llm.chat import Failed, Finished, Text, Thought, ToolCall, Used
from llm.failures import CONTROL, MAX_SAID, cut, refusal

WORDS = (
    "choices", "delta", "message", "content", "text", "tool_calls", "function", "arguments",
    "index", "id", "name", "finish_reason", "usage", "prompt_tokens", "prompt_tokens_details",
    "cached_tokens", "completion_tokens", "error", "code", "type", "content_block", "partial_json",
    "stop_reason", "input_tokens", "output_tokens", "thinking", "detail", "innererror",
)  # fmt: skip
KINDS = (
    "message", "message_start", "content_block_start", "content_block_delta",
    "content_block_stop", "message_delta", "tool_use", "error", "ping",
)  # fmt: skip
LEAVES = (
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8)
    | st.sampled_from(KINDS)
)  # fmt: skip
JSON = st.recursive(
    LEAVES,
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(WORDS), inner, max_size=6)
    ),
    max_leaves=30,
)
OBJECTS = st.dictionaries(st.sampled_from(WORDS), JSON, max_size=8)


@given(st.lists(OBJECTS, max_size=6))
def test_readers_take_any_json(pieces):
    for speaker in (openai, anthropic):
        reader = speaker.Reader()
        events = [event for piece in pieces for event in reader.read(piece)]
        events += reader.end()
        for event in events:
            match event:
                case Text(text) | Thought(text):
                    assert isinstance(text, str) and text
                case ToolCall(id_, name, arguments):
                    assert all(isinstance(one, str) for one in (id_, name, arguments))
                case Used(usage):
                    assert all(type(one) is int and one >= 0 for one in usage.values())
                case Finished(reason, model):
                    assert isinstance(reason, str) and isinstance(model, str)
                case _:
                    assert isinstance(event, Failed)


@given(st.integers(300, 599), OBJECTS, st.text(max_size=30))
def test_refusals_take_any_json_and_any_header(status, body, wait):
    import json

    found = refusal(status, {"retry-after": wait}, json.dumps(body).encode())
    assert not CONTROL.search(found.said)
    assert len(cut(found.said)) <= MAX_SAID + 1
    assert found.retry_after is None or found.retry_after >= 0


@given(st.binary(max_size=200))
def test_refusals_take_any_bytes(body):
    found = refusal(500, {"content-type": "text/plain"}, body)
    assert not CONTROL.search(found.said)
