"""What pricing asks of the store: which hours and which spans a price can change."""

from traces import clickhouse
from traces.stored import Key

HOUR = 3_600_000_000_000
PRICEABLE = "s.span_id != '' AND s.cost_source IN ('computed', 'unknown')"


def priceable_hours(project_id: str, *, since: int, until: int, model: str = "") -> list[int]:
    """The hours (their first nanosecond) with spans whose cost Sonde works out."""
    found = clickhouse.columns(
        f"""
        SELECT DISTINCT toUnixTimestamp(toStartOfHour(s.start_time)) AS hour
        FROM spans AS s
        WHERE s.project_id = {{project_id:String}}
          AND s.start_time >= {{since:DateTime64(9, 'UTC')}}
          AND s.start_time < {{until:DateTime64(9, 'UTC')}}
          AND {PRICEABLE}
          AND ({{model:String}} = '' OR s.model = {{model:String}})
        ORDER BY hour
        """,
        project_id=project_id,
        since=clickhouse.moment(since),
        until=clickhouse.moment(until),
        model=model,
    )
    return [hour * 1_000_000_000 for hour in found.get("hour", [])]


def priceable_spans(
    project_id: str, *, since: int, until: int, model: str = "", after: Key = ("", ""), limit: int
) -> list[Key]:
    """The next `limit` spans after `after` by id, of those whose cost Sonde works out."""
    found = clickhouse.rows(
        f"""
        SELECT s.trace_id AS trace_id, s.span_id AS span_id
        FROM spans AS s FINAL
        WHERE s.project_id = {{project_id:String}}
          AND s.start_time >= {{since:DateTime64(9, 'UTC')}}
          AND s.start_time < {{until:DateTime64(9, 'UTC')}}
          AND {PRICEABLE}
          AND ({{model:String}} = '' OR s.model = {{model:String}})
          AND (s.trace_id, s.span_id) > ({{trace_id:String}}, {{span_id:String}})
        ORDER BY s.trace_id, s.span_id
        LIMIT {{limit:UInt32}}
        """,
        project_id=project_id,
        since=clickhouse.moment(since),
        until=clickhouse.moment(until),
        model=model,
        trace_id=after[0],
        span_id=after[1],
        limit=limit,
    )
    return [(row["trace_id"], row["span_id"]) for row in found]
