from decimal import Decimal

from traces.queries.filters import DAY, HOUR, TraceFilter
from traces.queries.sorted import sorted_traces
from traces.records import TRACE, Span
from traces.writer import insert_spans

SECOND = 1_000_000_000


def test_traces_come_newest_first_with_the_figures_of_all_their_spans(span, listed):
    span("old", "r", at=-100, name="first")
    span(
        "t",
        "r",
        at=0,
        took=9,
        name="agent",
        type="AGENT",
        input="in",
        output="out",
        user_id="u",
        session_id="s",
    )
    span(
        "t",
        "g",
        at=1,
        took=2,
        parent_span_id="r",
        type="GENERATION",
        model="gpt-4o",
        input_tokens=70,
        output_tokens=7,
        total_cost="0.25",
    )
    span("t", "e", at=4, took=8, parent_span_id="r", level="ERROR", status_message="boom")
    rows = listed.page().traces
    assert [row.trace_id for row in rows] == ["t", "old"]
    row = rows[0]
    assert (row.name, row.type, row.spans, row.errors, row.unended) == ("agent", "AGENT", 3, 1, 0)
    assert (row.latency_ns, row.input_tokens, row.output_tokens) == (12 * SECOND, 70, 7)
    assert (row.cost, row.unpriced, row.models) == (Decimal("0.25"), 0, ["gpt-4o"])
    assert (row.input, row.output, row.user, row.session, row.error) == (
        "in",
        "out",
        "u",
        "s",
        "boom",
    )


def test_a_row_sent_again_moves_no_figure(span, listed):
    for version in (1, 3, 2):
        span("t", "r", name="agent")
        span(
            "t",
            "g",
            parent_span_id="r",
            total_cost="0.25",
            input_tokens=5,
            version=version,
            level="ERROR",
        )
    [row] = listed.page().traces
    assert (row.spans, row.cost, row.input_tokens, row.errors) == (2, Decimal("0.25"), 5, 1)


def test_the_newest_version_of_a_row_counts(span, listed):
    span("t", "r", name="before", user_id="a", version=1)
    span("t", "r", name="after", user_id="b", version=2)
    [row] = listed.page().traces
    assert (row.name, row.user) == ("after", "b")
    assert listed("user:a") == [] and listed("name:before") == []
    assert listed("user:b") == ["t"]


def test_a_deleted_row_and_a_moved_one_leave_nothing_behind(span, listed):
    span("gone", "r", version=1)
    span("gone", "r", version=2, is_deleted=True)
    span("moved", "r", at=0, version=1, total_cost="1")
    span("moved", "r", at=0, version=2, is_deleted=True)
    span("moved", "r", at=-7200, version=2, total_cost="1")
    [row] = listed.page().traces
    assert (row.trace_id, row.spans, row.cost) == ("moved", 1, Decimal(1))


def test_a_trace_whose_row_moved_to_a_later_hour_is_listed_once(span, listed, now):
    span("moved", "r", at=-5 * 3600, version=1, took=None)
    span("moved", "r", at=-5 * 3600, version=2, took=None, is_deleted=True)
    span("moved", "r", at=-600, version=2)
    span("between", "r", at=-3600)
    assert listed() == ["moved", "between"]
    assert listed(since=now - 6 * HOUR, until=now - 2 * HOUR) == []
    page = listed.page(limit=1)
    assert [row.trace_id for row in listed.page(limit=1, after=page.after).traces] == ["between"]


def test_tokens_of_which_only_the_total_was_said_count(span, listed, project, now):
    span("t", "r", at=0, total_tokens=12_345)
    span("u", "r", at=-1, input_tokens=3, output_tokens=4, total_tokens=7)
    assert [row.tokens for row in listed.page().traces] == [12_345, 7]
    wanted = TraceFilter(since=now - DAY, until=now + HOUR)
    page = sorted_traces(project.id, wanted, "tokens", ascending=False, after=None)
    assert [row.trace_id for row in page.traces] == ["t", "u"]


def test_unknown_cost_is_none_and_counted_never_zero(span, listed):
    span("unknown", "r", cost_source="unknown")
    span("partly", "r", at=-1, total_cost="0.5")
    span("partly", "g", at=-1, cost_source="unknown")
    span("free", "r", at=-2, total_cost="0")
    span("nothing", "r", at=-3)
    costs = {row.trace_id: (row.cost, row.unpriced) for row in listed.page().traces}
    assert costs == {
        "unknown": (None, 1),
        "partly": (Decimal("0.5"), 1),
        "free": (Decimal(0), 0),
        "nothing": (None, 0),
    }


def test_a_trace_is_named_as_stated_else_as_its_root_else_as_its_first_span(span, listed):
    span("stated", "r", at=0, name="root")
    span(
        "stated",
        "",
        at=1,
        took=None,
        type=TRACE,
        trace_name="by the client",
        trace_input="asked",
        trace_output="told",
    )
    span("rooted", "c", at=-10, name="child", parent_span_id="r")
    span("rooted", "r", at=-9, name="root")
    span("orphans", "b", at=-19, name="later", parent_span_id="gone", input="later")
    span("orphans", "a", at=-20, name="first", parent_span_id="gone", input="first")
    rows = {row.trace_id: row for row in listed.page().traces}
    assert [rows[key].name for key in ("stated", "rooted", "orphans")] == [
        "by the client",
        "root",
        "first",
    ]
    assert (rows["stated"].input, rows["stated"].output, rows["stated"].spans) == (
        "asked",
        "told",
        1,
    )
    assert rows["orphans"].input == "first"


def test_a_trace_that_only_its_client_spoke_of_is_listed(span, listed):
    span("t", "", took=None, type=TRACE, trace_name="just begun")
    [row] = listed.page().traces
    assert (row.name, row.spans, row.latency_ns) == ("just begun", 0, 0)


def test_a_span_that_has_not_ended_is_counted_as_such(span, listed):
    span("t", "r", took=None)
    span("t", "e", took=None, type="EVENT", parent_span_id="r")
    [row] = listed.page().traces
    assert row.unended == 1


def test_a_trace_belongs_to_the_time_in_which_it_starts(span, listed, now):
    span("t", "r", at=-3 * 3600, took=9000)
    span("t", "late", at=-60, parent_span_id="r", total_cost="1")
    assert listed(since=now - HOUR) == []
    [row] = listed.page(since=now - 4 * HOUR, until=now - 2 * HOUR).traces
    assert (row.spans, row.cost) == (2, Decimal(1))


def test_a_trace_of_another_project_is_never_seen(span, listed, now):
    start = now - 5 * SECOND
    insert_spans([Span("someone-elses", "t", "r", start, end_time=start, version=1, user_id="u")])
    span("t", "mine", user_id="u")
    [row] = listed.page("user:u").traces
    assert row.spans == 1


def test_traces_far_apart_are_found_in_one_page(span, listed, now):
    for days in (0, 1, 9, 25):
        span(f"d{days}", "r", at=-days * 86400)
    assert listed(since=now - 30 * DAY) == ["d0", "d1", "d9", "d25"]


def test_scores_of_a_trace_and_of_its_spans_stand_beside_it(span, score, listed):
    span("t", "r")
    score("t", "faithful", 0.5)
    score("t", "faithful", 0.9)
    score("t", "tone", None, data_type="CATEGORICAL", string_value="kind", observation_id="r")
    [row] = listed.page().traces
    assert sorted((one["name"], one["value"], one["string_value"]) for one in row.scores) == [
        ("faithful", 0.9, ""), ("tone", None, "kind"),
    ]  # fmt: skip
