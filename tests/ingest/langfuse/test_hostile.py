"""Whatever bytes come, the decoder judges them; it never breaks."""

import json
import time

from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.decoded import MalformedPayload
from ingest.langfuse import events
from ingest.langfuse.decode import _set_apart, decode_batch
from traces.records import Patch

NOW = 1_795_176_000 * 10**9

anything = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(st.characters(codec=None), max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=4), inner),
    max_leaves=12,
)
FIELDS = """
    id traceId name startTime endTime timestamp input output metadata usage usageDetails costDetails
    level tags public value dataType modelParameters promptVersion environment parentObservationId
    type comment sessionId source
"""
plausible = st.fixed_dictionaries(
    {
        "id": st.text(max_size=3),
        "type": st.sampled_from(events.TYPES),
        "timestamp": st.just("2026-11-20T10:00:00Z"),
        "body": st.dictionaries(st.sampled_from(sorted(FIELDS.split())), anything),
    }
)


@settings(max_examples=300, deadline=None)
@given(st.lists(plausible | anything, max_size=5))
def test_every_event_gets_a_verdict_whatever_it_holds(batch):
    decoded = decode_batch(json.dumps({"batch": batch}).encode(), project_id="p", now_ns=NOW)
    assert len(decoded.accepted) + len(decoded.errors) == len(batch)
    for item in decoded.items:
        json.dumps(repr(item)).encode()  # all of its text is valid Unicode
        repr(item).encode()


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=200) | st.text(max_size=100).map(str.encode))
def test_bytes_that_are_no_batch_are_malformed_and_nothing_worse(body):
    try:
        decode_batch(body, project_id="p", now_ns=NOW)
    except MalformedPayload as error:
        assert str(error)


@settings(max_examples=200, deadline=None)
@given(st.integers(0, 200), st.binary(min_size=1, max_size=3))
def test_a_damaged_batch_is_malformed_or_judged(position, damage):
    body = bytearray(
        b'{"batch":[{"id":"e1","type":"generation-create","timestamp":"2026-11-20T10:00:00Z",'
        b'"body":{"id":"g","traceId":"t","usage":{"input":1},"metadata":{"a":[1,2.5,null]}}}]}'
    )
    body[position : position + len(damage)] = damage
    try:
        decode_batch(bytes(body), project_id="p", now_ns=NOW)
    except MalformedPayload as error:
        assert str(error)


def test_ten_thousand_different_statements_of_one_moment_take_no_time():
    said = [Patch("p", "t", "s", n % 3, {"name": f"{n}"}) for n in range(10_000)]
    again = [Patch("p", "t", "s", n % 3, {"name": f"{n}"}) for n in range(10_000)]
    began = time.monotonic()
    _set_apart([*said, *again])
    assert time.monotonic() - began < 2
    assert len({patch.stated_at for patch in said}) == 10_000
    assert [patch.stated_at for patch in again] == [patch.stated_at for patch in said]


def test_values_that_no_column_takes_are_told_or_left_out():
    def event(**body):
        body = {"id": "s", "traceId": "t", **body}
        return {"id": "e", "type": "span-create", "timestamp": "2026-11-20T10:00:00Z", "body": body}

    for version in (-1, 1e300, 10**30, 2**32, 1.5):
        body = json.dumps({"batch": [event(promptVersion=version)]}).encode()
        decoded = decode_batch(body, project_id="p", now_ns=NOW)
        assert [error.status for error in decoded.errors] == [400]
        assert "promptVersion" in decoded.errors[0].message
    many = {f"k{n}": 2**53 for n in range(3000)}
    trace = {**event(tags=[f"t{n}" for n in range(500)]), "type": "trace-create"}
    body = json.dumps({"batch": [event(usageDetails=many), trace]}).encode()
    patch, tagged = decode_batch(body, project_id="p", now_ns=NOW).items
    assert sum(patch.fields["usage"].values()) < 2**63
    assert patch.fields["marks"] == ["usage_invalid"]
    assert tagged.fields["marks"] == ["truncated"]
    assert len(tagged.fields["tags"]) == 100
