"""Text, numbers, times and depths that a store cannot hold as they are."""

import inspect
import json
import sys

import msgspec
import pytest

from ingest.decoded import MalformedPayload
from ingest.otlp.decode import JSON, PROTOBUF, decode_traces
from tests.ingest.otlp.exports import NOW, SENDER, add, export, json_row, row, with_value


def test_nul_becomes_a_replacement_character():
    request, span = export()
    span.name = "na\0me"
    add(span, "ke\0y", "val\0ue")
    add(span, "input.value", "a\0b")
    span.events.add(name="e\0", time_unix_nano=NOW).attributes.add(
        key="k"
    ).value.string_value = "\0"
    found = row(request)
    assert "\0" not in msgspec.json.encode(found).decode()
    assert (found.name, found.input) == ("na\ufffdme", "a\ufffdb")
    assert found.attributes == {"ke\ufffdy": "val\ufffdue"}
    assert found.marks == ["text_replaced"]


def test_bytes_that_are_no_utf8_in_protobuf():
    request, span = export()
    add(span, "input.value", "XXXX")
    add(span, "other", "fine 한")
    span.name = "YYYY"
    body = (
        request.SerializeToString()
        .replace(b"XXXX", b"a\xff\xfeb")
        .replace(b"YYYY", b"\xed\xa0\x80z")
    )
    decoded = decode_traces(body, PROTOBUF, SENDER)
    [found] = decoded.items
    assert found.input == "a\ufffd\ufffdb"
    assert found.name.endswith("\ufffdz")
    assert found.attributes == {"other": "fine 한"}
    assert found.marks == ["text_replaced"]


def test_bytes_that_are_no_utf8_in_json():
    body = json.dumps(
        {"resourceSpans": [{"scopeSpans": [{"spans": [
            {"traceId": "12" * 16, "spanId": "12" * 8, "name": "XXXX", "startTimeUnixNano": NOW,
             "endTimeUnixNano": NOW}
        ]}]}]}
    ).encode().replace(b"XXXX", b"a\xffb")  # fmt: skip
    [found] = decode_traces(body, JSON, SENDER).items
    assert found.name == "a\ufffdb"


def test_lone_surrogates_and_nul_in_json():
    found = json_row(
        [{"key": "input.value", "value": {"stringValue": "a\ud800b\0"}}], name="\udfff"
    )
    assert (found.input, found.name) == ("a\ufffdb\ufffd", "\ufffd")
    assert found.marks == ["text_replaced"]
    found.input.encode()


@pytest.mark.parametrize(
    ("literal", "expected"),
    [
        ("NaN", "nan"), ("Infinity", "inf"), ("-Infinity", "-inf"), ("1e400", "inf"),
        ('"NaN"', "nan"), ('"Infinity"', "inf"), ('"odd"', "odd"), ("1.5", "1.5"), ("7", "7.0"),
    ],
)  # fmt: skip
def test_numbers_that_json_has_no_word_for(literal, expected):
    body = with_value(f'{{"doubleValue":{literal}}}')
    [found] = decode_traces(body, JSON, SENDER).items
    assert found.attributes == {"x": expected}


def test_numbers_that_protobuf_has_a_word_for():
    request, span = export()
    for key, number in (("a", float("nan")), ("b", float("inf")), ("c", -float("inf"))):
        span.attributes.add(key=key).value.double_value = number
    values = span.attributes.add(key="d").value.array_value.values
    values.add().double_value = float("nan")
    assert row(request).attributes == {"a": "nan", "b": "inf", "c": "-inf", "d": '["nan"]'}


@pytest.mark.parametrize(
    ("sent", "expected"),
    [
        ("7", "7"),
        (7, "7"),
        ("9223372036854775807", "9223372036854775807"),
        (10**40, str(10**40)),
        ("1" * 5000, "1" * 64),
        ("seven", "seven"),
        (7.5, "7.5"),
        (True, "true"),
        ([1], "[1]"),
    ],
)
def test_whole_numbers_in_json(sent, expected):
    found = json_row([{"key": "x", "value": {"intValue": sent}}])
    assert found.attributes["x"][:64] == expected[:64]


