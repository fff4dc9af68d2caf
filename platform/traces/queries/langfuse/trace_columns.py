"""What is said of a trace as a whole, as SQL over its rows `s`: its own row goes first."""

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
    f"if(countIf(s.environment != 'default') = 0, 'default',"
    f" argMaxIf(s.environment, {RANK}, s.environment != 'default'))"
)
TAGS = "arraySort(groupUniqArrayArray(s.tags))"
TOTAL_COST = "sum(s.total_cost)"

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
    "latency": ("number", f"({LATENCY_NS}) / 1e9"),
    "totalCost": ("number", f"toFloat64(ifNull({TOTAL_COST}, 0))"),
    "metadata": ("map", f"argMaxIf(s.trace_metadata, {RANK}, notEmpty(s.trace_metadata))"),
    "level": ("text", "if(countIf(s.level = 'ERROR') > 0, 'ERROR', 'DEFAULT')"),
}

_ROOT = "s.span_id != '' AND s.parent_span_id = ''"
CONTENT = f"""
            , {said_or("trace_input", f"argMaxIf(s.input, {RANK}, {_ROOT})")} AS input
            , {said_or("trace_output", f"argMaxIf(s.output, {RANK}, {_ROOT})")} AS output
            , argMaxIf(s.trace_metadata, {RANK}, notEmpty(s.trace_metadata)) AS metadata
"""
