"""GET /api/public/traces and /traces/{id}."""

import json

import pytest

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("conversation")]


def ids(rows: list[dict]) -> list[str]:
    return [row["id"] for row in rows]


def test_traces_are_listed_newest_first_with_what_belongs_to_them(get, project):
    status, answer = get("traces")
    assert status == 200
    assert ids(answer["data"]) == ["t3", "t2", "t1"]
    assert answer["meta"] == {"page": 1, "limit": 50, "totalItems": 3, "totalPages": 1}
    first = answer["data"][-1]
    assert first["timestamp"] == "2026-11-20T06:10:00.000Z"
    assert first["observations"] == ["o1", "o2"]
    assert sorted(first["scores"]) == ["c1", "c2"]
    assert first["htmlPath"] == f"/project/{project.id}/traces/t1"
    assert (first["latency"], first["totalCost"]) == (4.0, 0.75)
    assert (first["input"], first["output"], first["metadata"]) == (
        {"q": 1},
        "one",
        {"plan": "pro"},
    )
    assert (first["release"], first["version"], first["public"]) == ("r1", "v1", True)


def test_a_page_is_a_part_of_the_whole(get):
    _status, answer = get("traces", page=2, limit=2)
    assert ids(answer["data"]) == ["t1"]
    assert answer["meta"] == {"page": 2, "limit": 2, "totalItems": 3, "totalPages": 2}


QUERIES = [
    ({"name": "second"}, ["t2"]),
    ({"userId": "ann"}, ["t1"]),
    ({"sessionId": "s1"}, ["t2", "t1"]),
    ({"tags": "b"}, ["t2", "t1"]),
    ({"tags": ["a", "b"]}, ["t1"]),
    ({"release": "r1"}, ["t1"]),
    ({"version": "v1"}, ["t1"]),
    ({"environment": ["dev", "prod"]}, ["t2", "t1"]),
    ({"fromTimestamp": "2026-11-20T06:20:00Z"}, ["t3", "t2"]),
    ({"toTimestamp": "2026-11-20T06:20:00Z"}, ["t1"]),
    ({"toTimestamp": "2026-11-20T15:20:00+09:00"}, ["t1"]),
    ({"orderBy": "timestamp.asc"}, ["t1", "t2", "t3"]),
    ({"orderBy": "name.desc"}, ["t3", "t2", "t1"]),
    ({"orderBy": "latency.desc"}, ["t2", "t1", "t3"]),
    ({"userId": "nobody"}, []),
]


def test_traces_are_found_by_what_is_said_of_them(listed):
    for query, found in QUERIES:
        assert ids(listed("traces", **query)) == found, query


FILTERS = [
    ({"type": "string", "column": "name", "operator": "contains", "value": "ir"}, ["t3", "t1"]),
    (
        {"type": "stringOptions", "column": "userId", "operator": "any of", "value": ["bob"]},
        ["t2"],
    ),
    (
        {"type": "arrayOptions", "column": "tags", "operator": "none of", "value": ["a"]},
        ["t3", "t2"],
    ),
    ({"type": "number", "column": "latency", "operator": ">", "value": 5}, ["t2"]),
    (
        {
            "type": "datetime",
            "column": "timestamp",
            "operator": "<",
            "value": "2026-11-20T06:15:00Z",
        },
        ["t1"],
    ),
    (
        {
            "type": "stringObject",
            "column": "metadata",
            "key": "plan",
            "operator": "=",
            "value": "pro",
        },
        ["t1"],
    ),
    ({"type": "null", "column": "sessionId", "operator": "is null"}, ["t3"]),
]


def test_traces_are_found_by_a_filter(listed):
    for condition, found in FILTERS:
        assert ids(listed("traces", filter=json.dumps([condition]))) == found, condition


def test_groups_that_are_not_asked_for_are_left_out_with_a_mark(listed):
    first = listed("traces", fields="core")[-1]
    assert (first["latency"], first["totalCost"]) == (-1, -1)
    assert (first["observations"], first["scores"], first["input"]) == ([], [], None)
    assert first["name"] == "first"


def test_an_unknown_cost_is_null_and_never_nothing(listed):
    shown = {row["id"]: row["totalCost"] for row in listed("traces")}
    assert shown == {"t1": 0.75, "t2": None, "t3": 0}


def test_a_client_that_cannot_hold_null_gets_a_number(client, api_key, auth):
    headers = {**auth(api_key), "X-Langfuse-Sdk-Version": "2.60.10"}
    answer = client.get("/api/public/traces", headers=headers).json()
    assert {row["id"]: row["totalCost"] for row in answer["data"]}["t2"] == -1


def test_a_trace_is_shown_with_its_observations_and_scores(get):
    status, trace = get("traces/t1")
    assert status == 200
    assert ids(trace["observations"]) == ["o1", "o2"]
    assert trace["observations"][1]["usageDetails"] == {"input": 100, "output": 50, "total": 150}
    assert sorted(ids(trace["scores"])) == ["c1", "c2"]


def test_a_trace_that_is_not_there_is_a_404_that_sdks_know(get):
    status, answer = get("traces/none")
    assert (status, answer["error"]) == (404, "LangfuseNotFoundError")


NONSENSE = [
    "limit=1000",
    "page=0",
    "orderBy=secret.asc",
    "orderBy=name.up",
    "fields=all",
    "fromTimestamp=now",
    "filter={",
    'filter=[{"type":"string","column":"x","operator":"=","value":"y"}]',
]


def test_a_question_that_makes_no_sense_is_a_400(client, api_key, auth):
    for query in NONSENSE:
        answer = client.get(f"/api/public/traces?{query}", headers=auth(api_key))
        assert answer.status_code == 400, query
        assert answer.json()["message"] == "Invalid request data"


def test_a_key_that_may_only_ingest_reads_nothing(get, make_api_key):
    status, _answer = get("traces", key=make_api_key(scopes=["ingest"]))
    assert status == 403


@pytest.mark.parametrize("bound", ["MOST_ROWS", "MOST_BYTES"])
def test_a_trace_too_large_for_one_answer_is_a_422_that_says_how_to_read_it(
    get, listed, monkeypatch, bound
):
    monkeypatch.setattr(f"traces.api.traces.{bound}", 1)
    status, told = get("traces/t1")
    assert status == 422 and "/api/public/observations?traceId=" in told["message"]
    assert get("traces/t1", fields="core")[0] == 200
    assert ids(listed("observations", traceId="t1")) == ["o2", "o1"]
