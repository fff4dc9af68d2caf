"""Lists in an order that only the whole range can tell."""

from decimal import Decimal

import pytest

from traces.errors import LimitReached
from traces.queries import sorted as module
from traces.queries.filters import DAY, HOUR, TraceFilter
from traces.queries.sorted import CHUNK, sorted_traces
from traces.records import Span
from traces.search.grammar import parsed
from traces.writer import insert_spans

SECOND = 1_000_000_000
MANY = 3 * CHUNK


@pytest.fixture
def in_order(project, now):
    """`in_order("latency", "level:ERROR")`: the ids of the first page, the highest first."""

    def ids(order: str, query: str = "") -> list[str]:
        wanted = TraceFilter(since=now - DAY, until=now + HOUR, terms=parsed(query).terms)
        page = sorted_traces(project.id, wanted, order, ascending=False, after=None)
        return [row.trace_id for row in page.traces]

    return ids


@pytest.fixture
def reads(monkeypatch) -> list[int]:
    """How many places each read of the whole range gave."""
    counted: list[int] = []
    places = module._places

    def counting(*args):
        found = places(*args)
        counted.append(len(found))
        return found

    monkeypatch.setattr(module, "_places", counting)
    return counted


@pytest.fixture
def slow_and_failed(project, now) -> None:
    """Three chunks of them, each quicker and cheaper than the one before; the last five are neither
    slow nor failed.
    """
    rows = [
        Span(
            project.id,
            f"t{n:03d}",
            "r",
            start := now + n * SECOND,
            end_time=start + (MANY - n) * SECOND,
            total_cost=Decimal(MANY - n),
            cost_source="computed",
            total_tokens=MANY - n,
            name="slow" if n < MANY - 5 else "quick",
            level="ERROR" if n < MANY - 5 else "DEFAULT",
            input="slow" if n < MANY - 5 else "quick",
            version=1,
        )
        for n in range(MANY)
    ]
    insert_spans(rows)


NARROWED = [
    "latency:<=5",
    "cost:<5.5",
    "-tokens:>5",
    "-level:ERROR",
    "-has:error",
    "-name:slow",
    "-cost:>5",
    "latency:(1s OR 2s OR 3s OR 4s OR 5s)",
]


@pytest.mark.parametrize("query", NARROWED)
def test_what_no_sum_of_old_rows_can_tell_is_still_found_in_one_read(
    slow_and_failed, in_order, reads, query
):
    assert in_order("latency", query) == [f"t{n:03d}" for n in range(MANY - 5, MANY)]
    assert reads == [5]


def test_a_page_for_which_the_range_is_read_again_and_again_ends_in_time(
    slow_and_failed, in_order, reads, monkeypatch
):
    assert in_order("cost", "-slow") == [f"t{n:03d}" for n in range(MANY - 5, MANY)]
    assert reads == [CHUNK, CHUNK, CHUNK, 0]
    monkeypatch.setattr(module, "SECONDS", 0.0)
    with pytest.raises(LimitReached):
        in_order("cost", "-slow")
    assert len(reads) == 5
