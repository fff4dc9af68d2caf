"""Files of prompts: what is written is read again to the letter, and nothing else is believed."""

import json
import os.path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from prompts.body import chat_body
from prompts.files import heads
from prompts.files.format import Document, InvalidFile, read, written
from prompts.files.paths import name_of, own_paths, path_of
from prompts.names import InvalidName, prompt_name

TEXT = st.text(st.characters(codec="utf-8", exclude_characters="\0"))
# What this format and YAML could trip over.
ODD = st.sampled_from(
    ["---\n", "\n---\n", "=== user\n", "\\=== x", "\\\\===", "===", "a\r\nb", "\n", "\n\n", "",
     " x ", "\ufeffx", "{{a}}", "...", "# x", "\u2028x", "\x85"]
)  # fmt: skip
TEXTS = st.one_of(TEXT, ODD, st.lists(ODD).map("".join))
WORD = st.text(
    st.characters(codec="utf-8", categories=["L", "N", "P", "S", "Zs"]), min_size=1, max_size=40
).filter(lambda text: text.strip() == text)
ROLES = st.one_of(st.sampled_from(["user", "system", "{odd}", "\\odd", "\\{", "==="]), WORD)
MESSAGES = st.one_of(
    st.fixed_dictionaries({"type": st.just("chatmessage"), "role": ROLES, "content": TEXTS}),
    st.fixed_dictionaries({"type": st.just("placeholder"), "name": WORD}),
)
JSON = st.recursive(
    st.one_of(
        st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False, allow_infinity=False),
        TEXTS, st.sampled_from(["yes", "no", "1", "1e5", "2026-01-01", "12:30", "0x1F", "~", "null",
                                "true", "=", "<<", "-", "*a", "&a", "!x", "010", "1_000", ".5"]),
    ),
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(TEXTS, inner, max_size=4)),
    max_leaves=12,
)  # fmt: skip


@settings(deadline=None)
@given(TEXTS, st.dictionaries(TEXTS, JSON, max_size=4), TEXTS)
def test_a_text_is_read_as_it_was_written(body, config, message):
    document = Document("a/b", "text", body, 3, ["production"], ["x"], message, config)
    assert read(written(document), "other") == document


@settings(deadline=None)
@given(st.lists(MESSAGES, min_size=1, max_size=6))
def test_a_chat_is_read_as_it_was_written(messages):
    document = Document("a", "chat", chat_body(messages), tags=[])
    assert read(written(document), "other").body == document.body


@settings(deadline=None)
@given(JSON)
def test_a_configuration_is_read_as_it_was_written(config):
    document = Document("a", "text", "x", config=config)
    found = read(written(document), "other").config
    assert found == ({} if config is None else config)
    assert type(found) is type(config) or config is None


@settings(deadline=None)
@given(st.dictionaries(st.text(min_size=1), st.one_of(st.text(), st.integers(), st.booleans())))
def test_other_readers_of_yaml_understand_the_head(config):
    assert yaml.safe_load(heads.written({"config": config})) == {"config": config}


def test_a_file_looks_like_something_to_edit():
    chat = chat_body(
        [{"role": "system", "content": "You are {{who}}.\n\nBe kind."},
         {"type": "placeholder", "name": "history"}, {"role": "user", "content": "{{question}}"}]
    )  # fmt: skip
    document = Document(
        "support/환불", "chat", chat, 2, ["production"], ["a"], "Kinder", {"t": 0.5}
    )
    assert written(document) == (
        "---\nname: support/환불\ntype: chat\nversion: 2\nlabels:\n- production\ntags:\n- a\n"
        "message: Kinder\nconfig:\n  t: 0.5\n---\n"
        "=== system\nYou are {{who}}.\n\nBe kind.\n=== {history}\n=== user\n{{question}}\n"
    )


