"""GET /api/public/metrics/daily: what each day brought and cost, by page."""

from django.http import HttpRequest
from rest_framework.response import Response

from accounts.authentication import require_scope
from traces.api.parameters import page_in, time_in, values_in
from traces.api.shapes.values import text_or_none
from traces.api.view import LangfuseView
from traces.queries.langfuse.daily import DailyQuery, Day, Figures, daily


class DailyMetrics(LangfuseView):
    """Traces, observations, tokens and cost of each UTC day, the latest first."""

    permission_classes = (require_scope("read"),)

    def get(self, request: HttpRequest) -> Response:
        page, asked = page_in(request.GET), request.GET
        query = DailyQuery(
            time=time_in(asked, "fromTimestamp", "toTimestamp"),
            trace_name=asked.get("traceName", ""),
            user_id=asked.get("userId", ""),
            tags=values_in(asked, "tags"),
            environments=values_in(asked, "environment"),
        )
        days, total = daily(request.auth.project_id, query, limit=page.limit, offset=page.offset)
        return Response({"data": [day_shape(day) for day in days], "meta": page.meta(total)})


def day_shape(day: Day) -> dict:
    return {
        "date": day.date.isoformat(),
        "countTraces": day.traces,
        "countObservations": day.all.observations,
        **cost_shape(day.all),
        "usage": [usage_shape(model, figures) for model, figures in day.models],
    }


def usage_shape(model: str, figures: Figures) -> dict:
    return {
        "model": text_or_none(model),
        "inputUsage": figures.input_tokens,
        "outputUsage": figures.output_tokens,
        "totalUsage": figures.total_tokens,
        "countTraces": figures.traces,
        "countObservations": figures.observations,
        **cost_shape(figures),
    }


def cost_shape(figures: Figures) -> dict:
    """The clients' types hold no unknown: the sum of what is known, and what it leaves out."""
    return {"totalCost": float(figures.cost or 0), "unpricedObservations": figures.unpriced}
