"""Samples of single values for drift: each span, trace or score once, as its newest version says.

Nothing is summed here: the values are those of `traces.queries.metrics`, one for each thing. Of
more than are wanted, those are taken whose ids have the lowest hashes: the same ones each time, and
evenly over all that they could hang on.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from traces.clickhouse import columns, rows
from traces.queries.limits import COUNT
from traces.queries.metrics.dimensions import OF_OBSERVATIONS as DIMENSIONS
from traces.queries.metrics.quantities import OF_OBSERVATIONS
from traces.queries.metrics.question import OBSERVATIONS, SCORES, TRACES, Question
from traces.queries.metrics.sources import source
from traces.queries.metrics.steps import RELEVANCE
from traces.queries.told import or_told
from traces.search.terms import Term

SECONDS = 60  # nobody waits at a page
DEADLINE = {"distributed_product_mode": "local", "max_execution_time": SECONDS}
MOST = 100_000
MOST_WINDOWS = 10
MOST_NAME = 200  # characters of a value that is a name

PROMPT = "if({0} = '', '', concat({0}, ' ', {1}))"  # as "support 3"
_PROMPT = PROMPT.format("s.prompt_name", DIMENSIONS["prompt_version"].sql)
_JUDGED_PROMPT = PROMPT.format("o.prompt", "o.prompt_version")
_MODELS = "arrayStringConcat(arraySort({0}), ' + ')"
_JUDGED_MODEL = f"if(o.model != '', o.model, {_MODELS.format('t.models')})"
_NUMBERS = ("latency", "ttft", "tokens_per_second", "input_tokens", "output_tokens", "tokens")
# By the name of what is watched: the view it is of, the types of spans it is of, and its SQL.
VALUES: dict[str, tuple[str, tuple[str, ...], str]] = {
    **{name: (OBSERVATIONS, ("GENERATION",), OF_OBSERVATIONS[name].sql) for name in _NUMBERS},
    "cost": (OBSERVATIONS, ("GENERATION",), "toFloat64(s.total_cost)"),
    "input_length": (OBSERVATIONS, ("GENERATION",), "lengthUTF8(s.input)"),
    "output_length": (OBSERVATIONS, ("GENERATION",), "lengthUTF8(s.output)"),
    "error": (OBSERVATIONS, ("GENERATION",), "if(s.level = 'ERROR', 'error', 'none')"),
    "model": (OBSERVATIONS, ("GENERATION",), "nullIf(s.model, '')"),
    "prompt_version": (OBSERVATIONS, ("GENERATION",), f"nullIf({_PROMPT}, '')"),
    "tool": (OBSERVATIONS, (), "arrayJoin(s.tool_call_names)"),
    "relevance": (OBSERVATIONS, ("RETRIEVER",), RELEVANCE),
    "generation": (OBSERVATIONS, ("GENERATION",), "1"),  # whose texts are read then
    "embedding": (OBSERVATIONS, ("EMBEDDING",), "1"),
    "trace_latency": (TRACES, (), "s.latency"),
    "trace_cost": (TRACES, (), "toFloat64(s.cost)"),
    "trace_tokens": (TRACES, (), "s.tokens"),
    "steps": (TRACES, (), "s.spans"),
    "tool_path": (TRACES, (), "nullIf(arrayStringConcat(s.tool_path, ' → '), '')"),
    "metadata_number": (TRACES, (), "toFloat64OrNull(s.entry0)"),
    "metadata_name": (TRACES, (), "nullIf(s.entry0, '')"),
    "score_number": (SCORES, (), "s.value"),
    "score_name": (
        SCORES,
        (),
        "nullIf(if(s.string_value = '', ifNull(toString(s.value), ''), s.string_value), '')",
    ),
}
# What a relation may take as the input of a score: of the trace that was judged.
FIGURES = {
    "input_tokens": "t.input_tokens",
    "output_tokens": "t.output_tokens",
    "tokens": "t.tokens",
    "latency": "t.latency",
    "cost": "toFloat64(t.cost)",
    "steps": "t.spans",
    "model": _JUDGED_MODEL,
    "prompt_version": _JUDGED_PROMPT,
}
SEGMENTS: dict[str, dict[str, str]] = {
    OBSERVATIONS: {
        "model": "s.model",
        "prompt_version": _PROMPT,
        "user": or_told("user"),
        "release": or_told("release"),
        "environment": DIMENSIONS["environment"].sql,
    },
    TRACES: {
        "model": _MODELS.format("s.models"),
        "user": "s.user",
        "release": "s.release",
        "environment": "s.environment",
    },
    SCORES: {
        "model": _JUDGED_MODEL,
        "prompt_version": _JUDGED_PROMPT,
        "user": "t.user",
        "release": "t.release",
        "environment": "s.environment",
    },
}
_IDS = {
    OBSERVATIONS: ("s.trace_id", "s.span_id", "s.start_time", "s.trace_id, s.span_id"),
    TRACES: ("s.trace_id", "''", "s.started", "s.trace_id"),
    SCORES: ("s.trace_id", "s.observation_id", "s.timestamp", "s.id"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Draw:
    """`value` is a name of VALUES; `key` of metadata, `score` by name, `figure` of FIGURES for
    pairs of it and the score. `windows` are (since, until) in nanoseconds, until excluded.
    """

    project_id: str
    value: str
    windows: Sequence[tuple[int, int]]
    terms: tuple[Term, ...] = ()
    key: str = ""
    score: str = ""
    figure: str = ""
    by: tuple[str, ...] = ()
    most: int = MOST


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawn:
    """Columns of one length, in the order of the hashes; `moments` in nanoseconds."""

    values: list[Any]
    moments: list[int]
    trace_ids: list[str]
    span_ids: list[str]
    segments: dict[str, list[str]]


@dataclass(frozen=True, slots=True)
class _Asked:
    """SQL behind SELECT … and what is bound in it."""

    selected: str
    sql: str
    values: dict[str, Any]
    segments: tuple[str, ...]


def drawn(wanted: Draw) -> Drawn:
    """Raises LimitReached where there is too much to go through in SECONDS."""
    asked = _asked(wanted)
    if asked is None:
        return Drawn(values=[], moments=[], trace_ids=[], span_ids=[], segments={})
    found = columns(
        f"SELECT {asked.selected} {asked.sql} ORDER BY hash, at LIMIT {{most:UInt32}}",
        **asked.values,
        most=min(wanted.most, MOST),
        options=DEADLINE,
    )
    values = found["value"]
    return Drawn(
        values=list(zip(found["figure"], values, strict=True)) if wanted.figure else values,
        moments=found["at"],
        trace_ids=found["of_trace"],
        span_ids=found["of_span"],
        segments={name: found[f"by_{name}"] for name in asked.segments},
    )


def how_many(wanted: Draw) -> int:
    """Of all that there are, also beyond `most`. Somebody waits for it."""
    asked = _asked(wanted)
    if asked is None:
        return 0
    [found] = rows(
        f"SELECT count() AS n FROM (SELECT {asked.selected} {asked.sql})",
        **asked.values,
        options=COUNT,
    )
    return found["n"]


def _asked(wanted: Draw) -> _Asked | None:
    windows = [one for one in wanted.windows if one[0] < one[1]]
    if not windows:
        return None
    view, types, value = VALUES[wanted.value]
    trace_id, span_id, time, ids = _IDS[view]
    segments = {name: SEGMENTS[view][name] for name in wanted.by if name in SEGMENTS[view]}
    figure = FIGURES[wanted.figure] if wanted.figure else "''"
    named = "".join(f", {_name(sql)} AS by_{name}" for name, sql in segments.items())
    selected = f"""
        cityHash64({ids}) AS hash, {trace_id} AS of_trace, {span_id} AS of_span,
        toUnixTimestamp64Nano({time}) AS at, {_cut(value)} AS value, {figure} AS figure {named}
    """
    question = Question(
        project_id=wanted.project_id,
        measures=(),
        since=min(low for low, _high in windows),
        until=max(high for _low, high in windows),
        view=view,
        terms=wanted.terms,
        scores=(wanted.score,) if wanted.score else (),
    )
    things = source(question, selected)
    in_windows, times = _within(time, windows)
    is_typed = types and not any(term.field == "type" for term in wanted.terms)
    of_type = "AND s.type IN {types:Array(String)}" if is_typed else ""
    has_input = "AND t.trace_id != ''" if wanted.figure else ""
    return _Asked(
        selected,
        f"{things.sql} AND {in_windows} {of_type} {has_input} AND isNotNull(value)",
        {**things.values, **times, "key0": wanted.key, "types": list(types)},
        tuple(segments),
    )


def _name(sql: str) -> str:
    return f"leftUTF8(ifNull(toString({sql}), ''), {MOST_NAME})"


def _cut(sql: str) -> str:
    """Names are as long as they like to be; of numbers nothing is cut."""
    is_name = "nullIf" in sql or "arrayJoin" in sql
    return f"leftUTF8({sql}, {MOST_NAME})" if is_name else sql


def _within(time: str, windows: Sequence[tuple[int, int]]) -> tuple[str, dict[str, int]]:
    if len(windows) > MOST_WINDOWS:
        raise ValueError("Windows are few.")
    values: dict[str, int] = {}
    conditions = []
    for number, (low, high) in enumerate(windows):
        values |= {f"low{number}": low, f"high{number}": high}
        conditions.append(
            f"({time} >= fromUnixTimestamp64Nano({{low{number}:Int64}}, 'UTC')"
            f" AND {time} < fromUnixTimestamp64Nano({{high{number}:Int64}}, 'UTC'))"
        )
    return f"({' OR '.join(conditions)})", values
