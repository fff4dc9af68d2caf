"""The promise of traces.merge: order, grouping and repetition of what is said change nothing."""

import json
from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from traces import merge
from traces.records import Patch, Span

BASE = 1_772_334_000_000_000_000
FIVE = st.integers(0, 4)
WORDS = st.sampled_from(["", "a", "b", "서울", 'quote " \\ . dot', "{", "null"])
LEAVES = st.none() | st.booleans() | st.integers(-2, 2) | WORDS | st.lists(FIVE, max_size=2)
TREES = st.recursive(LEAVES, lambda inner: st.dictionaries(WORDS, inner, max_size=2), max_leaves=4)
TEXTS = WORDS | TREES.filter(lambda tree: isinstance(tree, dict)).map(json.dumps)
EVENTS = st.lists(
    st.fixed_dictionaries({"time": FIVE, "name": WORDS, "attributes": st.just({})}), max_size=2
)
FIELDS = st.fixed_dictionaries(
    {},
    optional={
        "start_time": st.integers(BASE, BASE + 4),
        "end_time": st.integers(BASE - 2, BASE + 6),
        "type": st.sampled_from(["SPAN", "TOOL", "GENERATION"]),
        "name": WORDS,
        "input": WORDS | st.none(),
        "environment": WORDS,
        "public": st.booleans(),
        "parent_span_id": WORDS,
        "is_root": st.booleans(),
        "tags": st.lists(WORDS, max_size=2),
        "metadata": st.dictionaries(WORDS, TEXTS, max_size=2),
        "trace_metadata": st.dictionaries(WORDS, TEXTS, max_size=2),
        "usage": st.dictionaries(WORDS, FIVE, max_size=2),
        "total_cost": st.sampled_from([None, Decimal("0.1"), Decimal("2")]),
        "events": EVENTS | EVENTS.map(json.dumps),
    },
)
PATCHES = st.builds(
    Patch,
    project_id=st.just("p"),
    trace_id=st.just("t"),
    span_id=st.just("s"),
    stated_at=st.integers(BASE, BASE + 3),
    fields=FIELDS,
    rank=st.integers(0, 1),
)


def row(*patches: Patch, onto: Span | None = None) -> Span:
    """The row after these patches, as the store makes it: from what is stored and what is said."""
    known = [merge.stated_by_row(onto)] if onto else []
    said = [merge.stated_by_patch(patch) for patch in patches]
    return merge.row_of(merge.joined(known + said), "p", "t", "s")


def patch(at: int, *, rank: int = 0, **fields) -> Patch:
    return Patch("p", "t", "s", BASE + at, fields, rank)


@settings(max_examples=250, deadline=None)
@given(patches=st.lists(PATCHES, min_size=1, max_size=5), data=st.data())
def test_the_same_patches_in_any_order_grouping_and_number_give_the_same_row(patches, data):
    expected = row(*patches)
    repeated = patches + data.draw(st.lists(st.sampled_from(patches), max_size=3))
    shuffled = data.draw(st.permutations(repeated))
    stored = None
    while shuffled:
        size = data.draw(st.integers(1, len(shuffled)))
        stored = row(*shuffled[:size], onto=stored)
        shuffled = shuffled[size:]
    assert stored == expected


@settings(max_examples=150, deadline=None)
@given(patches=st.lists(PATCHES, min_size=1, max_size=4))
def test_a_row_read_back_says_what_was_said(patches):
    stored = row(*patches)
    assert row(*patches, onto=stored) == stored


def test_null_and_empty_erase_nothing():
    stored = row(
        patch(0, name="chat", input="hi", metadata={"a": "1"}, tags=["x"]),
        patch(1, name="", input=None, metadata={}, tags=[], output=""),
    )
    assert (stored.name, stored.input, stored.metadata, stored.tags) == (
        "chat", "hi", {"a": "1"}, ["x"],
    )  # fmt: skip


def test_false_and_zero_are_values():
    stored = row(patch(0, public=True, prompt_version=3), patch(1, public=False, prompt_version=0))
    assert (stored.public, stored.prompt_version) == (False, 0)


def test_what_was_said_last_counts_whenever_it_arrives():
    assert row(patch(5, output="late"), patch(2, output="early")).output == "late"


def test_at_the_same_moment_the_update_has_the_last_word():
    assert row(patch(0, rank=1, output="b"), patch(0, rank=0, output="z")).output == "b"


def test_metadata_is_merged_to_its_depth():
    stored = row(
        patch(0, metadata={"user": '{"id": 1, "plan": {"name": "free", "seats": 2}}', "a": "x"}),
        patch(1, metadata={"user": '{"plan": {"name": "pro"}}', "b": "y"}),
    )
    assert json.loads(stored.metadata["user"]) == {"id": 1, "plan": {"name": "pro", "seats": 2}}
    assert (stored.metadata["a"], stored.metadata["b"]) == ("x", "y")


def test_metadata_that_was_said_once_is_kept_to_the_letter():
    text = '{"b": 1.0, "a": 1e400, "a": "\\ud800"}'
    assert row(patch(0, metadata={"k": text})).metadata["k"] == text


def test_a_metadata_value_replaced_by_an_object_does_not_come_back():
    said = [
        patch(0, metadata={"k": '{"x": 1}'}),
        patch(1, metadata={"k": "plain"}),
        patch(2, metadata={"k": '{"y": 2}'}),
    ]
    assert json.loads(row(*said).metadata["k"]) == {"y": 2}
    stored = row(said[2])
    stored = row(said[1], onto=stored)
    assert json.loads(row(said[0], onto=stored).metadata["k"]) == {"y": 2}


