"""A batch of events → records: what each kind says, and a verdict for every one."""

import json

import pytest

from ingest.decoded import MalformedPayload
from ingest.langfuse.decode import decode_batch, place_adrift
from ingest.langfuse.moments import nanoseconds
from traces.records import Patch, Score

NOW = nanoseconds("2026-11-20T12:00:00Z")


def event(kind: str, body: dict, *, id: str = "e1", timestamp="2026-11-20T11:00:00Z") -> dict:
    return {"id": id, "type": kind, "timestamp": timestamp, "body": body}


def decode(*events, **options):
    payload = json.dumps({"batch": list(events), "metadata": {"batch_size": len(events)}})
    return decode_batch(payload.encode(), project_id="p", now_ns=NOW, **options)


def only(*events) -> dict:
    """The fields of the only patch that the events come to."""
    batch = decode(*events)
    assert not batch.errors
    (item,) = batch.items
    return item.fields


def test_a_trace_is_the_row_without_a_span():
    batch = decode(
        event(
            "trace-create",
            {
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
            },
        )
    )
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
    said = only(
        event(
            "generation-create",
            {
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
            },
        )
    )
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


@pytest.mark.parametrize("kind", ["sdk-log", "dataset-run-item-create"])
def test_events_that_are_not_kept_are_still_accepted(kind):
    batch = decode(event(kind, {"log": {"anything": [1]}}))
    assert batch.accepted == ["e1"]
    assert batch.items == []


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


@pytest.mark.parametrize(
    ("bad", "said"),
    [
        ("not an object", "must be an object"),
        (["a", "list"], "must be an object"),
        (None, "must be an object"),
        ({"id": "e"}, "none of Langfuse's event types"),
        ({"id": "e", "type": "span-crate", "body": {}}, "none of Langfuse's event types"),
        ({"id": "e", "type": 7, "body": {}}, "none of Langfuse's event types"),
        ({"id": "e", "type": "span-create", "body": "x"}, "body must be an object"),
        ({"id": "e", "type": "span-create"}, "body must be an object"),
        (event("span-create", {"id": 7}), "id must be a string"),
        (event("span-create", {"id": "x" * 801}), "at most 800"),
        (event("span-create", {"id": "a\rb"}), "control characters"),
        (event("span-create", {"id": "s", "name": {"a": 1}}), "name must be a string"),
        (event("span-create", {"id": "s", "startTime": "yesterday"}), "ISO 8601"),
        (event("span-create", {"id": "s", "startTime": int("9" * 40)}), "ISO 8601"),
        (event("span-create", {"id": "s", "level": "LOUD"}), "level must be"),
        (event("span-create", {"id": "s"}, timestamp="soon"), "timestamp must be"),
        (event("span-update", {"traceId": "t"}), "needs the id"),
        (event("observation-create", {"id": "s", "type": "THING"}), "type must be one of"),
        (event("trace-create", {"id": "t", "tags": "one"}), "tags must be a list"),
        (event("trace-create", {"id": "t", "public": "yes"}), "public must be true or false"),
        (event("generation-create", {"id": "g", "promptVersion": "x"}), "promptVersion must be"),
        (event("score-create", {"traceId": "t", "value": 1}), "name must be"),
    ],
)
def test_a_bad_event_is_told_why_and_its_neighbours_are_taken(bad, said):
    good = event("trace-create", {"id": "t0"}, id="good")
    later = event("span-create", {"id": "s0", "traceId": "t0"}, id="later")
    batch = decode(good, bad, later)
    assert batch.accepted == ["good", "later"]
    assert [item.trace_id for item in batch.items] == ["t0", "t0"]
    (error,) = batch.errors
    assert error.status == 400
    assert said in error.message
    assert error.id == (bad["id"] if isinstance(bad, dict) else "batch[1]")


def test_a_public_key_may_only_send_scores():
    batch = decode(
        event("trace-create", {"id": "t"}, id="e1"),
        event("score-create", {"traceId": "t", "name": "thumb", "value": 1}, id="e2"),
        scores_only=True,
    )
    assert batch.accepted == ["e2"]
    assert [(error.id, error.status) for error in batch.errors] == [("e1", 401)]
    assert [type(item) for item in batch.items] == [Score]


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b"null",
        b'"batch"',
        b"{}",
        b'{"batch": {}}',
        b'{"batch": null}',
        b"{",
        b"\x00",
        b"\xff\xfe{\x00",
    ],
)
def test_a_body_that_is_no_batch_is_refused_as_a_whole(body):
    with pytest.raises(MalformedPayload):
        decode_batch(body, project_id="p", now_ns=NOW)


