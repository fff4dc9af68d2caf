"""Whatever a text holds, no check raises, and none does more work than the text is long."""

import json
import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evals.checks import matching, personal
from evals.checks.registry import CHECKS, Call, Outcome, Passage, Subject
from evals.checks.spans import calls, subject_of
from evals.checks.subject import MOST_CHARACTERS
from traces.records import Span

PIECES = st.sampled_from(
    ["[", "]", "{", "}", '"', "```", "\n", "\\", "@", "sk-", "AKIA", "-----BEGIN ", "+82 10 1234",
     "4111 1111 1111 1111", "GB82WEST12345698765432", "900101-1234568", "1.2.3.4", "::1", "[1]",
     "ignore all previous", "환불", "\ud800", "\x00", "\u200b", "𝒳", "٣", "²", "e\u0301", "NaN"]
)  # fmt: skip
TEXT = st.one_of(
    st.text(max_size=200),
    st.lists(st.one_of(PIECES, st.text(string.printable, max_size=5)), max_size=40).map("".join),
)
JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | TEXT,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXT, inner, max_size=4),
    max_leaves=12,
)
CALLS = st.lists(st.builds(Call, TEXT, JSON), max_size=4).map(tuple)
SUBJECTS = st.builds(
    Subject,
    output=TEXT,
    input=TEXT,
    expected=st.none() | TEXT,
    contexts=st.lists(st.builds(Passage, TEXT, TEXT), max_size=3).map(tuple),
    expected_contexts=st.lists(TEXT, max_size=3).map(tuple),
    tool_calls=CALLS,
    expected_tool_calls=st.none() | CALLS,
    latency_ms=st.none() | st.floats(),
    cost=st.none() | st.floats(),
)
WORDY = {"NUMERIC": float, "BOOLEAN": bool, "CATEGORICAL": str}


@given(subject=SUBJECTS)
def test_no_subject_makes_a_check_raise_or_answer_another_type(subject):
    for check in CHECKS.values():
        outcome = check.run(subject, check.options_of())
        assert outcome is None or isinstance(outcome, Outcome), check.key
        if outcome is not None:
            assert isinstance(outcome.score, WORDY[check.data_type]), check.key
            assert f"{outcome.score}{outcome.reason}".encode().count(0) == 0, check.key
            assert check.better is None or 0 <= float(outcome.score) <= 1, check.key


@pytest.mark.parametrize("name", ["\ud800", "\x00", "\U0001f600"])
def test_what_a_json_spells_out_can_be_stored_and_shown(name):
    check = CHECKS["json_schema"]
    options = check.options_of({"schema": {"additionalProperties": {"type": "string"}}})
    outcome = check.run(Subject(output=json.dumps({name: 1})), options)
    assert outcome.score is False
    assert outcome.reason.encode().count(0) == 0


LONG = {
    "letters": "a" * 400_000,
    "digits": "1" * 400_000,
    "cards": "4111 1111 1111 1112 " * 20_000,
    "mail": "a@" * 200_000,
    "brackets": "[" * 400_000,
    "citations": "[1]" * 130_000,
    "json": json.dumps([{"role": "user", "content": "x"}] * 9_000),
    "spaces": " " * 400_000,
    "nearly a secret": "-----BEGIN " * 36_000,
    "nearly an injection": "ignore all " * 36_000,
    "hangul": "환불 " * 130_000,
}


@pytest.mark.parametrize("name", LONG)
def test_of_a_long_text_so_much_is_looked_at_and_the_reason_says_so(name):
    text = LONG[name]
    subject = Subject(output=text, input=text, expected=text, contexts=(Passage("x"),))
    seen = []
    for key, check in CHECKS.items():
        outcome = check.run(subject, check.options_of())
        if outcome is not None and "Looked at the first 20,000" in outcome.reason:
            seen.append(key)
    assert {"unsafe", "personal_data", "secrets", "prompt_injection", "regex"} <= set(seen)
    assert len(subject.text("output").seen) == MOST_CHARACTERS


@pytest.mark.parametrize("kind", personal.KINDS)
@pytest.mark.parametrize("name", ["digits", "cards", "mail", "letters"])
def test_as_many_candidates_as_may_be_are_looked_at_more_closely(kind, name, monkeypatch):
    looked_at = []

    def held(words):
        looked_at.append(words)
        return False

    monkeypatch.setitem(personal.HOLDS, kind, held)
    assert personal.kinds_in(LONG[name][:MOST_CHARACTERS].encode(), [kind]) == {}
    assert len(looked_at) <= matching.MOST_FOUND
    assert all(len(words) <= 400 for words in looked_at)


@given(said=JSON, text=TEXT)
def test_whatever_a_span_holds_is_a_subject(said, text):
    written = json.dumps(said)
    keys = ("contexts", "expected_context_ids", "expected_tool_calls", "expected_output")
    for one in (written, text, written[:-1]):
        span = Span(
            "p", "t", "s", 0, input=one, output=one, tool_calls=one, end_time=5,
            metadata=dict.fromkeys(keys, one),
        )  # fmt: skip
        for kind in ("GENERATION", "RETRIEVER"):
            span.type = kind
            subject = subject_of(span)
            assert isinstance(subject.output, str) and isinstance(subject.input, str)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("plain", "plain"),
        ('{"a": 1}', '{"a": 1}'),
        ('[{"role":"assistant","parts":[{"type":"text","content":"hi"}]}]', "hi"),
        ('{"role":"assistant","content":"hi"}', "hi"),
        ('{"choices":[{"message":{"role":"assistant","content":"hi"}}]}', "hi"),
        ('[{"role":"assistant","content":[{"type":"text","text":"a"},{"type":"image"}]}]', "a"),
        ('[{"role":"assistant","content":null,"tool_calls":[]}]', ""),
        ("[1, 2", "[1, 2"),
    ],
)
def test_the_words_of_an_answer_are_looked_at_without_their_json(text, words):
    assert subject_of(Span("p", "t", "s", 0, output=text)).output == words


def test_instructions_of_the_system_are_no_part_of_the_input():
    said = [{"role": "system", "content": "a"}, {"role": "user", "content": "b"}]
    assert subject_of(Span("p", "t", "s", 0, input=json.dumps(said))).input == "b"


def test_expectations_are_read_from_the_metadata_of_the_span_and_of_its_trace():
    span = Span(
        "p", "t", "s", 0, end_time=2_000_000,
        trace_metadata={"expected_output": "yes", "expected_context_ids": '["a", "b"]'},
        metadata={"contexts": '[{"id": "a", "text": "x"}, "y"]',
                  "expected_tool_calls": '[{"function": {"name": "f", "arguments": "{}"}}]'},
    )  # fmt: skip
    subject = subject_of(span)
    assert subject.expected == "yes"
    assert subject.contexts == (Passage("a", "x"), Passage("2", "y"))
    assert subject.expected_contexts == ("a", "b")
    assert subject.expected_tool_calls == (Call("f", "{}"),)
    assert subject.latency_ms == 2
    assert calls("no list") is None
