"""Text, times, names and sizes that a store cannot hold as they were sent."""

import json

import msgspec
import pytest

from ingest.langfuse.decode import decode_batch
from ingest.langfuse.moments import nanoseconds
from tests.ingest.langfuse.events import NOW, decode, event, only


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


NO_NUMBERS = ["NaN", "Infinity", "-Infinity", "1e400"]


@pytest.mark.parametrize("sent", NO_NUMBERS)
@pytest.mark.parametrize("stated", ["", ',"configId":"c"', ',"dataType":"CATEGORICAL"'])
def test_a_score_that_is_no_finite_number_is_refused_and_its_neighbour_kept(sent, stated):
    score = (
        '{"id":"e%s","type":"score-create","timestamp":"2026-11-20T11:00:00Z",'
        '"body":{"name":"n","traceId":"t","value":%s%s}}'
    )
    bare, quoted = score % (1, sent, stated), score % (2, f'"{sent}"', stated)
    body = '{"batch":[' + bare + "," + quoted + "]}"
    batch = decode_batch(body.encode(), project_id="p", now_ns=NOW)
    (error,) = batch.errors
    assert (error.id, error.status) == ("e1", 400)
    assert "finite number" in error.message
    (kept,) = batch.items
    assert kept.string_value == sent


@pytest.mark.parametrize("sent", NO_NUMBERS)
def test_what_is_no_finite_number_is_plain_text_wherever_text_may_stand(sent):
    body = (
        '{"batch":[{"id":"e1","type":"span-create","timestamp":"2026-11-20T11:00:00Z","body":'
        '{"id":"s","traceId":"t","name":SENT,"input":SENT,"tags":[SENT],"sessionId":SENT,'
        '"parentObservationId":SENT,"metadata":{"k":SENT}}}]}'
    ).replace("SENT", sent)
    batch = decode_batch(body.encode(), project_id="p", now_ns=NOW)
    assert not batch.errors
    said = json.loads(msgspec.json.encode(batch.items[0].fields))  # as the store writes it
    assert (said["name"], said["input"], said["metadata"]) == (sent, sent, {"k": sent})


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
