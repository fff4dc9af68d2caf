"""Experiments of more items than one query reads: the API tells all of them, page by page."""

import time

import pytest

from evals.experiments.models import RunItem
from evals.experiments.names import run_id
from evals.experiments.reading import ALL, item_runs
from traces.queries.experiments import MOST_MEMBERS
from traces.records import Span
from traces.writer import insert_spans

MANY = MOST_MEMBERS + 50
ITEMS, RUN = "experiment-items", "datasets/geo/capitals/runs/long"
SINCE = "2020-01-01T00:00:00Z"


@pytest.fixture
def long_run(project, dataset, now):
    """Of MANY items, of which spans tell; number n is the n-th."""
    known = run_id(project.id, dataset.pk, "long")
    said = {"name": "long", "dataset.id": dataset.pk}
    insert_spans(
        [
            Span(
                project.id, f"t{n:05}", "root", now + n * 1_000_000, end_time=now + n * 1_000_000,
                is_root=True, received_at=now, version=time.time_ns(), experiment_id=known,
                experiment={**said, "item.id": f"x{n}", "item.root_observation_id": "root"},
            )
            for n in range(MANY)
        ]
    )  # fmt: skip
    return known


def test_a_run_is_paged_to_its_end_and_told_whole(call, dataset, long_run):
    asked = {"datasetId": dataset.pk, "runName": "long", "limit": 100, "page": MANY // 100 + 1}
    last = call("get", "dataset-run-items", asked)[1]
    assert last["meta"]["totalItems"] == MANY
    assert [one["datasetItemId"] for one in last["data"]][-1] == "x0"
    assert call("get", "dataset-run-items", asked | {"page": 1_000})[1]["data"] == []
    whole = call("get", RUN)[1]["datasetRunItems"]
    assert len({one["datasetItemId"] for one in whole}) == len(whole) == MANY


def test_a_run_that_is_too_long_to_be_told_whole_says_so(call, dataset, long_run, monkeypatch):
    monkeypatch.setattr("evals.experiments.api.runs.MOST_WHOLE", 20)
    status, told = call("get", RUN)
    assert status == 400 and "dataset-run-items" in str(told)


def test_items_of_experiments_go_on_behind_any_cursor(call, project, dataset, long_run, now):
    from traces.api.parameters import encoded_cursor

    runs = item_runs(project.id, [long_run], most=ALL)[long_run]
    assert len(runs) == MANY
    near_the_end = runs[-6]
    cursor = encoded_cursor(now, long_run, near_the_end.created, near_the_end.id)
    asked = {"experimentId": long_run, "fromStartTime": SINCE, "limit": 3}
    page = call("get", ITEMS, asked | {"cursor": cursor})[1]
    assert [one["experimentItemId"] for one in page["data"]] == ["x4", "x3", "x2"]
    page = call("get", ITEMS, asked | {"cursor": page["meta"]["cursor"]})[1]
    assert [one["experimentItemId"] for one in page["data"]] == ["x1", "x0"]
    assert "cursor" not in page["meta"]


def test_what_rows_and_spans_tell_of_is_told_once_however_it_is_paged(
    call, project, dataset, told, now
):
    """The row of an item is made after its spans: its place is by the row."""
    for n in range(6):
        told("both", dataset, f"i{n % 5}", f"t{n}", at=-60 + n)
    for n in (0, 3):  # in another order than the spans
        link = {"runName": "both", "datasetItemId": f"i{n % 5}", "traceId": f"t{n}"}
        assert call("post", "dataset-run-items", link)[0] == 200
    assert RunItem.objects.count() == 2
    for limit in (1, 2, 4):
        found, cursor = [], None
        while True:
            asked = {"experimentName": "both", "fromStartTime": SINCE, "limit": limit}
            page = call("get", ITEMS, asked | ({"cursor": cursor} if cursor else {}))[1]
            found += [one["traceId"] for one in page["data"]]
            if (cursor := page["meta"].get("cursor")) is None:
                break
        assert found == ["t3", "t0", "t5", "t4", "t2", "t1"]
        asked = {"datasetId": dataset.pk, "runName": "both", "limit": limit}
        pages = [
            call("get", "dataset-run-items", asked | {"page": n + 1})[1]
            for n in range(6 // limit + 1)
        ]
        assert [one["traceId"] for page in pages for one in page["data"]] == found
        assert pages[0]["meta"]["totalItems"] == 6
