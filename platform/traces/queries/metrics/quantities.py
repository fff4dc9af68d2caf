"""What can be measured: closed tables from names to SQL over one thing, a row `s`.

A value is NULL where it is unknown. Costs are summed as decimals and leave as floats.
"""

from dataclasses import dataclass

from traces.queries.clauses import OF_ONE, PER_SPAN
from traces.queries.told import or_told

PERCENTILES = {"p50": 0.5, "p75": 0.75, "p90": 0.9, "p95": 0.95, "p99": 0.99}
HISTOGRAM = "histogram"
AGGREGATIONS = ("sum", "avg", "count", "min", "max", *PERCENTILES, HISTOGRAM, "uniq")
UNITS = ("seconds", "dollars", "tokens", "tokens/s", "share", "count", "score", "moment")
NUMBERS = ("avg", "sum", "count", "min", "max", *PERCENTILES, HISTOGRAM)
SUMS = ("sum", *(one for one in NUMBERS if one != "sum"))
FLAGS = ("sum", "avg", "count")
SHARE = ("avg",)
UNIQ = ("uniq",)
WHOLE = ("count", "sum")
ENDS = ("min", "max")


@dataclass(frozen=True, slots=True)
class Quantity:
    """The first aggregation is the one it has when none is named."""

    sql: str
    unit: str
    aggregations: tuple[str, ...]


def _usage(*parts: str) -> str:
    """Of a row's tokens those whose key holds one of the parts; NULL where it has no usage."""
    return _of_map("s.usage", "toUInt64(0)", parts)


def _paid(*parts: str) -> str:
    """Of a row's dollars those whose key holds one of the parts; NULL where the cost is unknown."""
    return f"if(isNull(s.total_cost), NULL, {_of_map('s.cost', 'toDecimal64(0, 12)', parts)})"


def _of_map(column: str, nothing: str, parts: tuple[str, ...]) -> str:
    wanted = " OR ".join(f"k LIKE '{part}'" for part in parts)
    return (
        f"arraySum(arrayMap((k, v) -> if({wanted}, v, {nothing}),"
        f" mapKeys({column}), mapValues({column})))"
    )


CACHED = ("%cache%",)
WRITTEN = ("%cache%creation%", "%cache%write%")
REASONING = ("%reasoning%", "%thinking%", "thoughts%")
# Output tokens a second, from the first token on where that is known (as traces.speed).
_WRITING = (
    "(toUnixTimestamp64Nano(s.end_time)"
    " - toUnixTimestamp64Nano(ifNull(s.completion_start_time, s.start_time))) / 1e9"
)
SPEED = f"if(s.output_tokens = 0 OR {_WRITING} <= 0, NULL, s.output_tokens / ({_WRITING}))"

STREAMING = (
    "(toUnixTimestamp64Nano(s.end_time) - toUnixTimestamp64Nano(s.completion_start_time)) / 1e9"
)
ALL_SPEED = (
    f"if(s.total_tokens = 0 OR {OF_ONE['latency']} <= 0, NULL,"
    f" s.total_tokens / ({OF_ONE['latency']}))"
)


def _named(column: str) -> str:
    return f"nullIf({column}, '')"


