"""What the metrics API is asked for beside each panel: its values are drawn there.

Panels that are of steps in their traces (depth, own time, repeats, results of searches) ask for
what the API does not have; those are compared with their own files alone.
"""

from typing import Any

DAY = {"step": "day"}
SCORES, TRACES = {"view": "scores"}, {"view": "traces"}
BY_MODEL, BY_NAME = {"group_by": "model"}, {"group_by": "name"}
BY_VERSION = {"group_by": "prompt_version"}
AGENTS = {**TRACES, "q": "type:AGENT"}
MEANS = {**SCORES, **BY_NAME, "measures": "avg:value"}
CALLS = {"measures": "count:latency", "q": "type:(GENERATION OR EMBEDDING)"}
SPEED = {"measures": "p50:tokens_per_second", **BY_MODEL, **DAY}
TOTAL = "total"  # the values that are drawn add up to it

ASKED: dict[str, dict[str, dict[str, Any]]] = {
    "overview": {
        "traffic-now": {**TRACES, "measures": "count"},
        "calls-now": {"measures": "sum:tokens"},
        "cost": {"measures": "sum:cost", **BY_MODEL, **DAY},
        "errors": {"measures": "sum:errors", "group_by": "status", **DAY},
        "traffic": {**TRACES, "measures": "count", **DAY},
        "latency": {**TRACES, "measures": "p95:latency", **DAY},
        "first-token": {"measures": "p50:ttft", **DAY},
        "speed": SPEED,
        "tokens": {"measures": "sum:input_tokens", **DAY},
        "scores": {**MEANS, **DAY},
        "changes": {"measures": "sum:cost", "group_by": "name,model", "limit": 1, "rest": "false"},
    },
    "cost": {
        "cost-now": {"measures": "sum:cost"},
        "cost-over-time": {"measures": "sum:cost", **BY_MODEL, **DAY},
        "unpriced": {"measures": "sum:unpriced_tokens", **BY_MODEL},
        "cost-by": {"measures": "sum:tokens", **BY_MODEL},
        "tokens-by-kind": {"measures": "sum:reasoning_tokens", **DAY},
        "cost-by-kind": {"measures": "sum:cached_cost", **DAY},
    },
    "latency": {
        "traces": {**TRACES, "measures": "p99:latency", **DAY},
        "calls": {**CALLS, TOTAL: True},
        "heat": {**CALLS, TOTAL: True},
        "latency-over-time": {"measures": "p95:latency", **BY_MODEL, **DAY},
        "latency-by": {"measures": "count", **BY_MODEL},
        "first-token": {"measures": "p95:ttft", **BY_MODEL, **DAY},
        "speed": SPEED,
    },
    "quality": {
        "scores": MEANS,
        "expected": {**MEANS, **DAY},
        "scores-over-time": {**MEANS, **DAY},
        "segments": MEANS,
        "satisfaction": {**SCORES, "measures": "count", "group_by": "string_value", **DAY},
        "faithfulness": {**MEANS, **DAY},
        "hallucination": {**MEANS, **DAY},
        "sources": {**SCORES, "measures": "count", "group_by": "source", **DAY},
    },
    "agents": {
        "runs-now": {**AGENTS, "measures": "count"},
        "steps-per-run": {**AGENTS, "measures": "count", TOTAL: True},
        "steps-over-time": {**AGENTS, "measures": "p95:spans", **DAY},
    },
    "retrieval": {
        "retrievers": {"measures": "count", **BY_NAME, "q": "type:RETRIEVER"},
    },
    "prompts": {
        "versions": {"measures": "count", **BY_VERSION, "q": "type:GENERATION has:prompt"},
        "prompt-calls": {"measures": "count", **BY_VERSION, "q": "has:prompt", **DAY},
        "prompt-cost": {"measures": "avg:cost", **BY_VERSION, "q": "has:prompt"},
    },
}
