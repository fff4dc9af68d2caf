"""Scores by themselves: posted, read in three shapes, replaced and deleted."""

import json
from pathlib import Path

import pytest

from ingest import drain

PAYLOADS = Path(__file__).parents[2] / "payloads"
pytestmark = pytest.mark.django_db


@pytest.fixture
def post(client, api_key, auth):
    def send(body, *, headers=None):
        return client.post(
            "/api/public/scores",
            body if isinstance(body, bytes) else json.dumps(body),
            content_type="application/json",
            headers=headers or auth(api_key),
        )

    return send


@pytest.fixture
def read(client, api_key, auth):
    def get(path: str, **query):
        answer = client.get(f"/api/public/{path}", query, headers=auth(api_key))
        return answer.status_code, answer.json()

    return get


def test_a_score_is_answered_with_its_id_and_is_there(post, read):
    answer = post({"traceId": "t", "name": "quality", "value": 0.5, "metadata": {"by": "me"}})
    assert answer.status_code == 200
    score_id = answer.json()["id"]
    status, score = read(f"scores/{score_id}")
    assert status == 200
    assert (score["value"], score["dataType"], score["source"]) == (0.5, "NUMERIC", "API")
    assert score["metadata"] == {"by": "me"}


def test_an_id_of_the_senders_makes_a_resend_the_same_score(post, read):
    for value in (0.1, 0.9):
        assert post({"id": "s1", "traceId": "t", "name": "n", "value": value}).json() == {
            "id": "s1"
        }
    _status, found = read("v2/scores")
    assert [score["value"] for score in found["data"]] == [0.9]


def test_without_an_id_each_is_a_new_score(post, read):
    for _ in range(2):
        post({"traceId": "t", "name": "n", "value": 1})
    assert read("v2/scores")[1]["meta"]["totalItems"] == 2


def test_what_sdk_5_sends_is_accepted_whole(post, read):
    scores = json.loads((PAYLOADS / "langfuse-python-5.0.4" / "scores.json").read_text())
    answer = post(scores)
    assert (answer.status_code, answer.json()) == (202, {"message": "Accepted"})
    _status, found = read("v3/scores", fields="subject,details")
    shown = {score["name"]: score for score in found["data"]}
    assert shown["n"]["value"] == 0.5
    assert shown["n"]["metadata"] == {"k": [1]}
    assert shown["cat"]["value"] == "good"
    assert shown["cat"]["subject"]["kind"] == "observation"
    assert shown["b"]["value"] is True
    assert shown["b"]["subject"] == {"kind": "session", "id": "s1"}
    assert shown["t"]["value"] == "words"


@pytest.mark.parametrize("sdk", ["3.15.0", "4.18.0"])
def test_what_sdks_3_and_4_send_is_accepted_as_a_batch(client, api_key, auth, read, sdk):
    body = (PAYLOADS / f"langfuse-python-{sdk}" / "scores.json").read_bytes()
    answer = client.post(
        "/api/public/ingestion", body, content_type="application/json", headers=auth(api_key)
    )
    assert answer.json()["errors"] == []
    assert len(read("v2/scores")[1]["data"]) == 4


def test_of_many_the_good_ones_are_stored_and_the_bad_ones_told(post, read):
    answer = post(
        [
            {"traceId": "t", "name": "good", "value": 1},
            {"traceId": "t", "name": "bad", "value": None},
            "worse",
        ]
    )
    assert answer.status_code == 207
    told = answer.json()
    assert (told["accepted"], told["rejected"]) == (1, 2)
    assert told["errors"][0]["message"].startswith("Score 1: value must be")
    assert [score["name"] for score in read("v2/scores")[1]["data"]] == ["good"]


@pytest.mark.parametrize("body", [b"", b"7", b'"x"', b"{", {"name": "n", "value": 1}])
def test_a_body_that_is_no_score_is_a_400(post, body):
    answer = post(body)
    assert answer.status_code == 400
    assert answer.json()["error"][0]["message"]


@pytest.mark.parametrize("value", ["NaN", "Infinity", "-Infinity", "1e400"])
def test_a_value_that_is_no_finite_number_is_a_400_and_no_category(post, read, value):
    answer = post(f'{{"name":"n","traceId":"t","value":{value}}}'.encode())
    assert answer.status_code == 400
    assert "finite number" in answer.content.decode()
    _, found = read("v2/scores", name="n")
    assert found["data"] == []


def test_more_than_a_mebibyte_is_a_413(post):
    answer = post({"traceId": "t", "name": "n", "value": "x" * 1_100_000})
    assert answer.status_code == 413
    assert "1048576 bytes, the limit of this address." in answer.json()["message"]


def test_where_less_than_a_mebibyte_is_allowed_the_413_names_the_setting(post, settings):
    settings.INGEST_MAX_BODY_BYTES = 1000
    answer = post({"traceId": "t", "name": "n", "value": "x" * 1001})
    assert answer.status_code == 413
    assert "1000 bytes, the limit (SONDE_INGEST_MAX_BODY_BYTES)" in answer.json()["message"]


