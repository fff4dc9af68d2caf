"""GET and DELETE of /api/public/traces and /api/public/traces/{id}."""

import structlog
from django.http import HttpRequest
from rest_framework.exceptions import NotFound, ValidationError
from rest_framework.response import Response

from accounts.authentication import require_scope
from traces import deletion
from traces.api.body import JsonBody, object_in
from traces.api.clients import score_types, takes_null_cost
from traces.api.parameters import besides, filters_in, page_in, time_in, values_in, words_in
from traces.api.shapes.observation import observation_view
from traces.api.shapes.score import score_v1
from traces.api.shapes.trace import GROUPS, trace_summary
from traces.api.view import LangfuseView, TooMuch
from traces.queries.langfuse.filters import narrowed
from traces.queries.langfuse.observations import observations_of_trace
from traces.queries.langfuse.scores import scores_of_traces
from traces.queries.langfuse.trace_columns import ORDERS
from traces.queries.langfuse.traces import TraceQuery, trace_page, traces_by_id
from traces.queries.trace import locate
from traces.queries.whole import row_places

MOST_DELETED = 1_000  # of one request
MAX_ID = 800
NAMED_IN_LOG = 20
MOST_ROWS = 20_000  # observations of a trace in one answer
MOST_BYTES = 256 * 1024 * 1024  # of their texts

log = structlog.get_logger(__name__)


class DeletingView(LangfuseView):
    """Reads need the scope of reading, deletions that of sending: who may replace a row by sending
    it again may also delete it."""

    parser_classes = (JsonBody,)

    def get_permissions(self) -> list:
        scope = "ingest" if self.request.method == "DELETE" else "read"
        return [require_scope(scope)()]


class TraceList(DeletingView):
    """Traces by page, each with the ids of its observations and scores; DELETE of those named."""

    def get(self, request: HttpRequest) -> Response:
        project_id, page = request.auth.project_id, page_in(request.GET)
        groups = set(words_in(request.GET, "fields", GROUPS) or GROUPS)
        trace_ids, total = trace_page(
            project_id, query_in(request), limit=page.limit, offset=page.offset
        )
        found = traces_by_id(project_id, trace_ids, content="io" in groups)
        scores = scores_by_trace(request, trace_ids if "scores" in groups else [])
        return Response(
            {
                "data": [
                    trace_summary(
                        found[trace_id],
                        project_id=project_id,
                        groups=groups,
                        score_ids=[score["id"] for score in scores.get(trace_id, [])],
                        null_cost=takes_null_cost(request),
                    )
                    for trace_id in trace_ids
                    if trace_id in found
                ],
                "meta": page.meta(total),
            }
        )

    def delete(self, request: HttpRequest) -> Response:
        """The traces that are known are deleted when this answers; a 404 where none of them is."""
        trace_ids = trace_ids_in(object_in(request.data).get("traceIds"))
        if not delete_traces(request, trace_ids):
            raise NotFound("None of the traces was found within authorized project")
        return Response({"message": "Traces deleted successfully"})


class TraceDetail(DeletingView):
    """One trace with its observations and scores in full; DELETE of it."""

    def get(self, request: HttpRequest, trace_id: str) -> Response:
        project_id = request.auth.project_id
        groups = set(words_in(request.GET, "fields", GROUPS) or GROUPS)
        found = traces_by_id(project_id, [trace_id], content="io" in groups)
        if trace_id not in found:
            raise NotFound(f"Trace {trace_id} not found within authorized project")
        scores = scores_by_trace(request, [trace_id] if "scores" in groups else [])
        observations = (
            observations_in_full(project_id, trace_id) if "observations" in groups else []
        )
        return Response(
            {
                **trace_summary(
                    found[trace_id],
                    project_id=project_id,
                    groups=groups,
                    score_ids=[],
                    null_cost=takes_null_cost(request),
                ),
                "observations": [observation_view(row) for row in reversed(observations)],
                "scores": [score_v1(row) for row in scores.get(trace_id, [])],
            }
        )

    def delete(self, request: HttpRequest, trace_id: str) -> Response:
        """Deleted when this answers, also when it was before."""
        if not delete_traces(request, [trace_id]):
            raise NotFound(f"Trace {trace_id} not found within authorized project")
        return Response({"message": "Trace deleted successfully"})


def observations_in_full(project_id: str, trace_id: str) -> list[dict]:
    """All of the trace, newest first, or a 422: a part of it could not be told from the whole."""
    extent = locate(project_id, trace_id)
    places = row_places(project_id, trace_id, extent) if extent else []
    if len(places) > MOST_ROWS or sum(place.size for place in places) > MOST_BYTES:
        raise TooMuch(
            "The trace has too many or too long observations for one answer. Read it with "
            "fields=core, and its observations by pages: GET /api/public/observations?traceId=…"
        )
    return observations_of_trace(project_id, trace_id, limit=MOST_ROWS)


def trace_ids_in(sent: object) -> list[str]:
    if (
        not isinstance(sent, list)
        or not 0 < len(sent) <= MOST_DELETED
        or not all(isinstance(one, str) and 0 < len(one) <= MAX_ID for one in sent)
    ):
        raise ValidationError(f"traceIds must be a list of 1 to {MOST_DELETED} ids.")
    return sent


def delete_traces(request: HttpRequest, trace_ids: list[str]) -> set[str]:
    """Which of them were known; the log says who deleted them, and nothing of what they held."""
    known = deletion.delete_traces(request.auth.project_id, trace_ids)
    if known:
        log.info(
            "traces_deleted",
            project=request.auth.project_id,
            key=request.auth.public_key,
            traces=len(known),
            ids=sorted(known)[:NAMED_IN_LOG],
        )
    return known


def query_in(request: HttpRequest) -> TraceQuery:
    order, _, direction = request.GET.get("orderBy", "timestamp.desc").partition(".")
    if order not in ORDERS or direction.lower() not in ("", "asc", "desc"):
        raise ValidationError(
            f"orderBy must be one of {', '.join(ORDERS)}, followed by .asc or .desc."
        )
    filters = filters_in(request.GET)
    asked = besides(request.GET, filters, {"timestamp": ("fromTimestamp", "toTimestamp")})
    return TraceQuery(
        time=narrowed(time_in(asked, "fromTimestamp", "toTimestamp"), filters, "timestamp"),
        name=asked.get("name", ""),
        user_id=asked.get("userId", ""),
        session_id=asked.get("sessionId", ""),
        version=asked.get("version", ""),
        release=asked.get("release", ""),
        tags=values_in(asked, "tags"),
        environments=values_in(asked, "environment"),
        filters=filters,
        order=order,
        descending=direction.lower() == "desc",
    )


def scores_by_trace(request: HttpRequest, trace_ids: list[str]) -> dict[str, list[dict]]:
    """The scores that can be shown to this client, newest first, by their trace."""
    scores: dict[str, list[dict]] = {}
    shown = score_types(request)
    for row in scores_of_traces(request.auth.project_id, trace_ids):
        if row["data_type"] in shown:
            scores.setdefault(row["trace_id"], []).append(row)
    return scores
