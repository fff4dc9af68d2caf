"""The first half of listing traces: which may begin in a window, read cheaply from few columns.

Rows here may be superseded ones, so what comes out is a superset; `traces.queries.traces` reads the
exact rows of these only. Merged reading (FINAL) of the whole range took 1 s where this takes 10 ms.
"""

from traces.clickhouse import rows
from traces.queries.filters import (
    FILTER_REACH,
    HOUR,
    LAST,
    TraceFilter,
    having,
    narrowing,
    parameters,
)
from traces.queries.limits import LIST
from traces.queries.windows import BATCH, Place, Window

# Rows of this long before a window are looked at too: under load most traces with a row in a short
# window began before it, and would all have to be read exactly to be left out. A trace with two
# rows of one span stays in: the earlier may be superseded.
BEFORE = HOUR // 60
# Each text is looked for in two more passes over the window: 24 of them took a second, in which the
# first few had found nearly all that there was.
MOST_TEXTS = 4


def candidates(project_id: str, wanted: TraceFilter, window: Window) -> list[Place]:
    """All that may begin in the window, the newest BATCH of them. Rows behind it count for the
    filters only.
    """
    is_moment = window.width == 1  # of which only the ids tell what comes next
    found = rows(
        f"""
        SELECT trace_id, toUnixTimestamp64Nano(minIf(start_time, NOT is_deleted)) AS started
        FROM spans AS s
        WHERE project_id = {{project_id:String}}
          AND start_time >= fromUnixTimestamp64Nano({{before:Int64}}, 'UTC')
          AND start_time < fromUnixTimestamp64Nano({{high:Int64}}, 'UTC')
          AND ({{before_id:String}} = '' OR trace_id < {{before_id:String}})
          {narrowing(wanted, most_texts=MOST_TEXTS)}
        GROUP BY trace_id
        HAVING countIf(NOT is_deleted) > 0
            AND (started >= {{low:Int64}} OR count() != uniqExact(cityHash64(span_id)))
            AND started < {{end:Int64}}
            AND {having(wanted, exact=False)}
        ORDER BY started DESC, trace_id DESC
        LIMIT {{batch:UInt32}}
        """,
        project_id=project_id,
        before=window.low if is_moment else max(0, window.low - BEFORE),
        low=window.low,
        high=min(window.high + (FILTER_REACH if wanted.terms else 0), LAST),
        end=window.high,
        before_id=window.before,
        batch=BATCH,
        options=LIST,
        **parameters(wanted),
    )
    return [Place(row["started"], row["trace_id"]) for row in found]
