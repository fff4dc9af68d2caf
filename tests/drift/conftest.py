"""Traffic of an application, written into the store as the pipeline writes it."""

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from traces.records import Score, Span
from traces.writer import insert_scores, insert_spans

SECOND = 1_000_000_000
HOUR = 3600 * SECOND
APART = ("score", "trace_id", "span_id")


@pytest.fixture
def end() -> datetime:
    """The end of the current window: an hour that is over, and late spans have come."""
    whole = datetime.now(UTC).replace(minute=0, second=0, microsecond=0)
    return whole - timedelta(hours=1)


@pytest.fixture
def now(end) -> datetime:
    """A moment at which the window that ends at `end` is judged."""
    from evals.drift.asking import LAG

    return end + LAG + timedelta(minutes=1)


@pytest.fixture
def calls(project, end) -> Callable[..., None]:
    """`calls([{"output": "…"}, …], since=-24, until=0)`: generations, each a trace of its own,
    evenly between so many hours before and after `end`; with the scores by name in `score`.
    """

    def stored(given: list[dict[str, Any]], *, since: float, until: float) -> None:
        begin = int((end + timedelta(hours=since)).timestamp()) * SECOND
        step = (until - since) * HOUR / len(given)
        spans, scores = [], []
        for number, fields in enumerate(given):
            start = begin + int(step * number)
            scored = fields.get("score", {})
            trace_id = fields.get("trace_id", f"t{begin // SECOND:x}-{number}")
            span_id = fields.get("span_id", "s")
            columns = {name: value for name, value in fields.items() if name not in APART}
            spans.append(
                Span(
                    project.id,
                    trace_id,
                    span_id,
                    start,
                    **{
                        "type": "GENERATION",
                        "is_root": True,
                        "end_time": start + SECOND,
                        "received_at": start,
                        "version": time.time_ns(),
                        **columns,
                    },
                )
            )
            scores += [
                Score(
                    project.id,
                    f"{trace_id}-{name}",
                    name,
                    start,
                    trace_id=trace_id,
                    version=time.time_ns(),
                    **({"value": value} if isinstance(value, float) else {"string_value": value}),
                    **({} if isinstance(value, float) else {"data_type": "CATEGORICAL"}),
                )
                for name, value in scored.items()
            ]
        insert_spans(spans)
        if scores:
            insert_scores(scores)

    return stored


@pytest.fixture
def monitor(project, end) -> Callable[..., Any]:
    """`monitor("model", …)`: stored, against four days unless told otherwise."""
    from evals.drift.models import DriftMonitor
    from evals.drift.watched import WATCHED

    def made(watched: str, **fields: Any) -> DriftMonitor:
        kind = fields.pop("kind", WATCHED[watched].kinds[0])
        baseline = fields.pop("baseline", {"kind": "rolling", "reference_hours": 96.0})
        name = fields.pop("name", f"{watched} {DriftMonitor.objects.count()}")
        given = {"watched": watched, "kind": kind, "baseline": baseline, "next_at": end, **fields}
        return DriftMonitor.objects.create(project=project, name=name, **given)

    return made
