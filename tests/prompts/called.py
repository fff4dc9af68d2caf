"""Stored calls of a prompt's versions, many at a time."""

import time
from decimal import Decimal
from itertools import count

import pytest

SECOND = 1_000_000_000


@pytest.fixture
def calls(project):
    """`calls(2, 30, took=1.5, failing=3, cost="0.01", kind=0.8, ago=60)`: so many calls of version
    2 of `greet`, a millisecond longer each, with the score “kind” about 0.8.
    """
    from traces.records import Score, Span
    from traces.writer import insert_scores, insert_spans

    traces = count()

    def stored(number, many, *, failing=0, cost=None, kind=None, took=1.0, ago=60.0, **fields):
        spans, scores = [], []
        start = time.time_ns() - int(ago * SECOND)
        priced = {"total_cost": cost and Decimal(cost), "cost_source": "computed" if cost else ""}
        for index in range(many):
            trace = f"v{number}-{next(traces)}"
            row = {
                "end_time": start + int((took + index / 1000) * SECOND),
                "type": "GENERATION",
                "prompt_name": "greet",
                "prompt_version": number,
                "level": "ERROR" if index < failing else "DEFAULT",
                "version": time.time_ns(),
            }
            spans.append(Span(project.id, trace, "s", start, **(row | priced | fields)))
            if kind is not None:
                value = kind + (index % 5) / 100
                scores.append(Score(project.id, trace, "kind", start, value=value, trace_id=trace))
        insert_spans(spans)
        if scores:
            insert_scores(scores)

    return stored
