"""Langfuse's metrics API, both versions: the figures of the metrics layer by Langfuse's names."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rest_framework.exceptions import ValidationError

from dashboards.api.langfuse.conditions import HOWS
from dashboards.api.langfuse.names import VIEWS
from dashboards.api.langfuse.query import MOST_BINS, MOST_ROWS, Asked, read
from dashboards.api.langfuse.rows import histogram

COUNT = {"measure": "count", "aggregation": "count"}
PLAIN = {"view": "observations", "metrics": [COUNT]}


def measures(*names: str) -> list[dict]:
    parts = [name.split(":") for name in names]
    return [{"aggregation": aggregation, "measure": measure} for aggregation, measure in parts]


def fields(*names: str) -> list[dict]:
    return [{"field": name} for name in names]


def test_figures_have_langfuses_names_and_units(langfuse, span):
    call = {"type": "GENERATION", "model": "gpt-5", "output_tokens": 30, "total_cost": "0.25"}
    span("t1", "a", took=2, completion_start_time=None, **call)
    span("t1", "b", took=4, **call)
    metrics = measures(
        "p50:latency",
        "sum:outputTokens",
        "sum:totalCost",
        "count:count",
        "avg:outputTokensPerSecond",
        "avg:timeToFirstToken",
        "max:tokensPerSecond",
    )
    query = {"view": "observations", "metrics": metrics, "dimensions": fields("providedModelName")}
    assert langfuse(query) == [
        {
            "providedModelName": "gpt-5",
            "p50_latency": 3000.0,
            "sum_outputTokens": 60,
            "sum_totalCost": 0.5,
            "count_count": 2,
            "avg_outputTokensPerSecond": pytest.approx(11.25),
            "avg_timeToFirstToken": None,
            "max_tokensPerSecond": 15.0,
        }
    ]  # fmt: skip


def test_sent_twice_is_counted_once(langfuse, span, unmerged):
    span("t1", "a", version=1)
    span("t1", "a", version=2)
    assert langfuse(PLAIN) == [{"count_count": 1}]


def test_time_comes_in_buckets_with_those_that_are_empty(langfuse, span):
    span("t1", "a")
    rows = langfuse({**PLAIN, "timeDimension": {"granularity": "hour"}})
    assert [row["count_count"] for row in rows] == [0, 0, 1, 0]
    assert rows[0]["time_dimension"].endswith(":00:00.000Z")


@pytest.mark.parametrize(
    ("one", "expected"),
    [
        ({"type": "string", "column": "name", "operator": "=", "value": "chat"}, 2),
        ({"type": "string", "column": "name", "operator": "<>", "value": "chat"}, 1),
        ({"type": "string", "column": "name", "operator": "starts with", "value": "ch"}, 2),
        ({"type": "string", "column": "name", "operator": "does not contain", "value": "ool"}, 2),
        ({"type": "stringOptions", "column": "type", "operator": "any of", "value": ["TOOL"]}, 1),
        ({"type": "arrayOptions", "column": "tags", "operator": "all of", "value": ["a", "b"]}, 1),
        ({"type": "stringObject", "column": "metadata", "key": "team", "operator": "=",
          "value": "red"}, 1),
        ({"type": "number", "column": "latency", "operator": ">", "value": 2500}, 1),
        ({"type": "boolean", "column": "isRootObservation", "operator": "=", "value": True}, 2),
        ({"type": "string", "column": "userId", "operator": "=", "value": "ann"}, 1),
        ({"type": "datetime", "column": "startTime", "operator": "<", "value": "2020-01-01"}, 400),
    ],
)  # fmt: skip
def test_filters_narrow(langfuse, span, one, expected):
    span("t1", "a", name="chat", took=3, is_root=True, user_id="ann", tags=["a", "b"])
    span("t2", "b", name="chat", is_root=True, tags=["a"], metadata={"team": "red"})
    span("t2", "c", name="tool", type="TOOL", parent_span_id="b")
    found = langfuse({**PLAIN, "filters": [one]})
    assert (found[0] if expected == 400 else found[0]["count_count"]) == expected


def test_version_2_groups_by_nothing_of_which_there_are_millions(langfuse, span):
    span("t1", "a", user_id="ann")
    query = {**PLAIN, "dimensions": fields("userId")}
    status, why = langfuse(query)
    assert status == 400
    assert "too many values to group by" in why
    assert langfuse(query, version=1) == [{"userId": "ann", "count_count": 1}]


def test_traces_are_a_view_of_version_1(langfuse, span):
    span("t1", "a", took=1)
    span("t1", "b", at=1, took=2, trace_name="Ask")
    metrics = measures("count:count", "sum:observationsCount", "max:latency", "uniq:uniqueUserIds")
    query = {"view": "traces", "metrics": metrics, "dimensions": fields("name")}
    assert langfuse(query, version=1) == [
        {"name": "Ask", "count_count": 1, "sum_observationsCount": 2, "max_latency": 3000.0,
         "uniq_uniqueUserIds": 0}
    ]  # fmt: skip
    assert langfuse(query)[0] == 400


def test_scores_are_views_by_their_kind(langfuse, span, score):
    span("t1", "a", trace_name="Ask")
    score("t1", "good", 0.5, data_type="NUMERIC")
    score("t1", "right", 1.0, data_type="BOOLEAN", string_value="True")
    score("t1", "tone", None, data_type="CATEGORICAL", string_value="warm")
    numeric = {"view": "scores-numeric", "metrics": measures("avg:value", "count:count")}
    assert langfuse({**numeric, "dimensions": fields("name", "traceName")}) == [
        {"name": "right", "traceName": "Ask", "avg_value": 1.0, "count_count": 1},
        {"name": "good", "traceName": "Ask", "avg_value": 0.5, "count_count": 1},
    ]
    boolean = {"view": "scores-boolean", "metrics": [COUNT], "dimensions": fields("booleanValue")}
    assert langfuse(boolean) == [{"booleanValue": True, "count_count": 1}]
    words = {"view": "scores-categorical", "metrics": [COUNT], "dimensions": fields("stringValue")}
    assert langfuse(words) == [{"stringValue": "warm", "count_count": 1}]


def test_rows_come_in_the_order_that_is_asked_for_and_no_more_than_that(langfuse, span):
    for name, times in (("a", 1), ("b", 3), ("c", 2)):
        for number in range(times):
            span(f"t-{name}", f"{name}{number}", name=name)
    query = {**PLAIN, "dimensions": fields("name"), "config": {"row_limit": 2}}
    assert [row["name"] for row in langfuse(query)] == ["b", "c"]
    upwards = {**query, "orderBy": [{"field": "name", "direction": "asc"}]}
    assert [row["name"] for row in langfuse(upwards)] == ["b", "c"]


def test_a_histogram_has_bins(langfuse, span):
    for number, took in enumerate((1, 1, 2, 50)):
        span("t1", f"s{number}", took=took)
    [row] = langfuse({"view": "observations", "metrics": measures("histogram:latency"),
                      "config": {"bins": 2}})  # fmt: skip
    assert [count for _low, _high, count in row["histogram_latency"]] == [3, 1]
    assert all(low < high for low, high, _count in row["histogram_latency"])


@given(st.lists(st.integers(1, 9), max_size=120), st.integers(1, 100))
def test_bins_are_as_few_as_asked_and_lose_nothing(counts, bins):
    blocks = [{"low": at, "high": at + 1, "count": n} for at, n in enumerate(counts)]
    found = histogram(blocks, 1, bins)
    assert len(found) <= bins
    assert sum(count for _low, _high, count in found) == sum(counts)


@pytest.mark.parametrize(
    "wrong",
    [
        {"view": "spans"},
        {"metrics": []},
        {"metrics": measures("p95:colour")},
        {"metrics": measures("p42:latency")},
        {"metrics": measures("count:countScores")},
        {"dimensions": fields("colour")},
        {"dimensions": fields("version", "version")},
        {"dimensions": "name"},
        {"filters": [{"column": "name"}]},
        {"filters": [{"type": "number", "column": "name", "operator": ">", "value": 1}]},
        {"filters": [{"type": "string", "column": "x", "operator": "=", "value": "y"}]},
        {"timeDimension": {"granularity": "decade"}},
        {"timeDimension": {"granularity": "minute"}, "fromTimestamp": "2020-01-01T00:00:00Z"},
        {"fromTimestamp": "yesterday"},
        {"fromTimestamp": "2999-01-01T00:00:00Z"},
        {"orderBy": [{"field": "colour", "direction": "asc"}]},
        {"orderBy": [{"field": "count_count", "direction": "up"}]},
        {"config": {"row_limit": 0}},
        {"config": {"bins": 101}},
        {"colour": 1},
    ],
)
def test_what_is_wrong_is_a_400_that_says_what_to_change(langfuse, wrong):
    status, why = langfuse({**PLAIN, **wrong})
    assert status == 400
    assert len(why) > 15


@pytest.mark.parametrize("text", ["", "[]", "{", '"x"', "[" * 5000])
def test_a_query_must_be_a_json_object(asked, text):
    assert asked("/api/public/v2/metrics", {"query": text})[0] == 400


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=9),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=9), inner),
    max_leaves=8,
)
# Filters that are nearly right, with anything at all in some of their places.
FILTER = st.fixed_dictionaries(
    {},
    optional={
        "column": st.sampled_from(("name", "latency", "timestamp", "startTime", "metadata")) | JSON,
        "operator": st.sampled_from(("=", ">", "<=", "any of", "contains")) | JSON,
        "type": st.sampled_from((*HOWS, "number", "datetime")) | JSON,
        "value": st.sampled_from(("2026-01-01T12:00:00Z", 0.5, 10**400, True, ["x"])) | JSON,
        "key": st.just("team") | JSON,
    },
)
PARTS = ("dimensions", "metrics", "filters", "timeDimension", "orderBy", "config", "view")


DAY = {"fromTimestamp": "2026-01-01T00:00:00Z", "toTimestamp": "2026-01-02T00:00:00Z"}


@given(st.dictionaries(st.sampled_from(PARTS), JSON))
def test_no_query_breaks_the_reader(parts):
    found = reading({**PLAIN, **DAY, **parts}, version=2)
    if isinstance(found, str):
        assert len(found) > 15  # what to change
    else:
        assert found.question.measures and found.question.project_id == "p"
        assert 1 <= found.rows <= MOST_ROWS and 1 <= found.bins <= MOST_BINS


@given(st.sampled_from(tuple(VIEWS)), st.lists(FILTER, max_size=3))
def test_no_filter_breaks_the_reader(view, filters):
    found = reading({**PLAIN, **DAY, "view": view, "filters": filters}, version=1)
    if isinstance(found, str):
        assert len(found) > 15
    else:
        of_view = 1  # a narrowing that the view brings itself
        narrowed = len(found.question.only) + len(found.question.terms)
        assert narrowed <= len(filters) + of_view
        assert found.question.view == VIEWS[view].name


def reading(query: dict, *, version: int) -> Asked | str:
    """What is asked, or why that is refused."""
    try:
        return read(json.dumps(query), "p", version=version)
    except ValidationError as error:
        return str(error)


@pytest.mark.parametrize(("version", "view"), [(1, "traces"), (2, "observations")])
@pytest.mark.parametrize(
    "one",
    [
        {"column": ["x"], "operator": {}, "value": "x", "type": []},
        {"column": {}, "operator": "<", "value": "2026-01-01", "type": "datetime"},
        {"column": "latency", "operator": ">", "value": 10**400, "type": "number"},
    ],
)
def test_a_filter_of_the_wrong_kind_is_a_400(langfuse, version, view, one):
    status, why = langfuse({**PLAIN, "view": view, "filters": [one]}, version)
    assert status == 400
    assert len(why) > 15
