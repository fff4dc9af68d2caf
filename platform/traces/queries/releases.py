"""When each release was first heard of."""

from traces.clickhouse import rows
from traces.queries.limits import WHOLE_RANGE


def first_heard_of(project_id: str, since: int, until: int, *, most: int) -> list[tuple[str, int]]:
    """The releases that rows of the time name, of spans or of whole traces, each with the start of
    its first row in nanoseconds; the latest first. Superseded rows count: what was said was said.
    """
    found = rows(
        """
        SELECT s.release AS release, toUnixTimestamp64Nano(min(s.start_time)) AS first
        FROM spans AS s
        WHERE s.project_id = {project_id:String}
          AND s.start_time >= fromUnixTimestamp64Nano({low:Int64}, 'UTC')
          AND s.start_time < fromUnixTimestamp64Nano({high:Int64}, 'UTC')
          AND s.release != '' AND NOT s.is_deleted
        GROUP BY s.release
        ORDER BY first DESC, release
        LIMIT {most:UInt32}
        """,
        project_id=project_id,
        low=since,
        high=until,
        most=most,
        options=WHOLE_RANGE,
    )
    return [(row["release"], row["first"]) for row in found]
