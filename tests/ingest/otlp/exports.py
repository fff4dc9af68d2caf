"""Small exports that tests put odd things into."""

import json
import time

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from ingest.mapping.origin import Sender
from ingest.otlp.decode import JSON, PROTOBUF, decode_traces
from traces import clickhouse

NOW = time.time_ns()
SENDER = Sender("p", NOW)


def export():
    request = ExportTraceServiceRequest()
    span = (
        request.resource_spans.add()
        .scope_spans.add()
        .spans.add(
            trace_id=b"1234567812345678",
            span_id=b"12345678",
            name="work",
            start_time_unix_nano=NOW - 1000,
            end_time_unix_nano=NOW,
        )
    )
    return request, span


def add(span, key, value) -> None:
    span.attributes.add(key=key).value.string_value = value


def body(**attributes) -> bytes:
    request, span = export()
    for key, value in attributes.items():
        add(span, key, value)
    return request.SerializeToString()


def row(request):
    decoded = decode_traces(request.SerializeToString(), PROTOBUF, SENDER)
    [span] = [*decoded.items, *decoded.mergeable]
    return span


def json_row(attributes: list, **changes):
    span = {
        "traceId": "12" * 16,
        "spanId": "12" * 8,
        "startTimeUnixNano": NOW,
        "endTimeUnixNano": NOW,
    }
    body = {
        "resourceSpans": [
            {"scopeSpans": [{"spans": [{**span, "attributes": attributes, **changes}]}]}
        ]
    }
    decoded = decode_traces(json.dumps(body).encode(), JSON, SENDER)
    [span] = [*decoded.items, *decoded.mergeable]
    return span


def with_value(value: str) -> bytes:
    """An export in JSON whose one attribute, x, has the value as it is written here."""
    ids = f'"traceId":"{"12" * 16}","spanId":"{"12" * 8}"'
    times = f'"startTimeUnixNano":{NOW},"endTimeUnixNano":{NOW}'
    span = f'{{{ids},{times},"attributes":[{{"key":"x","value":{value}}}]}}'
    return f'{{"resourceSpans":[{{"scopeSpans":[{{"spans":[{span}]}}]}}]}}'.encode()


def stored(project_id: str) -> list[dict]:
    """The spans of the project as a read sees them."""
    return clickhouse.rows(
        """
        SELECT s.span_id AS span_id, s.name AS name, s.type AS type, s.model AS model,
            s.input AS input, s.output AS output, s.events AS events, s.marks AS marks,
            s.input_tokens AS input_tokens, s.resource_attributes AS resource_attributes
        FROM spans AS s FINAL
        WHERE s.project_id = {project_id:String}
        ORDER BY span_id
        """,
        project_id=project_id,
    )


def stored_scores(project_id: str) -> list[dict]:
    return clickhouse.rows(
        "SELECT id, name, value FROM scores FINAL WHERE project_id = {project_id:String}",
        project_id=project_id,
    )
