"""The things that are counted, as SQL: each span, trace or score once, as its newest version says.

What a term of the query bar means is what it means in the list of those things.
"""

import re
from dataclasses import dataclass, field
from typing import Any

from traces.queries.clauses import TRACE_ENVIRONMENT, TRACE_NAME
from traces.queries.filters import (
    DAY,
    FIRST,
    LAST,
    REACH,
    TraceFilter,
    conditions,
    narrowing,
    parameters,
    text_having,
)
from traces.queries.metrics.quantities import OF_OBSERVATIONS, SUMMED
from traces.queries.metrics.question import OBSERVATIONS, SCORES, STEPS, Question
from traces.queries.metrics.settled import IS_SPAN, TRACE_HASH
from traces.queries.metrics.steps import spans_of
from traces.queries.observations import condition_of
from traces.queries.told import PLACE, first, told_range, told_to

# How long before its score a trace may have begun, where scores are told apart by their traces.
SCORE_REACH = 31 * DAY
IN_TIME = """
    s.project_id = {{project_id:String}}
    AND s.{time} >= fromUnixTimestamp64Nano({{{low}:Int64}}, 'UTC')
    AND s.{time} < fromUnixTimestamp64Nano({{{high}:Int64}}, 'UTC')
"""

# From the first start to the last end of its spans; of none both are 1970, and so it is nothing.
LATENCY = f"""
    (toUnixTimestamp64Nano(maxIf(ifNull(s.end_time, s.start_time), {IS_SPAN}))
        - toUnixTimestamp64Nano(minIf(s.start_time, {IS_SPAN}))) / 1e9
"""
MOST_STEPS = 50  # of a path of tools
OF_TRACE = f"""
    min(s.start_time) AS started,
    {LATENCY} AS latency,
    {TRACE_ENVIRONMENT} AS environment,
    {first("release")} AS release,
    {first("version_label")} AS version,
    {first("user_id")} AS user,
    {first("session_id")} AS session,
    groupUniqArrayArray(s.tags) AS tags,
    groupUniqArrayIf(s.model, s.model != '') AS models,
    sum(s.total_cost) AS cost,
    sum(s.total_tokens) AS tokens,
    sum(s.input_tokens) AS input_tokens,
    sum(s.output_tokens) AS output_tokens,
    {", ".join(f"sum({OF_OBSERVATIONS[name].sql}) AS {name}" for name in SUMMED)},
    countIf(s.cost_source = 'unknown') AS unpriced,
    countIf({IS_SPAN}) AS spans,
    countIf(s.type = 'GENERATION') AS generations,
    countIf(s.type = 'TOOL') AS tools,
    countIf(s.level = 'ERROR') AS errors,
    arrayMap(x -> x.3, arraySort(groupArrayIf({MOST_STEPS})(
        (s.start_time, s.span_id, s.name), s.type = 'TOOL'))) AS tool_path
"""


@dataclass(frozen=True, slots=True)
class Source:
    """`sql` follows SELECT and has a WHERE at its end; `time` is what buckets are made of. What is
    sampled makes no exact figure.
    """

    sql: str
    time: str
    values: dict[str, Any] = field(default_factory=dict)
    is_sampled: bool = False


def source(question: Question, uses: str, *, is_of_few: bool = False) -> Source:
    """Of what the question asks for; `uses` is the SQL that its rows are to serve. Of few: only the
    traces whose ids are bound as `few`.
    """
    if question.view == OBSERVATIONS:
        return _observations(question, uses)
    if question.view == SCORES:
        return _scores(question, uses)
    if question.view == STEPS:
        sql, values, is_sampled = spans_of(question, uses)
        return Source(sql, "s.start_time", values, is_sampled)
    wanted = TraceFilter(since=question.since, until=question.until, terms=question.terms)
    few = "AND s.trace_id IN {few:Array(String)}" if is_of_few else ""
    sql, values = _traces(question.project_id, wanted, uses, few)
    return Source(f"FROM ({sql}) AS s WHERE 1", "s.started", values)


def _observations(question: Question, uses: str) -> Source:
    wanted = TraceFilter(since=question.since, until=question.until, terms=question.terms)
    condition, values = condition_of(wanted)
    joined = told_to(uses)
    times = {"low": question.since, "high": question.until}
    if "{told_low" in joined + condition:
        values |= told_range(question.since, question.until)
        times = {"low": values["told_low"], "high": values["told_high"]}  # of all that is read
    in_time = IN_TIME.format(time="start_time", low="since", high="until")
    return Source(
        f"FROM spans AS s FINAL {joined} WHERE {in_time} AND {IS_SPAN} AND ({condition})",
        "s.start_time",
        {
            "project_id": question.project_id,
            "since": question.since,
            "until": question.until,
            **times,
            **values,
        },
    )


