"""What the metrics API is asked for beside each panel of the ready-made boards: its values are
drawn there. A panel that shows what the API does not have is in NOT_ASKED, with the reason.
"""

from dataclasses import dataclass
from typing import Any

DAY = {"step": "day"}
TRACES, SCORES = {"view": "traces"}, {"view": "scores"}
BY_MODEL, BY_NAME = {"group_by": "model"}, {"group_by": "name"}
BY_VERSION = {"group_by": "prompt,prompt_version"}
CALLS = {"measures": "count:latency", "q": "type:(GENERATION OR EMBEDDING)"}
AGENTS, SEARCHES, PROMPTED = "type:AGENT", "type:RETRIEVER", "has:prompt"
MEANS = {**SCORES, **BY_NAME, "measures": "avg:value"}
PERCENTILES = {**TRACES, "measures": "p50:latency,p95:latency,p99:latency", **DAY}
VERSION = ("{0} v{1}",)


@dataclass(frozen=True, slots=True)
class Ask:
    """`params` are the API's. `written` is how the panel writes a row's dimensions, by itself each
    as it is; `is_total`: the values that are drawn add up to those of the API.
    """

    params: dict[str, Any]
    written: tuple[str, ...] = ()
    is_total: bool = False


ASKED: dict[str, dict[str, Ask]] = {
    "overview": {
        "traffic-now": Ask({**TRACES, "measures": "count,p95:latency,avg:error_rate"}),
        "calls-now": Ask({"measures": "sum:cost,p50:ttft,sum:tokens"}),
        "cost": Ask({"measures": "sum:cost", **BY_MODEL, **DAY}),
        "errors": Ask({"measures": "count", "group_by": "status", "q": "level:ERROR", **DAY}),
        "traffic": Ask({**TRACES, "measures": "count,sum:errors", **DAY}),
        "latency": Ask(PERCENTILES),
        "first-token": Ask({"measures": "p50:ttft,p95:ttft", **DAY}),
        "speed": Ask({"measures": "p50:tokens_per_second", **BY_MODEL, **DAY}),
        "tokens": Ask({"measures": "sum:input_tokens,sum:output_tokens", **DAY}),
        "scores": Ask({**MEANS, **DAY}),
        "changes": Ask(
            {
                "measures": "sum:cost,count,p95:latency",
                "group_by": "name,model",
                "limit": 8,
                "rest": "false",
            },
            ("{0} · {1}",),
        ),
    },
    "cost": {
        "cost-now": Ask({"measures": "sum:cost,avg:cost"}),
        "cost-over-time": Ask({"measures": "sum:cost", **BY_MODEL, **DAY}),
        "unpriced": Ask({"measures": "sum:unpriced,sum:unpriced_tokens", **BY_MODEL}),
        "cost-by": Ask({"measures": "sum:cost,avg:cost,sum:tokens,sum:unpriced", **BY_MODEL}),
        "tokens-by-kind": Ask({"measures": "sum:reasoning_tokens,sum:cached_tokens", **DAY}),
        "cost-by-kind": Ask({"measures": "sum:reasoning_cost,sum:cached_cost", **DAY}),
        "dearest": Ask(
            {
                **TRACES,
                "measures": "sum:cost,sum:tokens",
                "group_by": "trace,name,user",
                "limit": 12,
                "rest": "false",
            },
            ("{1}", "{2}"),
        ),
    },
    "latency": {
        "traces": Ask(PERCENTILES),
        "calls": Ask(CALLS, is_total=True),
        "heat": Ask(CALLS, is_total=True),
        "latency-over-time": Ask({"measures": "p95:latency", **BY_MODEL, **DAY}),
        "latency-by": Ask(
            {
                "measures": "p50:latency,p95:latency,p99:latency,p50:ttft"
                ",p50:tokens_per_second,count:latency",
                **BY_MODEL,
            }
        ),
        "first-token": Ask({"measures": "p95:ttft", **BY_MODEL, **DAY}),
        "speed": Ask({"measures": "p50:tokens_per_second", **BY_MODEL, **DAY}),
    },
    "quality": {
        "scores": Ask({**MEANS, "measures": "avg:value,count:value"}),
        "expected": Ask({**MEANS, **DAY, "scores": "faithful"}),
        "scores-over-time": Ask({**MEANS, **DAY}),
        "segments": Ask(
            {**SCORES, "group_by": "name,environment", "measures": "avg:value,count:value"}
        ),
        "satisfaction": Ask(
            {**SCORES, "measures": "count", "group_by": "answer", "scores": "user-feedback", **DAY}
        ),
        "faithfulness": Ask({**MEANS, **DAY, "scores": "faithful"}),
        "hallucination": Ask({**MEANS, **DAY, "scores": "hallucination"}),
        "checks": Ask({**MEANS, "scores": "json"}),
        "answers": Ask(
            {**SCORES, "measures": "count", "group_by": "name,string_value", "scores": "verdict"}
        ),
        "sources": Ask({**SCORES, "measures": "count", "group_by": "source", **DAY}),
    },
    "agents": {
        "runs-now": Ask(
            {
                **TRACES,
                "measures": "count,p50:spans,p95:spans,avg:tools,avg:error_rate",
                "q": AGENTS,
            }
        ),
        "steps-per-run": Ask({**TRACES, "measures": "count", "q": AGENTS}, is_total=True),
        "steps-over-time": Ask(
            {**TRACES, "measures": "p50:spans,p95:spans", "q": AGENTS, **DAY},
        ),
        "tool-calls": Ask({"measures": "count", **BY_NAME, "q": "type:TOOL"}),
        "tool-errors": Ask({"measures": "count", **BY_NAME, "q": "type:TOOL level:ERROR", **DAY}),
        "loops": Ask(
            {"measures": "count", "group_by": "trace,name", "q": "type:TOOL", "limit": 200},
            ("{0:.12}", "{1}"),
        ),
    },
    "retrieval": {
        "searches-now": Ask({"measures": "avg:latency", "q": SEARCHES}),
        "results": Ask({"measures": "count", "q": SEARCHES}, is_total=True),
        "retrievers": Ask(
            {
                "measures": "count,p50:latency,p95:latency,avg:error_rate",
                **BY_NAME,
                "q": SEARCHES,
            }
        ),
    },
    "prompts": {
        "versions": Ask(
            {
                "measures": "count,avg:cost,p50:latency,p95:latency,avg:input_tokens"
                ",avg:output_tokens,avg:error_rate",
                **BY_VERSION,
                "q": PROMPTED,
            },
            VERSION,
        ),
        "prompt-calls": Ask({"measures": "count", **BY_VERSION, "q": PROMPTED, **DAY}, VERSION),
        "prompt-cost": Ask({"measures": "avg:cost", **BY_VERSION, "q": PROMPTED}, VERSION),
        "prompt-latency": Ask(
            {"measures": "p95:latency", **BY_VERSION, "q": PROMPTED, **DAY}, VERSION
        ),
        "prompt-scores": Ask(
            {
                **SCORES,
                "measures": "avg:value,count:value",
                "group_by": "prompt,prompt_version,name",
            },
            ("{0} v{1}", "{2}"),
        ),
    },
}

OF_STEPS = (
    "It is of spans in their place within a trace, a view that the API does not have;"
    " tests/dashboards/panels reckons it."
)
NOT_ASKED: dict[str, dict[str, str]] = {
    "overview": {"budgets": "Budgets have an API of their own, with which a test compares them."},
    "latency": dict.fromkeys(("depth", "own-time", "own-time-by-type"), OF_STEPS),
    "agents": dict.fromkeys(("repeated", "depth"), OF_STEPS),
    "retrieval": dict.fromkeys(("relevance", "empty", "stages"), OF_STEPS),
}
