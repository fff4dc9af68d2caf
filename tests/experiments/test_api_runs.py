"""Langfuse's API of dataset runs: what SDKs 2 to 4 post, and what all have recorded."""

import pytest

from evals.experiments.models import Run, RunItem
from evals.experiments.names import run_id

RUNS = "datasets/geo/capitals/runs"


def link(item="i0", trace="t0", **body):
    return {"runName": "first", "datasetItemId": item, "traceId": trace, **body}


def test_what_is_posted_is_there_when_it_is_answered(call, dataset, project):
    status, made = call("post", "dataset-run-items", link(observationId="o1"))
    assert status == 200
    assert made["datasetRunId"] == run_id(project.id, dataset.pk, "first")
    assert (made["datasetItemId"], made["traceId"], made["observationId"]) == ("i0", "t0", "o1")
    status, run = call("get", f"{RUNS}/first")
    assert status == 200
    assert (run["name"], run["datasetName"], run["metadata"]) == ("first", "geo/capitals", None)
    assert run["datasetRunItems"] == [made]
    assert call("get", RUNS)[1]["meta"]["totalItems"] == 1


def test_the_id_is_the_one_that_sdk_5_reckons():
    assert run_id("p", "d", "런 1") == "db26814f440e9cb0"


def test_posted_again_it_is_there_once(call, dataset):
    first = call("post", "dataset-run-items", link())[1]
    again = call("post", "dataset-run-items", link(runDescription="why", metadata={"k": 1}))[1]
    assert again["id"] == first["id"]
    assert RunItem.objects.count() == 1
    run = call("get", f"{RUNS}/first")[1]
    assert (run["description"], run["metadata"]) == ("why", {"k": 1})


def test_an_observation_says_which_trace_it_is_in(call, dataset, span):
    span("t9", "o9")
    made = call("post", "dataset-run-items", link(trace=None, observationId="o9"))[1]
    assert made["traceId"] == "t9"
    assert call("post", "dataset-run-items", link(trace=None, observationId="no"))[0] == 404
    assert call("post", "dataset-run-items", link(trace=None))[0] == 400


@pytest.mark.parametrize(
    "wrong",
    [
        {"runName": ""},
        {"runName": 5},
        {"runName": "x" * 501},
        {"datasetItemId": None},
        {"traceId": "x" * 801},
        {"datasetVersion": "yesterday"},
        {"datasetVersion": "9999-12-31T23:59:59Z"},
    ],
)
def test_what_is_wrong_is_told_and_nothing_is_made(call, dataset, wrong):
    status, answer = call("post", "dataset-run-items", {**link(), **wrong})
    assert status == 400, answer
    assert not Run.objects.exists()


def test_an_item_that_is_not_there_is_not_found(call, dataset):
    assert call("post", "dataset-run-items", link(item="gone"))[0] == 404


def test_a_run_of_spans_alone_reads_like_one_that_was_posted(call, dataset, told):
    known = told("first", dataset, "i0", "t0")
    told("first", dataset, "i1", "t1", at=1)
    run = call("get", f"{RUNS}/first")[1]
    assert run["id"] == known
    assert [one["datasetItemId"] for one in run["datasetRunItems"]] == ["i1", "i0"]
    assert run["datasetRunItems"][0]["observationId"] == "t1-root"


def test_a_run_told_in_both_ways_is_told_once(call, dataset, told):
    told("first", dataset, "i0", "t0")
    call("post", "dataset-run-items", link(observationId="t0-root"))
    call("post", "dataset-run-items", link(item="i1", trace="t1"))
    runs = call("get", RUNS)[1]
    assert runs["meta"]["totalItems"] == 1
    items = call("get", "dataset-run-items", {"datasetId": dataset.pk, "runName": "first"})[1]
    assert sorted(one["traceId"] for one in items["data"]) == ["t0", "t1"]


@pytest.mark.parametrize("is_posted", [True, False])
def test_a_deleted_run_is_gone_and_one_of_its_name_begins_anew(
    call, dataset, told, is_posted, project
):
    if is_posted:
        call("post", "dataset-run-items", link())
    else:
        told("first", dataset, "i0", "t0", at=-60)
    assert call("delete", f"{RUNS}/first")[0] == 200
    assert call("get", f"{RUNS}/first")[0] == 404
    assert call("get", RUNS)[1]["data"] == []
    assert call("delete", f"{RUNS}/first")[0] == 404
    call("post", "dataset-run-items", link(item="i1", trace="t1"))
    run = call("get", f"{RUNS}/first")[1]
    assert [one["traceId"] for one in run["datasetRunItems"]] == ["t1"]


def test_a_key_sees_the_runs_of_its_own_project_only(call, dataset, organisation, told):
    from accounts.models import Project
    from tests.conftest import key_pair

    told("first", dataset, "i0", "t0", run="mine")
    other = key_pair(Project.objects.create(organisation=organisation, name="Other"))
    assert call("get", RUNS, key=other)[0] == 404
    assert call("post", "dataset-run-items", link(), key=other)[0] == 404
    asked = {"fromStartTime": "2020-01-01T00:00:00Z"}
    assert call("get", "experiments", asked, key=other)[1]["data"] == []


def test_a_key_without_the_scope_is_refused(call, dataset, make_api_key):
    reader, sender = make_api_key(scopes=("read",)), make_api_key(scopes=("ingest",))
    assert call("post", "dataset-run-items", link(), key=reader)[0] == 403
    assert call("get", RUNS, key=sender)[0] == 403
    assert call("delete", f"{RUNS}/first", key=reader)[0] == 403
