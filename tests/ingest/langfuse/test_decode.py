"""A batch of events → records: what each kind says, and where it belongs."""

import json

import pytest

from ingest.langfuse.decode import decode_batch, place_adrift
from ingest.langfuse.moments import nanoseconds
from tests.ingest.langfuse.events import NOW, decode, event, only
from traces.records import Patch, Score

A_TRACE = {
    "id": "t1",
    "timestamp": "2026-11-20T10:59:59.123456789Z",
    "name": "answer",
    "userId": "u1",
    "sessionId": "s1",
    "tags": ["b", "a", "b"],
    "metadata": {"plan": "pro", "seats": 3, "flags": {"beta": True}},
    "input": {"question": "왜?"},
    "output": "그냥",
    "release": "r1",
    "version": "v1",
    "public": True,
    "environment": "Production",
}
A_GENERATION = {
    "id": "g1",
    "traceId": "t1",
    "parentObservationId": "s1",
    "name": "chat",
    "startTime": "2026-11-20T11:00:00.000Z",
    "endTime": "2026-11-20T20:00:01.5+09:00",
    "completionStartTime": "2026-11-20T11:00:00.250Z",
    "model": "gpt-4o",
    "modelParameters": {"temperature": 0.5, "stop": ["a"], "stream": True},
    "input": [{"role": "user", "content": "hi"}],
    "output": {"role": "assistant", "content": "hello"},
    "usage": {"input": 10, "output": 5, "total": 15, "unit": "TOKENS"},
    "promptName": "greet",
    "promptVersion": 3,
    "level": "WARNING",
    "statusMessage": "slow",
}


def test_a_trace_is_the_row_without_a_span():
    batch = decode(event("trace-create", A_TRACE))
    assert batch.accepted == ["e1"]
    (patch,) = batch.items
    assert (patch.trace_id, patch.span_id, patch.rank) == ("t1", "", 0)
    assert patch.stated_at == nanoseconds("2026-11-20T11:00:00Z")
    assert patch.fields == {
        "type": "TRACE",
        "start_time": nanoseconds("2026-11-20T10:59:59Z") + 123_456_789,
        "trace_name": "answer",
        "user_id": "u1",
        "session_id": "s1",
        "tags": ["a", "b"],
        "trace_metadata": {"plan": "pro", "seats": "3", "flags": '{"beta":true}'},
        "trace_input": '{"question":"왜?"}',
        "trace_output": "그냥",
        "release": "r1",
        "version_label": "v1",
        "public": True,
        "environment": "production",
        "source": "langfuse",
    }


def test_a_generation_says_what_its_body_says():
    said = only(event("generation-create", A_GENERATION))
    start = nanoseconds("2026-11-20T11:00:00Z")
    assert said == {
        "type": "GENERATION",
        "parent_span_id": "s1",
        "name": "chat",
        "start_time": start,
        "end_time": start + 1_500_000_000,
        "completion_start_time": start + 250_000_000,
        "model": "gpt-4o",
        "model_parameters": {"temperature": "0.5", "stop": '["a"]', "stream": "true"},
        "input": '[{"role":"user","content":"hi"}]',
        "output": '{"role":"assistant","content":"hello"}',
        "usage": {"input": 10, "output": 5, "total": 15},
        "prompt_name": "greet",
        "prompt_version": 3,
        "level": "WARNING",
        "status_message": "slow",
        "source": "langfuse",
    }


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("span-create", "SPAN"),
        ("span-update", "SPAN"),
        ("generation-create", "GENERATION"),
        ("generation-update", "GENERATION"),
        ("event-create", "EVENT"),
        ("agent-create", "AGENT"),
        ("tool-create", "TOOL"),
        ("chain-create", "CHAIN"),
        ("retriever-create", "RETRIEVER"),
        ("evaluator-create", "EVALUATOR"),
        ("embedding-create", "EMBEDDING"),
        ("guardrail-create", "GUARDRAIL"),
        ("observation-create", "SPAN"),
        ("observation-update", "SPAN"),
    ],
)
def test_every_kind_of_observation_has_its_event(kind, expected):
    assert only(event(kind, {"id": "o", "traceId": "t"}))["type"] == expected


