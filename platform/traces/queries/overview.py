"""Whether there is anything, and when it last was. What was deleted is nothing."""

import time
from dataclasses import dataclass

from traces.clickhouse import rows
from traces.queries.filters import DAY, FIRST, LAST
from traces.queries.limits import LIST


@dataclass(frozen=True, slots=True)
class Newest:
    trace_id: str
    at: int  # when its last row starts


def newest_trace(project_id: str) -> Newest | None:
    """None while there is none. Looks at the last day first, then at all time."""
    now = time.time_ns()
    for low, high in ((now - DAY, now + DAY), (FIRST, LAST)):
        found = rows(
            """
            SELECT trace_id, toUnixTimestamp64Nano(start_time) AS at
            FROM spans FINAL
            WHERE project_id = {project_id:String}
              AND start_time >= fromUnixTimestamp64Nano({low:Int64}, 'UTC')
              AND start_time < fromUnixTimestamp64Nano({high:Int64}, 'UTC')
            ORDER BY start_time DESC
            LIMIT 1
            """,
            project_id=project_id,
            low=low,
            high=high,
            options=LIST,
        )
        if found:
            return Newest(found[0]["trace_id"], found[0]["at"])
    return None


def first_trace(project_id: str) -> str | None:
    """The id of the newest trace, for those who only wait for one."""
    newest = newest_trace(project_id)
    return newest.trace_id if newest else None


def last_activity(project_id: str, before: int) -> int | None:
    """When the last row before this time starts, in nanoseconds: where to look when a range is
    empty.
    """
    [found] = rows(
        """
        SELECT maxOrNull(toUnixTimestamp64Nano(start_time)) AS at
        FROM spans FINAL
        WHERE project_id = {project_id:String}
          AND start_time >= fromUnixTimestamp64Nano({low:Int64}, 'UTC')
          AND start_time < fromUnixTimestamp64Nano({high:Int64}, 'UTC')
        """,
        project_id=project_id,
        low=FIRST,
        high=before,
        options=LIST,
    )
    return found["at"]
