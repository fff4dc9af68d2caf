"""OTLP metrics: read far enough to say that they are well-formed and how many they are."""

import msgspec
from google.protobuf.message import DecodeError
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import (
    ExportMetricsServiceRequest,
)

from ingest.decoded import MalformedPayload
from ingest.otlp.decode import PROTOBUF


def count_metrics(body: bytes, content_type: str) -> int:
    if content_type == PROTOBUF:
        return _count_protobuf(body)
    try:
        found = msgspec.json.decode(body, type=dict)
    except (msgspec.MsgspecError, RecursionError) as error:
        raise MalformedPayload("The body is not JSON, or no object.") from error
    groups = (
        group
        for resource in _members(found, "resourceMetrics", "resource_metrics")
        for group in _members(resource, "scopeMetrics", "scope_metrics")
    )
    return sum(len(_members(group, "metrics", "metrics")) for group in groups)


def _count_protobuf(body: bytes) -> int:
    try:
        request = ExportMetricsServiceRequest.FromString(body)
    except DecodeError as error:
        raise MalformedPayload(f"The body is no ExportMetricsServiceRequest: {error}") from error
    return sum(
        len(group.metrics)
        for resource in request.resource_metrics
        for group in resource.scope_metrics
    )


def _members(holder: object, name: str, other: str) -> list:
    if not isinstance(holder, dict):
        raise MalformedPayload(f"{name} must be in an object.")
    value = holder.get(name) or holder.get(other) or []
    if not isinstance(value, list):
        raise MalformedPayload(f"{name} must be a list.")
    return value
