"""Traces and scores that are deleted: gone when it says so, for good, and only one's own."""

import json
import time

import pytest

from tests.traces.api.conftest import FIRST_TRACE, SCORES

pytestmark = pytest.mark.usefixtures("db")
READS_OF_T1 = ("traces/t1", "observations/o1", "observations/o2", "scores/c1", "v2/scores/c1")


@pytest.fixture
def delete(client, api_key, auth):
    def send(path: str, body: object = None, key=None):
        return client.delete(
            f"/api/public/{path}",
            "" if body is None else json.dumps(body),
            content_type="application/json",
            headers=auth(key or api_key),
        )

    return send


def ids(rows: list[dict]) -> set[str]:
    return {row["id"] for row in rows}


def test_a_deleted_trace_is_gone_from_every_read(conversation, delete, get, listed):
    answer = delete("traces/t1")
    assert (answer.status_code, answer.json()) == (200, {"message": "Trace deleted successfully"})

    for path in READS_OF_T1:
        status, told = get(path)
        assert (path, status, told["error"]) == (path, 404, "LangfuseNotFoundError")
    assert ids(listed("traces")) == {"t2", "t3"}
    assert ids(listed("observations")) == ids(listed("v2/observations")) == {"o3", "o4"}
    assert ids(listed("v2/scores")) == ids(listed("v3/scores")) == {"c3"}  # of the session
    assert [one["id"] for one in get("sessions/s1")[1]["traces"]] == ["t2"]


def test_the_pages_do_not_show_it_either(conversation, delete, client, owner, project):
    delete("traces/t1")
    client.force_login(owner)
    assert client.get(f"/projects/{project.id}/traces/t1").status_code == 404


def test_several_are_deleted_at_once_and_what_is_unknown_is_passed_over(
    conversation, delete, listed
):
    answer = delete("traces", {"traceIds": ["t1", "t3", "nowhere"]})
    assert (answer.status_code, answer.json()) == (200, {"message": "Traces deleted successfully"})
    assert ids(listed("traces")) == {"t2"}


def test_deleting_again_says_the_same(conversation, delete):
    for _ in range(2):
        assert delete("traces/t1").status_code == 200
        assert delete("traces", {"traceIds": ["t1"]}).status_code == 200


def test_a_trace_that_only_scores_name_is_deleted_with_them(ingest, api_key, delete, listed):
    ingest(api_key, ("score-create", {"id": "c", "traceId": "t9", "name": "n", "value": 1}))
    for _ in range(2):
        assert delete("traces/t9").status_code == 200
        assert listed("v2/scores") == []


def test_more_rows_than_one_insert_takes_are_all_deleted(monkeypatch, conversation, delete, listed):
    monkeypatch.setattr("traces.deletion.ROWS_AT_ONCE", 1)
    monkeypatch.setattr("traces.deletion.TRACES_AT_ONCE", 1)
    assert delete("traces", {"traceIds": ["t1", "t2", "t3"]}).status_code == 200
    assert listed("observations") == listed("traces") == []


def test_a_deletion_out_of_time_is_told_to_be_asked_again(monkeypatch, conversation, delete, get):
    monkeypatch.setattr("traces.deletion.ROWS_AT_ONCE", 1)
    with monkeypatch.context() as hurried:
        hurried.setattr("traces.deletion.MOST_SECONDS", -1.0)
        answer = delete("traces/t1")
    assert (answer.status_code, bool(answer["Retry-After"])) == (503, True)
    assert delete("traces/t1").status_code == 200
    assert get("traces/t1")[0] == 404


def test_nothing_is_deleted_past_rows_that_wait_in_postgres(
    conversation, delete, get, api_key, project
):
    """They were acknowledged, and would come after the deletion."""
    from ingest import held
    from ingest.batch import Batch
    from ingest.drain import drain
    from traces.records import Span

    now = time.time_ns()
    late = Span(project.id, "t1", "late", now, end_time=now, name="late")
    held.hold(project.id, Batch(spans=[late]), version=now)
    answer = delete("traces/t1")
    assert (answer.status_code, bool(answer["Retry-After"])) == (503, True)
    assert get("traces/t1")[0] == 200
    drain()
    assert delete("traces/t1").status_code == 200
    assert get("observations/late")[0] == get("traces/t1")[0] == 404


