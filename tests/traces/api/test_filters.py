"""The `filter` parameter: what it finds, and that it goes before the parameters."""

import json

import pytest

from tests.traces.api.conftest import at

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("conversation")]


def condition(kind: str, column: str, operator: str, value=None, key: str = "") -> dict:
    made = {"type": kind, "column": column, "operator": operator, "value": value}
    return {**made, "key": key} if key else made


OF_TRACES = [
    (condition("string", "name", "=", "first"), ["t1"]),
    (condition("string", "name", "does not contain", "i"), ["t2"]),
    (condition("stringOptions", "userId", "any of", ["ann", "bob"]), ["t2", "t1"]),
    (condition("stringOptions", "userId", "none of", ["ann"]), ["t3", "t2"]),
    (condition("null", "userId", "is null"), ["t3"]),
    (condition("null", "sessionId", "is not null"), ["t2", "t1"]),
    (condition("arrayOptions", "tags", "all of", ["a", "b"]), ["t1"]),
    (condition("datetime", "timestamp", ">", at(20)), ["t3"]),
    (condition("datetime", "timestamp", "<=", at(10)), ["t1"]),
    (condition("boolean", "bookmarked", "=", True), []),
    (condition("stringObject", "metadata", "=", "pro", "plan"), ["t1"]),
    (condition("stringObject", "metadata", "is set", key="plan"), ["t1"]),
    (condition("stringObject", "metadata", "is not set", key="plan"), ["t3", "t2"]),
    (condition("stringObject", "metadata", "contains", "", "plan"), ["t1"]),
    (condition("categoryOptions", "metadata", "any of", ["pro", "free"], "plan"), ["t1"]),
    (condition("number", "latency", ">=", 9), ["t2"]),
    (condition("number", "inputTokens", "=", 100), ["t1"]),
    (condition("number", "outputTokens", ">", 1), ["t1"]),
    (condition("number", "totalTokens", "<", 4), ["t3", "t2"]),
    (condition("number", "tokens", "=", 150), ["t1"]),
    (condition("number", "inputCost", "=", 0.25), ["t1"]),
    (condition("number", "outputCost", ">=", 0.5), ["t1"]),
    (condition("number", "totalCost", ">", 0.7), ["t1"]),
    (condition("string", "level", "=", "WARNING"), ["t1"]),
    (condition("string", "level", "=", "DEFAULT"), ["t3", "t2"]),
    (condition("number", "warningCount", "=", 1), ["t1"]),
    (condition("number", "errorCount", ">", 0), []),
    (condition("number", "defaultCount", "=", 1), ["t3", "t2", "t1"]),
    (condition("number", "debugCount", "=", 0), ["t3", "t2", "t1"]),
    (condition("numberObject", "scores_avg", ">=", 0.8, "quality"), ["t1"]),
    (condition("numberObject", "scores", "<", 0.8, "quality"), []),
    (condition("categoryOptions", "score_categories", "any of", ["kind"], "tone"), ["t1"]),
    (condition("categoryOptions", "score_categories", "none of", ["kind"], "tone"), ["t3", "t2"]),
    (condition("booleanObject", "score_booleans", "=", True, "ok"), ["t2"]),
    (condition("booleanObject", "score_booleans", "<>", True, "ok"), ["t3", "t1"]),
]
OF_OBSERVATIONS = [
    (condition("string", "traceName", "=", "first"), ["o2", "o1"]),
    (condition("string", "userId", "=", "bob"), ["o3"]),
    (condition("stringOptions", "sessionId", "any of", ["s1"]), ["o3", "o2", "o1"]),
    (condition("arrayOptions", "traceTags", "any of", ["a"]), ["o2", "o1"]),
    (condition("arrayOptions", "tags", "none of", ["a"]), ["o4", "o3"]),
    (condition("string", "traceEnvironment", "=", "dev"), ["o3"]),
    (condition("null", "endTime", "is null"), ["o4"]),
    (condition("null", "promptVersion", "is not null"), ["o2"]),
    (condition("null", "parentObservationId", "is null"), ["o4", "o3", "o1"]),
    (condition("number", "inputCost", ">", 0), ["o2"]),
    (condition("number", "outputCost", ">", 0), ["o2"]),
    (condition("datetime", "startTime", ">=", at(20)), ["o4", "o3"]),
    (condition("stringObject", "metadata", "is set", key="n"), ["o1"]),
]
OF_SCORES = [
    (condition("string", "name", "=", "tone"), ["c2"]),
    (condition("number", "value", ">", 0.95), ["c3"]),
    (condition("stringOptions", "dataType", "any of", ["CATEGORICAL"]), ["c2"]),
    (condition("string", "traceId", "=", "t1"), ["c1", "c2"]),
    (condition("null", "traceId", "is null"), ["c3"]),
]


