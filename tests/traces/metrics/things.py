"""The things of a view with their dimensions and quantities, and which terms they fulfil: what the
lists show of them, in plain Python.
"""

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from traces.queries.metrics import Question
from traces.records import Span
from traces.speed import tokens_per_second

Row = Span | Any


@dataclass(frozen=True)
class Thing:
    at: int
    dimensions: dict[str, Any]
    quantities: dict[str, Any]


def things(question: Question, sample) -> list[Thing]:
    known = KNOWN[question.view](sample, [str(term) for term in question.terms])
    return [
        one
        for one in known
        if question.since <= one.at < question.until
        and (not question.scores or one.dimensions["name"] in question.scores)
    ]


# -- terms: of a span, and of the sums of a trace

OF_SPAN: dict[str, Callable[[Span], bool]] = {
    "level:ERROR": lambda s: s.span_id != "" and s.level == "ERROR",
    "type:(GENERATION OR TOOL)": lambda s: s.span_id != "" and s.type in ("GENERATION", "TOOL"),
    "model:(m1 OR m2)": lambda s: s.model in ("m1", "m2"),
    "user:u1": lambda s: s.user_id == "u1",
    "user:~U": lambda s: "u" in s.user_id.lower(),
    "session:(s1 OR s2)": lambda s: s.session_id in ("s1", "s2"),
    "release:r1": lambda s: s.release == "r1",
    "tag:vip": lambda s: "vip" in s.tags,
    "tool:pay": lambda s: "pay" in s.tool_call_names,
    "metadata.team:red": lambda s: "red" in (s.metadata.get("team"), s.trace_metadata.get("team")),
    "hello": lambda s: "hello" in s.input,
    "has:cost": lambda s: s.total_cost is not None,
    "prompt:greeting": lambda s: s.prompt_name == "greeting",
}
OF_ONE = {
    **OF_SPAN,
    "environment:prod": lambda s: s.environment == "prod",
    "name:plan": lambda s: s.name == "plan",
    "latency:>0.5": lambda s: s.end_time is not None and s.end_time - s.start_time > 5 * 10**8,
    "cost:<=2": lambda s: s.total_cost is not None and s.total_cost <= 2,
    "tokens:>100": lambda s: s.total_tokens > 100,
}
OF_TRACE: dict[str, Callable[["Trace"], bool]] = {
    **{text: lambda t, fits=fits: any(map(fits, t.rows)) for text, fits in OF_SPAN.items()},
    "environment:prod": lambda t: t.dimensions["environment"] == "prod",
    "name:plan": lambda t: t.dimensions["name"] == "plan",
    "latency:>0.5": lambda t: t.quantities["latency"] > 0.5,
    "cost:<=2": lambda t: t.quantities["cost"] is not None and t.quantities["cost"] <= 2,
    "tokens:>100": lambda t: t.quantities["tokens"] > 100,
}
TERMS = tuple(OF_ONE)


def fulfils(thing: Any, terms: list[str], table: dict[str, Callable[[Any], bool]]) -> bool:
    return all(
        not table[text[1:]](thing) if text.startswith("-") else table[text](thing) for text in terms
    )


# -- observations


def observations(sample, terms: list[str]) -> list[Thing]:
    told = {
        trace_id: _told(rows, [row for row in rows if row.span_id])
        for trace_id, rows in _by_trace(sample).items()
    }
    rows = [as_told(row, told[row.trace_id]) for row in sample.spans if row.span_id]
    return [
        _observation(row, told[row.trace_id]["version"])
        for row in rows
        if fulfils(row, terms, OF_ONE)
    ]


def as_told(row: Span, told: dict[str, Any]) -> Span:
    """With what its trace says where it says nothing itself."""
    metadata = dict(row.metadata)
    for key, value in told["metadata"].items():
        if value and not metadata.get(key) and not row.trace_metadata.get(key):
            metadata[key] = value
    return replace(
        row,
        user_id=row.user_id or told["user"],
        session_id=row.session_id or told["session"],
        release=row.release or told["release"],
        trace_name=row.trace_name or told["trace_name"],
        tags=list(row.tags) or told["tag"],
        metadata=metadata,
    )


