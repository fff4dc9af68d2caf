"""What the views, measures and dimensions of the metrics are called, as far as people choose from
them.
"""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from traces.queries.metrics import OBSERVATIONS, SCORES, TRACES
from traces.queries.metrics.statement import DIMENSIONS, QUANTITIES

Words = dict[str, str | Promise]

VIEWS: Words = {
    OBSERVATIONS: _("Calls and steps"),
    TRACES: _("Traces"),
    SCORES: _("Scores"),
}
AGGREGATIONS: Words = {
    "sum": _("sum"),
    "avg": _("average"),
    "count": _("count"),
    "uniq": _("different ones"),
    "min": _("least"),
    "max": _("greatest"),
    "p50": _("p50"),
    "p75": _("p75"),
    "p90": _("p90"),
    "p95": _("p95"),
    "p99": _("p99"),
}
_MEASURES: Words = {
    "count": _("How many"),
    "cost": _("Cost"),
    "tokens": _("Tokens"),
    "latency": _("Latency"),
    "ttft": _("Time to first token"),
    "tokens_per_second": _("Tokens per second"),
    "errors": _("Errors"),
    "error_rate": _("Error rate"),
    "input_tokens": _("Input tokens"),
    "output_tokens": _("Output tokens"),
    "cached_tokens": _("Cached tokens"),
    "reasoning_tokens": _("Reasoning tokens"),
    "input_cost": _("Cost of input"),
    "output_cost": _("Cost of output"),
    "cached_cost": _("Cost of the cache"),
    "reasoning_cost": _("Cost of reasoning"),
    "unpriced": _("Calls without a price"),
    "warnings": _("Warnings"),
    "tool_calls": _("Tool calls"),
    "spans": _("Spans of a trace"),
    "generations": _("Model calls of a trace"),
    "tools": _("Tools of a trace"),
    "span_errors": _("Errors of a trace"),
    "value": _("Value of the score"),
    "traces": _("Traces"),
    "users": _("Users"),
    "sessions": _("Sessions"),
    "models": _("Models"),
}
_DIMENSIONS: Words = {
    "model": _("Model"),
    "name": _("Name"),
    "type": _("Type"),
    "level": _("Level"),
    "environment": _("Environment"),
    "user": _("User"),
    "session": _("Session"),
    "tag": _("Tag"),
    "prompt": _("Prompt"),
    "prompt_version": _("Version of the prompt"),
    "tool": _("Tool call"),
    "status": _("Type of error"),
    "trace_name": _("Name of the trace"),
    "provider": _("Provider"),
    "service": _("Service"),
    "release": _("Release"),
    "version": _("Version"),
    "source": _("Source of the score"),
    "string_value": _("Value as text"),
    "span": _("Span name"),
    "hour": _("Hour of the day"),
    "weekday": _("Day of the week"),
}

MEASURES: dict[str, Words] = {
    view: {name: words for name, words in _MEASURES.items() if name in QUANTITIES[view]}
    for view in VIEWS
}
DIMENSIONS_OF: dict[str, Words] = {
    view: {name: words for name, words in _DIMENSIONS.items() if name in DIMENSIONS[view]}
    for view in VIEWS
}


def aggregations(view: str, measure: str) -> tuple[str, ...]:
    """Those that a measure has, its own first; none, where there is no such measure."""
    return QUANTITIES[view][measure].aggregations if measure in MEASURES.get(view, {}) else ()


def unit_of(view: str, measure: str, aggregation: str) -> str:
    return "count" if aggregation in ("count", "uniq") else QUANTITIES[view][measure].unit
