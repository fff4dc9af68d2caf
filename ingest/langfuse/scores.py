"""A score's body → Score: its type inferred where not stated, its value checked against it."""

from ingest.langfuse.body import Body, InvalidEvent, finite
from ingest.langfuse.wire import NoNumber
from ingest.mapping.identity import environment_of
from traces.records import Score

DATA_TYPES = ("NUMERIC", "BOOLEAN", "CATEGORICAL", "TEXT", "CORRECTION")
SOURCES = ("API", "EVAL", "ANNOTATION")
MAX_TEXT_VALUE = 1_000_000
NOT_FINITE = "value must be a finite number or a string."


def decode_score(body: Body, *, project_id: str, score_id: str, stated_at: int) -> Score:
    """The score, or InvalidEvent. `score_id` names it where the body has no id of its own.

    One that names a configuration and no type has none yet: ingest.score_rules gives it one.
    """
    name = body.text("name")
    if not name.strip():
        raise InvalidEvent("name must be a non-empty string.")
    data_type, value, string_value = _value(body)
    score = Score(
        project_id=project_id,
        id=body.identifier("id") or score_id,
        name=name,
        timestamp=body.moment("timestamp") or stated_at,
        data_type=data_type,
        value=value,
        string_value=string_value,
        trace_id=body.identifier("traceId"),
        observation_id=body.identifier("observationId"),
        session_id=body.identifier("sessionId"),
        dataset_run_id=body.identifier("datasetRunId"),
        comment=body.content("comment"),
        source=_source(body),
        environment=environment_of(body.text("environment") or "default"),
        config_id=body.identifier("configId"),
        queue_id=body.identifier("queueId"),
        execution_trace_id=body.identifier("executionTraceId"),
        metadata=body.mapping("metadata"),
        received_at=body.now_ns,
    )
    if not (score.trace_id or score.session_id or score.dataset_run_id):
        raise InvalidEvent("A score needs a traceId, a sessionId or a datasetRunId.")
    if score.observation_id and not score.trace_id:
        raise InvalidEvent("A score with an observationId needs the traceId as well.")
    return score


def _value(body: Body) -> tuple[str, float | None, str]:
    value = body.values.get("value")
    if isinstance(value, NoNumber):  # never a category that says "Infinity"
        raise InvalidEvent(NOT_FINITE)
    data_type = body.text("dataType")
    if not data_type and body.identifier("configId"):
        return "", *_unstated(body, value)
    data_type = data_type or _inferred_type(value)
    if data_type not in DATA_TYPES:
        raise InvalidEvent(f"dataType must be one of {', '.join(DATA_TYPES)}.")
    if data_type == "NUMERIC":
        return data_type, _number(value), ""
    if data_type == "BOOLEAN":
        number = float(value) if isinstance(value, bool) else finite(value)
        if number not in (0, 1):
            raise InvalidEvent("value must be 0 or 1 for dataType BOOLEAN.")
        return data_type, number, "True" if number else "False"
    if not isinstance(value, str) or value == "":
        raise InvalidEvent(f"value must be a non-empty string for dataType {data_type}.")
    return data_type, None, body.text("value", MAX_TEXT_VALUE)


def _unstated(body: Body, value: object) -> tuple[float | None, str]:
    if isinstance(value, str) and value:
        return None, body.text("value", MAX_TEXT_VALUE)
    return (float(value) if isinstance(value, bool) else _number(value)), ""


def _inferred_type(value: object) -> str:
    if isinstance(value, bool):
        return "BOOLEAN"
    return "CATEGORICAL" if isinstance(value, str) else "NUMERIC"


def _number(value: object) -> float:
    number = finite(value)
    if number is None:
        raise InvalidEvent(NOT_FINITE)
    return number


def _source(body: Body) -> str:
    source = body.text("source") or "API"
    if source not in SOURCES:
        raise InvalidEvent(f"source must be one of {', '.join(SOURCES)}.")
    return source
