"""Scores: their type, their value, what they are about."""

import pytest

from ingest.langfuse.body import Body, InvalidEvent
from ingest.langfuse.moments import nanoseconds
from ingest.langfuse.scores import decode_score

NOW = nanoseconds("2026-11-20T12:00:00Z")


def decode(**values):
    body = Body({"name": "quality", "traceId": "t", **values}, NOW)
    return decode_score(body, project_id="p", score_id="made", stated_at=NOW)


@pytest.mark.parametrize(
    ("sent", "stored"),
    [
        ({"value": 0.9}, ("NUMERIC", 0.9, "")),
        ({"value": 0}, ("NUMERIC", 0.0, "")),
        ({"value": -3}, ("NUMERIC", -3.0, "")),
        ({"value": "good"}, ("CATEGORICAL", None, "good")),
        ({"value": True}, ("BOOLEAN", 1.0, "True")),
        ({"value": 0, "dataType": "BOOLEAN"}, ("BOOLEAN", 0.0, "False")),
        ({"value": "a long remark", "dataType": "TEXT"}, ("TEXT", None, "a long remark")),
        ({"value": "better words", "dataType": "CORRECTION"}, ("CORRECTION", None, "better words")),
        ({"value": 1, "dataType": None}, ("NUMERIC", 1.0, "")),
    ],
)
def test_the_type_is_stated_or_follows_from_the_value(sent, stored):
    score = decode(**sent)
    assert (score.data_type, score.value, score.string_value) == stored


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        ({}, "finite number"),
        ({"value": None}, "finite number"),
        ({"value": [1]}, "finite number"),
        ({"value": "high", "dataType": "NUMERIC"}, "finite number"),
        ({"value": "", "dataType": "CATEGORICAL"}, "non-empty string"),
        ({"value": 3, "dataType": "CATEGORICAL"}, "non-empty string"),
        ({"value": 3, "dataType": "TEXT"}, "non-empty string"),
        ({"value": 2, "dataType": "BOOLEAN"}, "0 or 1"),
        ({"value": "True", "dataType": "BOOLEAN"}, "0 or 1"),
        ({"value": 1, "dataType": "STARS"}, "dataType must be one of"),
        ({"value": 1, "source": "GUESS"}, "source must be one of"),
        ({"value": 1, "name": " "}, "name must be"),
        ({"value": 1, "traceId": None}, "needs a traceId"),
        ({"value": 1, "traceId": None, "sessionId": "s", "observationId": "o"}, "as well"),
    ],
)
def test_a_score_that_means_nothing_is_refused(sent, said):
    with pytest.raises(InvalidEvent, match=said):
        decode(**sent)


def test_a_score_keeps_all_it_says():
    score = decode(
        id="sc1",
        value=1,
        observationId="o",
        comment="fine",
        metadata={"by": "me"},
        configId="c",
        queueId="q",
        environment="Staging",
        source="ANNOTATION",
        timestamp="2026-11-20T09:00:00Z",
    )
    assert (score.id, score.trace_id, score.observation_id) == ("sc1", "t", "o")
    assert (score.comment, score.metadata, score.config_id) == ("fine", {"by": "me"}, "c")
    assert (score.queue_id, score.environment, score.source) == ("q", "staging", "ANNOTATION")
    assert score.timestamp == nanoseconds("2026-11-20T09:00:00Z")


@pytest.mark.parametrize("subject", [{"sessionId": "s"}, {"datasetRunId": "r"}])
def test_a_score_may_be_of_a_session_or_a_run(subject):
    score = decode(value=1, traceId=None, **subject)
    assert [score.session_id, score.dataset_run_id].count("") == 1


def test_a_score_without_an_id_is_named_by_what_brought_it():
    assert decode(value=1).id == "made"
