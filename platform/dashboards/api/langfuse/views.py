"""GET /api/public/metrics and /api/public/v2/metrics."""

from django.http import HttpRequest
from rest_framework import exceptions
from rest_framework.response import Response

from accounts.authentication import require_scope
from dashboards.api.langfuse.query import read
from dashboards.api.langfuse.rows import rows_of
from traces.api.view import LangfuseView
from traces.queries.metrics import Unanswerable, ask

MAX_QUERY = 20_000  # characters


class Metrics(LangfuseView):
    """`query` says what is asked, as JSON."""

    permission_classes = (require_scope("read"),)
    version = 1

    def get(self, request: HttpRequest) -> Response:
        text = request.GET.get("query", "")
        if not 0 < len(text) <= MAX_QUERY:
            raise exceptions.ValidationError("query must be a JSON object, URL-encoded.")
        asked = read(text, request.auth.project_id, version=self.version)
        return Response({"data": rows_of(asked, ask(asked.question))})

    def told(self, error: Exception) -> Exception:
        if isinstance(error, Unanswerable):
            return exceptions.ValidationError(str(error))
        return super().told(error)


class MetricsV2(Metrics):
    """Without the view of traces, and without groups of which there may be millions."""

    version = 2
