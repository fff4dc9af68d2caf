"""What is said of a trace as a whole, as SQL over its rows `s`: its own row goes first."""

from traces.queries.clauses import UNSAID_ENVIRONMENTS

# Which of a trace's rows is asked first: its own, then those without a parent, then the earliest.
RANK = "(s.span_id = '', s.parent_span_id = '', -toUnixTimestamp64Nano(s.start_time))"
_ENDED = "ifNull(s.end_time, s.start_time)"


def said(column: str) -> str:
    return f"argMaxIf(s.{column}, {RANK}, s.{column} != '')"


def said_or(column: str, fallback: str) -> str:
    return f"if({said(column)} != '', {said(column)}, {fallback})"


NAME = said_or("trace_name", f"argMaxIf(s.name, {RANK}, s.span_id != '')")
STARTED = "if(countIf(s.span_id = '') > 0, minIf(s.start_time, s.span_id = ''), min(s.start_time))"
LATENCY_NS = (
    "if(countIf(s.span_id != '') = 0, 0,"
    f" toUnixTimestamp64Nano(maxIf({_ENDED}, s.span_id != ''))"
    " - toUnixTimestamp64Nano(minIf(s.start_time, s.span_id != '')))"
)
USER, SESSION = said("user_id"), said("session_id")
RELEASE, VERSION = said("release"), said("version_label")
ENVIRONMENT = (
    f"if(countIf(s.environment NOT IN {UNSAID_ENVIRONMENTS}) = 0, 'default',"
    f" argMaxIf(s.environment, {RANK}, s.environment NOT IN {UNSAID_ENVIRONMENTS}))"
)
TAGS = "arraySort(groupUniqArrayArray(s.tags))"
TOTAL_COST = "sum(s.total_cost)"


def level_count(level: str) -> str:
    return f"countIf(s.level = '{level}' AND s.span_id != '')"


def cost_of_side(side: str) -> str:
    """The dollars of one row's input or output."""
    return f"arraySum(mapValues(mapFilter((k, v) -> startsWith(k, '{side}'), s.cost)))"


# The highest of its observations, and the plain one where it has none.
LEVEL = (
    f"multiIf({level_count('ERROR')} > 0, 'ERROR', {level_count('WARNING')} > 0, 'WARNING',"
    f" {level_count('DEFAULT')} > 0 OR {level_count('DEBUG')} = 0, 'DEFAULT', 'DEBUG')"
)

ORDERS = {
    "timestamp": STARTED,
    "name": NAME,
    "userId": USER,
    "sessionId": SESSION,
    "environment": ENVIRONMENT,
    "version": VERSION,
    "release": RELEASE,
    "latency": LATENCY_NS,
    "totalCost": f"ifNull({TOTAL_COST}, 0)",
    "id": "s.trace_id",
}
FILTERS = {
    "id": ("text", "s.trace_id"),
    "name": ("text", NAME),
    "userId": ("text", USER),
    "sessionId": ("text", SESSION),
    "environment": ("text", ENVIRONMENT),
    "version": ("text", VERSION),
    "release": ("text", RELEASE),
    "tags": ("list", TAGS),
    "timestamp": ("time", STARTED),
    "bookmarked": ("flag", "false"),  # nothing is, here
    "latency": ("number", f"({LATENCY_NS}) / 1e9"),
    "inputTokens": ("number", "sum(s.input_tokens)"),
    "outputTokens": ("number", "sum(s.output_tokens)"),
    "totalTokens": ("number", "sum(s.total_tokens)"),
    "tokens": ("number", "sum(s.total_tokens)"),
    "inputCost": ("number", f"toFloat64(sum({cost_of_side('input')}))"),
    "outputCost": ("number", f"toFloat64(sum({cost_of_side('output')}))"),
    "totalCost": ("number", f"toFloat64(ifNull({TOTAL_COST}, 0))"),
    "metadata": ("map", f"argMaxIf(s.trace_metadata, {RANK}, notEmpty(s.trace_metadata))"),
    "level": ("text", LEVEL),
    "errorCount": ("number", level_count("ERROR")),
    "warningCount": ("number", level_count("WARNING")),
    "defaultCount": ("number", level_count("DEFAULT")),
    "debugCount": ("number", level_count("DEBUG")),
}

_ROOT = "s.span_id != '' AND s.parent_span_id = ''"
CONTENT = f"""
            , {said_or("trace_input", f"argMaxIf(s.input, {RANK}, {_ROOT})")} AS input
            , {said_or("trace_output", f"argMaxIf(s.output, {RANK}, {_ROOT})")} AS output
            , argMaxIf(s.trace_metadata, {RANK}, notEmpty(s.trace_metadata)) AS metadata
"""