@pytest.mark.parametrize("sent", ["-5", "1e9", "x" * 50, "9" * 400, -1, 1.5e30, [], {}, True, None])
def test_times_that_are_none(sent):
    found = json_row([], startTimeUnixNano=sent, endTimeUnixNano=sent)
    assert found.marks == ["clock_suspect"]
    assert found.start_time == found.end_time == NOW


def deep_json(levels: int) -> bytes:
    return with_value('{"arrayValue":{"values":[' * levels + "{}" + "]}}" * levels)


def test_values_nested_deeper_than_anyone_reads_are_cut():
    [found] = decode_traces(deep_json(100), JSON, SENDER).items
    assert "nested too deep" in found.attributes["x"]
    assert found.marks == ["truncated"]
    request, span = export()
    value = span.attributes.add(key="x").value
    for _ in range(40):
        value = value.array_value.values.add()
    value.string_value = "bottom"
    assert "nested too deep" in row(request).attributes["x"]


@pytest.mark.parametrize("levels", [1_000, 100_000])
def test_depth_bombs_in_json_are_malformed(levels):
    with pytest.raises(MalformedPayload):
        decode_traces(deep_json(levels), JSON, SENDER)
    with pytest.raises(MalformedPayload):
        decode_traces(b"[" * levels + b"NaN", JSON, SENDER)


def test_depth_bombs_in_protobuf_are_malformed():
    inner = b"\x0a\x00"
    for _ in range(300):
        inner = (
            b"\x2a"
            + varint(len(inner) + 1 + len(varint(len(inner))))
            + b"\x0a"
            + varint(len(inner))
            + inner
        )
    attribute = b"\x0a\x01x\x12" + varint(len(inner)) + inner
    span = b"\x4a" + varint(len(attribute)) + attribute
    body = span
    for tag in (b"\x12", b"\x12", b"\x0a"):
        body = tag + varint(len(body)) + body
    with pytest.raises(MalformedPayload):
        decode_traces(body, PROTOBUF, SENDER)


def varint(number: int) -> bytes:
    out = bytearray()
    while number > 127:
        out.append(number & 127 | 128)
        number >>= 7
    return bytes([*out, number])


def test_deep_json_inside_an_attribute_is_only_text():
    deep = "[" * 100_000
    for key in ("input.value", "langfuse.metadata", "gen_ai.usage.input_tokens", "langfuse.tags",
                "gen_ai.tool.definitions", "llm.invocation_parameters", "events"):  # fmt: skip
        request, span = export()
        add(span, key, deep)
        row(request)
    request, span = export()
    nested = '{"a":' * 900 + "1" + "}" * 900
    add(span, "langfuse.experiment.metadata", nested)
    add(span, "langfuse.metadata", nested)
    add(span, "langfuse.observation.model.parameters", nested)
    assert row(request).metadata


DEEP = 300  # levels that a JSON parser still takes


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("output.value", '{"tool_call":' * DEEP + "1" + "}" * DEEP),
        ("output.value", '{"message":' * DEEP + '"tool_call"' + "}" * DEEP),
        ("output.value", '{"tool_calls":[' * DEEP + "]}" * DEEP),
        ("gen_ai.tool.definitions", '{"tools":[' * DEEP + "]}" * DEEP),
        ("gen_ai.tool.definitions", '[{"functionDeclarations":' * DEEP + "1" + "}]" * DEEP),
        ("gen_ai.system_instructions", '[{"parts":' * DEEP + "[]" + "}]" * DEEP),
        ("gen_ai.usage.input_tokens", '{"intValue":' * DEEP + "1" + "}" * DEEP),
        ("langfuse.experiment.metadata", '{"a":' * DEEP + "1" + "}" * DEEP),
        ("langfuse.trace.tags", "[" * DEEP + "]" * DEEP),
        ("genkit:output", '{"message":' * DEEP + "1" + "}" * DEEP),
        ("gen_ai.usage.cost", '{"total_cost":' * DEEP + "1" + "}" * DEEP),
    ],
)
def test_no_reader_of_json_follows_it_without_end(key, value):
    request, span = export()
    add(span, "gen_ai.input.messages", "[]")
    add(span, key, value)
    sys.setrecursionlimit(max(200 + len(inspect.stack()), 400))
    try:
        found = row(request)
    finally:
        sys.setrecursionlimit(1000)
    assert (found.name, found.marks) == ("work", [])
