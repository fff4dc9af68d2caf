"""A trace that leaves as OTLP/JSON comes back the same."""

import json
from dataclasses import asdict, fields
from decimal import Decimal

import pytest

from ingest.mapping.origin import Sender
from ingest.otlp.decode import JSON, decode_traces
from tests.payloads.otlp_rows import CAPTURES, RECEIVED_AT, spans_of
from traces.otlp_json import hex_id, resource_spans, with_trace
from traces.records import Span

# What the store adds by itself, and what says how a span came rather than what it is.
OWN = {"project_id", "received_at", "clocks", "version", "is_deleted", "marks", "source"}


def sent_again(rows: list[dict]) -> list[Span]:
    body = json.dumps({"resourceSpans": list(resource_spans(rows))}).encode()
    decoded = decode_traces(body, JSON, Sender("p", RECEIVED_AT))
    assert not decoded.rejected
    return sorted(
        [*decoded.items, *decoded.mergeable], key=lambda span: (span.start_time, span.span_id)
    )


def told(span: Span) -> dict:
    row = {column.name: getattr(span, column.name) for column in fields(Span)}
    if row["completion_start_time"]:
        row["completion_start_time"] //= 1000  # is told to the microsecond
    row["events"] = json.loads(row["events"] or "[]")  # the order within an object is no matter
    return {name: value for name, value in row.items() if name not in OWN}


@pytest.mark.parametrize("capture", CAPTURES)
def test_whatever_an_sdk_sent_goes_round(capture):
    spans = spans_of(capture)
    again = sent_again([asdict(span) for span in spans])
    assert [told(span) for span in again] == [told(span) for span in spans]


def a_row(**values) -> dict:
    ids = {"trace_id": "ab" * 16, "span_id": "cd" * 8, "start_time": RECEIVED_AT - 10**9}
    return asdict(Span(**{"project_id": "p", **ids, "end_time": RECEIVED_AT, **values}))


def test_every_field_that_langfuse_names_goes_round():
    row = a_row(
        parent_span_id="ef" * 8,
        is_root=True,
        is_app_root=True,
        type="GENERATION",
        name="ask",
        level="WARNING",
        status_message="odd",
        kind="CLIENT",
        trace_name="whole",
        user_id="ann",
        session_id="s",
        environment="staging",
        release="r1",
        version_label="v2",
        tags=["a, b", "c"],
        public=True,
        trace_input="in",
        trace_output="out",
        trace_metadata={"channel": "web"},
        metadata={"channel": "web", "n": "5", "deep": '{"a": [1, 2]}'},
        input='[{"role": "user", "content": "환불"}]',
        output="네",
        model="gpt-4o",
        provider="openai",
        model_parameters={"temperature": "0.1", "stop": '["x"]'},
        usage={"input": 5, "output": 7, "total": 12},
        cost={"input": Decimal("0.25"), "total": Decimal("0.5")},
        cost_source="sent",
        total_cost=Decimal("0.5"),
        prompt_name="support",
        prompt_version=3,
        completion_start_time=RECEIVED_AT - 5 * 10**8,
        experiment_id="e",
        experiment={"name": "n", "dataset.id": "d", "metadata.k": "v"},
        attributes={"http.route": "/v1", "n": "5"},
        events=json.dumps([{"time": RECEIVED_AT - 5, "name": "e", "attributes": {"a": [1, None]}}]),
        links=json.dumps(
            [{"trace_id": "ab" * 16, "span_id": "cd" * 8, "attributes": {"deep": {"x": 1.5}}}]
        ),
        dropped_events=4,
    )
    [again] = sent_again([row])
    for name, value in row.items():
        if name in OWN or name in ("events", "links"):
            continue
        if name in ("input_tokens", "output_tokens", "total_tokens"):
            continue  # are counted from the usage by pricing
        assert getattr(again, name) == value, name
    for name in ("events", "links"):
        assert json.loads(getattr(again, name)) == json.loads(row[name])


def test_ids_that_are_no_hex_become_a_digest_that_stays_the_same():
    assert hex_id("ab" * 16, 16) == "ab" * 16
    assert len(hex_id("my trace", 16)) == 32 and hex_id("my trace", 16) == hex_id("my trace", 16)
    rows = [
        a_row(trace_id="my trace", span_id="r"),
        a_row(trace_id="my trace", span_id="c", parent_span_id="r"),
    ]
    root, child = sent_again(rows) if sent_again(rows)[0].is_root else sent_again(rows)[::-1]
    assert child.parent_span_id == root.span_id and child.trace_id == root.trace_id


def test_what_was_stated_of_the_trace_is_said_by_its_root():
    stated = a_row(span_id="", trace_name="named", trace_input="asked", tags=["x"], public=True)
    [again] = sent_again([with_trace(a_row(user_id="ann"), stated)])
    assert (again.trace_name, again.trace_input, again.tags) == ("named", "asked", ["x"])
    assert again.public and again.user_id == "ann"


def test_events_that_are_nested_without_end_leave_as_text():
    deep = "[" * 400 + "]" * 400
    events = f'[{{"time": 1, "name": "e", "attributes": {{"a": {deep}}}}}]'
    assert sent_again([a_row(events=events)])


def test_spans_of_one_origin_stand_together():
    rows = [a_row(scope_name=name) for name in ("a", "a", "b")]
    assert [len(one["scopeSpans"][0]["spans"]) for one in resource_spans(rows)] == [2, 1]
