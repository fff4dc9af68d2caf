import time

import pytest
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest

from ingest.mapping.content import finish_content
from ingest.mapping.origin import Sender
from ingest.otlp.decode import JSON, PROTOBUF
from ingest.otlp.logs import decode_logs
from tests.ingest.mapping.conftest import add_all, fill
from traces.records import Patch, Score, Span

NOW = time.time_ns()
SENDER = Sender("p", NOW)
TRACE, SPAN = b"1234567812345678", b"12345678"


def export(name="", attributes=(), body=None, **record) -> bytes:
    request = ExportLogsServiceRequest()
    group = request.resource_logs.add()
    add_all(group.resource.attributes, {"deployment.environment": "prod"})
    made = group.scope_logs.add().log_records.add(
        **{"trace_id": TRACE, "span_id": SPAN, "time_unix_nano": NOW, "event_name": name, **record}
    )
    add_all(made.attributes, attributes)
    if body is not None:
        fill(made.body, body)
    return request.SerializeToString()


def items(body: bytes) -> list:
    return list(decode_logs(body, PROTOBUF, SENDER)[0].items)


@pytest.mark.parametrize(
    "name",
    [
        "gen_ai.client.inference.operation.details",
        "gen_ai.client.operation.exception",
        "gen_ai.system.message",
        "gen_ai.user.message",
        "gen_ai.assistant.message",
        "gen_ai.tool.message",
        "gen_ai.choice",
        "gen_ai.content.prompt",
        "gen_ai.content.completion",
    ],
)
def test_a_genai_log_event_becomes_an_event_of_its_span(name):
    [patch] = items(export(name, {"gen_ai.system": "openai"}, {"content": "Hi"}))
    event = {
        "time": NOW,
        "name": name,
        "attributes": {"gen_ai.system": "openai", "content": "Hi"},
    }
    assert patch == Patch("p", TRACE.hex(), SPAN.hex(), NOW, {"events": [event]})


def test_the_name_of_an_event_may_still_be_an_attribute():
    [patch] = items(export(attributes={"event.name": "gen_ai.choice"}, body={"index": 0}))
    assert patch.fields["events"][0]["name"] == "gen_ai.choice"
    assert patch.fields["events"][0]["attributes"] == {"index": 0}


def test_the_messages_of_log_events_are_what_their_span_says():
    asked = items(
        export("gen_ai.user.message", body={"content": "수도는?"}, time_unix_nano=NOW - 9)
    )
    said = {"role": "assistant", "content": "서울"}
    answered = items(export("gen_ai.choice", body={"index": 0, "message": said}))
    [span] = [Span("p", TRACE.hex(), SPAN.hex(), NOW)]
    events = [patch.fields["events"][0] for patch in (*answered, *asked)]
    import msgspec

    span.events = msgspec.json.encode(events).decode()
    finish_content([span])
    assert span.input == '[{"role":"user","content":"수도는?"}]'
    assert "서울" in span.output


def test_details_of_an_inference_as_structured_attributes():
    chat = [{"role": "user", "parts": [{"type": "text", "content": "Hi"}]}]
    name = "gen_ai.client.inference.operation.details"
    [patch] = items(export(name, {"gen_ai.input.messages": chat}))
    assert patch.fields["events"][0]["attributes"] == {"gen_ai.input.messages": chat}


def evaluation(**said) -> bytes:
    attributes = {f"gen_ai.evaluation.{key.replace('_', '.', 1)}": v for key, v in said.items()}
    return export("gen_ai.evaluation.result", {**attributes, "gen_ai.response.id": "r1"})


def test_an_evaluation_becomes_a_score():
    [score] = items(evaluation(name="relevance", score_value=0.8, explanation="on topic"))
    assert isinstance(score, Score)
    assert (score.name, score.value, score.data_type) == ("relevance", 0.8, "NUMERIC")
    assert (score.trace_id, score.observation_id) == (TRACE.hex(), SPAN.hex())
    assert (score.comment, score.source, score.environment) == ("on topic", "EVAL", "prod")
    assert score.metadata == {"gen_ai.response.id": "r1"}
    assert score.timestamp == NOW


def test_an_evaluation_with_a_label_is_categorical():
    [score] = items(evaluation(name="tone", score_label="kind", score_value=1))
    assert (score.data_type, score.string_value, score.value) == ("CATEGORICAL", "kind", 1.0)
    [score] = items(evaluation(name="tone", score_label="kind"))
    assert (score.string_value, score.value) == ("kind", None)


def test_the_same_evaluation_sent_again_is_the_same_score():
    sent = evaluation(name="relevance", score_value=0.8)
    assert items(sent) == items(sent)
    assert items(sent)[0].id != items(evaluation(name="other", score_value=0.8))[0].id


@pytest.mark.parametrize(
    "said",
    [
        {"score_value": 1.0},
        {"name": "x"},
        {"name": "x", "score_value": float("nan")},
        {"name": "x", "score_value": True},
    ],
)
def test_an_evaluation_that_says_nothing_is_no_score(said):
    assert items(evaluation(**said)) == []


@pytest.mark.parametrize(
    "record",
    [
        {"name": "app.started"},
        {"body": "a line of text"},
        {"name": "gen_ai.choice", "trace_id": b""},
        {"name": "gen_ai.choice", "trace_id": bytes(16)},
        {"name": "gen_ai.choice", "span_id": b""},
        {"name": "gen_ai.choice", "span_id": bytes(8)},
    ],
)
def test_other_records_are_counted_and_left(record):
    decoded, others = decode_logs(export(**record), PROTOBUF, SENDER)
    assert not decoded.items and not decoded.rejected
    assert others == 1


def test_logs_in_json_with_a_bad_neighbour():
    good = (
        '{"eventName":"gen_ai.choice","traceId":"%s","spanId":"%s","timeUnixNano":"5",'
        '"body":{"kvlistValue":{"values":[{"key":"index","value":{"intValue":"0"}}]}}}'
    )
    good = good.replace("%s", TRACE.hex(), 1).replace("%s", SPAN.hex(), 1)
    body = '{"resourceLogs":[{"scopeLogs":[{"logRecords":[%s,7,{"traceId":"odd"}]}]}]}'
    decoded, others = decode_logs(body.replace("%s", good).encode(), JSON, SENDER)
    assert [patch.fields["events"][0]["attributes"] for patch in decoded.items] == [{"index": 0}]
    assert len(decoded.rejected) == 2 and others == 0
