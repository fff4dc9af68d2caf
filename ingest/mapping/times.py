"""When a span began and ended, made fit for a store that is partitioned by month."""

SECOND = 1_000_000_000
DAY = 86_400 * SECOND
EARLIEST = (
    3_653 * DAY
)  # before the request: ten years of months is as many partitions as a store should have
LATEST = DAY  # after it: clocks run fast
LONGEST = 31 * DAY  # from start to end, where the start is not believed

SUSPECT = "clock_suspect"


def span_times(start: int, end: int, received_at: int, marks: set[str]) -> tuple[int, int]:
    """Start and end as they are stored. What cannot be is put at the time of the request, and
    marked.
    """
    if not start or not end:
        marks.add(SUSPECT)
        start = end = start or end or received_at
    if not received_at - EARLIEST <= start <= received_at + LATEST:
        marks.add(SUSPECT)
        duration = end - start
        start = received_at
        return start, start + duration if 0 <= duration <= LONGEST else start
    if not start <= end <= received_at + LATEST + LONGEST:
        marks.add(SUSPECT)
        end = start
    return start, end


def event_time(time: int, received_at: int) -> int:
    return time if 0 < time <= received_at + LATEST + LONGEST else received_at
