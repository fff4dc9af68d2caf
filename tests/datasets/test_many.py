"""Changing many items at once, and going back."""

import itertools
from types import SimpleNamespace

import pytest

from evals.datasets import items, many, schemas
from evals.datasets.models import ItemVersion
from evals.datasets.table import Wanted
from evals.datasets.views.asked import address, written

pytestmark = pytest.mark.django_db


def splits_of(dataset) -> dict[str, list[str]]:
    return {one.item_id: one.splits for one in items.items_at(dataset)}


def test_what_a_search_finds_is_put_into_a_split_and_out_of_it(dataset, put, by):
    put("a", input="apple", splits=["x"])
    put("b", input="bean")
    put("c", input="apple pie")
    found = Wanted("apple")
    assert many.change(dataset, found, "put", by, split="fruit").items == 2
    assert splits_of(dataset) == {"a": ["fruit", "x"], "b": [], "c": ["fruit"]}
    assert many.change(dataset, found, "put", by, split="fruit").items == 0
    assert many.change(dataset, Wanted(split="fruit"), "take", by, split="fruit").items == 2
    assert splits_of(dataset) == {"a": ["x"], "b": [], "c": []}


def test_a_share_is_chosen_by_chance_and_always_the_same(dataset, by):
    items.add(dataset, [items.NewItem(f"i{n}", input=n) for n in range(300)], by)
    chosen = many.change(dataset, Wanted(), "put", by, split="test", share=20).items
    assert 30 < chosen < 90
    assert many.change(dataset, Wanted(), "put", by, split="test", share=20).items == 0


def test_many_are_archived_and_deleted_and_all_of_it_taken_back(dataset, put, by, inputs):
    put("a", input=1)
    before = put("b", input=2)
    many.change(dataset, Wanted("#1"), "archive", by)
    assert items.items_at(dataset).get(item_id="a").status == "ARCHIVED"
    put("b", input=3)
    put("new", input=4)
    many.change(dataset, Wanted("3"), "delete", by)
    assert inputs(dataset) == [4, 1]
    assert many.restore(dataset, before.valid_from, by).items == 3
    assert inputs(dataset) == [2, 1]
    assert items.items_at(dataset).get(item_id="a").status == "ACTIVE"
    assert many.restore(dataset, before.valid_from, by).items == 0


def test_more_than_the_most_are_refused_and_nothing_is_changed(dataset, put, by, monkeypatch):
    monkeypatch.setattr(many, "MOST", 1)
    first = put("a", input=1)
    put("b", input=2)
    with pytest.raises(many.TooMany):
        many.change(dataset, Wanted(), "delete", by)
    put("c", input=3)
    with pytest.raises(many.TooMany):
        many.restore(dataset, first.valid_from, by)
    assert ItemVersion.objects.count() == 3


@pytest.mark.parametrize("goes_back", [False, True])
def test_all_checks_of_one_change_together_take_no_longer_than_one_may(
    dataset, put, by, monkeypatch, goes_back
):
    first = [put(one, input=one) for one in "abcd"][-1]
    for one in "abcd":
        put(one, input=one, splits=["s"])
    dataset.input_schema = {"type": "string"}
    dataset.save()
    ticks = itertools.count(0.0, schemas.MOST_SECONDS / 2)
    monkeypatch.setattr(schemas, "time", SimpleNamespace(monotonic=lambda: next(ticks)))
    monkeypatch.setattr(many, "AT_ONCE", 1)
    if goes_back:
        told = many.restore(dataset, first.valid_from, by)
    else:
        told = many.change(dataset, Wanted(), "archive", by)
    assert (told.items, len(told.refused)) == (2, 2)


def test_a_person_changes_many_and_goes_back(client, owner, viewer, dataset, put):
    first = put("a", input="x")
    put("b", input="y")
    client.force_login(owner)
    url = address(dataset, "items-change")
    text = client.get(address(dataset)).content.decode()
    assert "Change all 2 items" in text
    client.post(url, {"do": "put", "name": "a,b"})
    assert splits_of(dataset) == {"a": [], "b": []}
    answer = client.post(url, {"do": "put", "name": "s", "q": "y"})
    assert answer["Location"] == address(dataset, q="y")
    assert splits_of(dataset) == {"a": [], "b": ["s"]}
    client.post(url, {"do": "explode"})
    then = address(dataset, at=written(first.valid_from))
    assert "Make the dataset this again" in client.get(then).content.decode()
    client.post(address(dataset, "dataset-restore", at=written(first.valid_from)))
    assert splits_of(dataset) == {"a": []}
    assert client.post(address(dataset, "dataset-restore", at="never")).status_code == 404
    client.force_login(viewer)
    assert client.post(url, {"do": "delete"}).status_code == 404
