"""GET /api/public/observations[/{id}] and /api/public/v2/observations."""

import json
from itertools import product

import pytest

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("conversation")]


def ids(rows: list[dict]) -> list[str]:
    return [row["id"] for row in rows]


def test_observations_are_listed_newest_first(get):
    status, answer = get("observations")
    assert status == 200
    assert ids(answer["data"]) == ["o4", "o3", "o2", "o1"]
    assert answer["meta"]["totalItems"] == 4


def test_an_observation_is_shown_in_full(get):
    status, shown = get("observations/o2")
    assert status == 200
    assert shown["traceId"] == "t1"
    assert shown["type"] == "GENERATION"
    assert shown["level"] == "WARNING"
    assert shown["parentObservationId"] == "o1"
    assert (shown["latency"], shown["timeToFirstToken"]) == (2.0, 1.0)
    assert shown["input"] == [{"role": "user", "content": "hi"}]
    assert shown["modelParameters"] == {"temperature": 0.5}
    assert (shown["promptName"], shown["promptVersion"]) == ("greet", 2)
    assert shown["costDetails"] == {"input": 0.25, "output": 0.5, "total": 0.75}
    assert shown["calculatedTotalCost"] == 0.75
    assert shown["usage"]["input"] == 100


def test_what_was_never_priced_has_no_cost_rather_than_none(get):
    _status, shown = get("observations/o3")
    assert shown["calculatedTotalCost"] is None
    assert shown["costDetails"] == {}


def test_an_observation_that_is_not_there_is_a_404(get):
    status, answer = get("observations/none")
    assert (status, answer["error"]) == (404, "LangfuseNotFoundError")


FOUND = [
    ({"name": "answer"}, ["o3", "o2"]),
    ({"type": "GENERATION"}, ["o3", "o2"]),
    ({"traceId": "t1"}, ["o2", "o1"]),
    ({"level": "WARNING"}, ["o2"]),
    ({"parentObservationId": "o1"}, ["o2"]),
    ({"userId": "ann"}, ["o2", "o1"]),
    ({"environment": "dev"}, ["o3"]),
    ({"fromStartTime": "2026-11-20T06:20:00Z"}, ["o4", "o3"]),
    ({"toStartTime": "2026-11-20T06:10:01Z"}, ["o1"]),
]


def test_observations_are_found_by_what_they_say(listed):
    for path, (query, found) in product(("observations", "v2/observations"), FOUND):
        assert ids(listed(path, **query)) == found, (path, query)


FOUND_V2 = [
    ({"sessionId": "s1"}, ["o3", "o2", "o1"]),
    ({"isRootObservation": "true"}, ["o4", "o3", "o1"]),
    ({"isRootObservation": "false"}, ["o2"]),
    ({"parentObservationId": ""}, ["o4", "o3", "o1"]),
]


def test_the_second_version_knows_more_questions(listed):
    for query, found in FOUND_V2:
        assert ids(listed("v2/observations", **query)) == found, query


FILTERS = [
    ({"type": "string", "column": "input", "operator": "matches", "value": "HI"}, ["o2"]),
    ({"type": "number", "column": "totalCost", "operator": ">", "value": 0.5}, ["o2"]),
    ({"type": "number", "column": "inputTokens", "operator": ">=", "value": 3}, ["o3", "o2"]),
    (
        {"type": "boolean", "column": "isRootObservation", "operator": "=", "value": False},
        ["o2"],
    ),
    (
        {"type": "numberObject", "column": "metadata", "key": "n", "operator": "=", "value": 5},
        ["o1"],
    ),
]


def test_observations_are_found_by_a_filter(listed):
    for condition, found in FILTERS:
        rows = listed("v2/observations", filter=json.dumps([condition]))
        assert ids(rows) == found, condition


def test_the_second_version_shows_the_groups_that_are_asked_for(listed, project):
    plain = listed("v2/observations", traceId="t1")[0]
    assert plain["projectId"] == project.id
    assert (plain["userId"], plain["sessionId"], plain["public"]) == ("ann", "s1", True)
    assert "input" not in plain
    groups = "core,io,metadata,model,usage,prompt,metrics,time,trace_context"
    full = listed("v2/observations", traceId="t1", fields=groups)[0]
    assert full["input"] == '[{"role":"user","content":"hi"}]'
    assert full["usageDetails"]["total"] == 150
    assert full["latency"] == 2.0
    assert (full["traceName"], full["tags"], full["release"]) == ("first", ["a", "b"], "r1")
    assert "name" not in full


def test_long_metadata_is_cut_unless_its_key_is_named(listed):
    query = {"name": "root", "fields": "metadata"}
    assert len(listed("v2/observations", **query)[0]["metadata"]["long"]) == 200
    whole = listed("v2/observations", **query, expandMetadata="long")[0]
    assert len(whole["metadata"]["long"]) == 300


def test_a_cursor_leads_through_all_pages(get):
    seen, cursor = [], ""
    for _ in range(3):
        _status, answer = get("v2/observations", limit=2, **({"cursor": cursor} if cursor else {}))
        seen += ids(answer["data"])
        cursor = answer["meta"].get("cursor")
        if not cursor:
            break
    assert seen == ["o4", "o3", "o2", "o1"]


NONSENSE = [
    "parseIoAsJson=true",
    "fields=everything",
    "limit=1001",
    "cursor=x",
    "isRootObservation=maybe",
]


def test_a_question_that_makes_no_sense_is_a_400(client, api_key, auth):
    for query in NONSENSE:
        answer = client.get(f"/api/public/v2/observations?{query}", headers=auth(api_key))
        assert answer.status_code == 400, query
