"""One event's body → what it says of a trace or an observation, and nothing of what it omits."""

from collections.abc import Callable

from ingest.langfuse.body import Body, InvalidEvent
from ingest.langfuse.usage import stated_cost, stated_usage
from ingest.mapping.identity import environment_of
from traces.records import OBSERVATION_TYPES, TRACE, Patch

CREATE, UPDATE = 0, 1  # at the same moment the update has the last word

# field of the row ← how the body states it; what comes out empty is not said
Reader = Callable[[Body], object]
_SHARED: dict[str, Reader] = {
    "version_label": lambda body: body.text("version"),
    "release": lambda body: body.text("release"),
    "environment": lambda body: _environment(body),
}
_TRACE: dict[str, Reader] = {
    **_SHARED,
    "start_time": lambda body: body.moment("timestamp"),
    "trace_name": lambda body: body.text("name"),
    "user_id": lambda body: body.text("userId"),
    "session_id": lambda body: body.text("sessionId"),
    "tags": lambda body: body.texts("tags"),
    "trace_input": lambda body: body.content("input"),
    "trace_output": lambda body: body.content("output"),
    "trace_metadata": lambda body: body.mapping("metadata"),
}
_OBSERVATION: dict[str, Reader] = {
    **_SHARED,
    "start_time": lambda body: body.moment("startTime"),
    "end_time": lambda body: body.moment("endTime"),
    "completion_start_time": lambda body: body.moment("completionStartTime"),
    "parent_span_id": lambda body: body.identifier("parentObservationId"),
    "name": lambda body: body.text("name"),
    "level": lambda body: body.level(),
    "status_message": lambda body: body.content("statusMessage"),
    "input": lambda body: body.content("input") or body.content("prompt"),
    "output": lambda body: body.content("output") or body.content("completion"),
    "metadata": lambda body: body.mapping("metadata"),
    "model": lambda body: body.text("model"),
    "model_parameters": lambda body: body.mapping("modelParameters"),
    "prompt_name": lambda body: body.text("promptName"),
    "prompt_version": lambda body: body.count("promptVersion"),
    "usage": stated_usage,
}


def trace_patch(body: Body, *, project_id: str, trace_id: str, stated_at: int) -> Patch:
    """A `trace-create`, which is also how clients update a trace."""
    fields = _stated(_TRACE, body)
    public = body.flag("public")
    if public is not None:
        fields["public"] = public
    return _patch(body, project_id, trace_id, "", stated_at, CREATE, {"type": TRACE, **fields})


def observation_patch(
    body: Body,
    *,
    project_id: str,
    trace_id: str,
    span_id: str,
    kind: str,
    stated_at: int,
    rank: int,
) -> Patch:
    """A create or an update of a span, generation, event or any other kind of observation."""
    fields = {"type": _type(body, kind), **_stated(_OBSERVATION, body)}
    if cost := stated_cost(body):
        fields |= {"cost": cost, "total_cost": cost["total"], "cost_source": "sent"}
    return _patch(body, project_id, trace_id, span_id, stated_at, rank, fields)


def wrapper_trace(project_id: str, trace_id: str, observation: Patch) -> Patch:
    """The trace of an observation that names none, as clients before 2.0 send it."""
    said = observation.fields
    fields = {"type": TRACE, "trace_name": said.get("name"), "start_time": said.get("start_time")}
    return Patch(
        project_id=project_id,
        trace_id=trace_id,
        span_id="",
        stated_at=observation.stated_at,
        rank=observation.rank,
        fields={name: value for name, value in fields.items() if value},
    )


def _stated(readers: dict[str, Reader], body: Body) -> dict:
    said = {name: read(body) for name, read in readers.items()}
    return {
        name: value
        for name, value in said.items()
        if value is not None and value != "" and value != {} and value != []
    }


def _patch(
    body: Body,
    project_id: str,
    trace_id: str,
    span_id: str,
    stated_at: int,
    rank: int,
    fields: dict,
) -> Patch:
    fields["source"] = "langfuse"
    if body.marks:
        fields["marks"] = sorted(body.marks)
    return Patch(project_id, trace_id, span_id, stated_at, fields, rank)


def _environment(body: Body) -> str:
    sent = body.text("environment")
    return environment_of(sent) if sent else ""


def _type(body: Body, kind: str) -> str:
    stated = body.text("type").upper() or kind
    if stated not in OBSERVATION_TYPES:
        raise InvalidEvent(f"type must be one of {', '.join(OBSERVATION_TYPES)}.")
    return stated
