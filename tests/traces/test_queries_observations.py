from decimal import Decimal

import pytest

from traces.clickhouse import command
from traces.queries.filters import DAY, HOUR, TraceFilter
from traces.queries.observations import list_observations, sorted_observations
from traces.records import TRACE, Span
from traces.search.grammar import parsed
from traces.writer import insert_spans

SECOND = 1_000_000_000


@pytest.fixture
def found(project, now):
    """`found("level:ERROR")`: the ids of the spans that match, the newest first."""

    def ids(query: str = "") -> list[str]:
        wanted = TraceFilter(since=now - DAY, until=now + HOUR, terms=parsed(query).terms)
        return [row.span_id for row in list_observations(project.id, wanted).observations]

    return ids


QUERIES = [
    ("", ["e", "g", "r"]),
    ("type:GENERATION", ["g"]),
    ("-type:GENERATION", ["e", "r"]),
    ("name:agent", ["r"]),
    ("level:ERROR has:error", ["e"]),
    ("latency:>3", ["r"]),
    ("latency:<=3", ["g"]),  # who has not ended has no latency
    ("cost:>0.1", ["g"]),
    ("-cost:>0.1", ["e", "r"]),
    ("tokens:77", ["g"]),
    ("refund", ["r"]),
    ("-refund", ["e", "g"]),
    ("error:~BOOM", ["e"]),
    ("scores.good:>0.5", ["g"]),
    ("has:score", ["g"]),
    ("-has:score", ["e", "r"]),
    ("id:t", ["e", "g", "r"]),
    ("id:g", ["g"]),
    ("metadata.step:2", ["g"]),
    ("-has:end", ["e"]),
    ("user:ann model:gpt-4o", ["g"]),
]


@pytest.mark.parametrize(("query", "spans"), QUERIES)
def test_an_observation_matches_by_itself(span, score, found, query, spans):
    span("t", "r", took=9, name="agent", type="AGENT", input="a Refund")
    span("t", "g", at=1, took=2, parent_span_id="r", type="GENERATION", model="gpt-4o",
         input_tokens=70, output_tokens=7, total_cost="0.25", user_id="ann",
         metadata={"step": "2"})  # fmt: skip
    span("t", "e", at=4, took=None, parent_span_id="r", level="ERROR", status_message="boom")
    span("t", "", took=None, type=TRACE, trace_name="whole")
    score("t", "good", 0.9, observation_id="g")
    assert found(query) == spans


def test_only_the_current_row_of_an_observation_matches(span, found):
    span("t", "s", name="before", version=1)
    span("t", "s", name="after", at=5, version=2)
    span("t", "gone", version=1)
    span("t", "gone", version=2, is_deleted=True)
    assert found() == ["s"] and found("name:before") == [] and found("name:after") == ["s"]


@pytest.mark.parametrize("merged_before_page", [None, 2])
def test_observations_are_paged_without_a_gap_or_a_repeat(project, now, merged_before_page):
    for version in (1, 2):
        insert_spans(
            [
                Span(project.id, f"t{n % 3}", f"s{n:03d}", now - n // 4 * SECOND, version=version)
                for n in range(130)
            ]
        )
    wanted = TraceFilter(since=now - DAY, until=now + HOUR)
    seen, after = [], None
    for number in range(30):
        if number == merged_before_page:
            command("OPTIMIZE TABLE spans FINAL")
        page = list_observations(project.id, wanted, after=after, limit=9)
        seen += [(row.started, row.trace_id, row.span_id) for row in page.observations]
        if not (after := page.after):
            break
    assert len(seen) == len(set(seen)) == 130 and seen == sorted(seen, reverse=True)


def test_observations_are_sorted_by_a_figure_page_after_page(span, project, now):
    for n in range(12):
        span("t", f"s{n:02d}", took=n, total_cost=str(Decimal(n % 5)), input_tokens=n % 4)
    wanted = TraceFilter(since=now - DAY, until=now + HOUR)
    for order, ascending in (("latency", False), ("cost", True), ("tokens", False)):
        seen, after = [], None
        while True:
            page = sorted_observations(
                project.id, wanted, order, ascending=ascending, after=after, limit=5
            )
            seen += page.observations
            if not (after := page.after):
                break
        figures = [
            {"latency": row.latency_ns, "cost": row.cost, "tokens": row.tokens}[order]
            for row in seen
        ]
        assert len({row.span_id for row in seen}) == 12
        assert figures == sorted(figures, reverse=not ascending)
