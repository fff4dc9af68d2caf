"""Sonde's own lists: what they find, page by page, and what they say when they cannot."""

import json

import pytest

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("conversation")]


@pytest.fixture
def ask(client, api_key, auth):
    """GETs a path of /api/v1/: the status and the JSON."""

    def read(path: str, key=None, **query):
        answer = client.get(f"/api/v1/{path}", query, headers=auth(key or api_key))
        kind = "application/json" if answer.status_code == 200 else "application/problem+json"
        assert answer["Content-Type"] == kind
        return answer.status_code, answer.json()

    return read


@pytest.fixture
def ids(ask):
    def read(path: str, **query) -> list[str]:
        status, told = ask(path, **query)
        assert status == 200, told
        return [row["id"] for row in told["data"]]

    return read


FOUND = {
    "traces": [
        ({}, ["t3", "t2", "t1"]),
        ({"name": "first"}, ["t1"]),
        ({"name": ["first", "third"]}, ["t3", "t1"]),
        ({"user": "bob"}, ["t2"]),
        ({"session": "s1", "environment": "dev"}, ["t2"]),
        ({"tag": "b"}, ["t2", "t1"]),
        ({"model": "gpt-4o"}, ["t1"]),
        ({"level": "WARNING"}, ["t1"]),
        ({"type": "EVENT"}, ["t3"]),
        ({"version": "v1", "release": "r1"}, ["t1"]),
        ({"min_latency_ms": 5000}, ["t2"]),
        ({"max_latency_ms": 4000}, ["t3", "t1"]),
        ({"min_cost": 0.5}, ["t1"]),
        ({"q": "latency:>=5"}, ["t2"]),
        ({"q": "-latency:>=5 cost:<0.5", "max_latency_ms": 4000}, []),
        ({"q": "-type:EVENT", "max_latency_ms": 4000}, ["t1"]),
        ({"since": "2026-11-20T06:15:00Z"}, ["t3", "t2"]),
        ({"until": "2026-11-20T06:20:00Z"}, ["t1"]),
        ({"user": "nobody"}, []),
    ],
    "observations": [
        ({}, ["o4", "o3", "o2", "o1"]),
        ({"trace": "t1"}, ["o2", "o1"]),
        ({"name": "answer"}, ["o3", "o2"]),
        ({"type": "EVENT"}, ["o4"]),
        ({"level": "WARNING"}, ["o2"]),
        ({"user": "ann"}, ["o2", "o1"]),
        ({"session": "s1"}, ["o3", "o2", "o1"]),
        ({"environment": ["dev", "prod"]}, ["o3", "o2", "o1"]),
        ({"is_root": "false"}, ["o2"]),
        ({"is_root": "true"}, ["o4", "o3", "o1"]),
    ],
    "sessions": [({}, ["s1"]), ({"search": "S"}, ["s1"]), ({"search": "x"}, [])],
    "users": [({}, ["bob", "ann"]), ({"until": "2026-11-20T06:15:00Z"}, ["ann"])],
    "scores": [
        ({"name": "tone"}, ["c2"]),
        ({"observation": "o2"}, ["c2"]),
        ({"session": "s1"}, ["c3"]),
        ({"data_type": "NUMERIC"}, ["c1"]),
        ({"source": "EVAL"}, []),
        ({"trace": "t1", "environment": "prod"}, ["c2"]),
        ({"user": "bob"}, []),
    ],
}


@pytest.mark.parametrize("path", FOUND)
def test_a_list_finds_what_is_asked_for(ids, path):
    for query, found in FOUND[path]:
        assert ids(path, **query) == found, query


def test_scores_of_everything_are_listed(ids):
    assert set(ids("scores")) == {"c1", "c2", "c3"}


@pytest.mark.parametrize("path", FOUND)
def test_cursors_lead_through_the_whole_list(ask, ids, path):
    seen, cursor = [], {}
    while True:
        status, told = ask(path, limit=1, **cursor)
        assert status == 200
        seen += [row["id"] for row in told["data"]]
        if told["next_cursor"] is None:
            break
        cursor = {"cursor": told["next_cursor"]}
    assert seen == ids(path)


def test_a_trace_is_told_with_its_totals_and_the_beginnings_of_its_texts(ask):
    [told] = ask("traces", name="first")[1]["data"]
    assert told["started_at"] == "2026-11-20T06:10:00.000000000Z"
    assert (told["latency_ms"], told["span_count"], told["cost_usd"]) == (4000.0, 2, "0.75")
    assert (told["input_tokens"], told["output_tokens"]) == (100, 50)
    assert (told["models"], told["tags"], told["user_id"]) == (["gpt-4o"], ["a", "b"], "ann")
    assert told["output_preview"] == "one"


