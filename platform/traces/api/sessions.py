"""GET /api/public/sessions and /api/public/sessions/{id}."""

from django.http import HttpRequest
from rest_framework.exceptions import NotFound
from rest_framework.response import Response

from accounts.authentication import require_scope
from traces.api.moments import iso
from traces.api.parameters import page_in, time_in, values_in
from traces.api.shapes.trace import trace_core
from traces.api.view import LangfuseView
from traces.queries.langfuse.sessions import session_page
from traces.queries.langfuse.traces import traces_by_id, traces_of_session


class SessionList(LangfuseView):
    """Sessions by page."""

    permission_classes = (require_scope("read"),)

    def get(self, request: HttpRequest) -> Response:
        project_id, page = request.auth.project_id, page_in(request.GET)
        found, total = session_page(
            project_id,
            time=time_in(request.GET, "fromTimestamp", "toTimestamp"),
            environments=values_in(request.GET, "environment"),
            limit=page.limit,
            offset=page.offset,
        )
        return Response(
            {
                "data": [
                    session(row["session_id"], project_id, row["started_ns"], row["environment"])
                    for row in found
                ],
                "meta": page.meta(total),
            }
        )


class SessionDetail(LangfuseView):
    """One session with its traces, oldest first."""

    permission_classes = (require_scope("read"),)

    def get(self, request: HttpRequest, session_id: str) -> Response:
        project_id = request.auth.project_id
        found = traces_by_id(project_id, traces_of_session(project_id, session_id))
        traces = sorted(found.values(), key=lambda row: (row["started_ns"], row["trace_id"]))
        if not traces:
            raise NotFound(f"Session {session_id} not found within authorized project")
        first = traces[0]
        return Response(
            {
                **session(session_id, project_id, first["started_ns"], first["environment"]),
                "traces": [{**trace_core(row), "projectId": project_id} for row in traces],
            }
        )


def session(session_id: str, project_id: str, started_ns: int, environment: str) -> dict:
    return {
        "id": session_id,
        "createdAt": iso(started_ns),
        "projectId": project_id,
        "environment": environment,
    }
