"""OTLP metrics: read far enough to say that they are well-formed and how many they are."""

import msgspec

from ingest import census
from ingest.decoded import MalformedPayload
from ingest.otlp.decode import PROTOBUF
from ingest.otlp.jsonbody import check_signal

RESOURCES = ("resourceMetrics", "resource_metrics")


def count_metrics(body: bytes, content_type: str) -> int:
    if content_type == PROTOBUF:
        return census.count_metrics(body)
    census.check_json(body)
    try:
        found = msgspec.json.decode(body, type=dict)
    except (msgspec.MsgspecError, RecursionError) as error:
        raise MalformedPayload("The body is not JSON, or no object.") from error
    check_signal(found, *RESOURCES)
    groups = (
        group
        for resource in _members(found, *RESOURCES)
        for group in _members(resource, "scopeMetrics", "scope_metrics")
    )
    return sum(len(_members(group, "metrics", "metrics")) for group in groups)


def _members(holder: object, name: str, other: str) -> list:
    if not isinstance(holder, dict):
        raise MalformedPayload(f"{name} must be in an object.")
    value = holder.get(name) or holder.get(other) or []
    if not isinstance(value, list):
        raise MalformedPayload(f"{name} must be a list.")
    return value
