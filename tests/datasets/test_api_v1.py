"""Sonde's own API of datasets."""

import pytest

from evals.datasets import items
from evals.datasets.views.asked import written

API = "/api/v1/datasets"


def test_datasets_are_listed_by_name_with_their_counts(ask, make_dataset, put):
    for name in ("a/x", "a/y"):
        made = make_dataset(name)
    put(of=made, input=1)
    put(of=made, input=2, status="ARCHIVED")
    first = ask("get", API, {"limit": 2})[1]
    assert [one["name"] for one in first["data"]] == ["a/x", "a/y"]
    assert (first["data"][1]["items"], first["data"][1]["archived"]) == (2, 1)
    rest = ask("get", API, {"limit": 2, "cursor": first["next_cursor"]})[1]
    assert ([one["name"] for one in rest["data"]], rest["next_cursor"]) == (["qa"], None)
    assert len(ask("get", API, {"folder": "a"})[1]["data"]) == 2
    assert ask("get", f"{API}/a/y")[1] == first["data"][1]


def test_items_are_read_as_they_are_and_as_they_were(ask, dataset, put, by):
    first = put("a", input={"q": 1}, splits=["s"])
    put("b", input=2, status="ARCHIVED")
    put("a", input={"q": 3})
    page = ask("get", f"{API}/qa/items", {"limit": 1})[1]
    assert [one["id"] for one in page["data"]] == ["b"]
    rest = ask("get", f"{API}/qa/items", {"cursor": page["next_cursor"]})[1]
    assert [one["input"] for one in rest["data"]] == [{"q": 3}]
    then = ask("get", f"{API}/qa/items", {"at": written(first.valid_from)})[1]["data"]
    assert [(one["input"], one["splits"], one["number"]) for one in then] == [({"q": 1}, ["s"], 1)]
    assert len(ask("get", f"{API}/qa/items", {"split": "s"})[1]["data"]) == 1
    assert len(ask("get", f"{API}/qa/items", {"status": "ARCHIVED"})[1]["data"]) == 1
    items.delete(dataset, ["a", "b"], by)
    assert ask("get", f"{API}/qa/items")[1] == {"data": [], "next_cursor": None}


def test_very_long_items_end_a_page_early(ask, put):
    for number in range(12):
        put(str(number), input="x" * 999_000)
    page = ask("get", f"{API}/qa/items")[1]
    assert 8 <= len(page["data"]) < 12
    rest = ask("get", f"{API}/qa/items", {"cursor": page["next_cursor"]})[1]
    assert len(page["data"]) + len(rest["data"]) == 12


@pytest.mark.parametrize(
    ("path", "query", "status"),
    [
        ("/nobody", {}, 404),
        ("/nobody/items", {}, 404),
        ("/qa/items", {"at": "yesterday"}, 400),
        ("/qa/items", {"status": "GONE"}, 400),
        ("/qa/items", {"cursor": "x"}, 400),
        ("", {"limit": "0"}, 400),
    ],
)
def test_what_is_wrong_is_told_as_a_problem(ask, dataset, path, query, status):
    code, told = ask("get", f"{API}{path}", query)
    assert (code, told["status"]) == (status, status)


def test_what_another_project_has_is_not_found(ask, dataset, other_key):
    assert ask("get", f"{API}/qa", key=other_key)[0] == 404
    assert ask("get", f"{API}/qa/items", key=other_key)[0] == 404