def test_a_file_by_hand_needs_little():
    assert read("Hi {{name}}\n", "a/b") == Document("a/b", "text", "Hi {{name}}")
    assert read("---\r\ntype: chat\r\n---\r\n=== user\r\nHi\n", "a").body == [
        {"type": "chatmessage", "role": "user", "content": "Hi"}
    ]
    assert read("---\n---\n", "a").body == ""


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("---\nname: a\n", "does not end"),
        ("---\n- a\n---\n", "must be a mapping"),
        ("---\na: b\n---\n", "“a” means nothing here"),
        ("---\nname: [\n---\n", "Line"),
        ("---\nname: a\nname: b\n---\n", "Line 3: the key “name” stands twice"),
        ("---\nconfig: {a: 1, a: 2}\n---\n", "“a” stands twice"),
        ("---\nconfig: {1: 2}\n---\n", "a key must be a text"),
        ("---\nconfig: &a [1]\n---\n", "anchors and aliases"),
        ("---\nconfig: [*a]\n---\n", "anchors and aliases"),
        ("---\nconfig: !!python/object/apply:os.system [ls]\n---\n", "tags (!)"),
        ("---\nconfig: !!binary aGk=\n---\n", "tags (!)"),
        ("---\nconfig: " + "[" * 70 + "]" * 70 + "\n---\n", "nested more than 60 deep"),
        ("---\nconfig: " + "[" * 100_000 + "\n---\n", "deep"),
        ("---\nconfig: [" + "1," * 120_000 + "]\n---\n", "parts"),
        ("---\nmessage: " + "x" * 600_001 + "\n---\n", "at most 600,000"),
        ("---\nname: 5\n---\n", "name must be a text"),
        ("---\nlabels: production\n---\n", "labels must be a list"),
        ("---\ntags: [1]\n---\n", "tags must be a list"),
        ("---\ntype: image\n---\n", "type must be text or chat"),
        ("---\nversion: x\n---\n", "version must be the number"),
        ("---\nversion: true\n---\n", "version must be the number"),
        ("---\nversion: 0\n---\n", "version must be the number"),
        ("---\na: b\n---\n---\n", "means nothing"),
        ("---\ntype: chat\n---\nHi", "needs a line such as"),
        ("---\ntype: chat\n---\nHi\n=== user\nHo", "above the first message"),
        ("---\ntype: chat\n---\n=== {a}\nHi", "below the placeholder “a”"),
        ("---\nname: \x01\n---\n", "no YAML"),
    ],
)
def test_what_cannot_be_read_says_why(text, told):
    with pytest.raises(InvalidFile) as refused:
        read(text, "a")
    assert told in str(refused.value)


@pytest.mark.parametrize(
    ("text", "value"),
    [("2026-01-01", "2026-01-01"), ("yes", "yes"), ("12:30", "12:30"), ("1e3", "1e3"),
     ("1.0e+3", 1000.0), ("-5", -5),
     ("010", "010"), ("0x1F", "0x1F"), ("1_000", "1_000"), (".inf", ".inf"), ("null", None),
     ("true", True), ("{<<: 1}", {"<<": 1}), ("9" * 30, int("9" * 30))],
)  # fmt: skip
def test_plain_words_mean_what_they_mean_in_json_or_are_texts(text, value):
    assert heads.read(f"config: {text}\n") == {"config": value}


def names_that_are_allowed(text: str) -> bool:
    try:
        return prompt_name(text) == text
    except InvalidName:
        return False


NAMES = st.lists(
    st.one_of(WORD, st.sampled_from(["CON", "nul.txt", ".hidden", "a.", "x" * 120, "환" * 80, "a@2",
                                     "a%2Fb", "..a", "C:", "a\\b", "~", "com1"])),
    min_size=1, max_size=3,
).map("/".join).filter(names_that_are_allowed)  # fmt: skip


@settings(deadline=None)
@given(NAMES, st.one_of(st.none(), st.integers(1, 99)))
def test_a_path_stays_where_it_is_put_and_tells_the_name(name, number):
    path = path_of(name, number)
    assert os.path.normpath(path) == path and not os.path.isabs(path)
    assert all(len(part.encode()) <= 255 and part[0] not in ". " for part in path.split("/"))
    assert not set(path) & set('\\:*?"<>|\0')
    if "~" not in path:
        assert name_of(path) == name


def test_names_that_differ_in_capitals_only_get_files_of_their_own():
    paths = own_paths([path_of("a"), path_of("A"), path_of("ab")])
    assert paths == ["a.md", "A~2.md", "ab.md"]


def test_a_configuration_of_the_largest_size_goes_through():
    config = {f"key {number}": "x" * 1_000 for number in range(450)}
    document = Document("a", "text", "x", config=config)
    assert len(json.dumps(config)) < 500_000
    assert read(written(document), "a") == document