@pytest.mark.parametrize("path", ["traces/nowhere", "scores/nowhere"])
def test_what_was_never_there_is_a_404(delete, path):
    answer = delete(path)
    assert (answer.status_code, answer.json()["error"]) == (404, "LangfuseNotFoundError")


def test_nobody_deletes_what_is_of_another_project(conversation, delete, other_key, get, listed):
    for path, body in (("traces/t1", None), ("traces", {"traceIds": ["t1"]}), ("scores/c1", None)):
        assert delete(path, body, key=other_key).status_code == 404
    assert [get(path)[0] for path in READS_OF_T1] == [200] * len(READS_OF_T1)


def test_a_key_that_may_only_read_may_not_delete(conversation, delete, make_api_key, get):
    key = make_api_key(scopes=("read",))
    for path in ("traces/t1", "scores/c1"):
        assert delete(path, key=key).status_code == 403
        assert get(path)[0] == 200


@pytest.mark.parametrize(
    "body",
    [None, {}, [], "t1", {"traceIds": []}, {"traceIds": "t1"}, {"traceIds": [1]},
     {"traceIds": [""]}, {"traceIds": ["\0"]}, {"traceIds": ["\ud800"]},
     {"traceIds": ["x"] * 1001}],
)  # fmt: skip
def test_a_body_without_a_list_of_ids_is_a_400(delete, body):
    answer = delete("traces", body)
    assert (answer.status_code, answer.json()["message"]) == (400, "Invalid request data")


def test_what_is_no_json_is_a_400_and_what_is_too_large_a_413(client, api_key, auth):
    for body, status in (
        (b"{", 400),
        (b"\xff", 400),
        (b"[" * 10_000, 400),
        (b" " * 1_100_000, 413),
    ):
        answer = client.delete(
            "/api/public/traces", body, content_type="application/json", headers=auth(api_key)
        )
        assert answer.status_code == status


def test_events_sent_again_do_not_bring_a_deleted_trace_back(
    conversation, delete, ingest, api_key, get, listed
):
    delete("traces/t1")
    ingest(api_key, *FIRST_TRACE, *SCORES)
    ingest(api_key, ("span-update", {"id": "o1", "traceId": "t1", "output": "late"}))
    ingest(api_key, ("generation-update", {"id": "o2", "output": "names no trace"}))
    assert [get(path)[0] for path in READS_OF_T1] == [404] * len(READS_OF_T1)
    assert ids(listed("traces")) == {"t2", "t3"}


def test_a_span_sent_again_does_not_bring_it_back(span, delete, listed, get):
    first = span("t", "s")
    delete("traces/t")
    span("t", "s", version=time.time_ns())
    assert first.version < time.time_ns()
    assert listed("observations") == []
    assert get("traces/t")[0] == 404


def test_what_was_never_stored_of_a_deleted_trace_is_new(span, delete, listed):
    span("t", "known")
    delete("traces/t")
    span("t", "late")
    assert ids(listed("observations")) == {"late"}
    delete("traces/t")
    assert listed("observations") == []


def test_a_score_deleted_by_itself_may_be_made_again(conversation, delete, ingest, api_key, get):
    assert delete("scores/c1").status_code == 202
    assert get("scores/c1")[0] == 404
    ingest(api_key, *SCORES)
    assert get("scores/c1")[0] == 200


def test_the_log_tells_who_deleted_what_and_nothing_of_its_content(
    conversation, delete, api_key, caplog
):
    with caplog.at_level("INFO", logger="traces.api.traces"):
        delete("traces/t1")
    (told,) = [r.msg for r in caplog.records if r.name == "traces.api.traces"]
    assert (told["event"], told["key"], told["ids"]) == (
        "traces_deleted",
        api_key.public_key,
        ["t1"],
    )
    assert "hello" not in json.dumps(told) and "ann" not in json.dumps(told)
