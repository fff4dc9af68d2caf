from decimal import Decimal

import pytest

from traces import clickhouse
from traces.clickhouse import command
from traces.queries import candidates, traces
from traces.queries.filters import DAY, HOUR, TraceFilter
from traces.queries.sorted import sorted_traces
from traces.queries.windows import Place, Search, Window, walk
from traces.records import Span
from traces.search.grammar import parsed
from traces.search.terms import Term
from traces.writer import insert_spans

SECOND = 1_000_000_000


@pytest.mark.parametrize("limit", [1, 4, 7])
@pytest.mark.parametrize("merged_before_page", [None, 0, 2])
def test_rows_that_are_superseded_neither_hide_nor_repeat_a_trace_where_a_page_ends(
    project, listed, now, limit, merged_before_page
):
    # Each one's first row stood up to ten minutes too early, and others stand in between.
    starts = [now + (-1500 + 20 * n) * SECOND for n in range(30)]
    early = [start - 31 * (n % 19) * SECOND for n, start in enumerate(starts)]
    for version, some in enumerate((early, starts), start=1):
        insert_spans(
            [Span(project.id, f"t{n:02d}", "r", at, version=version) for n, at in enumerate(some)]
        )
    seen, after = [], None
    for number in range(40):
        if number == merged_before_page:
            command("OPTIMIZE TABLE spans FINAL")
        page = listed.page(limit=limit, after=after)
        seen += [row.trace_id for row in page.traces]
        after = page.after
        if after is None:
            break
    assert seen == [f"t{n:02d}" for n in reversed(range(30))]


def test_a_trace_that_began_with_a_span_since_deleted_is_listed_where_it_begins_now(
    project, listed, now
):
    starts = range(-1000, 0, 7)  # a window ends between the two, wherever windows end
    for is_deleted in (False, True):
        insert_spans(
            [
                Span(project.id, f"t{n}", "gone", now + (n - 30) * SECOND, version=1 + is_deleted,
                     is_deleted=is_deleted)
                for n in starts
            ]
        )  # fmt: skip
    insert_spans([Span(project.id, f"t{n}", "r", now + n * SECOND, version=1) for n in starts])
    assert listed(limit=200) == [f"t{n}" for n in reversed(starts)]


@pytest.mark.parametrize("reached", [0, 30 * SECOND, 400 * DAY])
def test_a_list_is_the_same_however_far_the_last_one_reached(project, listed, now, reached):
    insert_spans(
        [Span(project.id, f"t{n:03d}", "r", now - n * 7 * SECOND, version=1) for n in range(150)]
    )
    traces.widths.remember((project.id, ()), reached)
    assert listed(limit=60) == [f"t{n:03d}" for n in range(60)]
    asked_first = traces.widths.first((project.id, ()))
    assert 59 * 7 * SECOND <= asked_first <= 2 * DAY  # learned from this page
    assert listed(limit=60) == [f"t{n:03d}" for n in range(60)]


def test_traces_of_one_nanosecond_are_paged_by_their_ids(listed, project, now):
    insert_spans([Span(project.id, f"t{n:03d}", "r", now, version=1) for n in range(350)])
    seen, after = [], None
    while True:
        page = listed.page(limit=40, after=after)
        seen += [row.trace_id for row in page.traces]
        if not (after := page.after):
            break
    assert seen == [f"t{n:03d}" for n in reversed(range(350))]