def _traces(
    project_id: str, wanted: TraceFilter, uses: str, few: str = ""
) -> tuple[str, dict[str, Any]]:
    """One row a trace that begins in the time, whatever of it lies around that time.

    Where nobody asks for its id, traces are told apart by a hash of it, a third less work: two of a
    million share one once in 37 million times.
    """
    having = " AND ".join([*conditions(wanted), text_having(wanted) or "1"])
    is_named = "trace_id" in uses + having
    named, told_by = ("s.trace_id AS trace_id,", "s.trace_id") if is_named else ("", TRACE_HASH)
    keys = sorted(name for name in _metadata_keys(uses))
    metadata = "".join(f", {_entry(name)} AS {name}" for name in keys)
    sql = f"""
        SELECT {named} {TRACE_NAME} AS trace, trace AS name, {OF_TRACE} {metadata}
        FROM spans AS s FINAL
        WHERE {IN_TIME.format(time="start_time", low="low", high="high")} {few} {narrowing(wanted)}
        GROUP BY {told_by}
        HAVING toUnixTimestamp64Nano(started) >= {{since:Int64}}
            AND toUnixTimestamp64Nano(started) < {{until:Int64}}
            AND {having}
    """
    values = {
        "project_id": project_id,
        "since": wanted.since,
        "until": wanted.until,
        "low": max(FIRST, wanted.since - REACH),
        "high": min(LAST, wanted.until + REACH),
    }
    return sql, {**values, **parameters(wanted)}


def _metadata_keys(uses: str) -> set[str]:
    return set(re.findall(r"[st]\.(entry[0-9])", uses))


def _entry(name: str) -> str:
    """What was said of the trace as a whole under the key, else what its first span says."""
    key = name.replace("entry", "key")
    whole, own = f"s.trace_metadata[{{{key}:String}}]", f"s.metadata[{{{key}:String}}]"
    return (
        f"if(maxIf({whole}, {whole} != '') != '', argMinIf({whole}, {PLACE}, {whole} != ''),"
        f" argMinIf({own}, {PLACE}, {own} != ''))"
    )


def _scores(question: Question, uses: str) -> Source:
    in_time = IN_TIME.format(time="timestamp", low="score_low", high="score_high")
    values: dict[str, Any] = {
        "project_id": question.project_id,
        "score_low": question.since,
        "score_high": question.until,
    }
    named = ""
    if question.scores:
        named, values["scores"] = "AND s.name IN {scores:Array(String)}", list(question.scores)
    of_time = f"FROM scores AS s FINAL WHERE {in_time} {named}"
    joined, matching = "", ""
    if question.terms or "t." in uses:
        wanted = TraceFilter(
            since=max(FIRST, question.since - SCORE_REACH),
            until=min(LAST, question.until + DAY),
            terms=question.terms,
        )
        traces, more = _traces(question.project_id, wanted, f"{uses}, t.trace_id")
        joined += f" LEFT JOIN ({traces}) AS t ON t.trace_id = s.trace_id"
        values |= more
        matching = "AND t.trace_id != ''" if question.terms else ""
    if "o." in uses:
        joined += f" LEFT JOIN ({_judged(of_time)}) AS o"
        joined += " ON o.trace_id = s.trace_id AND o.span_id = s.observation_id"
        values |= {
            "low": max(FIRST, question.since - SCORE_REACH - REACH),
            "high": min(LAST, question.until + DAY + REACH),
        }
    return Source(
        f"FROM (SELECT * {of_time}) AS s {joined} WHERE 1 {matching}", "s.timestamp", values
    )


def _judged(of_time: str) -> str:
    """The spans that the scores are of."""
    return f"""
        SELECT s.trace_id AS trace_id, s.span_id AS span_id, s.name AS name, s.type AS type,
            s.model AS model, s.prompt_name AS prompt,
            ifNull(toString(s.prompt_version), '') AS prompt_version
        FROM spans AS s FINAL
        WHERE {IN_TIME.format(time="start_time", low="low", high="high")}
            AND s.span_id != ''
            AND (s.trace_id, s.span_id) IN (SELECT s.trace_id, s.observation_id {of_time})
    """