def _told(rows: list[Span], spans: list[Span]) -> dict[str, Any]:
    """What a trace says of its observations."""
    of_trace = _of_trace(rows, spans)
    whole: dict[str, str] = {}
    for row in [row for row in rows if not row.span_id]:
        for key, value in row.metadata.items():
            whole[key] = whole.get(key) or value
    firsts: dict[str, str] = {}
    for row in rows:
        for key, value in row.trace_metadata.items():
            firsts[key] = firsts.get(key) or value
    whole |= {key: value for key, value in firsts.items() if value}
    return {**of_trace, "metadata": whole}


PARTS: dict[str, Callable[[str], bool]] = {
    "input_cost": lambda key: key.startswith("input"),
    "output_cost": lambda key: key.startswith("output"),
    "cached_cost": lambda key: "cache" in key,
    "reasoning_cost": lambda key: "reasoning" in key,
}


def _observation(row: Span, trace_version: str) -> Thing:
    took = None if row.end_time is None else row.end_time - row.start_time
    first = None
    if row.completion_start_time is not None:
        first = row.completion_start_time - row.start_time
    is_error = row.level == "ERROR"
    quantities = {
        "count": 1,
        "latency": None if took is None else took / 1e9,
        "ttft": None if first is None else first / 1e9,
        "tokens_per_second": tokens_per_second(row.output_tokens, took, first),
        "tokens": row.total_tokens,
        "input_tokens": row.input_tokens,
        "output_tokens": row.output_tokens,
        "cached_tokens": row.usage.get("input_cached_tokens", 0),
        "reasoning_tokens": row.usage.get("output_reasoning_tokens", 0),
        "cost": row.total_cost,
        "unpriced": int(row.cost_source == "unknown"),
        "priced": int(row.total_cost is not None),
        "priced_tokens": None if row.total_cost is None else row.total_tokens,
        "errors": int(is_error),
        "error_rate": int(is_error),
        "tool_calls": len(row.tool_call_names),
        "traces": row.trace_id,
        "users": row.user_id or None,
        "sessions": row.session_id or None,
        **{name: _part(row, is_in) for name, is_in in PARTS.items()},
    }
    dimensions = {**_of_observation(row), "trace_version": row.version_label or trace_version}
    return Thing(row.start_time, dimensions, quantities)


def _part(row: Span, is_in: Callable[[str], bool]) -> Decimal | None:
    if row.total_cost is None:
        return None
    return sum((paid for key, paid in row.cost.items() if is_in(key)), Decimal(0))


def _of_observation(row: Span) -> dict[str, Any]:
    status = ""
    if row.level == "ERROR":
        status = row.attributes.get("error.type") or row.status_message or "error"
    return {
        "name": row.name, "type": row.type, "level": row.level, "model": row.model,
        "provider": row.provider, "environment": row.environment or "default",
        "release": row.release, "version": row.version_label, "user": row.user_id,
        "session": row.session_id, "tag": list(row.tags), "tool": list(row.tool_call_names),
        "prompt": row.prompt_name, "service": row.service_name, "status": status,
        "prompt_version": "" if row.prompt_version is None else str(row.prompt_version),
        "trace": row.trace_id, "trace_name": row.trace_name, "hour": "", "weekday": "",
        "metadata.team": row.metadata.get("team") or row.trace_metadata.get("team", ""),
        "metadata.a.b": row.metadata.get("a.b", ""),
    }  # fmt: skip


# -- traces


@dataclass(frozen=True)
class Trace(Thing):
    rows: list[Span]


def traces(sample, terms: list[str]) -> list[Trace]:
    found = [_trace(rows) for rows in _by_trace(sample).values()]
    return [one for one in found if fulfils(one, terms, OF_TRACE)]


def _by_trace(sample) -> dict[str, list[Span]]:
    by_trace = defaultdict(list)
    for row in sorted(sample.spans, key=lambda row: (row.start_time, row.span_id)):
        by_trace[row.trace_id].append(row)
    return by_trace


