"""GET /api/public/scores[/{id}] (of traces), /v2/scores[/{id}] (of anything), both by page."""

from django.http import HttpRequest
from rest_framework.exceptions import NotFound, ValidationError
from rest_framework.response import Response

from accounts.authentication import require_scope
from traces.api.parameters import filters_in, number_in, page_in, time_in, values_in, words_in
from traces.api.shapes.score import score_v1, score_v2
from traces.api.view import LangfuseView
from traces.queries.langfuse.scores import VALUE_OPERATORS, ScoreQuery, score, score_page
from traces.queries.langfuse.traces import traces_by_id

OF_V1 = ["NUMERIC", "BOOLEAN", "CATEGORICAL", "TEXT"]  # a correction has no place in that shape


class ScoreList(LangfuseView):
    permission_classes = (require_scope("read"),)

    def get(self, request: HttpRequest) -> Response:
        page = page_in(request.GET)
        query = query_in(request, of_traces_only=True)
        found, total = score_page(
            request.auth.project_id, query, limit=page.limit, offset=page.offset
        )
        return Response({"data": [score_v1(row) for row in found], "meta": page.meta(total)})


class ScoreDetail(LangfuseView):
    permission_classes = (require_scope("read"),)

    def get(self, request: HttpRequest, score_id: str) -> Response:
        return Response(score_v1(stored(request, score_id)))


class ScoreListV2(LangfuseView):
    permission_classes = (require_scope("read"),)

    def get(self, request: HttpRequest) -> Response:
        page = page_in(request.GET)
        found, total = score_page(
            request.auth.project_id, query_in(request), limit=page.limit, offset=page.offset
        )
        return Response({"data": with_traces(request, found), "meta": page.meta(total)})


class ScoreDetailV2(LangfuseView):
    permission_classes = (require_scope("read"),)

    def get(self, request: HttpRequest, score_id: str) -> Response:
        return Response(with_traces(request, [stored(request, score_id)])[0])


def stored(request: HttpRequest, score_id: str) -> dict:
    row = score(request.auth.project_id, score_id)
    if row is None:
        raise NotFound(f"Score {score_id} not found within authorized project")
    return row


def with_traces(request: HttpRequest, found: list[dict]) -> list[dict]:
    trace_ids = sorted({row["trace_id"] for row in found if row["trace_id"]})
    traces = traces_by_id(request.auth.project_id, trace_ids, content=False)
    return [score_v2(row, traces.get(row["trace_id"])) for row in found]


def query_in(request: HttpRequest, *, of_traces_only: bool = False) -> ScoreQuery:
    asked = request.GET
    return ScoreQuery(
        time=time_in(asked, "fromTimestamp", "toTimestamp"),
        ids=words_in(asked, "scoreIds"),
        names=values_in(asked, "name"),
        sources=words_in(asked, "source"),
        data_types=words_in(asked, "dataType") or (OF_V1 if of_traces_only else []),
        environments=values_in(asked, "environment"),
        config_ids=values_in(asked, "configId"),
        queue_ids=values_in(asked, "queueId"),
        trace_ids=values_in(asked, "traceId"),
        session_ids=values_in(asked, "sessionId"),
        observation_ids=words_in(asked, "observationId"),
        run_ids=values_in(asked, "datasetRunId"),
        bounds=_bounds(request),
        of_traces_only=of_traces_only,
        user_id=asked.get("userId", ""),
        trace_tags=words_in(asked, "traceTags"),
        filters=filters_in(asked),
    )


def _bounds(request: HttpRequest) -> list[tuple[str, float]]:
    comparison, number = request.GET.get("operator", ""), number_in(request.GET, "value")
    if number is None and not comparison:
        return []
    if number is None or comparison not in VALUE_OPERATORS:
        raise ValidationError(
            f"operator must be one of {', '.join(VALUE_OPERATORS)}, and value a number."
        )
    return [(comparison, number)]
