from dataclasses import replace
from decimal import Decimal

import pytest

from traces.deletion import delete_traces
from traces.queries import first_trace
from traces.queries.conversation import conversation
from traces.queries.filters import DAY, HOUR, TraceFilter
from traces.queries.groups import list_groups, one_group
from traces.queries.histogram import histogram, observation_histogram
from traces.queries.overview import last_activity, newest_trace
from traces.queries.trace import locate, span_detail, span_rows
from traces.queries.traces import trace_facts
from traces.records import TRACE, Span
from traces.search.terms import Term
from traces.writer import insert_spans

SECOND = 1_000_000_000


@pytest.fixture
def lately(now):
    return TraceFilter(since=now - DAY, until=now + HOUR)


def test_a_session_sums_up_its_traces_even_when_only_their_roots_name_it(
    span, project, lately, now
):
    span(
        "t1",
        "r",
        at=-60,
        session_id="s",
        user_id="ann",
        total_cost="1",
        input_tokens=5,
        total_tokens=5,
    )
    span(
        "t1",
        "g",
        at=-59,
        took=9,
        parent_span_id="r",
        total_cost="2",
        output_tokens=7,
        total_tokens=7,
        level="ERROR",
    )
    span("t2", "r", at=-10, session_id="s", user_id="bob", cost_source="unknown")
    span("other", "r", at=-5, session_id="z")
    [z, s] = list_groups(project.id, "session", lately).groups
    assert (z.id, s.id, s.traces, s.users) == ("z", "s", 2, ["ann", "bob"])
    assert (s.cost, s.unpriced, s.tokens, s.errors) == (Decimal(3), 1, 12, 1)
    assert (s.first, s.last) == (now - 60 * SECOND, now - 10 * SECOND)
    assert s.lasted == 51 * SECOND


def test_rows_sent_again_move_no_sum_of_a_session_or_user(span, project, lately):
    for version in (1, 2, 3):
        span(
            "t", "r", session_id="s", user_id="ann", total_cost="1", level="ERROR", version=version
        )
    for kind in ("session", "user"):
        [group] = list_groups(project.id, kind, lately).groups
        assert (group.traces, group.cost, group.errors) == (1, Decimal(1), 1)


def test_users_are_listed_by_their_last_activity(span, project, lately):
    span("t1", "r", at=-90, user_id="ann", session_id="s1")
    span("t2", "r", at=-50, user_id="bob")
    span("t3", "r", at=-10, user_id="ann", session_id="s2")
    groups = list_groups(project.id, "user", lately).groups
    assert [(group.id, group.traces, group.sessions) for group in groups] == [
        ("ann", 2, 2),
        ("bob", 1, 0),
    ]


def test_a_search_narrows_the_list_of_users(span, project, lately):
    span("t1", "r", user_id="Ann@example.org")
    span("t2", "r", user_id="bob")
    [group] = list_groups(project.id, "user", lately, search="ann@EX").groups
    assert group.id == "Ann@example.org"


def test_paging_shows_every_user_once_though_they_were_active_again_and_again(project, lately, now):
    insert_spans(
        [
            Span(
                project.id,
                f"t{n}-{again}",
                "r",
                now - (n * 600 + again * 1700) * SECOND,
                user_id=f"u{n:02d}",
                version=1,
            )
            for n in range(45)
            for again in range(9)
        ]
    )
    seen, after = [], None
    for _page in range(9):
        page = list_groups(project.id, "user", lately, after=after, limit=10)
        seen += [group.id for group in page.groups]
        after = page.after
        if after is None:
            break
    assert seen == [f"u{n:02d}" for n in range(45)]


def test_one_user_of_another_project_is_not_this_ones(span, project, lately, now):
    insert_spans([Span("someone-elses", "t", "r", now, user_id="ann", version=1)])
    assert one_group(project.id, "user", lately, "ann") is None


