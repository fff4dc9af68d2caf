"""Items and their versions."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from evals.datasets import items, keeping, schemas
from evals.datasets.items import NewItem, Refused, items_at
from evals.datasets.models import ItemVersion

pytestmark = pytest.mark.django_db


def test_every_change_is_a_version_and_the_past_stays_what_it_was(dataset, put, by, inputs):
    first = put("a", input={"q": 1})
    second = put("b", input={"q": 2})
    third = put("a", input={"q": 3})
    [gone] = items.delete(dataset, ["b", "nobody"], by)
    assert inputs(dataset) == [{"q": 3}]
    assert inputs(dataset, first.valid_from) == [{"q": 1}]
    assert inputs(dataset, second.valid_from) == [{"q": 2}, {"q": 1}]
    assert inputs(dataset, third.valid_from) == [{"q": 2}, {"q": 3}]
    assert inputs(dataset, gone.valid_from) == [{"q": 3}]
    assert inputs(dataset, first.valid_from - timedelta(milliseconds=1)) == []
    assert first.valid_from < second.valid_from < third.valid_from < gone.valid_from


def test_what_is_not_given_stays_and_what_changes_nothing_makes_no_version(dataset, put):
    put("a", input=1, metadata={"k": "v"}, splits=["test"])
    changed = put("a", expected_output="yes")
    assert (changed.input, changed.metadata, changed.splits) == (1, {"k": "v"}, ["test"])
    assert put("a", input=1).pk == changed.pk
    assert put("a", input=True).pk != changed.pk  # for Python they are equal
    assert ItemVersion.objects.filter(item_id="a").count() == 3


def test_a_deleted_item_can_be_made_again_as_it_was(dataset, put, by, inputs):
    before = put("a", input="x", expected_output="y")
    items.delete(dataset, ["a"], by)
    assert items.item_in(dataset.project_id, "a") is None
    again = items.restore(before, by)
    assert (again.input, again.expected_output, again.number) == ("x", "y", before.number)
    assert inputs(dataset) == ["x"]


def test_a_new_item_of_a_deleted_one_has_nothing_of_it(dataset, put, by):
    put("a", input="x", metadata=1)
    items.delete(dataset, ["a"], by)
    assert put("a", input="z").metadata is None


def test_the_same_item_twice_in_one_call_is_the_last_of_both(dataset, by, inputs):
    wanted = [NewItem("a", input=1), NewItem("a", expected_output=2), NewItem(input=3)]
    outcomes = items.add(dataset, wanted, by)
    assert inputs(dataset) == [3, 1]
    assert outcomes[0].pk == outcomes[1].pk
    assert outcomes[0].expected_output == 2


def test_an_id_of_another_dataset_is_refused_and_of_another_project_it_is_free(
    dataset, make_dataset, put, other_project
):
    put("a", input=1)
    refused = put("a", of=make_dataset("other"), input=2)
    assert isinstance(refused, Refused) and refused.is_elsewhere
    assert put("a", of=make_dataset("qa", project=other_project), input=2).input == 2
    assert items.item_in(dataset.project_id, "a").input == 1


def test_an_item_that_breaks_the_schema_is_told_in_its_place_and_the_others_are_stored(
    make_dataset, by, inputs
):
    schema = {"type": "object", "properties": {"q": {"type": "string"}}, "required": ["q"]}
    dataset = make_dataset("strict", input_schema=schema, expected_output_schema={"type": "string"})
    wanted = [
        NewItem(input={"q": "one"}),
        NewItem(input={"q": 2}),
        NewItem(input={"q": "three"}, expected_output=3),
        NewItem(input={"q": "four"}, expected_output="4"),
    ]
    outcomes = items.add(dataset, wanted, by)
    assert [isinstance(one, Refused) for one in outcomes] == [False, True, True, False]
    assert "$.q: 2 is not of type 'string'" in outcomes[1].reason
    assert outcomes[2].reason.startswith("Expected output: $: 3 is not")
    assert inputs(dataset) == [{"q": "four"}, {"q": "one"}]


@pytest.mark.parametrize(
    "fields",
    [
        {"item_id": "x" * 256},
        {"item_id": "a\0b"},
        {"input": "half \ud800"},
        {"input": {"\0": 1}},
        {"metadata": float("nan")},
        {"expected_output": "x" * 1_000_001},
        {"splits": ["a,b"]},
        {"splits": [str(number) for number in range(21)]},
        {"status": "GONE"},
        {"source_trace_id": "x" * 801},
    ],
)
def test_what_cannot_be_kept_is_refused(put, dataset, inputs, fields):
    assert isinstance(put(fields.pop("item_id", ""), **fields), Refused)
    assert inputs(dataset) == []


def test_what_is_nested_without_end_is_refused(put):
    value: object = 1
    for _ in range(100):
        value = [value]
    assert isinstance(put(input=value), Refused)


@pytest.mark.django_db(transaction=True)
def test_changes_at_the_same_moment_lose_nothing(dataset, by, inputs):
    def one(number: int) -> None:
        try:
            items.add(dataset, [NewItem("same", input=number), NewItem(input=number)], by)
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(one, range(12)))
    versions = list(ItemVersion.objects.filter(item_id="same").order_by("valid_from"))
    assert sorted(one.input for one in versions) == list(range(12))
    assert [one.valid_to for one in versions] == [
        *(one.valid_from for one in versions[1:]), None
    ]  # fmt: skip
    assert len(inputs(dataset)) == 13
    keeping.remove(dataset, by)


@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(
        st.tuples(st.sampled_from("abc"), st.none() | st.integers(0, 2)), min_size=1, max_size=12
    )
)
def test_at_every_moment_the_items_are_those_of_a_plain_dictionary(dataset, by, steps):
    items.delete(dataset, ["a", "b", "c"], by)
    state = {}
    past = []
    for item_id, value in steps:
        if value is None:
            items.delete(dataset, [item_id], by)
            state.pop(item_id, None)
        else:
            items.add(dataset, [NewItem(item_id, input=value)], by)
            state[item_id] = value
        dataset.refresh_from_db()
        if dataset.items_changed_at:
            past.append((dataset.items_changed_at, dict(state)))
    for moment, then in past:
        assert {one.item_id: one.input for one in items_at(dataset, moment)} == then
    assert {one.item_id: one.input for one in items_at(dataset)} == state


def test_a_schema_that_takes_long_holds_nobody_up(dataset, by, monkeypatch):
    from evals.datasets.models import Dataset

    Dataset.objects.filter(pk=dataset.pk).update(input_schema={"type": "string"})
    monkeypatch.setattr(schemas, "MOST_SECONDS", -1.0)
    [refused] = items.add(dataset, [NewItem(input="x")], by)
    assert refused.reason.endswith("would take too long.")
