"""What Langfuse's metrics API calls the views, dimensions and measures of the metrics layer."""

from dataclasses import dataclass, field

from traces.queries.metrics import OBSERVATIONS, SCORES, TRACES

MILLISECONDS = 1_000  # latencies are milliseconds there and seconds here


@dataclass(frozen=True, slots=True)
class Measured:
    """A measure here, and by what its values are multiplied there. `term` is the field of the query
    language by which it can be narrowed.
    """

    name: str
    factor: int = 1
    term: str = ""


@dataclass(frozen=True, slots=True)
class View:
    """`data_types` narrows the scores to those of a view. `many` are dimensions of which there may
    be millions, by which version 2 does not group.
    """

    name: str
    measures: dict[str, Measured]
    dimensions: dict[str, str]
    times: frozenset[str]  # columns of a filter that narrow the time itself
    data_types: tuple[str, ...] = ()
    many: frozenset[str] = field(default_factory=frozenset)


_COUNT = {"count": Measured("count")}
_OBSERVATIONS = View(
    OBSERVATIONS,
    {
        **_COUNT,
        "latency": Measured("latency", MILLISECONDS, "latency"),
        "streamingLatency": Measured("streaming_latency", MILLISECONDS),
        "timeToFirstToken": Measured("ttft", MILLISECONDS, "ttft"),
        "inputTokens": Measured("input_tokens", term="input_tokens"),
        "outputTokens": Measured("output_tokens", term="output_tokens"),
        "totalTokens": Measured("tokens", term="tokens"),
        "outputTokensPerSecond": Measured("tokens_per_second"),
        "tokensPerSecond": Measured("all_tokens_per_second"),
        "inputCost": Measured("input_cost"),
        "outputCost": Measured("output_cost"),
        "totalCost": Measured("cost", term="cost"),
        "uniqueUserIds": Measured("users"),
        "uniqueSessionIds": Measured("sessions"),
    },
    {
        "id": "observation",
        "traceId": "trace",
        "traceName": "trace_name",
        "parentObservationId": "parent",
        "environment": "environment",
        "type": "type",
        "name": "name",
        "level": "level",
        "version": "version",
        "release": "release",
        "tags": "tag",
        "traceRelease": "release",
        "traceVersion": "trace_version",
        "userId": "user",
        "sessionId": "session",
        "providedModelName": "model",
        "promptName": "prompt",
        "promptVersion": "prompt_version",
        "isRootObservation": "root",
        "startTimeMonth": "month",
        "toolNames": "tool",
    },
    times=frozenset(("startTime", "timestamp")),
    many=frozenset(("id", "traceId", "userId", "sessionId", "parentObservationId")),
)
_TRACES = View(
    TRACES,
    {
        **_COUNT,
        "observationsCount": Measured("spans", term="spans"),
        "latency": Measured("latency", MILLISECONDS, "latency"),
        "totalTokens": Measured("tokens", term="tokens"),
        "totalCost": Measured("cost", term="cost"),
        "uniqueUserIds": Measured("users"),
        "uniqueSessionIds": Measured("sessions"),
    },
    {
        "id": "trace",
        "name": "name",
        "traceName": "name",
        "environment": "environment",
        "release": "release",
        "version": "version",
        "tags": "tag",
        "userId": "user",
        "sessionId": "session",
        "timestampMonth": "month",
    },
    times=frozenset(("timestamp", "startTime")),
    many=frozenset(("id", "userId", "sessionId")),
)
_OF_SCORES = {
    "id": "score_id",
    "environment": "environment",
    "name": "name",
    "source": "source",
    "dataType": "data_type",
    "configId": "config",
    "timestampMonth": "month",
    "timestampDay": "date",
    "traceId": "trace",
    "traceName": "trace_name",
    "tags": "tag",
    "userId": "user",
    "sessionId": "session",
    "traceRelease": "release",
    "traceVersion": "version",
    "observationId": "observation",
    "observationName": "span",
    "observationModelName": "model",
    "observationPromptName": "prompt",
    "observationPromptVersion": "prompt_version",
}
_MANY_OF_SCORES = frozenset(("id", "traceId", "userId", "sessionId", "observationId"))


def _scores(value: str, dimension: str, *data_types: str) -> View:
    measures = {"value": Measured("value"), **_COUNT} if dimension == "value" else _COUNT
    return View(
        SCORES,
        measures,
        {**_OF_SCORES, value: dimension},
        times=frozenset(("timestamp",)),
        data_types=data_types,
        many=_MANY_OF_SCORES,
    )


VIEWS = {
    "traces": _TRACES,
    "observations": _OBSERVATIONS,
    "scores-numeric": _scores("value", "value", "NUMERIC", "BOOLEAN"),
    "scores-boolean": _scores("booleanValue", "value", "BOOLEAN"),
    "scores-categorical": _scores("stringValue", "string_value", "CATEGORICAL"),
}
VIEWS_OF_VERSION_2 = tuple(name for name in VIEWS if name != "traces")
NOT_OFFERED = ("countScores", "scoresCount")
