"""Rows as they stand: the newest version of each, where the engine's own merged reading would be
slow.
"""


def current(which: str) -> str:
    """The end of a SELECT from `spans AS s`: each row's newest version, deleted ones among them.

    FINAL takes ten times as long where rows are found by an index, which it cannot use.
    """
    return f"""
        FROM spans AS s
        WHERE project_id = {{project_id:String}}
          AND start_time >= fromUnixTimestamp64Nano({{low:Int64}}, 'UTC')
          AND start_time < fromUnixTimestamp64Nano({{high:Int64}}, 'UTC')
          AND {which}
        ORDER BY version DESC
        LIMIT 1 BY trace_id, span_id, toStartOfHour(start_time)
    """
