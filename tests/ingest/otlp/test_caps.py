"""More of everything than an honest client sends: cut and marked, or counted as dropped."""

import json
import time
import tracemalloc

import pytest

from ingest.mapping import limits
from ingest.otlp.decode import PROTOBUF, decode_traces
from tests.ingest.otlp.exports import NOW, SENDER, add, export, row
from traces.columns import SPANS


def test_ten_thousand_attributes():
    request, span = export()
    for number in range(limits.ATTRIBUTES_READ + 500):
        add(span, f"key.{number}", "v")
    found = row(request)
    assert len(found.attributes) == limits.ATTRIBUTES_KEPT
    assert found.dropped_attributes == limits.ATTRIBUTES_READ + 500 - limits.ATTRIBUTES_KEPT
    assert found.marks == ["attributes_dropped"]


def test_what_the_client_dropped_and_what_we_drop_is_counted_together():
    request, span = export()
    span.dropped_attributes_count = 7
    for number in range(limits.ATTRIBUTES_KEPT + 3):
        add(span, f"key.{number}", "v")
    assert row(request).dropped_attributes == 10


def test_what_is_counted_as_dropped_fits_its_column():
    request, span = export()
    span.dropped_attributes_count = span.dropped_events_count = 2**32 - 1
    for number in range(limits.ATTRIBUTES_KEPT + 3):
        add(span, f"key.{number}", "v")
    for _ in range(limits.EVENTS + 1):
        span.events.add(name="tick", time_unix_nano=NOW)
    found = row(request)
    assert found.dropped_attributes == found.dropped_events == limits.SMALL_COUNT
    assert SPANS.unencodable([found]) == []


def test_thousands_of_kinds_of_tokens_can_be_added_up():
    request, span = export()
    add(span, "gen_ai.request.model", "gpt-4o")
    for number in range(3_000):
        add(span, f"gen_ai.usage.kind_{number}", str(2**53))
    found = row(request)
    assert len(found.usage) <= limits.USAGE_KEYS
    assert "usage_cut" in found.marks


def test_a_chat_spelt_out_in_thousands_of_attributes_is_whole():
    request, span = export()
    for number in range(3_000):
        add(span, f"llm.input_messages.{number}.message.role", "user")
        add(span, f"llm.input_messages.{number}.message.content", f"line {number}")
    found = row(request)
    chat = json.loads(found.input)
    assert len(chat) == 3_000
    assert chat[2_999]["message"]["content"] == "line 2999"
    assert found.dropped_attributes == 0


def test_keys_of_a_megabyte():
    request, span = export()
    add(span, "k" * 1_000_000, "v")
    add(span, "langfuse.metadata." + "m" * 1_000_000, "v")
    add(span, "gen_ai.request." + "p" * 1_000_000, "v")
    found = row(request)
    longest = max(map(len, (*found.attributes, *found.metadata, *found.model_parameters)))
    assert longest <= limits.LABEL_CHARACTERS


def test_keys_from_outside_are_not_remembered_without_end():
    from ingest.mapping import routes

    request, span = export()
    for number in range(9_000):
        add(span, f"odd.{time.time_ns()}.{number}", "v")
    for _ in range(3):
        row(request)
        for attribute in span.attributes:
            attribute.key += "x"
    assert len(routes.ROUTES) <= routes.REMEMBERED + 1_000


@pytest.mark.parametrize(
    "key",
    ["__proto__", "constructor", "a.b.c", "", ".", "..", "' OR 1=1 --", "{name:String}", "%s"],
)
def test_keys_are_only_data(key):
    request, span = export()
    add(span, key, "v")
    add(span, f"langfuse.metadata.{key}", "v")
    add(span, f"gen_ai.prompt.0.{key}", "v")
    found = row(request)
    assert found.attributes.get(key) == "v"


def test_the_last_of_two_attributes_of_one_key_counts():
    request, span = export()
    add(span, "app.step", "first")
    add(span, "app.step", "second")
    assert row(request).attributes == {"app.step": "second"}


def test_ten_megabytes_of_output_are_stored_whole():
    request, span = export()
    add(span, "output.value", "한" * 10_000_000)
    found = row(request)
    assert found.output == "한" * 10_000_000
    assert found.marks == []


def test_more_output_than_is_kept_is_cut_with_a_marker():
    request, span = export()
    add(span, "output.value", "x" * (limits.CONTENT_CHARACTERS + 1))
    found = row(request)
    assert found.output.endswith("… [truncated: 16,777,217 characters in all]")
    assert found.marks == ["truncated"]


def test_an_attribute_of_ten_megabytes_is_cut_with_a_marker():
    request, span = export()
    add(span, "app.blob", "x" * 10_000_000)
    found = row(request)
    assert found.attributes["app.blob"].endswith("… [truncated: 10,000,000 characters in all]")
    assert len(found.attributes["app.blob"]) < limits.VALUE_CHARACTERS + 100
    assert found.marks == ["truncated"]


def test_names_and_identifiers_are_short():
    request, span = export()
    span.name = "n" * 100_000
    add(span, "user.id", "u" * 100_000)
    add(span, "session.id", "s" * 100_000)
    add(span, "model", "m" * 100_000)
    add(span, "langfuse.tags", ",".join(f"tag{n}" + "t" * 10_000 for n in range(500)))
    found = row(request)
    for value in (found.name, found.user_id, found.session_id, found.model, *found.tags):
        assert len(value) <= limits.LABEL_CHARACTERS
    assert len(found.tags) == limits.TAGS


def test_a_million_events_and_links():
    request, span = export()
    for _ in range(100_000):
        span.events.add(name="tick", time_unix_nano=NOW)
    for _ in range(5_000):
        span.links.add(trace_id=b"1234567812345678", span_id=b"12345678")
    found = row(request)
    assert len(json.loads(found.events)) == limits.EVENTS
    assert found.dropped_events == 100_000 - limits.EVENTS
    assert len(json.loads(found.links)) == limits.LINKS
    assert found.dropped_links == 5_000 - limits.LINKS


def test_events_of_more_than_is_kept_of_them():
    request, span = export()
    for _ in range(20):
        event = span.events.add(name="big", time_unix_nano=NOW)
        event.attributes.add(key="k").value.string_value = "x" * 1_000_000
    found = row(request)
    kept = json.loads(found.events)
    assert len(found.events) <= limits.EVENTS_CHARACTERS
    assert 0 < len(kept) < 20
    assert found.dropped_events == 20 - len(kept)
    assert found.marks == ["events_dropped"]


def test_thousands_of_spans_in_one_request():
    request, _ = export()
    spans = request.resource_spans[0].scope_spans[0].spans
    for number in range(20_000):
        spans.add(
            trace_id=b"1234567812345678",
            span_id=(number + 1).to_bytes(8, "big"),
            start_time_unix_nano=NOW,
            end_time_unix_nano=NOW,
        )
    decoded = decode_traces(request.SerializeToString(), PROTOBUF, SENDER)
    assert len(decoded.items) == 20_001


def test_a_small_request_cannot_claim_much_memory():
    request, span = export()
    add(span, "gen_ai.prompt.999999999.content", "far")
    add(span, "llm.input_messages.99999999999999999999.message.content", "further")
    body = request.SerializeToString()
    tracemalloc.start()
    decode_traces(body, PROTOBUF, SENDER)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 1_000_000
