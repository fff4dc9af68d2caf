"""Spans, and log events about them, as requests bring them; and what becomes of both later."""

import time
from dataclasses import replace
from datetime import timedelta

from django.utils import timezone

from ingest import metrics
from ingest.late import say_again
from ingest.pipeline import accept
from tests.ingest.rows import HOUR_NS, a_span
from traces import clickhouse, stored
from traces.records import Patch, Span

SOON, LATER = timedelta(seconds=20), timedelta(minutes=11)


def log_of(span: Span, *, at: int = 0, name: str = "gen_ai.client.operation.exception") -> Patch:
    """As ingest.otlp.logs makes it."""
    time_ns = span.start_time + at
    event = {"time": time_ns, "name": name, "attributes": {"exception.message": "boom"}}
    return Patch(span.project_id, span.trace_id, span.span_id, time_ns, {"events": [event]})


def say(patch: Patch) -> None:
    accept(patch.project_id, [patch], say_again=True)


def insert(span: Span) -> None:
    """As a request does, which gives it the time of its own receipt."""
    accept(span.project_id, [replace(span, version=0, received_at=0)])


def in_the_middle_of_an_hour(project_id: str, **fields) -> Span:
    start = time.time_ns() // HOUR_NS * HOUR_NS - HOUR_NS // 2
    return a_span(project_id, start_time=start, end_time=start + 1_000_000, **fields)


def live_rows(span: Span) -> list[Span]:
    found = stored.stored_spans(span.project_id, [(span.trace_id, span.span_id)])
    rows = found.get((span.trace_id, span.span_id), [])
    [counted] = clickhouse.rows(
        "SELECT count() AS n FROM spans FINAL WHERE project_id = {project_id:String}"
        " AND span_id = {span_id:String}",
        project_id=span.project_id,
        span_id=span.span_id,
    )
    live = [row for row in rows if not row.is_deleted]
    assert counted["n"] == len(live)
    return live


def only_row(span: Span) -> Span:
    [row] = live_rows(span)
    return row


def said_later(after: timedelta = SOON) -> None:
    assert say_again(now=timezone.now() + after).is_empty


def counted() -> dict[str, float]:
    lines = metrics.exposition().decode().splitlines()
    samples = dict(line.rsplit(" ", 1) for line in lines if line and line[0] != "#")
    return {name: float(samples.get(name, 0)) for name in (
        "ingest_accepted_total", 'ingest_stored_total{by="request"}', "ingest_held_total",
        'ingest_stored_total{by="drain"}', 'ingest_deadletter_total{by="request"}',
        "ingest_not_said_again_total",
    )}  # fmt: skip