def test_a_dense_window_is_paged_to_its_end(listed, project, now):
    spans = [
        Span(project.id, f"t{n:04d}", f"s{k}", now - (n // 3) * SECOND + k * SECOND, version=1)
        for n in range(1200)
        for k in (0, 30)
    ]
    insert_spans(spans)
    seen, after = [], None
    while True:
        page = listed.page(limit=300, after=after)
        seen += [row.trace_id for row in page.traces]
        if not (after := page.after):
            break
    assert len(seen) == len(set(seen)) == 1200
    assert [int(one[1:]) // 3 for one in seen] == sorted(int(one[1:]) // 3 for one in seen)


def test_a_sorted_list_goes_on_where_many_places_fall_out(span, project, now):
    wanted = TraceFilter(
        since=now - HOUR, until=now + HOUR, terms=(Term("cost", ("1",), comparison="<="),)
    )
    insert_spans(
        [Span(project.id, f"dear{n:03d}", "r", now, version=1, total_cost=Decimal(9))
         for n in range(160)]
    )  # fmt: skip
    span("cheap", "r", total_cost="0.5")
    span("cheaper", "r", total_cost="0.25")
    first = sorted_traces(project.id, wanted, "cost", ascending=False, after=None, limit=1)
    assert [row.trace_id for row in first.traces] == ["cheap"]
    after = first.after
    second = sorted_traces(project.id, wanted, "cost", ascending=False, after=after, limit=1)
    assert [row.trace_id for row in second.traces] == ["cheaper"] and second.after is None


PAGES = [(7, 3), (50, 20), (51, 50)]


@pytest.mark.parametrize(("count", "limit"), PAGES)
def test_paging_shows_every_trace_once_even_when_they_start_together(
    span, listed, project, now, count, limit
):
    start = now - 50 * SECOND
    insert_spans(
        [
            Span(
                project.id,
                f"t{n:03d}",
                f"s{k}",
                start + n // 4 * SECOND + k,
                end_time=start,
                version=1,
            )
            for n in range(count)
            for k in range(3)
        ]
    )
    seen, after = [], None
    for _page in range(count // limit + 2):
        page = listed.page(limit=limit, after=after)
        seen += [row.trace_id for row in page.traces]
        after = page.after
        if after is None:
            break
    assert [int(name[1:]) // 4 for name in seen] == sorted(
        (n // 4 for n in range(count)), reverse=True
    )
    assert len(seen) == len(set(seen)) == count


@pytest.mark.parametrize(
    ("order", "ascending", "expected"),
    [
        ("latency", False, "bca"),
        ("cost", False, "acb"),
        ("tokens", True, "cab"),
        ("errors", False, "cba"),
        ("started", True, "cba"),
    ],
)
def test_other_orders_rank_the_whole_range_and_page(span, project, now, order, ascending, expected):
    span("a", "r", at=0, took=1, total_cost="3", total_tokens=20)
    span("b", "r", at=-1, took=9, total_cost="1", total_tokens=30, level="ERROR")
    span("c", "r", at=-2, took=5, total_cost="2", total_tokens=10, level="ERROR")
    span("c", "x", at=-2, took=5, parent_span_id="r", level="ERROR")
    span("b", "r", at=-1, took=9, total_cost="1", total_tokens=30, level="ERROR")  # sent twice
    wanted = TraceFilter(since=now - DAY, until=now + HOUR)
    seen, after = "", None
    for _page in range(3):
        page = sorted_traces(project.id, wanted, order, ascending=ascending, after=after, limit=1)
        seen += "".join(row.trace_id for row in page.traces)
        after = page.after
    assert seen == expected and after is None


def test_a_search_that_runs_out_of_time_says_how_far_it_came(span, listed, monkeypatch, now):
    span("t", "r", at=-20 * 86400, user_id="ann")
    monkeypatch.setattr("traces.queries.traces.SEARCH_SECONDS", 0.0)
    page = listed.page("user:ann", since=now - 30 * DAY)
    assert page.traces == [] and page.searched_to and page.after
    while page.searched_to:
        page = listed.page("user:ann", since=now - 30 * DAY, after=page.after)
        if page.traces:
            break
    assert [row.trace_id for row in page.traces] == ["t"]


def test_each_page_of_a_deep_list_takes_as_few_queries_as_the_first(
    project, now, listed, monkeypatch
):
    start = now - 3000 * SECOND
    insert_spans(
        [
            Span(project.id, f"t{n:05d}", f"s{k}", start + n * SECOND, version=1)
            for n in range(2000)
            for k in range(2)
        ]
    )
    after, seen, queries = None, 0, []
    real = clickhouse._ask
    monkeypatch.setattr(clickhouse, "_ask", lambda *a, **k: queries.append(1) or real(*a, **k))
    counts = []
    for _page in range(10):
        page = listed.page(after=after)
        seen, after = seen + len(page.traces), page.after
        counts.append(len(queries))
        queries.clear()
    assert seen == 500
    assert max(counts) <= counts[0] + 1


@pytest.mark.parametrize("round_seconds", [0.1, 0.9, 1.3, 2.5])
def test_a_walk_ends_before_its_time_is_up(monkeypatch, round_seconds):
    clock = [0.0]
    monkeypatch.setattr("traces.queries.windows.time.monotonic", lambda: clock[0])

    def read(window: Window) -> list[Place]:
        clock[0] += round_seconds * max(1, window.width / HOUR)
        return []

    search = Search(1000 * HOUR)
    stream = walk(
        read,
        lambda found, window: {},
        since=0,
        until=1000 * HOUR,
        after=None,
        first_width=HOUR,
        seconds=4.0,
        search=search,
    )
    assert list(stream) == []
    assert search.gave_up and search.searched_to < 1000 * HOUR
    assert clock[0] <= 4.0


def test_of_many_phrases_a_few_are_looked_up_in_the_index_and_all_must_be_there(
    span, listed, monkeypatch
):
    phrases = [f"phrase number {number}" for number in range(24)]
    span("all", "r", input=" ".join(phrases[:12]))
    span("all", "s", parent_span_id="r", input=" ".join(phrases[12:]))
    span("most", "r", input=" ".join(phrases[1:]))
    query = " ".join(f'"{phrase}"' for phrase in phrases)
    assert listed(query) == ["all"]
    asked: list[str] = []
    monkeypatch.setattr(candidates, "rows", lambda sql, **_bound: asked.append(sql) or [])
    wanted = TraceFilter(since=0, until=1, terms=parsed(query).terms)
    candidates.candidates("p", wanted, Window(0, 1))
    assert asked[0].count("SELECT trace_id FROM spans") == 2 * 4
