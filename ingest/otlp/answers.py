"""Answers in the encoding that was asked in: export responses, and google.rpc.Status for errors."""

from functools import cache
from typing import Any

import msgspec
from django.http import HttpResponse
from google.protobuf import descriptor_pb2, descriptor_pool, message_factory
from google.protobuf.message import Message
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceResponse
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import (
    ExportMetricsServiceResponse,
)
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceResponse

from ingest.decoded import Decoded
from ingest.otlp.decode import JSON, PROTOBUF

# The signal: its response and how many were rejected, in protobuf and in JSON.
RESPONSES: dict[str, tuple[Any, str, str]] = {
    "traces": (ExportTraceServiceResponse, "rejected_spans", "rejectedSpans"),
    "logs": (ExportLogsServiceResponse, "rejected_log_records", "rejectedLogRecords"),
    "metrics": (ExportMetricsServiceResponse, "rejected_data_points", "rejectedDataPoints"),
}
CODES = {  # HTTP's → gRPC's
    400: 3,
    401: 16,
    403: 7,
    404: 5,
    405: 12,
    408: 4,
    413: 8,
    414: 3,
    415: 3,
    429: 8,
    431: 3,
    503: 14,
}
INTERNAL = 13


def accepted(signal: str, content_type: str, decoded: Decoded) -> HttpResponse:
    """200: everything is stored but what was rejected, which would not get better by sending it
    again.
    """
    response, field, json_field = RESPONSES[signal]
    count = decoded.rejected_count
    told = [rejection.message for rejection in decoded.rejected]
    if count > len(told):
        told.append(f"and {count - len(told)} more")
    message = "; ".join(told)
    if content_type == JSON:
        said: dict = {}
        if count:
            said = {"partialSuccess": {json_field: count, "errorMessage": message}}
        return HttpResponse(msgspec.json.encode(said), content_type=JSON)
    answer = response()
    if count:
        setattr(answer.partial_success, field, count)
        answer.partial_success.error_message = message
    return HttpResponse(answer.SerializeToString(), content_type=PROTOBUF)


def refused(status: int, message: str, content_type: str) -> HttpResponse:
    """Why a request was not taken. Exporters send again after 408, 429, 502, 503 and 504, and after
    nothing else.
    """
    code = CODES.get(status, INTERNAL)
    if content_type == PROTOBUF:
        body = _status()(code=code, message=message).SerializeToString()
        return HttpResponse(body, content_type=PROTOBUF, status=status)
    body = msgspec.json.encode({"code": code, "message": message})
    return HttpResponse(body, content_type=JSON, status=status)


@cache
def _status() -> type[Message]:
    """google.rpc.Status, whose own package brings much else along."""
    file = descriptor_pb2.FileDescriptorProto(
        name="google/rpc/status.proto", package="google.rpc", syntax="proto3"
    )
    message = file.message_type.add(name="Status")
    for number, name, kind in ((1, "code", "TYPE_INT32"), (2, "message", "TYPE_STRING")):
        message.field.add(
            name=name,
            number=number,
            type=getattr(descriptor_pb2.FieldDescriptorProto, kind),
            label=descriptor_pb2.FieldDescriptorProto.LABEL_OPTIONAL,
        )
    pool = descriptor_pool.DescriptorPool()
    pool.Add(file)
    return message_factory.GetMessageClass(pool.FindMessageTypeByName("google.rpc.Status"))