def test_an_empty_batch_is_nothing_and_no_error():
    assert decode().items == []


def test_nesting_without_end_is_refused():
    with pytest.raises(MalformedPayload, match="nested too deeply"):
        decode_batch(b'{"batch":' + b"[" * 100_000, project_id="p", now_ns=NOW)


def test_what_is_not_strictly_json_is_stored_as_well_as_it_can_be():
    body = (
        b'{"batch":[{"id":"e1","type":"span-create","timestamp":"2026-11-20T11:00:00Z","body":'
        b'{"id":"s","traceId":"t","name":"bad \\ud800 half","statusMessage":"nul \\u0000 here",'
        b'"input":{"score":NaN,"top":Infinity,"huge":1e400,"emoji":"\\ud83d\\ude00"},'
        b'"output":"\xff\xfe not utf-8","metadata":{"big":' + b"9" * 5000 + b"}}}]}"
    )
    batch = decode_batch(body, project_id="p", now_ns=NOW)
    assert not batch.errors
    said = batch.items[0].fields
    assert said["name"] == "bad � half"
    assert said["status_message"] == "nul � here"
    assert json.loads(said["input"]) == {
        "score": "NaN",
        "top": "Infinity",
        "huge": "1e400",
        "emoji": "😀",
    }
    assert said["output"].endswith(" not utf-8")
    assert said["metadata"]["big"] == "9" * 5000
    assert said["marks"] == ["text_replaced"]
    assert said["input"].encode()


@pytest.mark.parametrize("sent", ["1970-01-01T00:00:00Z", "2100-01-01T00:00:00Z", "0001-01-01"])
def test_a_start_that_cannot_be_true_is_left_out_and_marked(sent):
    said = only(event("span-create", {"id": "s", "traceId": "t", "startTime": sent}))
    assert "start_time" not in said
    assert said["marks"] == ["clock_suspect"]


@pytest.mark.parametrize("timestamp", ["1970-01-01T00:00:00Z", "2999-01-01T00:00:00Z"])
def test_a_sender_whose_clock_is_wrong_is_taken_at_the_time_of_receipt(timestamp):
    batch = decode(event("span-create", {"id": "s", "traceId": "t"}, timestamp=timestamp))
    assert batch.items[0].stated_at == NOW
    assert batch.items[0].fields["marks"] == ["clock_suspect"]


def test_an_event_without_a_timestamp_is_dated_by_its_body():
    sent = event("span-create", {"id": "s", "traceId": "t", "startTime": "2026-11-20T11:30:00Z"})
    del sent["timestamp"]
    assert decode(sent).items[0].stated_at == nanoseconds("2026-11-20T11:30:00Z")


@pytest.mark.parametrize(
    ("sent", "stored"),
    [
        ("Production", "production"),
        ("langfuse-prod", "prod"),
        ("LANGFUSE_langfuse-eu", "eu"),
        ("x" * 50, "x" * 40),
        ("has space", "default"),
        ("langfuse", "default"),
        ("한국", "default"),
    ],
)
def test_an_environment_is_always_usable(sent, stored):
    said = only(event("span-create", {"id": "s", "traceId": "t", "environment": sent}))
    assert said["environment"] == stored


@pytest.mark.parametrize(
    ("sent", "stored"),
    [
        (
            {"a": 1, "b": "x", "c": [1, 2], "d": None, "e": True},
            {"a": "1", "b": "x", "c": "[1,2]", "e": "true"},
        ),
        ("a note", {"metadata": "a note"}),
        (["a", 1], {"metadata": '["a",1]'}),
        (7, {"metadata": "7"}),
        (False, {"metadata": "false"}),
        (
            {"__proto__": {"x": 1}, "a.b": 1, "": "empty"},
            {"__proto__": '{"x":1}', "a.b": "1", "": "empty"},
        ),
    ],
)
def test_metadata_of_any_json_type_is_kept(sent, stored):
    said = only(event("span-create", {"id": "s", "traceId": "t", "metadata": sent}))
    assert said["metadata"] == stored


def test_what_is_too_long_is_cut_and_marked():
    metadata = {f"k{number}": number for number in range(600)}
    said = only(
        event("span-create", {"id": "s", "traceId": "t", "name": "n" * 1001, "metadata": metadata})
    )
    assert len(said["name"]) == 1000
    assert len(said["metadata"]) == 512
    assert said["marks"] == ["truncated"]


def test_ten_megabytes_of_output_are_kept_whole():
    said = only(event("span-create", {"id": "s", "traceId": "t", "output": "x" * 10_000_000}))
    assert len(said["output"]) == 10_000_000
    assert "marks" not in said


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
