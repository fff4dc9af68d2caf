"""Items that were edited between two experiments."""

import pytest

from evals.datasets.items import By, NewItem, add
from evals.experiments.edits import edited
from evals.experiments.measuring import measurements

LATER = 3 * 3600  # than the edits, and so than what was run in the hour before


@pytest.fixture
def between(project):
    """`between(ours, base)`: the items that were edited between the two."""

    def found(ours, base):
        measured = measurements(project.id, [ours, base])
        return edited(project.id, measured[ours], measured[base])

    return found


def test_an_item_that_was_edited_is_another_and_one_that_was_tagged_is_not(dataset, told, between):
    base = {told("old", dataset, f"i{n}", f"old{n}") for n in range(3)}.pop()
    add(dataset, [NewItem(id="i1", expected_output="Lyon")], By())
    add(dataset, [NewItem(id="i2", metadata={"seen": True})], By())
    ours = {told("new", dataset, f"i{n}", f"new{n}", at=LATER) for n in range(3)}.pop()
    assert between(ours, base) == {"i1"}


def test_an_edited_item_that_was_run_as_it_had_been_is_the_same(dataset, told, between):
    base = told("old", dataset, "i1", "old1")
    add(dataset, [NewItem(id="i1", input="another")], By())
    said = {"item.version": "2020-01-01T00:00:00Z"}
    ours = told("new", dataset, "i1", "new1", at=LATER, said=said)
    assert between(ours, base) == frozenset()


def test_where_no_dataset_has_the_item_the_spans_tell(told, between):
    base = told("local", None, "x", "t0", run="a", said={"item.expected_output": "1"})
    told("local", None, "y", "t1", run="a", said={"item.expected_output": "1"})
    ours = told("local", None, "x", "t2", run="b", said={"item.expected_output": "2"})
    told("local", None, "y", "t3", run="b")
    assert between(ours, base) == {"x"}


def test_the_page_tells_what_was_edited(client, project, owner, dataset, told, score):
    from django.urls import reverse

    base = told("old", dataset, "i1", "old1")
    add(dataset, [NewItem(id="i1", expected_output="Lyon")], By())
    ours = told("new", dataset, "i1", "new1", at=LATER, level="ERROR")
    client.force_login(owner)
    query = {"id": [base, ours], "show": "edited"}
    page = client.get(reverse("experiment-compare", args=[project.id]), query).content.decode()
    assert "1 item had another input or expected output" in page
    assert "old1" in page and "new1" in page and "Regressed</span>" not in page