def test_a_public_key_alone_may_score(post, read, api_key):
    headers = {"Authorization": f"Bearer {api_key.public_key}"}
    assert post({"traceId": "t", "name": "thumb", "value": 1}, headers=headers).status_code == 200
    assert len(read("scores")[1]["data"]) == 1


@pytest.fixture
def public(api_key):
    return {"Authorization": f"Bearer {api_key.public_key}"}


def thumb(value: float, **changes) -> dict:
    return {"id": "s1", "traceId": "t", "name": "thumb", "value": value, **changes}


def events_of(*scores: dict) -> str:
    """The scores as a batch of events, each with an id of its own."""
    at = "2026-11-20T10:00:00Z"
    return json.dumps(
        {
            "batch": [
                {"id": f"e{n}", "type": "score-create", "timestamp": at, "body": body}
                for n, body in enumerate(scores)
            ]
        }
    )


def test_a_public_key_changes_the_scores_that_public_keys_made(post, read, public):
    for value in (1, 0):
        assert post(thumb(value), headers=public).status_code == 200
    assert read("scores/s1")[1]["value"] == 0


def test_a_public_key_changes_no_score_that_a_secret_key_sent(post, read, public, client):
    post(thumb(1, source="EVAL"))
    refused = post(thumb(0), headers=public)
    assert (refused.status_code, refused.json()["error"]) == (403, "ForbiddenError")
    many = post([thumb(0), thumb(1, id="s2")], headers=public)
    assert many.status_code == 207
    assert (many.json()["accepted"], many.json()["rejected"]) == (1, 1)
    assert many.json()["errors"][0]["message"].startswith("Score 0: A public key alone may not")
    told = client.post(
        "/api/public/ingestion",
        events_of(thumb(0), thumb(0, id="s3"), thumb(0, id="")),
        content_type="application/json",
        headers=public,
    ).json()
    assert [verdict["id"] for verdict in told["successes"]] == ["e1", "e2"]
    assert [(verdict["id"], verdict["status"]) for verdict in told["errors"]] == [("e0", 401)]
    status, score = read("scores/s1")
    assert (status, score["value"], score["source"]) == (200, 1, "EVAL")
    assert read("scores/s2")[1]["value"] == 1
    assert read("scores/s3")[1]["value"] == 0


def test_a_secret_key_changes_what_a_public_key_made_and_keeps_it_from_then_on(post, read, public):
    post(thumb(1), headers=public)
    assert post(thumb(0.5)).status_code == 200
    assert post(thumb(0), headers=public).status_code == 403
    assert read("scores/s1")[1]["value"] == 0.5


def test_a_deleted_score_is_not_made_again_with_a_public_key(
    post, read, public, client, api_key, auth
):
    post(thumb(1), headers=public)
    assert client.delete("/api/public/scores/s1", headers=auth(api_key)).status_code == 202
    assert post(thumb(1), headers=public).status_code == 403
    assert read("scores/s1")[0] == 404


def test_what_a_public_key_says_is_from_the_api_whatever_source_it_states(post, read, public):
    for source in ("ANNOTATION", "EVAL"):
        post(thumb(1, source=source), headers=public)
        assert read("scores/s1")[1]["source"] == "API"


def test_while_clickhouse_is_away_a_public_key_still_changes_nothing_of_a_secret_key_s(
    post, read, public, circuit
):
    """It is taken and held, and when it is written it is the older one."""
    post(thumb(1))
    circuit.failed()
    assert not circuit.is_closed()
    assert post(thumb(0), headers=public).status_code == 200
    circuit.succeeded()
    drain.drain(for_seconds=5)
    assert read("scores/s1")[1]["value"] == 1


def test_a_public_key_alone_may_not_read_or_delete(client, api_key):
    headers = {"Authorization": f"Bearer {api_key.public_key}"}
    assert client.get("/api/public/scores", headers=headers).status_code == 403
    assert client.delete("/api/public/scores/x", headers=headers).status_code == 403


def test_a_deleted_score_is_gone_and_may_be_deleted_again(post, read, client, api_key, auth):
    post({"id": "s1", "traceId": "t", "name": "n", "value": 1})
    for _ in range(2):
        answer = client.delete("/api/public/scores/s1", headers=auth(api_key))
        assert answer.status_code == 202
        assert answer.json()["message"]
    status, told = read("scores/s1")
    assert (status, told["error"]) == (404, "LangfuseNotFoundError")
    assert read("v2/scores")[1]["data"] == []


def test_the_number_of_a_category_is_there_for_clients_that_ask_for_one(post, read):
    post({"traceId": "t", "name": "tone", "value": "kind"})
    (score,) = read("scores")[1]["data"]
    assert (score["value"], score["stringValue"]) == (0, "kind")


def test_a_correction_has_no_place_in_the_first_shape(post, read):
    post({"traceId": "t", "name": "output", "value": "better", "dataType": "CORRECTION"})
    assert read("scores")[1]["data"] == []
    (score,) = read("v2/scores")[1]["data"]
    assert score["stringValue"] == "better"
