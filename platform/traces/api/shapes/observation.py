"""Observation, ObservationsView and ObservationV2."""

from decimal import Decimal

from traces.api.moments import iso
from traces.api.shapes.values import dollars, json_value, json_values, seconds, text_or_none

MAX_METADATA_VALUE = 200  # characters, in the v2 list, unless the caller names the key

GROUPS = ("core", "basic", "time", "io", "metadata", "model", "usage", "prompt", "metrics",
          "trace_context")  # fmt: skip
DEFAULT_GROUPS = ("core", "basic")


def observation_view(row: dict) -> dict:
    """An observation as the v1 endpoints show it."""
    return {
        "id": row["span_id"],
        "traceId": row["trace_id"],
        "type": row["type"],
        "name": text_or_none(row["name"]),
        "startTime": iso(row["start_ns"]),
        "endTime": iso(row["end_ns"]),
        "completionStartTime": iso(row["completion_start_ns"]),
        "model": text_or_none(row["model"]),
        "modelParameters": json_values(row["model_parameters"]),
        "input": json_value(row["input"]),
        "version": text_or_none(row["version_label"]),
        "metadata": json_values(row["metadata"]),
        "output": json_value(row["output"]),
        "usage": _usage(row),
        "level": row["level"],
        "statusMessage": text_or_none(row["status_message"]),
        "parentObservationId": text_or_none(row["parent_span_id"]),
        "promptId": None,
        "usageDetails": usage_details(row),
        "costDetails": cost_details(row),
        "environment": row["environment"],
        "promptName": text_or_none(row["prompt_name"]),
        "promptVersion": row["prompt_version"],
        "modelId": text_or_none(row["price_id"]),
        "inputPrice": None,
        "outputPrice": None,
        "totalPrice": None,
        "calculatedInputCost": dollars(_side(row["cost"], "input")),
        "calculatedOutputCost": dollars(_side(row["cost"], "output")),
        "calculatedTotalCost": dollars(row["total_cost"]),
        "latency": seconds(row["start_ns"], row["end_ns"]),
        "timeToFirstToken": seconds(row["start_ns"], row["completion_start_ns"]),
        "createdAt": iso(row["received_ns"]),
        "updatedAt": iso(row["received_ns"]),
    }


def usage_details(row: dict) -> dict[str, int]:
    """Units by name, and always their total where there are any."""
    usage = row["usage"]
    return {**usage, "total": usage.get("total", row["total_tokens"])} if usage else {}


def cost_details(row: dict) -> dict[str, float]:
    """Dollars by name; nothing at all where the cost is not known."""
    return {name: float(amount) for name, amount in row["cost"].items()}


def _usage(row: dict) -> dict:
    return {
        "input": row["input_tokens"],
        "output": row["output_tokens"],
        "total": row["total_tokens"],
        "unit": "TOKENS",
        "inputCost": dollars(_side(row["cost"], "input")),
        "outputCost": dollars(_side(row["cost"], "output")),
        "totalCost": dollars(row["total_cost"]),
    }


def _side(cost: dict[str, Decimal], side: str) -> Decimal | None:
    parts = [amount for name, amount in cost.items() if name.startswith(side)]
    return sum(parts, Decimal(0)) if parts else None


def observation_v2(
    row: dict, trace: dict, *, project_id: str, groups: set[str], expanded: set[str]
) -> dict:
    """The groups of fields that the caller asked for, after `core`, which is always there."""
    shown = {
        "id": row["span_id"],
        "traceId": row["trace_id"],
        "startTime": iso(row["start_ns"]),
        "endTime": iso(row["end_ns"]),
        "projectId": project_id,
        "parentObservationId": text_or_none(row["parent_span_id"]),
        "type": row["type"],
        "modelId": text_or_none(row["price_id"]),
        "inputPrice": None,
        "outputPrice": None,
        "totalPrice": None,
    }
    for group, fields_of in _V2_GROUPS.items():
        if group in groups:
            shown |= fields_of(row, trace)
    if "metadata" in groups:
        shown["metadata"] = {
            key: json_value(text if key in expanded else text[:MAX_METADATA_VALUE])
            for key, text in row["metadata"].items()
        }
    return shown


def _basic(row: dict, trace: dict) -> dict:
    return {
        "name": text_or_none(row["name"]),
        "level": row["level"],
        "statusMessage": text_or_none(row["status_message"]),
        "version": text_or_none(row["version_label"]),
        "environment": row["environment"],
        "bookmarked": False,
        "public": bool(trace.get("is_public")),
        "userId": text_or_none(row["user_id"] or trace.get("user_id", "")),
        "sessionId": text_or_none(row["session_id"] or trace.get("session_id", "")),
        "isRootObservation": not row["parent_span_id"] or bool(row["is_app_root"]),
    }


def _time(row: dict, trace: dict) -> dict:
    return {
        "completionStartTime": iso(row["completion_start_ns"]),
        "createdAt": iso(row["received_ns"]),
        "updatedAt": iso(row["received_ns"]),
    }


def _io(row: dict, trace: dict) -> dict:
    return {"input": text_or_none(row["input"]), "output": text_or_none(row["output"])}


def _model(row: dict, trace: dict) -> dict:
    return {
        "providedModelName": text_or_none(row["model"]),
        "internalModelId": text_or_none(row["price_id"]),
        "modelParameters": json_values(row["model_parameters"]),
    }


def _usage_v2(row: dict, trace: dict) -> dict:
    return {
        "usageDetails": usage_details(row),
        "costDetails": cost_details(row),
        "totalCost": dollars(row["total_cost"]),
        "usagePricingTierName": None,
    }


def _prompt(row: dict, trace: dict) -> dict:
    return {
        "promptId": None,
        "promptName": text_or_none(row["prompt_name"]),
        "promptVersion": row["prompt_version"],
    }


def _metrics(row: dict, trace: dict) -> dict:
    return {
        "latency": seconds(row["start_ns"], row["end_ns"]),
        "timeToFirstToken": seconds(row["start_ns"], row["completion_start_ns"]),
    }


def _trace_context(row: dict, trace: dict) -> dict:
    return {
        "traceName": text_or_none(trace.get("name", "")),
        "tags": trace.get("tags", []),
        "release": text_or_none(row["release"] or trace.get("release", "")),
    }


_V2_GROUPS = {
    "basic": _basic,
    "time": _time,
    "io": _io,
    "model": _model,
    "usage": _usage_v2,
    "prompt": _prompt,
    "metrics": _metrics,
    "trace_context": _trace_context,
}
