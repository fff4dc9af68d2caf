"""What the pages make of a prompt's text: pieces, lengths, differences, and programs to copy."""

import ast
import json
import re
import shlex

import pytest
from hypothesis import given
from hypothesis import strategies as st

from prompts.diff import Side, compared, inline
from prompts.marking import pieces
from prompts.snippets import snippets_of
from prompts.tokens import tokens_in

TEXTS = st.lists(
    st.sampled_from(
        [
            "{{",
            "}}",
            "a",
            "{{a}}",
            " ",
            "@@@",
            "@@@langfusePrompt:name=x|label=y@@@",
            "\n",
            "한",
            "{",
        ]
    )
).map("".join)
HOSTILE = 'it\'s "a" \\ `rm -rf /` $(x) </script>\u2028 {{x}} ${y} 한국'


def side(body, config=None):
    return Side(body, config or {}, body)


@given(TEXTS)
def test_the_pieces_are_the_text(text):
    assert "".join(piece.text for piece in pieces(text)) == text


def test_variables_includes_and_slips_are_told_apart():
    text = (
        "Hi {{name}}, {{first name}} @@@langfusePrompt:name=a|version=2@@@ @@@langfusePrompt:x@@@"
    )
    kinds = [(piece.kind, bool(piece.wanted)) for piece in pieces(text) if piece.kind != "text"]
    assert kinds == [
        ("variable", False),
        ("slip", False),
        ("reference", True),
        ("reference", False),
    ]


@pytest.mark.parametrize(
    ("body", "tokens"),
    [
        ("", 0),
        ("word", 1),
        ("words", 2),
        ("Say hello.", 4),
        ("{{variable}}", 0),
        ("안녕하세요", 5),
        ("a\n\n\nb", 3),
        ([{"type": "chatmessage", "role": "user", "content": "word"}], 5),
        ([{"type": "placeholder", "name": "history"}], 0),
    ],
)
def test_a_length_is_estimated_as_the_documentation_says(body, tokens):
    assert tokens_in(body) == tokens


@given(st.text(max_size=300), st.text(max_size=300))
def test_a_longer_text_is_never_estimated_shorter(text, more):
    plain = text.replace("{", "(").replace("}", ")")
    assert tokens_in(plain) <= tokens_in(f"{plain}\n{more.replace('{', '(').replace('}', ')')}")


@pytest.mark.parametrize("part", ["a", "한", "a_", "{{", "a{{a"])
def test_the_longest_prompt_is_estimated(part):
    """Were it quadratic, this would not end within hours."""
    assert 0 < tokens_in(part * (500_000 // len(part))) <= 500_000


def test_the_order_of_keys_is_no_difference_in_a_configuration():
    found = compared(
        side("x", {"a": 1, "b": {"c": 2, "d": 3}}), side("x", {"b": {"d": 3, "c": 2}, "a": 1})
    )
    assert found.is_same


def test_the_inline_diff_holds_both_texts_whole():
    before, after = "one\ntwo\nthree\nfour", "one\n2\nthree\nfour\nfive"
    lines = list(inline(compared(side(before), side(after)).text.rows))
    kept = ("same", "removed")
    assert (
        "\n".join("".join(p.text for p in line.pieces) for line in lines if line.kind in kept)
        == before
    )
    kept = ("same", "added")
    assert (
        "\n".join("".join(p.text for p in line.pieces) for line in lines if line.kind in kept)
        == after
    )


def test_variables_of_what_is_included_count_as_the_prompts_own():
    before, after = Side("a", {}, "a"), Side("a", {}, "a {{new}}")
    assert compared(before, after).variables.added == ["new"]


def test_no_name_breaks_out_of_the_programs_that_are_offered():
    body = [{"type": "chatmessage", "role": "user", "content": "{{a.b-c}}"}]
    made = snippets_of("http://x", HOSTILE, body, label="", number=3)
    python, javascript, curl = (snippet.text for snippet in made)
    calls = [node for node in ast.walk(ast.parse(python)) if isinstance(node, ast.Call)]
    named = [arg.value for call in calls for arg in call.args if isinstance(arg, ast.Constant)]
    assert named == [HOSTILE]
    quoted = re.search(r"prompt\.get\((.*), \{ version: 3, ", javascript)[1]
    assert json.loads(quoted) == HOSTILE
    words = shlex.split(curl)
    assert words[:2] == ["curl", "-u"] and words[-1].startswith("http://x/api/public/v2/prompts/")
    assert not set(words[-1]) & set("'\"` $<>")
