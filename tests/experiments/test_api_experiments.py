"""What SDK 5 reads: experiments and their items, by cursor."""

import pytest

ALL = {"fromStartTime": "2020-01-01T00:00:00Z"}


def test_experiments_come_page_by_page_the_newest_first(call, dataset, told):
    for n in range(3):
        told(f"run {n}", dataset, "i0", f"t{n}", at=n)
    first = call("get", "experiments", {**ALL, "limit": 2})[1]
    rest = call("get", "experiments", {**ALL, "limit": 2, "cursor": first["meta"]["cursor"]})[1]
    assert [one["name"] for one in first["data"] + rest["data"]] == ["run 2", "run 1", "run 0"]
    assert rest["meta"] == {}


def test_an_experiment_tells_what_it_is(call, dataset, told, score):
    known = told("a", dataset, "i0", "t0", said={"description": "why", "metadata.k": "[1]"})
    told("a", dataset, "i0", "t1", at=5)
    score("", "mean", 0.5, dataset_run_id=known)
    asked = {**ALL, "fields": "core,metadata,scores"}
    (found,) = call("get", "experiments", asked)[1]["data"]
    assert (found["id"], found["datasetId"], found["itemCount"]) == (known, dataset.pk, 1)
    assert (found["description"], found["metadata"]) == ("why", {"k": [1]})
    assert [one["value"] for one in found["scores"]] == [0.5]
    assert "metadata" not in call("get", "experiments", ALL)[1]["data"][0]


def test_an_experiment_of_no_dataset_is_told(call, told):
    told("local", None, "hash", "t0", run="chosen-by-hand", said={"item.expected_output": '"yes"'})
    (found,) = call("get", "experiments", {**ALL, "id": "chosen-by-hand"})[1]["data"]
    assert found["datasetId"] is None
    asked = {**ALL, "experimentName": "local", "fields": "io"}
    (item,) = call("get", "experiment-items", asked)[1]["data"]
    assert (item["input"], item["output"], item["expectedOutput"]) == ("q", "a", "yes")


def test_items_come_page_by_page_with_what_is_asked_for(call, dataset, told, score):
    for n in range(3):
        told("a", dataset, f"i{n}", f"t{n}", at=n)
    call("post", "dataset-run-items", {"runName": "b", "datasetItemId": "i4", "traceId": "t4"})
    score("t1", "ok", 1.0, data_type="BOOLEAN", observation_id="t1-root")
    asked = {**ALL, "limit": 2, "fields": "io,scores,itemMetadata", "datasetId": dataset.pk}
    found, pages = [], 0
    while True:
        answer = call("get", "experiment-items", asked)[1]
        found, pages = found + answer["data"], pages + 1
        if not answer["meta"]:
            break
        asked["cursor"] = answer["meta"]["cursor"]
    assert pages == 2
    assert [one["experimentItemId"] for one in found] == ["i4", "i2", "i1", "i0"]
    assert [one["id"] for one in found] == ["t4", "t2-root", "t1-root", "t0-root"]
    assert found[2]["expectedOutput"] == "Paris"
    assert [one["value"] for one in found[2]["scores"]] == [True]
    assert "experimentDatasetId" not in found[0]


def test_the_window_and_the_filter_narrow(call, dataset, told):
    told("a", dataset, "i0", "t0")
    told("b", dataset, "i0", "t1")
    condition = '[{"type":"string","column":"name","operator":"=","value":"b"}]'
    assert [x["name"] for x in call("get", "experiments", {**ALL, "filter": condition})[1]["data"]]
    assert call("get", "experiments", {"fromStartTime": "2090-01-01T00:00:00Z"})[1]["data"] == []
    assert call("get", "experiments", {})[0] == 400
    assert call("get", "experiments", {**ALL, "cursor": "bm8"})[0] == 400
    assert call("get", "experiment-items", {**ALL, "fields": "everything"})[0] == 400
    gone = {**ALL, "experimentItemId": "i3"}
    assert call("get", "experiment-items", gone)[1]["data"] == []


@pytest.fixture
def reads(monkeypatch):
    """What items were read of, query by query."""
    from evals.experiments.api import experiments as api

    found, read = [], api.item_runs
    monkeypatch.setattr(
        api, "item_runs", lambda *given, **more: found.append(given[1]) or read(*given, **more)
    )
    return found


def test_an_item_that_is_named_is_looked_for_in_all_experiments_at_once(call, dataset, told, reads):
    runs = [told(f"run {n}", dataset, f"i{n % 2}", f"t{n}", at=n) for n in range(4)]
    named = {**ALL, "experimentItemId": "i1"}
    found = call("get", "experiment-items", named)[1]
    assert [one["traceId"] for one in found["data"]] == ["t3", "t1"] and found["meta"] == {}
    assert call("get", "experiment-items", {**ALL, "experimentItemId": "none"})[1]["data"] == []
    assert [sorted(some) for some in reads] == [sorted(runs)] * 2


def test_a_page_that_takes_long_to_fill_ends_early_and_is_gone_on_from(
    call, dataset, told, reads, monkeypatch
):
    from evals.experiments.api import experiments as api

    monkeypatch.setattr(api, "ITEMS_AT_ONCE", 1)
    monkeypatch.setattr(api, "MOST_READS", 2)
    for n in range(4):
        told(f"run {n}", dataset, "i0", f"t{n}", at=n)
    asked, found, pages = {**ALL, "limit": 50}, [], 0
    while True:
        answer = call("get", "experiment-items", asked)[1]
        found, pages = found + answer["data"], pages + 1
        if not answer["meta"]:
            break
        asked["cursor"] = answer["meta"]["cursor"]
    assert [one["traceId"] for one in found] == ["t3", "t2", "t1", "t0"]
    assert pages > 1 and len(reads) <= 2 * pages
