"""ScoreV1, Score (v2) and ScoreV3."""

from traces.api.moments import iso
from traces.api.shapes.values import json_values, text_or_none

V3_GROUPS = ("details", "subject", "annotation")
NO_TRACE = {"user_id": "", "session_id": "", "tags": [], "environment": "default"}


def score_v1(row: dict) -> dict:
    """A score with `value` as a number, and as text in `stringValue` where it has one."""
    return {
        "id": row["id"],
        "traceId": text_or_none(row["trace_id"]),
        "sessionId": text_or_none(row["session_id"]),
        "observationId": text_or_none(row["observation_id"]),
        "datasetRunId": text_or_none(row["dataset_run_id"]),
        "name": row["name"],
        "source": row["source"],
        "timestamp": iso(row["timestamp_ns"]),
        "createdAt": iso(row["received_ns"]),
        "updatedAt": iso(row["received_ns"]),
        "authorUserId": text_or_none(row["author_user_id"]),
        "comment": text_or_none(row["comment"]),
        "metadata": json_values(row["metadata"]),
        "configId": text_or_none(row["config_id"]),
        "queueId": text_or_none(row["queue_id"]),
        "environment": row["environment"],
        "dataType": row["data_type"],
        **_value(row),
    }


def listed_score_v1(row: dict, trace: dict | None) -> dict:
    """The same in a list, where SDK 2 asks for a trace, even for one that has not come yet."""
    return {**score_v1(row), "trace": _trace(trace or NO_TRACE)}


def score_v2(row: dict, trace: dict | None) -> dict:
    """A score of anything, with what is known of the trace it judges."""
    return {**score_v1(row), "trace": None if trace is None else _trace(trace)}


def _value(row: dict) -> dict:
    kind = row["data_type"]
    if kind == "NUMERIC":
        return {"value": row["value"]}
    if kind == "TEXT":
        return {"stringValue": row["string_value"]}
    # A category or a correction has no number, and the clients' types ask for one.
    return {"value": row["value"] or 0, "stringValue": row["string_value"]}


def _trace(trace: dict) -> dict:
    return {
        "userId": text_or_none(trace["user_id"]),
        "tags": trace["tags"],
        "environment": trace["environment"],
        "sessionId": text_or_none(trace["session_id"]),
    }


def score_v3(row: dict, groups: set[str]) -> dict:
    """A score whose `value` has the type that `dataType` says."""
    shown = {
        "id": row["id"],
        "projectId": row["project_id"],
        "name": row["name"],
        "value": _typed_value(row),
        "dataType": row["data_type"],
        "source": row["source"],
        "timestamp": iso(row["timestamp_ns"]),
        "environment": row["environment"],
        "createdAt": iso(row["received_ns"]),
        "updatedAt": iso(row["received_ns"]),
    }
    if "details" in groups:
        shown["comment"] = text_or_none(row["comment"])
        shown["configId"] = text_or_none(row["config_id"])
        shown["metadata"] = json_values(row["metadata"])
    if "subject" in groups:
        shown["subject"] = _subject(row)
    if "annotation" in groups:
        shown["authorUserId"] = text_or_none(row["author_user_id"])
        shown["queueId"] = text_or_none(row["queue_id"])
    return shown


def _typed_value(row: dict) -> float | bool | str | None:
    if row["data_type"] == "NUMERIC":
        return row["value"]
    if row["data_type"] == "BOOLEAN":
        return bool(row["value"])
    return row["string_value"]


def _subject(row: dict) -> dict:
    if row["observation_id"]:
        return {
            "kind": "observation",
            "id": row["observation_id"],
            "traceId": text_or_none(row["trace_id"]),
        }
    for kind, column in (
        ("trace", "trace_id"),
        ("session", "session_id"),
        ("experiment", "dataset_run_id"),
    ):
        if row[column]:
            return {"kind": kind, "id": row[column]}
    raise ValueError("A stored score is about something.")