OF_OBSERVATIONS = {
    "count": Quantity("1", "count", WHOLE),
    "latency": Quantity(OF_ONE["latency"], "seconds", NUMBERS),
    "ttft": Quantity(PER_SPAN["ttft"], "seconds", NUMBERS),
    "tokens_per_second": Quantity(SPEED, "tokens/s", NUMBERS),
    "streaming_latency": Quantity(STREAMING, "seconds", NUMBERS),  # from the first token to the end
    "all_tokens_per_second": Quantity(ALL_SPEED, "tokens/s", NUMBERS),  # input's too, of its whole
    "tokens": Quantity("s.total_tokens", "tokens", SUMS),
    "input_tokens": Quantity("s.input_tokens", "tokens", SUMS),
    "output_tokens": Quantity("s.output_tokens", "tokens", SUMS),
    "cached_tokens": Quantity(_usage(*CACHED), "tokens", SUMS),
    "cache_write_tokens": Quantity(_usage(*WRITTEN), "tokens", SUMS),
    "reasoning_tokens": Quantity(_usage(*REASONING), "tokens", SUMS),
    "cost": Quantity("s.total_cost", "dollars", SUMS),
    "input_cost": Quantity(_paid("input%", "prompt%"), "dollars", SUMS),
    "output_cost": Quantity(_paid("output%", "completion%"), "dollars", SUMS),
    "cached_cost": Quantity(_paid(*CACHED), "dollars", SUMS),
    "reasoning_cost": Quantity(_paid(*REASONING), "dollars", SUMS),
    "unpriced": Quantity("s.cost_source = 'unknown'", "count", FLAGS),
    "unpriced_tokens": Quantity("if(s.cost_source = 'unknown', s.total_tokens, 0)", "tokens", SUMS),
    "priced": Quantity("isNotNull(s.total_cost)", "count", FLAGS),
    "priced_tokens": Quantity("if(isNull(s.total_cost), NULL, s.total_tokens)", "tokens", SUMS),
    "errors": Quantity("s.level = 'ERROR'", "count", FLAGS),
    "error_rate": Quantity("s.level = 'ERROR'", "share", SHARE),
    "warnings": Quantity("s.level = 'WARNING'", "count", FLAGS),
    "tool_calls": Quantity("length(s.tool_call_names)", "count", SUMS),
    "traces": Quantity("s.trace_id", "count", UNIQ),
    "users": Quantity(_named(or_told("user")), "count", UNIQ),
    "sessions": Quantity(_named(or_told("session")), "count", UNIQ),
    "models": Quantity(_named("s.model"), "count", UNIQ),
    "started": Quantity("toUnixTimestamp64Nano(s.start_time) / 1e9", "moment", ENDS),  # since 1970
}
# What a trace has the sum of, over all its rows.
SUMMED = (
    "cached_tokens",
    "cache_write_tokens",
    "reasoning_tokens",
    "priced",
    "priced_tokens",
    "unpriced_tokens",
    "input_cost",
    "output_cost",
    "cached_cost",
    "reasoning_cost",
)
# Over the columns that `sources.OF_TRACE` makes of a trace's rows.
OF_TRACES = {
    "count": Quantity("1", "count", WHOLE),
    "latency": Quantity("s.latency", "seconds", NUMBERS),
    "cost": Quantity("s.cost", "dollars", SUMS),
    "tokens": Quantity("s.tokens", "tokens", SUMS),
    "input_tokens": Quantity("s.input_tokens", "tokens", SUMS),
    "output_tokens": Quantity("s.output_tokens", "tokens", SUMS),
    "unpriced": Quantity("s.unpriced", "count", SUMS),
    **{name: Quantity(f"s.{name}", OF_OBSERVATIONS[name].unit, SUMS) for name in SUMMED},
    "spans": Quantity("s.spans", "count", SUMS),
    "generations": Quantity("s.generations", "count", SUMS),
    "tools": Quantity("s.tools", "count", SUMS),
    "span_errors": Quantity("s.errors", "count", SUMS),
    "errors": Quantity("s.errors > 0", "count", FLAGS),
    "error_rate": Quantity("s.errors > 0", "share", SHARE),
    "users": Quantity(_named("s.user"), "count", UNIQ),
    "sessions": Quantity(_named("s.session"), "count", UNIQ),
}
OF_SCORES = {
    "count": Quantity("1", "count", WHOLE),
    "value": Quantity("s.value", "score", NUMBERS),
    "value_squared": Quantity("s.value * s.value", "score", ("avg",)),  # for how far they spread
    "traces": Quantity(_named("s.trace_id"), "count", UNIQ),
    "observations": Quantity(_named("s.observation_id"), "count", UNIQ),
    "users": Quantity(_named("t.user"), "count", UNIQ),
    "sessions": Quantity(_named("t.session"), "count", UNIQ),
}
# The names of the field for the same.
ALIASES = {
    "total_tokens": "tokens",
    "total_cost": "cost",
    "time_to_first_token": "ttft",
    "duration": "latency",
    "observations_count": "spans",
    "unpriced_count": "unpriced",
}
