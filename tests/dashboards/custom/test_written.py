"""Boards as JSON: written and read back, and nothing else is read."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dashboards.custom.widget import Measured, Widget, problems
from dashboards.custom.written import MAX_BYTES, Draft, Unreadable, as_dict, read, written

WIDGET = as_dict(Widget(title="Cost", measures=(Measured("cost", "sum"),), by=("model",)))
BOARD = {"sonde_board": 1, "name": "Mine", "description": "", "widgets": [WIDGET]}
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=60).filter(str.isprintable)
JSONS = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=12), inner),
    max_leaves=20,
)


@given(TEXTS, TEXTS.filter(str.strip), st.sampled_from((3, 4, 6, 8, 12)), st.integers(1, 20))
def test_what_is_written_is_read_back(description, title, width, most):
    widget = Widget(title=title, width=width, most=most, by=("metadata.a",), filter="level:ERROR")
    draft = Draft("Mine", description, (widget, widget))
    assert read(written(draft)) == draft


@given(JSONS, st.sampled_from(["", *BOARD, *WIDGET]))
@settings(max_examples=200)
def test_whatever_stands_in_a_field_is_a_board_that_can_be_drawn_or_is_refused(value, field):
    board = {**BOARD, field: value} if field in BOARD else BOARD
    if field in WIDGET:
        board = {**BOARD, "widgets": [{**WIDGET, field: value}]}
    try:
        found = read(json.dumps(board if field else value))
    except Unreadable as error:
        assert str(error)
    else:
        assert not any(problems(one) for one in found.widgets)


@given(st.text(max_size=200))
def test_any_other_text_is_refused(text):
    with pytest.raises(Unreadable):
        read(text)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('{"sonde_board": 1,', "not JSON: see line 1"),
        ("[" * 50_000, "not JSON"),
        ("1" * 6_000, "not JSON"),
        ("[]", "an object"),
        (" " * (MAX_BYTES + 1), "kB"),
        ('{"sonde_board": 1, "sonde_board": 1}', "twice"),
        ('{"sonde_board": NaN}', "no number"),
        (json.dumps({**BOARD, "sonde_board": 2}), "version"),
        (json.dumps({**BOARD, "sonde_board": True}), "version"),
        (json.dumps({**BOARD, "script": "x"}), "no field “script”"),
        (json.dumps({**BOARD, "name": " "}), "no name"),
        (json.dumps({**BOARD, "name": "\ud800"}), "“name”"),
        (json.dumps({**BOARD, "name": "a\0"}), "“name”"),
        (json.dumps({**BOARD, "name": "\u202egnp.exe"}), "“name” has invisible"),
        (json.dumps({**BOARD, "description": "a\nb"}), "“description” has invisible"),
        (json.dumps({**BOARD, "widgets": [{**WIDGET, "title": "a\u200b"}]}), "visible characters"),
        (json.dumps({**BOARD, "widgets": [WIDGET] * 25}), "“widgets”"),
        (json.dumps({**BOARD, "widgets": [{**WIDGET, "sql": "x"}]}), "widget 1"),
        (json.dumps({**BOARD, "widgets": [WIDGET, {**WIDGET, "by": ["x"]}]}), "widget 2"),
        (json.dumps({**BOARD, "widgets": [{**WIDGET, "width": True}]}), "“width”"),
    ],
)
def test_what_is_refused_is_told_with_its_place(text, words):
    with pytest.raises(Unreadable, match=words):
        read(text)
