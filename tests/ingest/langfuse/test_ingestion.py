"""POST /api/public/ingestion, over HTTP and into the store."""

import gzip
import json
from pathlib import Path

import pytest

PAYLOADS = Path(__file__).parents[2] / "payloads"
pytestmark = pytest.mark.django_db


@pytest.fixture
def ingest(client, api_key, auth):
    """Sends events, and returns the answer."""

    def send(events, *, headers=None):
        body = events if isinstance(events, bytes) else json.dumps({"batch": events}).encode()
        return client.post(
            "/api/public/ingestion",
            body,
            content_type="application/json",
            headers=headers or auth(api_key),
        )

    return send


@pytest.fixture
def read(client, api_key, auth):
    """GETs a path of the API, and returns its JSON."""

    def get(path: str, **query):
        answer = client.get(f"/api/public/{path}", query, headers=auth(api_key))
        assert answer.status_code == 200, answer.content
        return answer.json()

    return get


def event(kind: str, body: dict, *, id: str = "e1", timestamp="2026-11-20T07:00:00Z") -> dict:
    return {"id": id, "type": kind, "timestamp": timestamp, "body": body}


def payload(name: str) -> list[dict]:
    return json.loads((PAYLOADS / name).read_text(encoding="utf-8"))["batch"]


@pytest.mark.parametrize("sdk", ["langfuse-python-2.60.10", "langfuse-js-3.39.2"])
def test_what_an_sdk_sends_is_read_back_as_it_was_meant(ingest, read, sdk):
    events = payload(f"{sdk}/trace.json")
    answer = ingest(events)
    assert answer.status_code == 207
    assert answer.json()["errors"] == []
    assert [one["status"] for one in answer.json()["successes"]] == [201] * len(events)

    (trace,) = read("traces")["data"]
    trace = read(f"traces/{trace['id']}")
    assert (trace["name"], trace["userId"], trace["sessionId"]) == ("chat", "user-1", "session-1")
    assert trace["environment"] == "staging"
    assert trace["metadata"]["plan"] == "pro"
    assert trace["output"] in ("서울입니다.", "그냥")
    shown = {one["name"]: one for one in trace["observations"]}
    span, generation = shown["retrieve"], shown["answer"]
    assert span["type"] == "SPAN"
    assert span["parentObservationId"] is None
    assert generation["type"] == "GENERATION"
    assert generation["parentObservationId"] == span["id"]
    assert generation["usageDetails"]["input"] in (10, 12)
    assert generation["usage"]["total"] in (12, 16)
    assert generation["calculatedTotalCost"] > 0
    assert generation["endTime"] >= generation["startTime"]
    assert generation["input"][0]["role"] == "user"
    assert {score["name"] for score in trace["scores"]} >= {"tone"}
    assert trace["totalCost"] == generation["calculatedTotalCost"]


def test_a_batch_that_is_sent_five_times_is_stored_once(ingest, read):
    events = payload("langfuse-python-2.60.10/trace.json")
    first = None
    for _ in range(5):
        assert ingest(events).status_code == 207
        traces = read("traces")
        first = first or traces
        assert traces == first
    assert read("observations")["meta"]["totalItems"] == 3
    assert read("v2/scores")["meta"]["totalItems"] == 3


def test_creates_and_updates_in_different_batches_make_one_row(ingest, read):
    events = payload("langfuse-python-2.60.10/trace.json")
    for one in reversed(events):
        ingest([one])
    backwards = read("observations")
    (trace,) = read("traces")["data"]
    assert (trace["name"], trace["output"]) == ("chat", "서울입니다.")
    assert {row["name"] for row in backwards["data"]} == {"retrieve", "answer", "cache-miss"}
    ingest(events)
    assert read("observations") == backwards


def test_one_bad_event_loses_no_neighbour(ingest, read):
    answer = ingest(
        [
            event("trace-create", {"id": "t1", "name": "kept"}, id="good"),
            event("span-create", {"id": "s1", "startTime": "yesterday"}, id="bad"),
            event("no-such-thing", {}, id="worse"),
            "not even an event",
            event("span-create", {"id": "s2", "traceId": "t1", "name": "kept too"}, id="fine"),
        ]
    ).json()
    assert [one["id"] for one in answer["successes"]] == ["good", "fine"]
    assert [(one["id"], one["status"]) for one in answer["errors"]] == [
        ("bad", 400),
        ("worse", 400),
        ("batch[3]", 400),
    ]
    assert "ISO 8601" in answer["errors"][0]["message"]
    assert [row["name"] for row in read("observations")["data"]] == ["kept too"]


def test_an_update_that_names_no_trace_finds_its_observation_in_the_store(ingest, read):
    ingest([event("span-create", {"id": "s1", "traceId": "t1", "name": "slow"})])
    ingest([event("span-update", {"id": "s1", "output": "done"})])
    (row,) = read("observations")["data"]
    assert (row["traceId"], row["name"], row["output"]) == ("t1", "slow", "done")


def test_an_observation_without_a_trace_gets_one(ingest, read):
    ingest([event("generation-create", {"id": "g1", "name": "alone"})])
    (trace,) = read("traces")["data"]
    assert (trace["id"], trace["name"], trace["observations"]) == ("g1", "alone", ["g1"])


