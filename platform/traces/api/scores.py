"""GET /api/public/scores[/{id}] (of traces), /v2/scores[/{id}] (of anything), both by page."""

from collections.abc import Callable

from django.http import HttpRequest
from rest_framework.exceptions import NotFound, ValidationError
from rest_framework.response import Response

from accounts.authentication import require_scope
from traces.api.clients import score_types
from traces.api.parameters import (
    besides,
    filters_in,
    number_in,
    page_in,
    time_in,
    values_in,
    words_in,
)
from traces.api.shapes.score import listed_score_v1, score_v1, score_v2
from traces.api.view import LangfuseView
from traces.queries.langfuse.filters import narrowed
from traces.queries.langfuse.scores import VALUE_OPERATORS, ScoreQuery, score, score_page
from traces.queries.langfuse.traces import traces_by_id


class ScoreList(LangfuseView):
    permission_classes = (require_scope("read"),)

    def get(self, request: HttpRequest) -> Response:
        page = page_in(request.GET)
        query = query_in(request, of_traces_only=True)
        found, total = score_page(
            request.auth.project_id, query, limit=page.limit, offset=page.offset
        )
        shown = with_traces(request, found, shape=listed_score_v1)
        return Response({"data": shown, "meta": page.meta(total)})


class ScoreDetail(LangfuseView):
    permission_classes = (require_scope("read"),)

    def get(self, request: HttpRequest, score_id: str) -> Response:
        return Response(score_v1(stored(request, score_id)))


class ScoreListV2(LangfuseView):
    """Scores of traces, observations, sessions and dataset runs, by page."""

    permission_classes = (require_scope("read"),)

    def get(self, request: HttpRequest) -> Response:
        page = page_in(request.GET)
        found, total = score_page(
            request.auth.project_id, query_in(request), limit=page.limit, offset=page.offset
        )
        shown = with_traces(request, found, shape=score_v2)
        return Response({"data": shown, "meta": page.meta(total)})


class ScoreDetailV2(LangfuseView):
    """One score of whatever it is about."""

    permission_classes = (require_scope("read"),)

    def get(self, request: HttpRequest, score_id: str) -> Response:
        (shown,) = with_traces(request, [stored(request, score_id)], shape=score_v2)
        return Response(shown)


def stored(request: HttpRequest, score_id: str) -> dict:
    row = score(request.auth.project_id, score_id)
    if row is None:
        raise NotFound(f"Score {score_id} not found within authorized project")
    return row


def with_traces(
    request: HttpRequest, found: list[dict], *, shape: Callable[[dict, dict | None], dict]
) -> list[dict]:
    trace_ids = sorted({row["trace_id"] for row in found if row["trace_id"]})
    traces = traces_by_id(request.auth.project_id, trace_ids, content=False)
    return [shape(row, traces.get(row["trace_id"])) for row in found]


def query_in(request: HttpRequest, *, of_traces_only: bool = False) -> ScoreQuery:
    filters = filters_in(request.GET)
    asked = besides(request.GET, filters, {"timestamp": ("fromTimestamp", "toTimestamp")})
    return ScoreQuery(
        time=narrowed(time_in(asked, "fromTimestamp", "toTimestamp"), filters, "timestamp"),
        ids=words_in(asked, "scoreIds"),
        names=values_in(asked, "name"),
        sources=words_in(asked, "source"),
        data_types=_data_types(request, of_traces_only),
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
        filters=filters,
    )


def _data_types(request: HttpRequest, of_traces_only: bool) -> list[str]:
    asked = words_in(request.GET, "dataType")
    if not of_traces_only:
        return asked
    return [kind for kind in score_types(request) if not asked or kind in asked] or ["none"]


def _bounds(request: HttpRequest) -> list[tuple[str, float]]:
    comparison, number = request.GET.get("operator", ""), number_in(request.GET, "value")
    if number is None and not comparison:
        return []
    if number is None or comparison not in VALUE_OPERATORS:
        raise ValidationError(
            f"operator must be one of {', '.join(VALUE_OPERATORS)}, and value a number."
        )
    return [(comparison, number)]
