"""What a question may ask, and how the answer looks."""

from dataclasses import replace
from pathlib import Path

import pytest

from tests.traces.hostile import HOSTILE
from traces.queries.metrics import Measure, Question, Unanswerable, ask
from traces.queries.metrics.statement import DIMENSIONS, QUANTITIES
from traces.search.terms import TEXT, Term

SECOND = 1_000_000_000
HOUR = 3600 * SECOND
DAY = 24 * HOUR
INJECTIONS = (
    *HOSTILE,
    "x' OR 1=1 --",
    "model) FROM system.tables --",
    "metadata." + "k" * 300,
    "{project_id:String}",
    "s.input",
    "\\",
    "",
)


@pytest.fixture
def question(project, now) -> Question:
    return Question(
        project_id=project.id, measures=(Measure("count"),), since=now - DAY, until=now + HOUR
    )


@pytest.mark.parametrize("text", INJECTIONS)
def test_names_never_reach_the_query(question, text):
    for changed in (
        replace(question, by=(text,)),
        replace(question, measures=(Measure(text),)),
        replace(question, measures=(Measure("cost", text or "no"),)),
        replace(question, view=text),
        replace(question, bucket=text),
        replace(question, order=text or "no"),
        replace(question, bucket="day", zone=text),
    ):
        with pytest.raises(Unanswerable) as refused:
            ask(changed)
        assert len(str(refused.value)) < 1000


@pytest.mark.parametrize("text", ["x'] OR 1", *(one for one in INJECTIONS if 0 < len(one) < 200)])
@pytest.mark.parametrize("view", ["observations", "traces"])
def test_values_are_only_values(question, span, view, text):
    span("t", "s", metadata={text: text}, user_id=text, input=text)
    span("other", "s", user_id="somebody")
    terms = (
        Term("metadata", (text,), key=text),
        Term("user", (text,)),
        Term(TEXT, (text,)),
    )
    by = (f"metadata.{text}", "user")
    [row] = ask(replace(question, view=view, by=by, terms=terms)).rows
    assert row == {f"metadata.{text}": text, "user": text, "count_count": 1}


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"by": ("colour",)}, "no dimension “colour” of observations: it is one of name, type"),
        ({"measures": (Measure("joy"),)}, "no measure “joy” of observations: it is one of all_"),
        ({"measures": (Measure("users", "sum"),)}, "no aggregation “sum”: it has uniq"),
        ({"measures": ()}, "Ask for 1 to 12 measures"),
        ({"by": ("model", "model")}, "3 different dimensions"),
        ({"most": 100_000}, "1 to 1000 series"),
        ({"order": "sum_cost"}, "only by count_count"),
        ({"since": 5, "until": 5}, "end after it begins"),
        ({"bucket": "minute", "since": 0, "until": 400 * DAY}, "ask for “12h” or wider"),
        (
            {"bucket": "minute", "by": ("user",), "most": 1000},
            "1500 buckets of 1000 series are too many values",
        ),
    ],
)
def test_what_cannot_be_answered_says_what_to_change(question, changes, says):
    with pytest.raises(Unanswerable, match=says):
        ask(replace(question, **changes))


def test_unknown_is_none_and_nothing_is_zero(question, span):
    measures = (Measure("cost"), Measure("latency"), Measure("tokens"), Measure("count"))
    question = replace(question, measures=measures)
    assert ask(question).rows == [
        {"sum_cost": 0, "avg_latency": None, "sum_tokens": 0, "count_count": 0}
    ]
    span("t", "s", took=None, cost_source="unknown")
    assert ask(question).rows == [
        {"sum_cost": None, "avg_latency": None, "sum_tokens": 0, "count_count": 1}
    ]
    span("t", "free", took=2, total_cost="0")
    assert ask(question).rows == [
        {"sum_cost": 0.0, "avg_latency": 2.0, "sum_tokens": 0, "count_count": 2}
    ]


def test_beyond_the_most_all_others_are_one_row(question, span):
    for number in range(6):
        for again in range(number + 1):
            span("t", f"{number}-{again}", model=f"m{number}", took=number)
    measures = (Measure("count"), Measure("latency", "p50"))
    answer = ask(replace(question, measures=measures, by=("model",), most=2))
    assert answer.rows == [
        {"model": "m5", "count_count": 6, "p50_latency": 5.0},
        {"model": "m4", "count_count": 5, "p50_latency": 4.0},
        {"model": None, "count_count": 10, "p50_latency": 2.0},
    ]
    assert (answer.has_rest, answer.series) == (True, 6)


def test_empty_buckets_can_have_rows(question, span, now):
    span("t", "s", at=-7200)
    question = replace(question, since=now - 3 * HOUR, until=now, bucket="hour", fill=True)
    answer = ask(question)
    assert [row["count_count"] for row in answer.rows] == [0, 1, 0, 0]
    assert tuple(answer.column("time")) == answer.edges[:-1]


def test_histograms_have_bins_of_one_width_on_a_log_scale(question, span):
    for number, took in enumerate([0, 0.5, 1, 1.5, 1.6, 900]):
        span("t", f"s{number}", took=took)
    span("t", "unended", took=None)
    [row] = ask(replace(question, measures=(Measure("latency", "histogram"),))).rows
    bins = [(one["low"], one["high"], one["count"]) for one in row["histogram_latency"]]
    assert bins == [
        (0.0, 1e-9, 1),
        (0.398, 0.631, 1),
        (1.0, 1.58, 2),
        (1.58, 2.51, 1),
        (631.0, 1000.0, 1),
    ]


def test_a_trace_counts_where_it_begins_with_all_that_is_of_it(question, span, now):
    span("t", "root", at=-3 * 3600, took=10, name="chat")
    span("t", "late", at=-3600, took=5, total_cost="0.5", input_tokens=7)
    measures = (Measure("count"), Measure("latency", "max"), Measure("cost"), Measure("spans"))
    question = replace(question, view="traces", measures=measures, by=("name",))
    [row] = ask(replace(question, since=now - 4 * HOUR, until=now - 2 * HOUR)).rows
    assert row == {
        "name": "chat", "count_count": 1, "max_latency": 7205.0, "sum_cost": 0.5, "sum_spans": 2
    }  # fmt: skip
    assert ask(replace(question, since=now - 2 * HOUR)).rows == []


def test_the_docs_name_every_measure_and_dimension():
    text = (Path(__file__).parents[3] / "docs" / "metrics.md").read_text()
    named = {one for table in (QUANTITIES, DIMENSIONS) for view in table.values() for one in view}
    assert not [name for name in named if f"`{name}`" not in text]
