"""Which traces are asked for: the filter of the trace list and what each of its parts means in SQL.

A trace matches when, for every filter given, at least one of its spans matches. Values are bound,
never pasted.
"""

import unicodedata
from dataclasses import dataclass, fields
from typing import Any

NS = 1_000_000_000
HOUR = 3600 * NS
DAY = 24 * HOUR
# How far from its first row a trace's other rows are looked for, when traces are listed. The trace
# page looks everywhere. At 10 million spans the users of a day took 3.7 s with 31 days, 0.3 s so.
REACH = 3 * DAY
# A filter sees the spans that begin this long after their trace: deep pages would otherwise scan
# all that came later.
FILTER_REACH = 6 * HOUR
FIRST, LAST = 0, 2**63 - 1  # all times that the store can hold: 1970 to 2262


def reaching(since: int, until: int) -> dict[str, Any]:
    """The bounds of a time and of what may lie around it, as `low` and `high`."""
    return {"low": max(FIRST, since - REACH), "high": min(LAST, until + REACH)}


@dataclass(frozen=True, slots=True, kw_only=True)
class TraceFilter:
    """Times are nanoseconds, `until` excluded; a trace belongs to the time at which its first row
    starts.
    """

    since: int
    until: int
    text: str = ""
    name: tuple[str, ...] = ()
    user: tuple[str, ...] = ()
    session: tuple[str, ...] = ()
    environment: tuple[str, ...] = ()
    tag: tuple[str, ...] = ()
    model: tuple[str, ...] = ()
    level: tuple[str, ...] = ()
    type: tuple[str, ...] = ()
    version: tuple[str, ...] = ()
    release: tuple[str, ...] = ()
    min_latency_ms: int | None = None
    max_latency_ms: int | None = None
    min_cost: float | None = None
    max_cost: float | None = None

    def active(self) -> tuple[str, ...]:
        """The names of the parts that narrow, time aside."""
        return tuple(
            part.name
            for part in fields(self)
            if part.name not in ("since", "until")
            and getattr(self, part.name) not in ("", (), None)
        )


# What a span must have for the trace to match.
OF_SPAN = {
    "user": "s.user_id IN {user:Array(String)}",
    "session": "s.session_id IN {session:Array(String)}",
    "environment": "s.environment IN {environment:Array(String)}",
    "tag": "hasAny(s.tags, {tag:Array(String)})",
    "model": "s.model IN {model:Array(String)}",
    "level": "s.level IN {level:Array(String)}",
    "type": "s.type IN {type:Array(String)}",
    "version": "s.version_label IN {version:Array(String)}",
    "release": "s.release IN {release:Array(String)}",
}
# Before the rows are known exactly a name may still be overruled by a better one, so any of them
# admits the trace.
NAME_OF_SPAN = "(s.trace_name IN {name:Array(String)} OR s.name IN {name:Array(String)})"
# These have an index, by which the traces are found before anything is grouped.
INDEXED = ("user", "session")

LATENCY_NS = (
    "if(countIf(span_id != '') = 0, 0,"
    " toUnixTimestamp64Nano(maxIf(ifNull(end_time, start_time), span_id != ''))"
    " - toUnixTimestamp64Nano(minIf(start_time, span_id != '')))"
)
LATENCY_MS = f"intDiv({LATENCY_NS}, 1000000)"
OF_TRACE = {
    "min_latency_ms": f"{LATENCY_MS} >= {{min_latency_ms:Int64}}",
    "max_latency_ms": f"{LATENCY_MS} <= {{max_latency_ms:Int64}}",
    "min_cost": "sum(total_cost) >= {min_cost:Float64}",
    "max_cost": "sum(total_cost) <= {max_cost:Float64}",
}
# Rows that are since replaced can only make a trace longer and dearer, so a first look may apply
# the lower bounds alone.
LOWER_BOUNDS = ("min_latency_ms", "min_cost")

TEXT = (
    "(lower(s.input) LIKE lower({pattern:String}) OR lower(s.output) LIKE lower({pattern:String}))"
)
# Not indexed, and mostly empty: asked apart, so that the index still serves the other half.
TEXT_OF_TRACE = (
    "(lower(s.trace_input) LIKE lower({pattern:String})"
    " OR lower(s.trace_output) LIKE lower({pattern:String}))"
)


def parameters(wanted: TraceFilter) -> dict:
    """The bound values of all fragments above, for the parts that are active."""
    bound = {name: getattr(wanted, name) for name in wanted.active() if name != "text"}
    bound = {
        name: list(value) if isinstance(value, tuple) else value for name, value in bound.items()
    }
    if wanted.text:
        bound["pattern"] = like_pattern(wanted.text)
    return bound


def like_pattern(text: str) -> str:
    """Finds the text anywhere, its `%` and `_` taken literally; composed as stored text is."""
    text = unicodedata.normalize("NFC", text)
    for special in ("\\", "%", "_"):
        text = text.replace(special, f"\\{special}")
    return f"%{text}%"


def having(wanted: TraceFilter, *, exact: bool) -> str:
    """The filter over a trace's grouped rows; inexact, it may let through what the exact one
    refuses, never the reverse.
    """
    clauses = ["1"]
    for name in wanted.active():
        if name in OF_SPAN:
            clauses.append(f"countIf({OF_SPAN[name]}) > 0")
        elif name in OF_TRACE and (exact or name in LOWER_BOUNDS):
            clauses.append(OF_TRACE[name])
    if wanted.name:
        clauses.append("trace IN {name:Array(String)}" if exact else f"countIf({NAME_OF_SPAN}) > 0")
    return " AND ".join(clauses)


def narrowing(wanted: TraceFilter) -> str:
    """Narrows to the traces that an index finds, before anything is grouped."""
    clauses = [OF_SPAN[name] for name in INDEXED if getattr(wanted, name)]
    narrowed = "".join(f" AND trace_id IN ({_traces_with(clause)})" for clause in clauses)
    if wanted.text:
        by_text, by_trace = _traces_with(TEXT), _traces_with(TEXT_OF_TRACE)
        narrowed += f" AND (trace_id IN ({by_text}) OR trace_id IN ({by_trace}))"
    return narrowed


def _traces_with(clause: str) -> str:
    return f"""
        SELECT trace_id FROM spans AS s
        WHERE project_id = {{project_id:String}}
          AND start_time >= fromUnixTimestamp64Nano({{low:Int64}}, 'UTC')
          AND start_time < fromUnixTimestamp64Nano({{high:Int64}}, 'UTC')
          AND {clause}
    """
