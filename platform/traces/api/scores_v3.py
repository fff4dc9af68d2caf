"""GET /api/public/v3/scores: typed values, chosen groups of fields, a cursor."""

from django.http import HttpRequest, QueryDict
from rest_framework.exceptions import ValidationError
from rest_framework.response import Response

from accounts.authentication import require_scope
from traces.api.parameters import (
    cursor_in,
    encoded_cursor,
    finite,
    number_in,
    time_in,
    whole_number,
    words_in,
)
from traces.api.shapes.score import V3_GROUPS, score_v3
from traces.api.view import LangfuseView
from traces.queries.langfuse.scores import After, ScoreQuery, scores_after

DATA_TYPES = ("NUMERIC", "BOOLEAN", "CATEGORICAL", "TEXT", "CORRECTION")
SUBJECTS = ("traceId", "sessionId", "experimentId")


class ScoreListV3(LangfuseView):
    """Scores by cursor; the caller chooses groups of fields."""

    permission_classes = (require_scope("read"),)

    def get(self, request: HttpRequest) -> Response:
        limit = whole_number(request.GET, "limit", 50, largest=100)
        groups = {*words_in(request.GET, "fields", V3_GROUPS)}
        cursor = cursor_in(request.GET, int, str)
        found = scores_after(
            request.auth.project_id,
            query_in(request.GET),
            limit=limit + 1,
            after=After(*cursor) if cursor else None,
        )
        page = found[:limit]
        meta: dict = {"limit": limit}
        if len(found) > limit:
            meta["cursor"] = encoded_cursor(page[-1]["timestamp_ns"], page[-1]["id"])
        return Response({"data": [score_v3(row, groups) for row in page], "meta": meta})


def query_in(asked: QueryDict) -> ScoreQuery:
    if sum(1 for name in SUBJECTS if asked.get(name)) > 1:
        raise ValidationError(f"Only one of {', '.join(SUBJECTS)} can be asked for.")
    if asked.get("observationId") and not asked.get("traceId"):
        raise ValidationError("observationId needs traceId as well.")
    data_types = [word.upper() for word in words_in(asked, "dataType")]
    if any(word not in DATA_TYPES for word in data_types):
        raise ValidationError(f"dataType must be one of {', '.join(DATA_TYPES)}.")
    numbers, texts = _values(asked, data_types)
    return ScoreQuery(
        time=time_in(asked, "fromTimestamp", "toTimestamp"),
        ids=words_in(asked, "id"),
        names=words_in(asked, "name"),
        sources=[word.upper() for word in words_in(asked, "source")],
        data_types=data_types,
        environments=words_in(asked, "environment"),
        config_ids=words_in(asked, "configId"),
        queue_ids=words_in(asked, "queueId"),
        author_ids=words_in(asked, "authorUserId"),
        trace_ids=words_in(asked, "traceId"),
        session_ids=words_in(asked, "sessionId"),
        observation_ids=words_in(asked, "observationId"),
        run_ids=words_in(asked, "experimentId"),
        values=numbers,
        string_values=texts,
        bounds=_bounds(asked, data_types),
    )


def _values(asked: QueryDict, data_types: list[str]) -> tuple[list[float], list[str]]:
    words = words_in(asked, "value")
    if not words:
        return [], []
    if data_types == ["CATEGORICAL"]:
        return [], words
    if data_types == ["NUMERIC"]:
        return [finite(word, "value") for word in words], []
    if data_types == ["BOOLEAN"] and all(word in ("true", "false") for word in words):
        return [float(word == "true") for word in words], []
    raise ValidationError("value needs one dataType: NUMERIC, BOOLEAN (true, false), CATEGORICAL.")


def _bounds(asked: QueryDict, data_types: list[str]) -> list[tuple[str, float]]:
    bounds = [
        (operator, number)
        for name, operator in (("valueMin", ">="), ("valueMax", "<="))
        if (number := number_in(asked, name)) is not None
    ]
    if bounds and data_types != ["NUMERIC"]:
        raise ValidationError("valueMin and valueMax need dataType=NUMERIC.")
    return bounds