def test_a_session_is_a_conversation_in_the_order_it_was_held(span, project, lately, now):
    span("t2", "r", at=-10, session_id="s", input="and now?", output="done")
    span("t1", "r", at=-60, session_id="s", input="hello", output="hi")
    span("t1", "g", at=-59, parent_span_id="r", input="inner", output="inner")
    span("t3", "r", at=-5, session_id="s", input="root's", output="root's")
    span(
        "t3",
        "",
        at=-5,
        took=None,
        type=TRACE,
        session_id="s",
        trace_input="stated",
        trace_output="as well",
    )
    held = conversation(project.id, "s", lately)
    assert [(turn.trace.trace_id, turn.input, turn.output) for turn in held.turns] == [
        ("t1", "hello", "hi"), ("t2", "and now?", "done"), ("t3", "stated", "as well"),
    ]  # fmt: skip
    assert held.after is None


def test_a_long_conversation_pages_on_without_a_gap(span, project, lately, now):
    insert_spans(
        [
            Span(project.id, f"t{n:02d}", "r", now + n * SECOND, session_id="s", version=1)
            for n in range(25)
        ]
    )
    seen, after = [], None
    for _page in range(3):
        held = conversation(project.id, "s", lately, after=after, limit=10)
        seen += [turn.trace.trace_id for turn in held.turns]
        after = held.after
    assert seen == [f"t{n:02d}" for n in range(25)] and after is None


def test_the_strip_counts_every_trace_and_failed_trace_once(span, project, now):
    for version in (1, 2):
        span("t1", "r", at=0, level="ERROR", version=version)
    span("t1", "x", at=1, level="ERROR", parent_span_id="r")
    span("t2", "r", at=-3600)
    wanted = TraceFilter(since=now - DAY, until=now + HOUR)
    found = histogram(project.id, wanted)
    assert (found.found, found.errors) == (2, 1)
    assert sum(one.found for one in found.bins) == 2 and sum(one.errors for one in found.bins) == 1
    assert found.bins[0].since <= wanted.since and found.bins[-1].until >= wanted.until
    narrowed = histogram(
        project.id,
        TraceFilter(since=now - DAY, until=now + HOUR, terms=(Term("level", ("ERROR",)),)),
    )
    assert (narrowed.found, narrowed.errors) == (1, 1)


def test_the_strip_knows_the_slowest_and_the_cost_of_each_time(span, project, now, monkeypatch):
    span("t1", "r", took=3, total_cost="0.5")
    span("t1", "g", took=2, parent_span_id="r", total_cost="0.25", level="ERROR")
    span("t2", "r", took=9, total_cost="1")
    span("t3", "r", at=-7200, took=1)
    wanted = TraceFilter(since=now - DAY, until=now + HOUR)
    expected = [(1, 0, SECOND, Decimal(0)), (2, 1, 9 * SECOND, Decimal("1.75"))]

    def told(found):
        return [(b.found, b.errors, b.slowest, b.cost) for b in found.bins if b.found]

    assert told(histogram(project.id, wanted)) == expected
    monkeypatch.setattr("traces.queries.histogram.EXACT_TRACES", 1)
    assert told(histogram(project.id, wanted)) == expected
    failed = TraceFilter(since=wanted.since, until=wanted.until, terms=(Term("spans", ("2",)),))
    assert told(histogram(project.id, failed)) == [(1, 1, 3 * SECOND, Decimal("0.75"))]
    observations = observation_histogram(project.id, wanted)
    assert told(observations)[1] == (3, 1, 9 * SECOND, Decimal("1.75"))
    assert (observations.found, observations.errors) == (4, 1)


def test_the_first_trace_is_noticed_whenever_it_was(span, project, now):
    assert first_trace(project.id) is None
    span("old", "r", at=-90 * 86400)
    assert first_trace(project.id) == "old"
    assert last_activity(project.id, now) == now - 90 * DAY
    assert last_activity(project.id, now - 100 * DAY) is None