def test_an_observation_is_told_with_its_whole_texts(ask):
    [told] = ask("observations", level="WARNING")[1]["data"]
    assert json.loads(told["input"]) == [{"role": "user", "content": "hi"}]
    assert (told["trace_id"], told["parent_id"]) == ("t1", "o1")
    assert (told["cost_usd"], told["usage"]) == ("0.75", {"input": 100, "output": 50})
    [unpriced] = ask("observations", trace="t2")[1]["data"]
    assert unpriced["cost_usd"] is None


def test_sessions_and_users_are_sums_over_their_traces(ask):
    [session] = ask("sessions")[1]["data"]
    assert (session["trace_count"], session["user_ids"]) == (2, ["ann", "bob"])
    assert (session["cost_usd"], session["unpriced_spans"]) == ("0.75", 1)
    user = ask("users", search="ann")[1]["data"][0]
    assert (user["session_count"], user["total_tokens"]) == (1, 150)


WRONG = [
    ("traces", "limit", "0"),
    ("traces", "limit", "x"),
    ("traces", "limit", "201"),
    ("traces", "since", "yesterday"),
    ("traces", "cursor", "x"),
    ("traces", "level", "LOUD"),
    ("traces", "name", "a\0"),
    ("traces", "min_cost", "nan"),
    ("traces", "min_cost", "-1"),
    ("traces", "q", "colour:red"),
    ("traces", "q", "NOT level:ERROR"),
    ("traces", "q", "latency>2"),
    ("traces", "nmae", "first"),
    ("observations", "type", "DOG"),
    ("observations", "is_root", "maybe"),
    ("observations", "cursor", "WzFd"),
    ("sessions", "cursor", "WzFd"),
    ("users", "search", "x" * 1001),
    ("scores", "data_type", "BIG"),
    ("traces/t1", "limit", "1001"),
    ("traces/t1", "offset", "-1"),
]


def test_a_wrong_parameter_is_named(ask):
    for path, name, value in WRONG:
        status, told = ask(path, **{name: value})
        assert (status, told["status"], told["title"]) == (400, 400, "Bad Request"), (path, name)
        [error] = told["errors"]
        assert name == "cursor" or error["parameter"] == name
        assert error["detail"]


def test_errors_are_problems(ask, make_api_key, client):
    assert ask("traces/nowhere")[1] == {
        "type": "about:blank",
        "title": "Not Found",
        "status": 404,
        "detail": "There is no such trace.",
    }
    assert ask("traces/%00")[0] == 404
    assert ask("traces", key=make_api_key(scopes=("ingest",)))[0] == 403
    answer = client.get("/api/v1/traces")
    assert (answer.status_code, answer["Content-Type"]) == (401, "application/problem+json")
    assert answer["WWW-Authenticate"]
    answer = client.post("/api/v1/traces", headers={"Authorization": "Bearer x"})
    assert answer.status_code == 401


def test_another_projects_key_finds_nothing(ask, other_key):
    for path in FOUND:
        assert ask(path, key=other_key)[1]["data"] == []
    assert ask("traces/t1", key=other_key)[0] == 404


def test_a_question_over_the_stores_limits_is_a_422(monkeypatch, ask):
    from traces.errors import LimitReached

    def over(*_: object, **__: object) -> None:
        raise LimitReached("too much")

    monkeypatch.setattr("traces.queries.langfuse.observations.rows", over)
    status, told = ask("observations")
    assert (status, told["title"]) == (422, "Unprocessable Entity")
    assert "shorter time range" in told["detail"]


def test_what_is_sent_to_a_path_that_only_tells_is_a_405(client, api_key, auth):
    answer = client.post("/api/v1/traces", headers=auth(api_key))
    assert (answer.status_code, answer.json()["title"]) == (405, "Method Not Allowed")
    assert answer["Allow"]


def test_pages_of_a_traces_spans_come_to_an_end_and_each_tells_what_was_stated(ask):
    offset, ids = 0, []
    while offset is not None:
        _status, told = ask("traces/t1", limit=1, offset=offset)
        assert told["stated"]["output"] == "one"
        ids += [span["id"] for span in told["spans"]]
        offset = told["next_offset"]
    assert ids == ["o1", "o2"]
    assert ask("traces/t1", limit=0)[1]["next_offset"] is None


def test_spans_too_long_for_one_answer_are_a_422_that_says_so(ask, monkeypatch):
    monkeypatch.setattr("traces.api.v1.trace.MOST_BYTES", 1)
    status, told = ask("traces/t1")
    assert status == 422 and "lower the limit" in told["detail"]
