"""Lists of traces and sessions by page: the newest first, whole, and without reading everything."""

import pytest

from traces.errors import LimitReached
from traces.queries.langfuse import sessions, traces
from traces.queries.langfuse.conditions import ALL_TIME, TimeRange
from traces.queries.langfuse.sessions import session_page
from traces.queries.langfuse.traces import TraceQuery, trace_page
from traces.records import TRACE, Span
from traces.writer import insert_spans

pytestmark = pytest.mark.django_db
SECOND = 1_000_000_000
HOUR = 3600 * SECOND
DAY = 24 * HOUR


def test_pages_of_traces_and_sessions_hold_each_once_in_order(project, now):
    insert_spans(
        [
            Span(
                project.id,
                f"t{n:04d}",
                f"s{k}",
                now - n * 40 * SECOND + k * 3 * HOUR,
                version=1,
                session_id=f"c{n:04d}",
            )
            for n in range(900)
            for k in (0, 1)
        ]
    )
    for first in ("t", "c"):
        seen = []
        for offset in range(0, 1000, 100):
            if first == "t":
                ids, total = trace_page(project.id, TraceQuery(), limit=100, offset=offset)
            else:
                page, total = session_page(
                    project.id, time=ALL_TIME, environments=[], limit=100, offset=offset
                )
                ids = [row["session_id"] for row in page]
            assert total == 900
            seen += ids
        assert seen == [f"{first}{n:04d}" for n in range(900)]


def test_a_trace_is_where_it_says_that_it_starts(span, project, now):
    span("said", "r", at=-7200)
    span("said", "", at=-60, type=TRACE, took=None)
    span("moved", "r", at=-9000, version=1)
    span("moved", "r", at=-9000, version=2, is_deleted=True)
    span("moved", "r", at=-30, version=2)
    span("plain", "r", at=-600)
    span("gone", "r", at=-5, version=1)
    span("gone", "r", at=-5, version=2, is_deleted=True)
    assert trace_page(project.id, TraceQuery(), limit=9, offset=0) == (
        ["moved", "said", "plain"],
        3,
    )
    late = TraceQuery(time=TimeRange(now - HOUR, now + HOUR))
    assert trace_page(project.id, late, limit=1, offset=1) == (["said"], 3)
    early = TraceQuery(time=TimeRange(now - 10 * HOUR, now - HOUR))
    assert trace_page(project.id, early, limit=9, offset=0) == ([], 0)


def test_a_range_sees_traces_that_reach_out_of_it_as_what_they_are(span, project, now):
    span("before", "r", at=-2 * 86400, session_id="s")
    span("before", "late", at=-60, parent_span_id="r", session_id="s", user_id="ann")
    span("inside", "r", at=-50, user_id="ann", session_id="s2")
    last_day = TimeRange(now - DAY, now + HOUR)
    for query in (TraceQuery(time=last_day), TraceQuery(time=last_day, user_id="ann")):
        assert trace_page(project.id, query, limit=9, offset=0) == (["inside"], 1)
    page, total = session_page(project.id, time=last_day, environments=[], limit=9, offset=0)
    assert ([row["session_id"] for row in page], total) == (["s2"], 1)


def test_a_page_behind_the_last_is_empty_and_still_counts(span, project):
    span("t", "r", user_id="ann", session_id="s")
    for query in (TraceQuery(), TraceQuery(user_id="ann")):
        assert trace_page(project.id, query, limit=50, offset=5000) == ([], 1)
    assert session_page(project.id, time=ALL_TIME, environments=[], limit=50, offset=5000) == (
        [],
        1,
    )


def test_a_total_that_takes_too_long_is_estimated(span, project, monkeypatch):
    def too_long(*_arguments):
        raise LimitReached("too long")

    monkeypatch.setattr(traces, "_how_many", too_long)
    monkeypatch.setattr(sessions, "_how_many", too_long)
    for n in range(3):
        span(f"t{n}", "r", at=-n, session_id=f"s{n % 2}")
    assert trace_page(project.id, TraceQuery(), limit=2, offset=0) == (["t0", "t1"], 3)
    page, total = session_page(project.id, time=ALL_TIME, environments=[], limit=1, offset=0)
    assert ([row["session_id"] for row in page], total) == (["s1"], 2)
