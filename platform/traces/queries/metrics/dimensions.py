"""By what can be grouped: closed tables from names to SQL over one thing, a row `s`.

A name is never pasted into a query; the key of `metadata.<key>` is bound like any value.
"""

from dataclasses import dataclass

from traces.queries.clauses import COLUMNS
from traces.queries.told import or_told

METADATA = "metadata."
MOST_KEY = 200  # characters
_OWN = "if(s.metadata[{key}] != '', s.metadata[{key}], s.trace_metadata[{key}])"
ENTRY = f"if({_OWN} = '', t.entry{{number}}, {_OWN})"  # else what was said of the trace as a whole


@dataclass(frozen=True, slots=True)
class Dimension:
    """`is_many`: there may be thousands of its values. `is_listed`: a thing has several and counts
    for each of them.
    """

    sql: str
    is_many: bool = False
    is_listed: bool = False


HOUR_OF_DAY = "toString(toHour(toTimeZone({time}, {{zone:String}})))"
DAY_OF_WEEK = "toString(toDayOfWeek(toTimeZone({time}, {{zone:String}})))"  # 1 is Monday


def _clock(time: str) -> dict[str, Dimension]:
    return {
        "hour": Dimension(HOUR_OF_DAY.format(time=time)),
        "weekday": Dimension(DAY_OF_WEEK.format(time=time)),
    }


OF_OBSERVATIONS = {
    "name": Dimension("s.name", is_many=True),
    "type": Dimension("s.type"),
    "level": Dimension("s.level"),
    "model": Dimension("s.model"),
    "provider": Dimension("s.provider"),
    "environment": Dimension(COLUMNS["environment"]),
    "release": Dimension(or_told("release")),
    "version": Dimension("s.version_label"),
    "user": Dimension(or_told("user"), is_many=True),
    "session": Dimension(or_told("session"), is_many=True),
    "tag": Dimension(or_told("tag"), is_listed=True),
    "tool": Dimension("s.tool_call_names", is_listed=True),
    "prompt": Dimension("s.prompt_name"),
    "prompt_version": Dimension("ifNull(toString(s.prompt_version), '')"),
    "service": Dimension("s.service_name"),
    "status": Dimension(COLUMNS["error_type"]),
    "cost_source": Dimension("s.cost_source"),
    "trace_name": Dimension(or_told("trace_name"), is_many=True),
    "trace_version": Dimension(or_told("trace_version")),
    "trace": Dimension("s.trace_id", is_many=True),
    "observation": Dimension("s.span_id", is_many=True),
    "parent": Dimension("s.parent_span_id", is_many=True),
    "root": Dimension("if(s.is_root OR s.is_app_root OR s.parent_span_id = '', 'true', 'false')"),
    "month": Dimension("formatDateTime(s.start_time, '%Y-%m', 'UTC')"),
    **_clock("s.start_time"),
}
OF_TRACES = {
    "name": Dimension("s.name", is_many=True),
    "trace_name": Dimension("s.name", is_many=True),
    "environment": Dimension("s.environment"),
    "release": Dimension("s.release"),
    "version": Dimension("s.version"),
    "user": Dimension("s.user", is_many=True),
    "session": Dimension("s.session", is_many=True),
    "tag": Dimension("s.tags", is_listed=True),
    "model": Dimension("s.models", is_listed=True),
    "level": Dimension("if(s.errors > 0, 'ERROR', 'DEFAULT')"),
    "trace": Dimension("s.trace_id", is_many=True),
    "month": Dimension("formatDateTime(s.started, '%Y-%m', 'UTC')"),
    **_clock("s.started"),
}
OF_SCORES = {
    "name": Dimension("s.name"),
    "source": Dimension("s.source"),
    "data_type": Dimension("s.data_type"),
    "string_value": Dimension("s.string_value", is_many=True),
    "answer": Dimension("if(s.string_value = '', toString(s.value), s.string_value)", is_many=True),
    "environment": Dimension("s.environment"),
    "author": Dimension("s.author_user_id"),
    "config": Dimension("s.config_id"),
    "trace": Dimension("s.trace_id", is_many=True),
    "trace_name": Dimension("t.name", is_many=True),
    "user": Dimension("t.user", is_many=True),
    "session": Dimension("t.session", is_many=True),
    "release": Dimension("t.release"),
    "version": Dimension("t.version"),
    "tag": Dimension("t.tags", is_listed=True),
    "span": Dimension("o.name", is_many=True),
    "type": Dimension("o.type"),
    "model": Dimension("o.model"),
    "prompt": Dimension("o.prompt"),
    "prompt_version": Dimension("o.prompt_version"),
    "score_id": Dimension("s.id", is_many=True),
    "observation": Dimension("s.observation_id", is_many=True),
    "value": Dimension("ifNull(toString(s.value), '')", is_many=True),
    "month": Dimension("formatDateTime(s.timestamp, '%Y-%m', 'UTC')"),
    "date": Dimension("formatDateTime(s.timestamp, '%Y-%m-%d', 'UTC')", is_many=True),
    **_clock("s.timestamp"),
}
ALIASES = {
    "env": "environment",
    "trace_id": "trace",
    "user_id": "user",
    "session_id": "session",
    "tags": "tag",
    "error_type": "status",
    "score": "name",
    "hour_of_day": "hour",
    "day_of_week": "weekday",
}
