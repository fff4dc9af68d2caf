"""GET /api/v1/metrics/prometheus: a project's counters for an existing Prometheus."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from drf_spectacular.utils import OpenApiTypes, extend_schema
from prometheus_client.core import (
    CounterMetricFamily,
    HistogramMetricFamily,
    Metric,
    SummaryMetricFamily,
)
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4, generate_latest

from accounts.authentication import require_scope
from accounts.models import Project
from dashboards.api.totals import Key, segments, totals
from traces.api.v1.fields import PROBLEMS
from traces.api.v1.problems import V1View
from traces.errors import Unavailable
from traces.queries.metrics import SCORES, Measure, Only, Question, Unanswerable

KEPT_SECONDS = 10  # of one answer: scrapers that come together are served the same
MOST_SERIES = 200
LLM_CALLS = ("GENERATION", "EMBEDDING")
LABELS = ("model", "provider", "environment")
SCORE_LABELS = ("name", "source", "environment")
CALLS = (
    *(Measure("count", "count"), Measure("errors", "sum"), Measure("unpriced", "sum")),
    *(Measure("latency", "sum"), Measure("latency", "histogram")),
    *(Measure(f"{kind}_tokens", "sum") for kind in ("input", "output", "cached")),
    Measure("cost", "sum"),
)
JUDGED = (Measure("value", "count"), Measure("value", "sum"))
# Some of the edges that histograms of the metrics layer have, in seconds.
EDGES = (0.01, 0.0251, 0.0631, 0.158, 0.398, 1.0, 2.51, 6.31, 15.8, 39.8, 100.0, 251.0, 631.0)


class ProjectPrometheus(V1View):
    permission_classes = (require_scope("read"),)

    @extend_schema(
        operation_id="prometheus_metrics",
        tags=["Metrics"],
        summary="Counters of model calls and scores, for Prometheus",
        description="Counted from the stored rows since the month before the project was made.",
        responses={(200, "text/plain"): OpenApiTypes.STR, **PROBLEMS},
    )
    def get(self, request: HttpRequest) -> HttpResponse:
        key = f"prometheus:1:{request.auth.project_id}"
        text = cache.get(key)
        if text is None:
            text = exposition(request.auth.project_id, timezone.now())
            cache.set(key, text, KEPT_SECONDS)
        return HttpResponse(text, content_type=CONTENT_TYPE_PLAIN_0_0_4)


def exposition(project_id: str, now: datetime) -> bytes:
    """Prometheus' text format. Raises Unavailable."""
    return generate_latest(Figures(project_id, now))


class Figures:
    """What prometheus_client collects from."""

    def __init__(self, project_id: str, now: datetime) -> None:
        parts = segments(Project.objects.get(pk=project_id).created_at, now)
        try:
            self.calls = totals("calls", lambda *time: calls(project_id, *time), parts)
            self.scores = totals("scores", lambda *time: scores(project_id, *time), parts)
        except Unanswerable as error:
            raise Unavailable(str(error)) from None

    def collect(self) -> Iterator[Metric]:
        calls = bounded(self.calls, "count_count")
        yield requests(calls)
        yield counted("llm_unpriced_request", "Calls whose cost is unknown.", calls, "sum_unpriced")
        yield latency(calls)
        yield tokens(calls)
        yield counted("llm_cost_usd", "Dollars, of calls whose cost is known.", calls, "sum_cost")
        yield judged(bounded(self.scores, "count_value"))


def calls(project_id: str, since: int, until: int) -> Question:
    return Question(
        project_id=project_id,
        measures=CALLS,
        by=LABELS,
        only=(Only("type", LLM_CALLS),),
        since=since,
        until=until,
        most=1_000,
    )


def scores(project_id: str, since: int, until: int) -> Question:
    return Question(
        project_id=project_id,
        view=SCORES,
        measures=JUDGED,
        by=SCORE_LABELS,
        since=since,
        until=until,
        most=1_000,
    )


def bounded(found: dict[Key, dict[str, Any]], by: str) -> dict[Key, dict[str, Any]]:
    """The largest series, and the others as one: a label of which there are many costs memory in
    every Prometheus that scrapes it.
    """
    ranked = sorted(found.items(), key=lambda item: (-item[1].get(by, 0), item[0]))
    kept, rest = dict(ranked[:MOST_SERIES]), ranked[MOST_SERIES:]
    for _key, row in rest:
        other = kept.setdefault(("(other)",) * 3, {})
        kept[("(other)",) * 3] = merged(other, row)
    return kept


def merged(one: dict[str, Any], other: dict[str, Any]) -> dict[str, Any]:
    names = one.keys() | other.keys()
    return {
        name: merged(one.get(name, {}), other.get(name, {}))
        if isinstance(one.get(name, other.get(name)), dict)
        else one.get(name, 0) + other.get(name, 0)
        for name in names
    }


def requests(found: dict[Key, dict[str, Any]]) -> Metric:
    metric = CounterMetricFamily(
        "llm_request", "Calls of models, by outcome.", labels=(*LABELS, "status")
    )
    for key, row in found.items():
        errors = row.get("sum_errors", 0)
        metric.add_metric((*key, "ok"), row.get("count_count", 0) - errors)
        metric.add_metric((*key, "error"), errors)
    return metric


def counted(name: str, about: str, found: dict[Key, dict[str, Any]], column: str) -> Metric:
    metric = CounterMetricFamily(name, about, labels=LABELS)
    for key, row in found.items():
        metric.add_metric(key, row.get(column, 0))
    return metric


def tokens(found: dict[Key, dict[str, Any]]) -> Metric:
    metric = CounterMetricFamily(
        "llm_tokens", "Tokens; cached ones are among the input.", labels=(*LABELS, "kind")
    )
    for key, row in found.items():
        for kind in ("input", "output", "cached"):
            metric.add_metric((*key, kind), row.get(f"sum_{kind}_tokens", 0))
    return metric


def latency(found: dict[Key, dict[str, Any]]) -> Metric:
    metric = HistogramMetricFamily(
        "llm_latency_seconds", "From the start of a call to its end.", labels=LABELS
    )
    for key, row in found.items():
        bins = row.get("histogram_latency", {})
        buckets = [
            (str(edge), sum(count for high, count in bins.items() if high <= edge))
            for edge in EDGES
        ]
        buckets.append(("+Inf", sum(bins.values())))
        metric.add_metric(key, buckets, row.get("sum_latency", 0))
    return metric


def judged(found: dict[Key, dict[str, Any]]) -> Metric:
    metric = SummaryMetricFamily(
        "llm_score", "Scores that have a number, and the sum of their values.", labels=SCORE_LABELS
    )
    for key, row in found.items():
        metric.add_metric(key, row.get("count_value", 0), row.get("sum_value", 0))
    return metric
