"""What is taken of a batch and what is refused, each with its reason."""

import pytest

from ingest.decoded import MalformedPayload
from ingest.langfuse.decode import decode_batch
from tests.ingest.langfuse.events import NOW, decode, event
from traces.records import Score


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


BODIES = {
    "trace-create": {"name": "answer"},
    "span-create": {"name": "work"},
    "score-create": {"traceId": "t", "name": "thumb", "value": 1},
    "sdk-log": {"log": "slow"},
}


@pytest.mark.parametrize("kind", BODIES)
@pytest.mark.parametrize("absent", [None, "", 7, "x" * 801, "a\nb", ["e"]])
def test_an_event_without_an_id_is_refused_since_nothing_else_names_its_record(kind, absent):
    bad = {**event(kind, BODIES[kind]), "id": absent}
    good = event("trace-create", {"id": "t0"}, id="good")
    batch = decode(bad, good)
    assert batch.accepted == ["good"]
    assert [item.trace_id for item in batch.items] == ["t0"]
    (error,) = batch.errors
    assert (error.id, error.status) == ("batch[0]", 400)
    assert "needs an id" in error.message


@pytest.mark.parametrize("kind", ["trace-create", "span-create", "score-create"])
def test_a_body_without_an_id_is_named_by_its_event_the_same_in_every_resend(kind):
    def named(**envelope):
        (first, *_) = decode(event(kind, BODIES[kind], **envelope)).items
        if isinstance(first, Score):
            return first.id
        return first.trace_id, first.span_id

    assert named(id="e1") == named(id="e1")
    assert named(id="e1") != named(id="e2")


@pytest.mark.parametrize("kind", ["sdk-log", "dataset-run-item-create"])
def test_events_that_are_not_kept_are_still_accepted(kind):
    batch = decode(event(kind, {"log": {"anything": [1]}}))
    assert batch.accepted == ["e1"]
    assert batch.items == []


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
