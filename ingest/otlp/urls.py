"""Where exporters post. Each vendor's SDK has a path of its own in front of the standard one."""

from django.urls import re_path

from ingest.otlp.views import (
    LogsView,
    MetricsView,
    TraceloopAllowListView,
    TraceloopPromptsView,
    TracesView,
)

# In front of v1/traces, v1/metrics and v1/logs.
BASES = (
    "",  # OpenTelemetry, OpenLLMetry, OpenLIT, LiteLLM, Phoenix
    "api/public/otel/",  # Langfuse
    "api/otel/",  # LangWatch
    "otel/",  # LangSmith, Braintrust
    "agents/otel/",  # Weave
    "api/v1/otlp/",
)
VIEWS = {"traces": TracesView, "metrics": MetricsView, "logs": LogsView}
# Slashes at the end are forgiven: a redirect would lose the body.
urlpatterns = [
    *(
        re_path(rf"^{base}v1/{signal}/?$", view.as_view())
        for base in BASES
        for signal, view in VIEWS.items()
    ),
    *(re_path(rf"^otel/{signal}/?$", view.as_view()) for signal, view in VIEWS.items()),  # Galileo
    re_path(r"^v1/trace/log-python/?$", TracesView.as_view()),  # Helicone
    re_path(r"^v1/traceloop/prompts/?$", TraceloopPromptsView.as_view()),
    re_path(r"^v1/traceloop/pii/tracing-allow-list/?$", TraceloopAllowListView.as_view()),
]
