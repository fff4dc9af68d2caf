"""Panels drawn from what is really stored."""

import time
from collections.abc import Callable
from decimal import Decimal

import pytest

SECOND = 1_000_000_000
HOUR = 3600 * SECOND


@pytest.fixture
def now() -> int:
    """Nanoseconds; the middle of an hour that is over."""
    return time.time_ns() // HOUR * HOUR - HOUR // 2


@pytest.fixture
def span_row(project, now) -> Callable:
    """`span_row("t1", "s1", at=-5, took=2, …)`: starting `at` seconds from now."""
    from traces.records import Span

    def made(trace_id: str, span_id: str, *, at: float = 0, took: float = 1, **fields) -> Span:
        start = now + int(at * SECOND)
        if isinstance(cost := fields.get("total_cost"), str):
            fields["total_cost"] = Decimal(cost)
            fields.setdefault("cost_source", "computed")
        fields["cost"] = {key: Decimal(paid) for key, paid in fields.get("cost", {}).items()}
        said = fields.get("input_tokens", 0) + fields.get("output_tokens", 0)
        return Span(
            project.id,
            trace_id,
            span_id,
            start,
            end_time=start + int(took * SECOND),
            **{"received_at": now, "version": 1, "total_tokens": said, **fields},
        )

    return made


@pytest.fixture
def span(span_row) -> Callable:
    """The same, stored."""
    from traces.writer import insert_spans

    return lambda *ids, **fields: insert_spans([span_row(*ids, **fields)])


@pytest.fixture
def score_row(project, now) -> Callable:
    from traces.records import Score

    def made(trace_id: str, name: str, value: float | None = None, *, at: float = 0, **fields):
        fields.setdefault("id", f"{trace_id}-{fields.get('observation_id', '')}-{name}")
        stamp = now + int(at * SECOND)
        return Score(
            project.id, fields.pop("id"), name, stamp, value=value, trace_id=trace_id, **fields
        )

    return made


@pytest.fixture
def score(score_row) -> Callable:
    from traces.writer import insert_scores

    return lambda *names, **fields: insert_scores([score_row(*names, **fields)])


@pytest.fixture
def scope(project, now):
    """`scope("cost", by="user")`: a day to the end of this hour, as the board takes it."""
    from dashboards.boards.panel import Scope
    from dashboards.boards.registry import board_named

    def made(board: str, *, by: str = "", **given) -> Scope:
        until = now + HOUR // 2
        times = {"since": until - 24 * HOUR, "until": until}
        own = {"project": project, "by": board_named(board).dimension(by)}
        return Scope(**{**times, **own, **given})

    return made


@pytest.fixture
def draw(scope):
    """`draw("cost", "unpriced", by="user")`: what the panel of that board draws."""
    from dashboards.boards.registry import board_named

    def drawn(board: str, panel: str, **given):
        return board_named(board).panel(panel).draw(scope(board, **given))

    return drawn


@pytest.fixture
def listed(draw):
    """The values of a panel's table, row by row, under the words of its columns."""

    def rows(board: str, panel: str, **given) -> list[dict]:
        table = draw(board, panel, **given).table
        names = [str(column.words) for column in table.columns]
        return [
            {name: cell.value for name, cell in zip(names, row, strict=True)} for row in table.rows
        ]

    return rows
