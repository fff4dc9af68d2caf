"""What a version may say, and what is told of what it may not."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from prompts.body import (
    MAX_CHARACTERS,
    MOST_MESSAGES,
    InvalidBody,
    chat_body,
    compiled,
    placeholders_in,
    text_body,
    texts_of,
    variables_in,
    with_texts,
)

SYSTEM = {"role": "system", "content": "You are {{who}}."}
HISTORY = {"type": "placeholder", "name": "history"}
USER = {"type": "chatmessage", "role": "user", "content": "{{question}} of {{who}}"}
STORABLE = st.text(st.characters(codec="utf-8", exclude_characters="\0"))


@settings(deadline=None)
@given(STORABLE)
def test_any_text_that_can_be_stored_is_kept_as_it_is(text):
    assert text_body(text) == text


@pytest.mark.parametrize(
    ("given", "told"),
    [(None, "must be a text"), (5, "must be a text"), ([], "must be a text"), ("a\0", "NULs"),
     ("\ud800", "half characters"), ("x" * (MAX_CHARACTERS + 1), "500,000")],
)  # fmt: skip
def test_a_text_that_cannot_be_kept_says_why(given, told):
    with pytest.raises(InvalidBody, match=told):
        text_body(given)


@pytest.mark.parametrize(
    ("given", "told"),
    [("hi", "must be a list"), ([], "one message or more"), ({}, "must be a list"),
     (["hi"], "Message 1 must be an object"), ([USER, {"role": "user"}], "Message 2: “content”"),
     ([{"content": "x"}], "Message 1: “role”"), ([{"role": "", "content": "x"}], "“role”"),
     ([{"role": "x" * 51, "content": ""}], "“role” must have 1 to 50"),
     ([{"role": "a\nb", "content": ""}], "control characters"),
     ([{"role": 5, "content": ""}], "“role”"), ([{"role": "user", "content": ["x"]}], "“content”"),
     ([{"type": "image", "role": "user", "content": ""}], "“type” must be"),
     ([{"type": "placeholder"}], "the placeholder's “name”"),
     ([{"type": "placeholder", "name": "x" * 101}], "1 to 100"),
     ([USER] * (MOST_MESSAGES + 1), "at most 500 messages"),
     ([{"role": "user", "content": "x" * 300_000}] * 2, "together have at most")],
)  # fmt: skip
def test_messages_that_cannot_be_kept_say_which_and_why(given, told):
    with pytest.raises(InvalidBody, match=told):
        chat_body(given)


def test_messages_are_kept_with_their_types_and_without_what_nobody_knows():
    kept = chat_body([{**SYSTEM, "extra": 1}, HISTORY, {**USER, "type": "message"}])
    assert kept == [{"type": "chatmessage", **SYSTEM}, HISTORY, USER]
    assert chat_body(kept) == kept


def test_variables_and_placeholders_are_found_in_their_order():
    body = chat_body([SYSTEM, HISTORY, USER, HISTORY])
    assert variables_in(body) == ["who", "question"]
    assert placeholders_in(body) == ["history"]
    assert placeholders_in("{{a}}") == []


@settings(deadline=None)
@given(st.lists(STORABLE, min_size=2, max_size=2))
def test_texts_that_are_replaced_are_all_that_changes(texts):
    body = chat_body([SYSTEM, HISTORY, USER])
    changed = with_texts(body, texts)
    assert texts_of(changed) == texts
    assert [message.get("role") for message in changed] == ["system", None, "user"]


def test_a_chat_is_compiled_with_what_is_given():
    body = chat_body([SYSTEM, HISTORY, USER])
    said = [{"role": "assistant", "content": "{{who}}", "tool_calls": []}]
    values = {"who": "{{question}}", "question": "Why?"}
    assert compiled(body, values, {"history": said}) == [
        {"role": "system", "content": "You are {{question}}."},
        *said,
        {"role": "user", "content": "Why? of {{question}}"},
    ]
    assert len(compiled(body, {}, {})) == 2
    assert compiled("Hi {{who}}", {"who": "Ann"}, {}) == "Hi Ann"