def test_a_public_key_alone_may_send_scores_and_nothing_else(ingest, read, api_key):
    answer = ingest(
        [
            event("trace-create", {"id": "t1"}, id="e1"),
            event("score-create", {"traceId": "t1", "name": "thumb", "value": 1}, id="e2"),
        ],
        headers={"Authorization": f"Bearer {api_key.public_key}"},
    )
    assert answer.status_code == 207
    assert [(one["id"], one["status"]) for one in answer.json()["errors"]] == [("e1", 401)]
    assert read("traces")["data"] == []
    assert [score["name"] for score in read("scores")["data"]] == ["thumb"]


def test_a_stranger_is_told_401_in_langfuses_shape(client):
    answer = client.post(
        "/api/public/ingestion",
        "{}",
        content_type="application/json",
        headers={"Authorization": "Basic cGstbGYteDpzay1sZi14"},
    )
    assert answer.status_code == 401
    assert answer.json()["message"]


def test_a_key_that_may_only_read_is_told_403(client, make_api_key, auth):
    answer = client.post(
        "/api/public/ingestion",
        '{"batch":[]}',
        content_type="application/json",
        headers=auth(make_api_key(scopes=["read"])),
    )
    assert answer.status_code == 403
    assert answer.json()["error"] == "ForbiddenError"


@pytest.mark.parametrize("body", [b"", b"[]", b"{", b'{"batch":1}', b"[" * 100_000, b"\x00\x01"])
def test_a_body_that_is_no_batch_is_a_400_that_says_so(ingest, body):
    answer = ingest(body)
    assert answer.status_code == 400
    assert answer.json()["message"] == "Invalid request data"
    assert answer.json()["error"][0]["message"]


def test_a_method_that_is_not_offered_is_a_405(client, api_key, auth):
    answer = client.get("/api/public/ingestion", headers=auth(api_key))
    assert answer.status_code == 405
    assert answer.json()["error"] == "MethodNotAllowedError"


def test_a_compressed_batch_is_taken(client, api_key, auth, read):
    body = gzip.compress(json.dumps({"batch": [event("trace-create", {"id": "t1"})]}).encode())
    answer = client.post(
        "/api/public/ingestion",
        body,
        content_type="application/json",
        headers={**auth(api_key), "Content-Encoding": "gzip"},
    )
    assert answer.status_code == 207
    assert [trace["id"] for trace in read("traces")["data"]] == ["t1"]


def test_a_body_over_the_limit_is_a_413_that_names_it(ingest, settings):
    settings.INGEST_MAX_BODY_BYTES = 1000
    answer = ingest([event("trace-create", {"id": "t", "input": "x" * 1000})])
    assert answer.status_code == 413
    assert "SONDE_INGEST_MAX_BODY_BYTES" in answer.json()["message"]


def test_hostile_text_is_stored_and_comes_back_whole(ingest, read):
    hostile = {
        "__proto__": {"polluted": True},
        "a.b": "dotted",
        "sql": "'; DROP TABLE spans; --",
        "html": "<script>alert(1)</script>",
        "rtl": "\u202eabc",
        "emoji": "👩‍👩‍👧",
    }
    ingest([event("span-create", {"id": "s'1", "traceId": "t/1?x=%2F", "metadata": hostile})])
    (row,) = read("observations")["data"]
    assert row["metadata"] == hostile
    assert read("observations", traceId="t/1?x=%2F")["data"] == [row]


def test_what_json_cannot_say_is_stored_with_a_mark_and_breaks_nothing(ingest, read):
    body = (
        b'{"batch":[{"id":"\\ud800","type":"span-create","timestamp":"2026-11-20T07:00:00Z","body":'
        b'{"id":"s","traceId":"t","input":{"a":NaN,"b":"\\u0000"},"output":"\xff"}}]}'
    )
    answer = ingest(body)
    assert answer.status_code == 207
    assert answer.json()["errors"] == []
    (row,) = read("observations")["data"]
    assert row["input"] == {"a": "NaN", "b": "\ufffd"}


def test_a_start_in_1970_makes_no_partition_of_its_own(ingest, read):
    ingest([event("span-create", {"id": "s", "traceId": "t", "startTime": "1970-01-01T00:00:00Z"})])
    (row,) = read("observations")["data"]
    assert row["startTime"].startswith("2026-11-20T07:00")


def test_an_end_before_the_start_is_a_duration_of_nothing(ingest, read):
    body = {"id": "s", "traceId": "t"} | {
        "startTime": "2026-11-20T07:00:05Z",
        "endTime": "2026-11-20T07:00:00Z",
    }
    ingest([event("span-create", body)])
    (row,) = read("observations")["data"]
    assert row["latency"] == 0


def test_more_events_than_one_request_may_have_are_a_413_that_names_the_limit(ingest):
    answer = ingest([{}] * 10_001)
    assert answer.status_code == 413
    assert answer.json()["error"] == "PayloadTooLargeError"
    assert "10000" in answer.json()["message"]


def test_a_verdict_is_short(ingest):
    answer = ingest([{}] * 1000)
    assert answer.status_code == 207
    assert len(answer.json()["errors"]) == 1000
    assert len(answer.content) < 200_000