def test_an_observation_event_may_name_its_type():
    said = only(event("observation-create", {"id": "o", "traceId": "t", "type": "RETRIEVER"}))
    assert said["type"] == "RETRIEVER"


def test_the_rows_of_a_batch_say_which_sdk_sent_them():
    metadata = {"sdk_name": "python", "sdk_version": "2.60.10", "sdk_integration": "default"}
    payload = {"batch": [event("span-create", {"id": "s", "traceId": "t"})], "metadata": metadata}
    (patch,) = decode_batch(json.dumps(payload).encode(), project_id="p", now_ns=NOW).items
    assert (patch.fields["sdk_name"], patch.fields["sdk_version"]) == ("python", "2.60.10")


def test_what_is_null_or_an_empty_object_is_not_said():
    said = only(
        event(
            "generation-update",
            {
                "id": "g1",
                "traceId": "t1",
                "name": None,
                "input": {},
                "output": None,
                "metadata": {},
                "modelParameters": {},
                "usage": None,
                "usageDetails": {},
                "costDetails": {},
                "level": None,
                "endTime": None,
                "environment": None,
                "parentObservationId": None,
            },
        )
    )
    assert said == {"type": "GENERATION", "source": "langfuse"}


def test_an_update_has_the_last_word_over_a_create_of_the_same_moment():
    batch = decode(
        event("span-create", {"id": "s", "traceId": "t"}, id="e1"),
        event("span-update", {"id": "s", "traceId": "t"}, id="e2"),
    )
    create, update = batch.items
    assert create.stated_at == update.stated_at
    assert create.rank < update.rank


def test_an_observation_without_a_trace_gets_one_of_its_own():
    batch = decode(event("span-create", {"id": "s1", "name": "job"}))
    span, trace = batch.items
    assert (span.trace_id, span.span_id) == ("s1", "s1")
    assert (trace.trace_id, trace.span_id) == ("s1", "")
    assert trace.fields["trace_name"] == "job"


def test_an_update_that_names_no_trace_finds_it_in_its_batch():
    batch = decode(
        event("span-update", {"id": "s1", "output": "done"}, id="e2"),
        event("span-create", {"id": "s1", "traceId": "t1"}, id="e1"),
    )
    assert [item.trace_id for item in batch.items] == ["t1", "t1"]
    assert batch.adrift == []


def test_an_update_that_names_no_trace_is_placed_where_its_observation_is_stored():
    batch = decode(event("span-update", {"id": "s1", "output": "done"}))
    assert [patch.span_id for patch in batch.adrift] == ["s1"]
    place_adrift(batch, {"s1": "t9"})
    assert [item.trace_id for item in batch.items] == ["t9"]
    assert batch.adrift == []


def test_an_update_of_an_unknown_observation_stays_adrift_with_a_trace_of_its_own_in_mind():
    batch = decode(
        event("span-update", {"id": "s1", "output": "done"}),
        event("span-create", {"id": "s2", "traceId": "t2"}, id="e2"),
    )
    place_adrift(batch, {})
    assert [(patch.trace_id, patch.span_id) for patch in batch.adrift] == [("s1", "s1")]
    assert [item.span_id for item in batch.items] == ["s2"]


def test_an_id_that_is_missing_comes_from_the_event_so_that_a_resend_is_the_same():
    (patch,) = decode(event("event-create", {"traceId": "t1"}, id="e7")).items
    assert patch.span_id == "e7"


def test_the_same_bytes_give_the_same_rows():
    payload = json.dumps(
        {
            "batch": [
                event("span-create", {"name": "a"}),
                event("score-create", {"traceId": "t", "name": "n", "value": 1}),
            ]
        }
    ).encode()
    first = decode_batch(payload, project_id="p", now_ns=NOW).items
    again = decode_batch(payload, project_id="p", now_ns=NOW).items
    assert first == again
    assert {type(item) for item in first} == {Patch, Score}