def test_a_null_in_an_object_replaces_no_value():
    stored = row(patch(0, metadata={"k": '{"x": 1}'}), patch(1, metadata={"k": '{"x": null}'}))
    assert json.loads(stored.metadata["k"]) == {"x": 1}


def test_keys_with_dots_are_not_mistaken_for_paths():
    stored = row(
        patch(0, metadata={"a.b": "1", "a": '{"b": "2"}'}), patch(1, metadata={"a": '{"c": "3"}'})
    )
    assert stored.metadata["a.b"] == "1"
    assert json.loads(stored.metadata["a"]) == {"b": "2", "c": "3"}


def test_attributes_from_a_thousand_levels_down_are_replaced_as_a_whole():
    deep = '{"a":' * 5000 + "1" + "}" * 5000
    assert row(patch(0, metadata={"k": '{"a": 1}'}), patch(1, metadata={"k": deep})).metadata == {
        "k": deep
    }


def test_a_specific_type_beats_a_span_said_later():
    assert row(patch(0, type="GENERATION"), patch(9, type="SPAN")).type == "GENERATION"


def test_the_first_statement_of_start_and_environment_counts():
    stored = row(
        patch(4, start_time=BASE + 9, environment="late"),
        patch(1, start_time=BASE + 7, environment="early"),
    )
    assert (stored.start_time, stored.environment) == (BASE + 7, "early")


def test_a_row_whose_start_nobody_said_starts_when_it_was_first_heard_of():
    stored = row(patch(4, name="x"), patch(2, output="y"))
    assert stored.start_time == BASE + 2
    assert stored.marks == [merge.START_UNKNOWN]
    assert row(patch(9, start_time=BASE + 1), onto=stored).marks == []


def test_an_end_before_the_start_is_put_at_the_start_and_marked():
    stored = row(patch(0, start_time=BASE + 5, end_time=BASE + 1))
    assert (stored.end_time, stored.marks) == (BASE + 5, [merge.END_BEFORE_START])


def test_an_end_is_believed_again_once_an_earlier_start_is_known():
    stored = row(patch(3, start_time=BASE + 5, end_time=BASE + 2))
    stored = row(patch(1, start_time=BASE + 1), onto=stored)
    assert (stored.start_time, stored.end_time, stored.marks) == (BASE + 1, BASE + 2, [])


def test_the_trace_row_is_no_observation():
    said = Patch("p", "t", "", BASE, {"trace_name": "chat", "type": "SPAN"})
    stored = merge.row_of(merge.stated_by_patch(said), "p", "t", "")
    assert (stored.type, stored.is_root, stored.marks) == ("TRACE", False, [])


def test_events_are_united_in_order_of_time():
    first = {"time": 2, "name": "b", "attributes": {"k": "v"}}
    second = {"time": 1, "name": "a", "attributes": {}}
    stored = row(patch(0, events=[first]), patch(1, events=json.dumps([second, first])))
    assert json.loads(stored.events) == [second, first]


def test_events_beyond_the_cap_are_cut_and_marked_in_any_order():
    events = [{"time": n, "name": "e"} for n in range(merge.MAX_UNITED + 10)]
    halves = (
        patch(0, events=events[: len(events) // 2]),
        patch(1, events=events[len(events) // 2 :]),
    )
    stored = row(halves[1], onto=row(halves[0]))
    assert stored == row(halves[0], onto=row(halves[1]))
    assert json.loads(stored.events) == events[: merge.MAX_UNITED]
    assert stored.marks == [merge.UNITED_CUT, merge.START_UNKNOWN]


def test_what_was_derived_is_derived_anew():
    stored = row(patch(0, usage={"input": 1}))
    stored.total_cost, stored.input_tokens = Decimal(5), 1
    again = row(patch(1, output="x"), onto=stored)
    assert (again.total_cost, again.input_tokens) == (None, 0)


def span(**fields) -> Span:
    return Span("p", "t", "s", start_time=BASE, end_time=BASE + 8, **fields)


def test_a_complete_span_says_what_differs_from_the_defaults():
    whole = span(name="chat", input="hi", metadata={"a": "1"}, usage={"input": 3}, input_tokens=3)
    said = merge.stated_by_span(whole)
    stored = merge.row_of(said, "p", "t", "s")
    assert replace(stored, clocks={}) == replace(whole, input_tokens=0, is_root=True)


def test_a_complete_span_and_a_log_event_join_in_either_order():
    whole = merge.stated_by_span(span(name="chat"))
    log = merge.stated_by_patch(patch(4, events=[{"time": 1, "name": "gen_ai.choice"}]))
    one = merge.row_of(merge.joined([whole, log]), "p", "t", "s")
    other = merge.row_of(merge.joined([log, whole]), "p", "t", "s")
    assert one == other
    assert (one.name, one.start_time) == ("chat", BASE)


def test_a_computed_cost_is_no_statement():
    said = merge.stated_by_span(span(cost={"total": Decimal(1)}, cost_source="computed"))
    assert "cost" not in said.single
    said = merge.stated_by_span(span(cost={"total": Decimal(1)}, cost_source="sent"))
    assert said.single["cost"][1] == {"total": Decimal(1)}


@pytest.mark.parametrize("field", ["version", "trace_id", "nonsense"])
def test_a_patch_cannot_set_what_is_not_its_own(field):
    with pytest.raises(ValueError, match="cannot set"):
        merge.stated_by_patch(patch(0, **{field: 1}))
