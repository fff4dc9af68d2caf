"""GET of sessions, and of scores in three shapes."""

import json

import pytest

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("conversation")]


def ids(rows: list[dict]) -> list[str]:
    return [row["id"] for row in rows]


def test_sessions_are_listed(get, project):
    _status, answer = get("sessions")
    assert answer["data"] == [
        {
            "id": "s1",
            "createdAt": "2026-11-20T06:10:00.000Z",
            "projectId": project.id,
            "environment": "prod",
        }
    ]
    assert answer["meta"]["totalItems"] == 1


SESSIONS = [
    ({"environment": "prod"}, ["s1"]),
    ({"environment": "dev"}, []),
    ({"fromTimestamp": "2026-11-20T06:10:00Z"}, ["s1"]),
    ({"fromTimestamp": "2026-11-20T06:10:01Z"}, []),
    ({"toTimestamp": "2026-11-20T06:10:00Z"}, []),
]


def test_sessions_are_found_by_when_they_began_and_where(listed):
    for query, found in SESSIONS:
        assert ids(listed("sessions", **query)) == found, query


def test_a_session_holds_its_traces_in_their_order(get):
    status, session = get("sessions/s1")
    assert status == 200
    assert ids(session["traces"]) == ["t1", "t2"]
    assert session["traces"][0]["output"] == "one"


def test_a_session_that_is_not_there_is_a_404(get):
    status, answer = get("sessions/none")
    assert (status, answer["error"]) == (404, "LangfuseNotFoundError")


def test_the_first_version_of_scores_knows_those_of_traces(listed):
    shown = {row["id"]: row for row in listed("scores")}
    assert sorted(shown) == ["c1", "c2"]
    assert shown["c1"]["trace"]["userId"] == "ann"


def test_a_score_whose_trace_has_not_come_is_listed_with_an_empty_one(listed, ingest, api_key):
    """SDK 2 reads no score without a trace."""
    ingest(api_key, ("score-create", {"id": "c9", "traceId": "t9", "name": "early", "value": 1}))
    (score,) = listed("scores", name="early")
    assert score["trace"] == {
        "userId": None,
        "tags": [],
        "environment": "default",
        "sessionId": None,
    }


def test_a_client_that_raises_on_a_type_of_score_is_not_shown_it(client, api_key, auth, ingest):
    """SDK 2 knows no TEXT: one such score would keep it from reading the whole trace."""
    ingest(
        api_key,
        (
            "score-create",
            {"id": "c8", "traceId": "t1", "name": "t", "value": "x", "dataType": "TEXT"},
        ),
    )
    old = {**auth(api_key), "X-Langfuse-Sdk-Version": "2.60.10"}
    for headers, expected in ((old, ["c1", "c2"]), (auth(api_key), ["c1", "c2", "c8"])):
        trace = client.get("/api/public/traces/t1", headers=headers).json()
        assert sorted(ids(trace["scores"])) == expected
        scores = client.get("/api/public/scores", headers=headers).json()["data"]
        assert sorted(ids(scores)) == expected


def test_the_second_version_knows_all_and_their_traces(listed):
    shown = {row["id"]: row for row in listed("v2/scores")}
    assert sorted(shown) == ["c1", "c2", "c3"]
    assert shown["c1"]["trace"]["userId"] == "ann"
    assert shown["c1"]["trace"]["tags"] == ["a", "b"]
    assert shown["c3"]["trace"] is None
    assert (shown["c3"]["value"], shown["c3"]["stringValue"]) == (1, "True")


