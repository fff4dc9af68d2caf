"""What each term of a query means in SQL. Every value is bound, never pasted."""

from collections.abc import Callable
from dataclasses import dataclass

from traces.queries.text import like_pattern
from traces.search.fields import FIELDS, HAS, NUMBER
from traces.search.grammar import number_of
from traces.search.terms import TEXT, Term

LATENCY_NS = (
    "if(countIf(span_id != '') = 0, 0,"
    " toUnixTimestamp64Nano(maxIf(ifNull(end_time, start_time), span_id != ''))"
    " - toUnixTimestamp64Nano(minIf(start_time, span_id != '')))"
)
TTFT_NS = "toUnixTimestamp64Nano(s.completion_start_time) - toUnixTimestamp64Nano(s.start_time)"
PER_SPAN = {  # numbers of one span, which no sum of a trace makes sense of
    "ttft": f"({TTFT_NS}) / 1e9",
    "prompt_version": "s.prompt_version",
}
# As lists name a trace: as it was named as a whole, else as its root, else as its first span.
TRACE_NAME = """
    if(maxIf(s.trace_name, s.trace_name != '') != '',
        argMinIf(s.trace_name, (s.span_id != '', s.start_time), s.trace_name != ''),
        argMinIf(s.name, (NOT (s.is_root OR s.parent_span_id = ''), s.start_time, s.span_id),
            s.span_id != ''))
"""
# What a row has that says nothing of it: one that was only made for tags, to begin with.
UNSAID_ENVIRONMENTS = "('', 'default')"
TRACE_ENVIRONMENT = f"""
    if(countIf(s.environment NOT IN {UNSAID_ENVIRONMENTS}) = 0, 'default',
        argMinIf(s.environment, (s.start_time, s.span_id),
            s.environment NOT IN {UNSAID_ENVIRONMENTS}))
"""
# The type of an exception where there is one, else the beginning of what was said.
ERROR_TYPE = """
    if(s.level != 'ERROR', '', multiIf(
        s.attributes['error.type'] != '', s.attributes['error.type'],
        s.attributes['exception.type'] != '', s.attributes['exception.type'],
        s.status_message != '', leftUTF8(s.status_message, 80), 'error'))
"""
COLUMNS = {  # fields that are one column of a span
    "level": "s.level",
    "environment": "if(s.environment = '', 'default', s.environment)",
    "span": "s.name",
    "type": "s.type",
    "model": "s.model",
    "provider": "s.provider",
    "user": "s.user_id",
    "session": "s.session_id",
    "version": "s.version_label",
    "release": "s.release",
    "prompt": "s.prompt_name",
    "service": "s.service_name",
    "error": "s.status_message",
    "error_type": ERROR_TYPE,
    "trace_name": "s.trace_name",
}
OF_SPANS_ONLY = ("level", "type")  # a trace's own row has them by default, and shows none
LISTS = {"tag": "s.tags", "tool": "s.tool_call_names"}
INDEXED = ("user", "session")  # by which traces are found before anything is grouped
SUMS = {  # of a trace, in the unit of the field
    "latency": f"({LATENCY_NS}) / 1e9",
    "cost": "toFloat64(sum(s.total_cost))",
    "tokens": "sum(s.total_tokens)",
    "input_tokens": "sum(s.input_tokens)",
    "output_tokens": "sum(s.output_tokens)",
    "spans": "countIf(s.span_id != '')",
    "errors": "countIf(s.level = 'ERROR')",
}
OF_ONE = {  # the same of a span by itself
    "latency": "(toUnixTimestamp64Nano(s.end_time) - toUnixTimestamp64Nano(s.start_time)) / 1e9",
    "cost": "toFloat64(s.total_cost)",
    "tokens": "s.total_tokens",
    "input_tokens": "s.input_tokens",
    "output_tokens": "s.output_tokens",
    "spans": "1",
    "errors": "(s.level = 'ERROR')",
}
HAS_OF_SPAN = {
    "error": "s.level = 'ERROR'",
    "cost": "s.total_cost IS NOT NULL",
    "user": "s.user_id != ''",
    "session": "s.session_id != ''",
    "input": "(notEmpty(s.input) OR notEmpty(s.trace_input))",
    "output": "(notEmpty(s.output) OR notEmpty(s.trace_output))",
    "tool": "(s.type = 'TOOL' OR notEmpty(s.tool_call_names))",
    "prompt": "s.prompt_name != ''",
}
UNENDED = "(s.span_id != '' AND s.end_time IS NULL AND s.type != 'EVENT')"
HAS_SCORE = {"score": "1", "feedback": "source IN ('API', 'ANNOTATION')"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Clause:
    """One term over the rows of a trace, or over one row. Empty where it says nothing of the kind.

    `of_span`: some span of the trace fulfils it; `of_trace`: its sums do, in which `{spans}` stands
    for the former; `of_id`: its id does. `before` is what the superseded rows of a trace that
    fulfils it fulfil too.
    """

    is_negated: bool
    of_span: str = ""
    of_trace: str = ""
    of_id: str = ""
    before: str = ""
    text: str = ""  # over the long texts of a span, which only an index finds quickly
    is_indexed: bool = False


Bind = Callable[[object, str], str]


def clause(term: Term, bind: Bind) -> Clause:
    """What a list of traces takes the term for."""
    negated = term.is_negated
    if term.field == TEXT:
        return Clause(is_negated=negated, text=bind(like_pattern(term.values[0]), "String"))
    kind = FIELDS[term.field].kind
    if kind == HAS:
        return _has(term)
    if term.field == "scores":
        return Clause(is_negated=negated, of_id=scored(of_score(term, bind)))
    if kind == NUMBER and term.field not in PER_SPAN:
        sums = compared(SUMS[term.field], term, bind)
        grows = term.comparison in (">", ">=") and not negated
        return Clause(is_negated=negated, of_trace=sums, before=sums if grows else "")
    if term.field == "id":
        return Clause(is_negated=negated, of_id=is_one("s.trace_id", term, bind))
    if term.field == "name":
        either = (is_one("s.trace_name", term, bind), is_one("s.name", term, bind))
        return Clause(
            is_negated=negated,
            of_trace=is_one("trace", term, bind),
            before="" if negated else f"countIf({' OR '.join(either)}) > 0",
        )
    if term.field == "environment":
        found = is_one(TRACE_ENVIRONMENT, term, bind)
        before = "" if negated else f"countIf({of_span(term, bind)}) > 0"
        return Clause(is_negated=negated, of_trace=found, before=before)
    indexed = term.field in INDEXED and not negated and not term.comparison
    return Clause(is_negated=negated, of_span=of_span(term, bind), is_indexed=indexed)


def _has(term: Term) -> Clause:
    """`has:(error OR score)`: any of them."""
    spans = " OR ".join(HAS_OF_SPAN[value] for value in term.values if value in HAS_OF_SPAN)
    scores = " OR ".join(HAS_SCORE[value] for value in term.values if value in HAS_SCORE)
    if scores and not spans and "end" not in term.values:
        return Clause(is_negated=term.is_negated, of_id=scored(scores))
    if spans and not scores and "end" not in term.values:
        return Clause(is_negated=term.is_negated, of_span=spans)
    parts = ["{spans}"] if spans else []
    parts += [scored(scores)] if scores else []
    parts += [f"countIf({UNENDED}) = 0"] if "end" in term.values else []
    return Clause(is_negated=term.is_negated, of_span=spans, of_trace=" OR ".join(parts))


def of_span(term: Term, bind: Bind) -> str:
    """The term over one row of spans, for the fields that mean the same of a span and its trace."""
    if term.field in COLUMNS:
        found = is_one(COLUMNS[term.field], term, bind)
        return f"(s.span_id != '' AND {found})" if term.field in OF_SPANS_ONLY else found
    if term.field in LISTS:
        return holds_one(LISTS[term.field], term, bind)
    if term.field in PER_SPAN:
        return compared(PER_SPAN[term.field], term, bind)
    return keyed(term, bind)


def is_one(column: str, term: Term, bind: Bind) -> str:
    if term.comparison == "~":
        return f"positionCaseInsensitiveUTF8({column}, {bind(term.values[0], 'String')}) > 0"
    return f"{column} IN {bind(list(term.values), 'Array(String)')}"


def holds_one(column: str, term: Term, bind: Bind) -> str:
    if term.comparison == "~":
        wanted = bind(term.values[0], "String")
        return f"arrayExists(x -> positionCaseInsensitiveUTF8(x, {wanted}) > 0, {column})"
    return f"hasAny({column}, {bind(list(term.values), 'Array(String)')})"


def compared(number: str, term: Term, bind: Bind) -> str:
    """False where there is no number."""
    unit = FIELDS[term.field].unit
    wanted = [number_of(value, unit) for value in term.values]
    if term.comparison:
        return f"ifNull({number} {term.comparison} {bind(wanted[0], 'Float64')}, 0)"
    return f"ifNull(has({bind(wanted, 'Array(Float64)')}, toFloat64({number})), 0)"


def keyed(term: Term, bind: Bind) -> str:
    key = bind(term.key, "String")
    maps = ("s.metadata", "s.trace_metadata") if term.field == "metadata" else ("s.attributes",)
    return " OR ".join(entry(f"{one}[{key}]", f"mapContains({one}, {key})", term, bind)
                       for one in maps)  # fmt: skip


def entry(value: str, is_there: str, term: Term, bind: Bind) -> str:
    if term.comparison in (">", "<", ">=", "<="):
        wanted = bind(number_of(term.values[0], "count"), "Float64")
        return f"ifNull(toFloat64OrNull({value}) {term.comparison} {wanted}, 0)"
    return f"({is_there} AND {is_one(value, term, bind)})"


def of_score(term: Term, bind: Bind) -> str:
    name = f"name = {bind(term.key, 'String')}"
    if term.comparison == "~":
        return f"{name} AND {is_one('string_value', term, bind)}"
    if term.comparison:
        wanted = bind(number_of(term.values[0], "count"), "Float64")
        return f"{name} AND ifNull(value {term.comparison} {wanted}, 0)"
    texts = bind(list(term.values), "Array(String)")
    return f"{name} AND (has({texts}, string_value) OR has({texts}, toString(value)))"


def scored(condition: str, *, of_span: bool = False) -> str:
    """The traces (or spans) with a score like that; scores lie on other shards than their spans."""
    what = "(trace_id, observation_id)" if of_span else "trace_id"
    which = "(s.trace_id, s.span_id)" if of_span else "s.trace_id"
    return f"""{which} GLOBAL IN (
            SELECT {what} FROM scores FINAL
            WHERE project_id = {{project_id:String}} AND trace_id != '' AND ({condition})
              AND timestamp >= fromUnixTimestamp64Nano({{low:Int64}}, 'UTC') - INTERVAL 1 DAY
        )"""
