"""GET /api/public/traces and /api/public/traces/{id}."""

from django.http import HttpRequest
from rest_framework.exceptions import NotFound, ValidationError
from rest_framework.response import Response

from accounts.authentication import require_scope
from traces.api.clients import score_types, takes_null_cost
from traces.api.parameters import filters_in, page_in, time_in, values_in, words_in
from traces.api.shapes.observation import observation_view
from traces.api.shapes.score import score_v1
from traces.api.shapes.trace import GROUPS, trace_summary
from traces.api.view import LangfuseView
from traces.queries.langfuse.observations import observations_of_trace
from traces.queries.langfuse.scores import scores_of_traces
from traces.queries.langfuse.traces import ORDERS, TraceQuery, trace_page, traces_by_id


class TraceList(LangfuseView):
    """Traces by page, each with the ids of its observations and scores."""

    permission_classes = (require_scope("read"),)

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


class TraceDetail(LangfuseView):
    """One trace with its observations and scores in full."""

    permission_classes = (require_scope("read"),)

    def get(self, request: HttpRequest, trace_id: str) -> Response:
        project_id = request.auth.project_id
        groups = set(words_in(request.GET, "fields", GROUPS) or GROUPS)
        found = traces_by_id(project_id, [trace_id], content="io" in groups)
        if trace_id not in found:
            raise NotFound(f"Trace {trace_id} not found within authorized project")
        scores = scores_by_trace(request, [trace_id] if "scores" in groups else [])
        observations = (
            observations_of_trace(project_id, trace_id) if "observations" in groups else []
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


def query_in(request: HttpRequest) -> TraceQuery:
    order, _, direction = request.GET.get("orderBy", "timestamp.desc").partition(".")
    if order not in ORDERS or direction.lower() not in ("", "asc", "desc"):
        raise ValidationError(
            f"orderBy must be one of {', '.join(ORDERS)}, followed by .asc or .desc."
        )
    return TraceQuery(
        time=time_in(request.GET, "fromTimestamp", "toTimestamp"),
        name=request.GET.get("name", ""),
        user_id=request.GET.get("userId", ""),
        session_id=request.GET.get("sessionId", ""),
        version=request.GET.get("version", ""),
        release=request.GET.get("release", ""),
        tags=values_in(request.GET, "tags"),
        environments=values_in(request.GET, "environment"),
        filters=filters_in(request.GET),
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