SCORES_V2 = [
    ({"name": "tone"}, ["c2"]),
    ({"dataType": "NUMERIC"}, ["c1"]),
    ({"source": "EVAL"}, []),
    ({"environment": "prod"}, ["c2"]),
    ({"sessionId": "s1"}, ["c3"]),
    ({"observationId": "o2"}, ["c2"]),
    ({"traceId": "t1"}, ["c1", "c2"]),
    ({"scoreIds": "c1,c3"}, ["c1", "c3"]),
    ({"operator": ">=", "value": "0.9"}, ["c1", "c3"]),
    ({"operator": "<", "value": "0.9"}, []),
    ({"userId": "ann"}, ["c1", "c2"]),
    ({"userId": "bob"}, []),
    ({"traceTags": "a"}, ["c1", "c2"]),
    ({"toTimestamp": "2026-11-20T06:59:00Z"}, []),
]


def test_scores_are_found_by_what_they_say(listed):
    for query, found in SCORES_V2:
        assert sorted(ids(listed("v2/scores", **query))) == found, query


SCORES_V3 = [
    ({"id": "c1,c2"}, ["c1", "c2"]),
    ({"dataType": "numeric"}, ["c1"]),
    ({"dataType": "BOOLEAN", "value": "true"}, ["c3"]),
    ({"dataType": "CATEGORICAL", "value": "kind,rude"}, ["c2"]),
    ({"dataType": "NUMERIC", "valueMin": "0.5", "valueMax": "1"}, ["c1"]),
    ({"dataType": "NUMERIC", "value": "0.9"}, ["c1"]),
    ({"traceId": "t1", "observationId": "o2"}, ["c2"]),
    ({"sessionId": "s1"}, ["c3"]),
    ({"source": "api"}, ["c1", "c2", "c3"]),
]


def test_the_third_version_finds_scores_too(listed):
    for query, found in SCORES_V3:
        assert sorted(ids(listed("v3/scores", **query))) == found, query


def test_the_third_version_goes_on_from_a_cursor(get):
    seen, cursor = [], {}
    for _ in range(4):
        _status, answer = get("v3/scores", limit=1, **cursor)
        seen += ids(answer["data"])
        if "cursor" not in answer["meta"]:
            break
        cursor = {"cursor": answer["meta"]["cursor"]}
    assert sorted(seen) == ["c1", "c2", "c3"]
    assert len(seen) == 3


NONSENSE = [
    "v3/scores?traceId=a&sessionId=b",
    "v3/scores?observationId=a",
    "v3/scores?dataType=STARS",
    "v3/scores?value=1",
    "v3/scores?valueMin=1",
    "v3/scores?fields=all",
    "v3/scores?limit=101",
    "v3/scores?dataType=NUMERIC&value=x",
    "v2/scores?operator=like&value=1",
    "v2/scores?value=x",
]


def test_a_question_that_makes_no_sense_is_a_400(client, api_key, auth):
    for query in NONSENSE:
        answer = client.get(f"/api/public/{query}", headers=auth(api_key))
        assert answer.status_code == 400, query


def test_the_same_ids_in_another_project_are_other_things(get, ingest, other_key):
    ingest(
        other_key,
        ("trace-create", {"id": "t1", "name": "canary", "sessionId": "s1", "userId": "canary"}),
        ("span-create", {"id": "o1", "traceId": "t1", "name": "canary"}),
        ("score-create", {"id": "c1", "traceId": "t1", "name": "canary", "value": 1}),
    )
    for path in (
        "traces",
        "traces/t1",
        "observations",
        "observations/o1",
        "v2/observations",
        "sessions",
        "sessions/s1",
        "scores",
        "scores/c1",
        "v2/scores",
        "v2/scores/c1",
        "v3/scores",
    ):
        status, ours = get(path)
        assert status == 200, path
        assert "canary" not in json.dumps(ours), path
        status, theirs = get(path, key=other_key)
        assert status == 200, path
        assert "answer" not in json.dumps(theirs), path


OURS = ["traces/t2", "observations/o2", "sessions/s9", "scores/c2", "v2/scores/c2"]


def test_what_another_project_has_is_a_404(get, other_key):
    for path in OURS:
        status, answer = get(path, key=other_key)
        assert (status, answer["error"]) == (404, "LangfuseNotFoundError"), path