def test_a_trace_is_found_by_its_id_whenever_it_was(span, project, now):
    span("t", "r", at=-400 * 86400, took=1)
    span("t", "g", at=0, parent_span_id="r", total_cost="1")
    extent = locate(project.id, "t")
    assert (extent.low, extent.high) == (now - 400 * DAY, now)
    assert [row.span_id for row in span_rows(project.id, "t", extent)] == ["r", "g"]
    assert trace_facts(project.id, "t", extent).cost == Decimal(1)
    assert locate(project.id, "other") is None


@pytest.mark.parametrize("start", [0, 4_200_000_000 * SECOND])
def test_a_trace_with_an_absurd_clock_can_still_be_opened(project, start):
    insert_spans([Span(project.id, "t", "r", start, end_time=start + 5, version=1)])
    extent = locate(project.id, "t")
    assert [row.start_time for row in span_rows(project.id, "t", extent)] == [start]
    assert span_detail(project.id, "t", "r", extent)["start_time"] == start


def test_a_spans_detail_is_its_newest_version_with_every_field(span, project):
    span("t", "r", input="old", version=1)
    span(
        "t",
        "r",
        input="새 입력",
        usage={"input": 5},
        metadata={"k": "v"},
        prompt_name="p",
        prompt_version=3,
        version=2,
    )
    row = span_detail(project.id, "t", "r", locate(project.id, "t"))
    assert (row["input"], row["usage"], row["metadata"]) == ("새 입력", {"input": 5}, {"k": "v"})
    assert (row["prompt_name"], row["prompt_version"], row["input_length"]) == ("p", 3, 4)


def test_a_deleted_span_has_no_detail(span, project):
    span("t", "r", version=1)
    span("t", "g", version=1)
    span("t", "r", version=2, is_deleted=True)
    extent = locate(project.id, "t")
    assert span_detail(project.id, "t", "r", extent) is None
    assert [row.span_id for row in span_rows(project.id, "t", extent)] == ["g"]


def test_a_session_whose_rows_were_superseded_or_run_past_the_range_is_listed_once(
    span, project, now
):
    wanted = TraceFilter(since=now - DAY, until=now + 60 * SECOND)
    span("t", "r", at=0, session_id="s", version=1)
    span("t", "r", at=0, session_id="", version=2)
    span("t2", "r", at=-5 * 3600, session_id="s")
    span("t3", "r", at=30, session_id="runs on")
    span("t3", "g", at=90, session_id="runs on", parent_span_id="r", total_tokens=9)
    first = list_groups(project.id, "session", wanted, limit=1)
    assert [(group.id, group.tokens) for group in first.groups] == [("runs on", 9)]
    second = list_groups(project.id, "session", wanted, limit=1, after=first.after)
    assert [group.id for group in second.groups] == ["s"] and second.after is None


def test_what_was_deleted_or_replaced_is_in_no_count_though_its_rows_are_still_there(
    unmerged, project, span, now, monkeypatch
):
    monkeypatch.setattr("traces.queries.histogram.EXACT_TRACES", 1)
    for n in range(4):
        span(f"t{n}", "r", at=n, level="ERROR", total_cost="1")
    span("t0", "r", at=0, took=2)  # again, and now without an error
    delete_traces(project.id, ["t2", "t3"])
    wanted = TraceFilter(since=now - HOUR, until=now + HOUR)
    latency = replace(wanted, terms=(Term("latency", ("0",), comparison=">"),))
    every = [(histogram, wanted), (histogram, latency), (observation_histogram, wanted)]
    for count, asked in every:
        found = count(project.id, asked)
        [bar] = [one for one in found.bins if one.found]
        assert (found.found, found.errors, bar.cost) == (2, 1, 1)
    assert newest_trace(project.id).trace_id == "t1"
    assert last_activity(project.id, now + HOUR) == now + SECOND
    delete_traces(project.id, ["t0", "t1"])
    assert newest_trace(project.id) is None
    assert last_activity(project.id, now + HOUR) is None
