"""Rows to send and ways to look at what became of them."""

import time
import uuid

from traces import clickhouse
from traces.records import Patch, Score, Span

HOUR_NS = 3_600_000_000_000


def a_span(project_id: str, **fields) -> Span:
    now = time.time_ns()
    return Span(
        **{
            "project_id": project_id,
            "trace_id": uuid.uuid4().hex,
            "span_id": uuid.uuid4().hex[:16],
            "start_time": now,
            "end_time": now + 1_000_000,
            "name": "chat",
            "source": "otlp",
            **fields,
        }
    )


def a_patch(span: Span, **fields) -> Patch:
    return Patch(span.project_id, span.trace_id, span.span_id, time.time_ns(), fields)


def a_score(project_id: str, **fields) -> Score:
    values = {"id": uuid.uuid4().hex, "name": "good", "timestamp": time.time_ns(), "value": 1.0}
    return Score(project_id, **{**values, **fields})


def stored_spans(project_id: str) -> list[dict]:
    """Every span of the project that a read sees, the newest version of each."""
    now = time.time_ns()
    return clickhouse.rows(
        """
        SELECT s.span_id AS span_id, s.name AS name, s.input AS input, s.version AS version,
            s.total_cost AS total_cost, s.user_id AS user_id
        FROM spans AS s FINAL
        WHERE s.project_id = {project_id:String}
          AND s.start_time BETWEEN {since:DateTime64(9)} AND {until:DateTime64(9)}
        ORDER BY span_id
        """,
        project_id=project_id,
        since=clickhouse.moment(now - 1000 * HOUR_NS),
        until=clickhouse.moment(now + HOUR_NS),
    )


def stored_scores(project_id: str) -> list[dict]:
    return clickhouse.rows(
        "SELECT id, value FROM scores FINAL WHERE project_id = {project_id:String} ORDER BY id",
        project_id=project_id,
    )
