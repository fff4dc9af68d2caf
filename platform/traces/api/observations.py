"""GET /api/public/observations[/{id}] by page, and /api/public/v2/observations by cursor."""

from django.http import HttpRequest
from rest_framework.exceptions import NotFound, ValidationError
from rest_framework.response import Response

from accounts.authentication import require_scope
from traces.api.parameters import (
    besides,
    cursor_in,
    encoded_cursor,
    filters_in,
    flag_in,
    page_in,
    time_in,
    values_in,
    whole_number,
    words_in,
)
from traces.api.shapes.observation import (
    DEFAULT_GROUPS,
    GROUPS,
    observation_v2,
    observation_view,
)
from traces.api.view import LangfuseView
from traces.queries.langfuse.filters import narrowed
from traces.queries.langfuse.observations import (
    After,
    ObservationQuery,
    observation,
    observation_page,
    observations_after,
)
from traces.queries.langfuse.traces import traces_by_id

OF_TRACE = {"basic", "trace_context"}  # groups with something that only the trace may say


class ObservationList(LangfuseView):
    """Observations by page, as SDKs before the fifth read them."""

    permission_classes = (require_scope("read"),)

    def get(self, request: HttpRequest) -> Response:
        page = page_in(request.GET)
        found, total = observation_page(
            request.auth.project_id, query_in(request), limit=page.limit, offset=page.offset
        )
        return Response(
            {"data": [observation_view(row) for row in found], "meta": page.meta(total)}
        )


class ObservationDetail(LangfuseView):
    """One observation with its whole texts."""

    permission_classes = (require_scope("read"),)

    def get(self, request: HttpRequest, observation_id: str) -> Response:
        row = observation(request.auth.project_id, observation_id)
        if row is None:
            raise NotFound(f"Observation {observation_id} not found within authorized project")
        return Response(observation_view(row))


class ObservationListV2(LangfuseView):
    """The caller chooses groups of fields, and goes on from a cursor."""

    permission_classes = (require_scope("read"),)

    def get(self, request: HttpRequest) -> Response:
        if flag_in(request.GET, "parseIoAsJson"):
            raise ValidationError("parseIoAsJson is not supported: input and output are text.")
        project_id = request.auth.project_id
        groups = {*words_in(request.GET, "fields", GROUPS)} or {*DEFAULT_GROUPS}
        limit = whole_number(request.GET, "limit", 50, largest=1000)
        cursor = cursor_in(request.GET, int, str, str)
        found = observations_after(
            project_id,
            query_in(request),
            limit=limit + 1,
            after=After(*cursor) if cursor else None,
        )
        page = found[:limit]
        traces = {}
        if groups & OF_TRACE:
            traces = traces_by_id(
                project_id, sorted({row["trace_id"] for row in page}), content=False
            )
        expanded = {*words_in(request.GET, "expandMetadata")}
        return Response(
            {
                "data": [
                    observation_v2(
                        row,
                        traces.get(row["trace_id"], {}),
                        project_id=project_id,
                        groups=groups,
                        expanded=expanded,
                    )
                    for row in page
                ],
                "meta": {"cursor": _next(page[-1])} if len(found) > limit else {},
            }
        )


def _next(last: dict) -> str:
    return encoded_cursor(last["start_ns"], last["trace_id"], last["span_id"])


def query_in(request: HttpRequest) -> ObservationQuery:
    filters = filters_in(request.GET)
    asked = besides(request.GET, filters, {"startTime": ("fromStartTime", "toStartTime")})
    return ObservationQuery(
        time=narrowed(time_in(asked, "fromStartTime", "toStartTime"), filters, "startTime"),
        trace_id=asked.get("traceId", ""),
        name=asked.get("name", ""),
        type=asked.get("type", "").upper(),
        level=asked.get("level", "").upper(),
        user_id=asked.get("userId", ""),
        session_id=asked.get("sessionId", ""),
        version=asked.get("version", ""),
        parent_id=asked.get("parentObservationId"),
        is_root=flag_in(asked, "isRootObservation"),
        environments=values_in(asked, "environment"),
        filters=filters,
    )
