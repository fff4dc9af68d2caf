"""The metrics APIs: Langfuse's, Sonde's own and Prometheus's."""

from django.urls import path

from dashboards.api.langfuse.views import Metrics, MetricsV2
from dashboards.api.metrics import MetricsQuery
from dashboards.api.prometheus import ProjectPrometheus

urlpatterns = [
    path("api/public/metrics", Metrics.as_view()),
    path("api/public/v2/metrics", MetricsV2.as_view()),
    path("api/v1/metrics/query", MetricsQuery.as_view()),
    path("api/v1/metrics/prometheus", ProjectPrometheus.as_view()),
]