@pytest.fixture
def found(ingest, api_key, listed):
    """The ids that a list gives for conditions and parameters."""
    ingest(
        api_key,
        ("score-create", {"id": "c4", "traceId": "t2", "name": "ok", "value": True}),
    )

    def ids(path: str, *conditions: dict, **query) -> list[str]:
        rows = listed(path, filter=json.dumps(conditions), **query)
        return [row["id"] for row in rows]

    return ids


def test_traces_are_found_by_all_that_a_filter_can_ask(found):
    for one, ids in OF_TRACES:
        assert found("traces", one) == ids, one


@pytest.mark.parametrize("path", ["observations", "v2/observations"])
def test_observations_are_found_by_themselves_and_by_their_trace(found, path):
    for one, ids in OF_OBSERVATIONS:
        assert found(path, one) == ids, one


def test_scores_are_found_by_what_they_say(found):
    for one, ids in OF_SCORES:
        assert set(found("v2/scores", one)) - {"c4"} == set(ids), one


def test_conditions_narrow_each_other(found):
    kind = condition("categoryOptions", "score_categories", "any of", ["kind"], "tone")
    assert found("traces", kind, condition("string", "userId", "=", "ann")) == ["t1"]
    assert found("traces", kind, condition("string", "userId", "=", "bob")) == []


def test_a_filter_goes_before_the_parameter_of_the_same_name(found):
    bob = condition("string", "userId", "=", "bob")
    assert found("traces", bob, userId="ann") == ["t2"]
    assert found("v2/observations", bob, userId="ann") == ["o3"]
    later = condition("datetime", "timestamp", ">", at(15))
    assert found("traces", later, toTimestamp=at(15)) == ["t3", "t2"]
    assert found("traces", later, userId="bob") == ["t2"]  # of what it is silent, they count


def test_a_score_of_another_project_finds_nothing(found, ingest, other_key):
    ingest(
        other_key, ("score-create", {"id": "x", "traceId": "t3", "name": "tone", "value": "kind"})
    )
    kind = condition("categoryOptions", "score_categories", "any of", ["kind"], "tone")
    assert found("traces", kind) == ["t1"]


@pytest.mark.parametrize(
    ("path", "one"),
    [
        ("traces", condition("number", "scores_avg", ">", 1)),
        ("traces", condition("numberObject", "scores_avg", "any of", 1, "x")),
        ("traces", condition("booleanObject", "score_booleans", "=", "yes", "x")),
        ("traces", condition("string", "input", "=", "x")),
        ("observations", condition("numberObject", "scores_avg", ">", 1, "x")),
        ("observations", condition("number", "traceName", ">", 1)),
        ("v2/scores", condition("string", "nothing", "=", "x")),
        ("traces", condition("number", "latency", ">", True)),
        ("traces", condition("number", "latency", ">", [1])),
    ],
)
def test_a_filter_that_fits_no_column_is_a_400(get, path, one):
    status, told = get(path, filter=json.dumps([one]))
    assert (status, told["message"]) == (400, "Invalid request data")


def test_a_cursor_survives_equal_times_and_rows_that_are_written_anew(span, get, score):
    made = [(f"t{i % 3}", f"s{i}") for i in range(9)]

    def write() -> None:
        for trace_id, span_id in made:
            span(trace_id, span_id, at=0)
            score(trace_id, span_id, 1.0)

    def all_of(path: str, **query) -> list[str]:
        seen, cursor = [], {}
        while True:
            _, told = get(path, limit=2, **query, **cursor)
            seen += [one["id"] for one in told["data"]]
            write()  # superseded rows and merges between any two pages
            if not told["meta"].get("cursor"):
                return seen
            cursor = {"cursor": told["meta"]["cursor"]}

    write()
    observations = all_of("v2/observations", name="", traceId="")
    assert sorted(one for one in observations if one.startswith("s")) == sorted(
        span_id for _, span_id in made
    )
    scores = all_of("v3/scores", dataType="NUMERIC", value="1")
    assert sorted(scores) == sorted(f"{trace_id}-{span_id}" for trace_id, span_id in made)