def _trace(rows: list[Span]) -> Trace:
    spans = [row for row in rows if row.span_id]
    latency = 0.0
    if spans:
        ended = max(row.start_time if row.end_time is None else row.end_time for row in spans)
        latency = (ended - min(row.start_time for row in spans)) / 1e9
    costs = [row.total_cost for row in rows if row.total_cost is not None]
    errors = sum(row.level == "ERROR" for row in rows)
    dimensions = _of_trace(rows, spans)
    quantities = {
        "count": 1, "latency": latency, "cost": sum(costs, Decimal(0)) if costs else None,
        "tokens": sum(row.total_tokens for row in rows),
        "input_tokens": sum(row.input_tokens for row in rows),
        "cached_tokens": sum(row.usage.get("input_cached_tokens", 0) for row in rows),
        "reasoning_tokens": sum(row.usage.get("output_reasoning_tokens", 0) for row in rows),
        **{name: known([_part(row, is_in) for row in rows]) for name, is_in in PARTS.items()},
        "unpriced": sum(row.cost_source == "unknown" for row in rows), "priced": len(costs),
        "priced_tokens": known([row.total_tokens for row in rows if row.total_cost is not None]),
        "spans": len(spans), "generations": sum(row.type == "GENERATION" for row in rows),
        "tools": sum(row.type == "TOOL" for row in rows), "span_errors": errors,
        "errors": int(errors > 0), "error_rate": int(errors > 0),
        "users": dimensions["user"] or None, "sessions": dimensions["session"] or None,
    }  # fmt: skip
    return Trace(rows[0].start_time, dimensions, quantities, rows)


def known(values: list) -> Any:
    """Their sum; None where nothing is known."""
    found = [one for one in values if one is not None]
    return sum(found) if found else None


def _of_trace(rows: list[Span], spans: list[Span]) -> dict[str, Any]:
    def first(values: list[str], unsaid: tuple[str, ...] = ("",)) -> str:
        return next((value for value in values if value not in unsaid), "")

    named = first([row.trace_name for row in sorted(rows, key=lambda row: row.span_id != "")])
    by_root = sorted(spans, key=lambda row: not (row.is_root or not row.parent_span_id))
    return {
        "name": named or (by_root[0].name if by_root else ""),
        "trace_name": named or (by_root[0].name if by_root else ""),
        "environment": first([row.environment for row in rows], ("", "default")) or "default",
        "release": first([row.release for row in rows]),
        "version": first([row.version_label for row in rows]),
        "user": first([row.user_id for row in rows]),
        "session": first([row.session_id for row in rows]),
        "tag": sorted({tag for row in rows for tag in row.tags}),
        "model": sorted({row.model for row in rows if row.model}),
        "level": "ERROR" if any(row.level == "ERROR" for row in rows) else "DEFAULT",
        "trace": rows[0].trace_id, "hour": "", "weekday": "",
        "metadata.team": first([row.trace_metadata.get("team", "") for row in rows])
        or first([row.metadata.get("team", "") for row in rows]),
    }  # fmt: skip


# -- scores


def scores(sample, terms: list[str]) -> list[Thing]:
    of_traces = {one.dimensions["trace"]: one for one in traces(sample, [])}
    spans = {(row.trace_id, row.span_id): row for row in sample.spans if row.span_id}
    found = []
    for row in sample.scores:
        trace = of_traces.get(row.trace_id)
        if terms and (trace is None or not fulfils(trace, terms, OF_TRACE)):
            continue
        span = spans.get((row.trace_id, row.observation_id))
        found.append(Thing(row.timestamp, _of_score(row, trace, span), _score(row, trace)))
    return found


def _score(row: Row, trace: Trace | None) -> dict[str, Any]:
    return {
        "count": 1,
        "value": row.value,
        "traces": row.trace_id or None,
        "observations": row.observation_id or None,
        "users": (trace.dimensions["user"] or None) if trace else None,
    }


def _of_score(row: Row, trace: Trace | None, span: Span | None) -> dict[str, Any]:
    of_trace = trace.dimensions if trace else defaultdict(str)
    return {
        "name": row.name, "source": row.source, "data_type": row.data_type,
        "string_value": row.string_value, "environment": row.environment, "trace": row.trace_id,
        "trace_name": of_trace["name"], "user": of_trace["user"], "release": of_trace["release"],
        "tag": of_trace["tag"] or [], "metadata.team": of_trace["metadata.team"],
        "span": span.name if span else "", "type": span.type if span else "",
        "model": span.model if span else "", "hour": "", "weekday": "",
        "prompt_version": str(span.prompt_version or "") if span else "",
    }  # fmt: skip


KNOWN = {"observations": observations, "traces": traces, "scores": scores}
