"""Trace, TraceWithDetails and TraceWithFullDetails."""

from traces.api.moments import iso
from traces.api.shapes.values import dollars, json_value, json_values, text_or_none

GROUPS = ("core", "io", "scores", "observations", "metrics")
NOT_INCLUDED = -1  # Langfuse's own mark for a figure that an answer leaves out


def trace_core(row: dict) -> dict:
    """A trace by itself. Without its content, that is null."""
    return {
        "id": row["trace_id"],
        "timestamp": iso(row["started_ns"]),
        "name": text_or_none(row["name"]),
        "input": json_value(row.get("input", "")),
        "output": json_value(row.get("output", "")),
        "sessionId": text_or_none(row["session_id"]),
        "release": text_or_none(row["release"]),
        "version": text_or_none(row["version_label"]),
        "userId": text_or_none(row["user_id"]),
        "metadata": json_values(row.get("metadata", {})),
        "tags": row["tags"],
        "public": bool(row["is_public"]),
        "environment": row["environment"],
        "createdAt": iso(row["started_ns"]),
        "updatedAt": iso(row["started_ns"]),
        "externalId": None,
        "bookmarked": False,
    }


def trace_summary(
    row: dict, *, project_id: str, groups: set[str], score_ids: list[str], null_cost: bool
) -> dict:
    """A trace in a list, with the ids of what belongs to it."""
    return {
        **trace_core(row),
        "projectId": project_id,
        "htmlPath": f"/project/{project_id}/traces/{row['trace_id']}",
        "observations": row["observation_ids"] if "observations" in groups else [],
        "scores": score_ids,
        **_metrics(row, groups, null_cost),
    }


def _metrics(row: dict, groups: set[str], null_cost: bool) -> dict:
    """Latency in seconds and cost in dollars.

    The cost is null where a part of it is not known: a sum that leaves something out is no sum.
    Clients that cannot hold a null (SDK 2) get Langfuse's mark for a figure that is left out.
    """
    if "metrics" not in groups:
        return {"latency": NOT_INCLUDED, "totalCost": NOT_INCLUDED}
    unknown = None if null_cost else NOT_INCLUDED
    cost = unknown if row["unknown_costs"] else dollars(row["total_cost"]) or 0.0
    return {"latency": round(row["latency_ns"] / 1e9, 6), "totalCost": cost}
