"""For tests of queries and pages: rows straight into the store, as the pipeline writes them."""

import time
from collections.abc import Callable
from decimal import Decimal

import pytest
from django.urls import reverse

SECOND = 1_000_000_000
MINUTE = 60 * SECOND


@pytest.fixture
def now() -> int:
    """Nanoseconds; the middle of the hour before, so that no test runs over the end of one."""
    return (time.time_ns() // (60 * MINUTE)) * 60 * MINUTE - 30 * MINUTE


@pytest.fixture
def span(project, now) -> Callable:
    """`span("t1", "s1", at=-5, took=2, …)`: stored, and starting `at` seconds from now."""
    from traces.records import Span
    from traces.writer import insert_spans

    def stored(trace_id: str, span_id: str, *, at: float = 0, took: float | None = 1, **fields):
        start = now + int(at * SECOND)
        fields.setdefault("version", time.time_ns())
        if isinstance(fields.get("total_cost"), str):
            fields["total_cost"] = Decimal(fields["total_cost"])
            fields.setdefault("cost_source", "computed")
        # As pricing writes it.
        said = fields.get("input_tokens", 0) + fields.get("output_tokens", 0)
        fields.setdefault("total_tokens", said)
        row = Span(
            project.id,
            trace_id,
            span_id,
            start,
            end_time=None if took is None else start + int(took * SECOND),
            **{"received_at": now, **fields},
        )
        insert_spans([row])
        return row

    return stored


@pytest.fixture
def score(project, now) -> Callable:
    """`score("t1", "faithful", 0.9)`."""
    from traces.records import Score
    from traces.writer import insert_scores

    def stored(trace_id: str, name: str, value: float | None = None, **fields):
        fields.setdefault("id", f"{trace_id}-{name}")
        row = Score(
            project.id, fields.pop("id"), name, now, value=value, trace_id=trace_id, **fields
        )
        insert_scores([row])
        return row

    return stored


@pytest.fixture
def unmerged(clickhouse_schema):
    """Superseded rows stay beside those that replace them."""
    from traces.clickhouse import command

    command("SYSTEM STOP MERGES spans")
    yield
    command("SYSTEM START MERGES spans")


@pytest.fixture
def listed(project, now):
    """`listed("user:ann")`: the ids that a query finds, the newest first."""
    from traces.queries.filters import DAY, HOUR, TraceFilter
    from traces.queries.traces import list_traces
    from traces.search.grammar import parsed

    def ids(query="", **wanted) -> list[str]:
        return [row.trace_id for row in page(query, **wanted).traces]

    def page(query="", limit=50, after=None, since=now - DAY, until=now + HOUR):
        found = parsed(query)
        assert found.problems == ()
        wanted = TraceFilter(since=since, until=until, terms=found.terms)
        return list_traces(project.id, wanted, after=after, limit=limit)

    ids.page = page
    return ids


@pytest.fixture
def trace_page(client, project, owner):
    """`trace_page("t1", {"span": "s1"})`: the answer that the owner gets."""
    client.force_login(owner)

    def get(trace_id="t", query=None, **headers):
        return client.get(
            reverse("trace-page", args=[project.id, trace_id]), query or {}, headers=headers
        )

    return get


@pytest.fixture
def look(client, project, owner):
    """`look({"q": "level:ERROR"}, name="trace-list", **headers)`: a page of the project, as its
    owner gets it.
    """
    client.force_login(owner)

    def get(query=None, name="trace-list", **headers):
        from django.urls import reverse

        return client.get(reverse(name, args=[project.id]), query or {}, headers=headers)

    return get
