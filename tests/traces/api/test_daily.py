"""What a day brought and cost, over Langfuse's API."""

import pytest

from tests.traces.api.conftest import FIRST_TRACE

pytestmark = pytest.mark.usefixtures("conversation")
THE_DAY_BEFORE = (
    ("trace-create", {"id": "t0", "name": "first", "timestamp": "2026-11-19T23:59:59.999Z"}),
    (
        "generation-create",
        {"id": "o0", "traceId": "t0", "startTime": "2026-11-19T23:59:59.999999Z", "name": "late",
         "model": "gpt-4o", "usageDetails": {"input": 7}, "costDetails": {"total": 2.5}},
    ),
    ("span-create", {"id": "o9", "traceId": "t0", "startTime": "2026-11-20T00:00:00.000Z"}),
)  # fmt: skip


@pytest.fixture
def days(ingest, api_key):
    ingest(api_key, *THE_DAY_BEFORE)


def test_each_day_tells_its_traces_observations_tokens_and_cost(days, get):
    status, told = get("metrics/daily")
    assert status == 200
    assert told["meta"] == {"page": 1, "limit": 50, "totalItems": 2, "totalPages": 1}
    today, before = told["data"]
    assert today == {
        "date": "2026-11-20",
        "countTraces": 3,
        "countObservations": 5,
        "totalCost": 0.75,
        "unpricedObservations": 1,
        "usage": [
            {"model": None, "inputUsage": 0, "outputUsage": 0, "totalUsage": 0,
             "countTraces": 3, "countObservations": 3, "totalCost": 0.0,
             "unpricedObservations": 0},
            {"model": "gpt-4o", "inputUsage": 100, "outputUsage": 50, "totalUsage": 150,
             "countTraces": 1, "countObservations": 1, "totalCost": 0.75,
             "unpricedObservations": 0},
            {"model": "nobody-has-priced-this", "inputUsage": 3, "outputUsage": 0,
             "totalUsage": 3, "countTraces": 1, "countObservations": 1, "totalCost": 0.0,
             "unpricedObservations": 1},
        ],
    }  # fmt: skip
    assert (before["date"], before["countTraces"], before["countObservations"]) == (
        "2026-11-19", 1, 1,
    )  # fmt: skip
    assert before["totalCost"] == 2.5


def test_nothing_is_counted_twice_that_is_sent_twice(days, get, ingest, api_key):
    before = get("metrics/daily")
    ingest(api_key, *FIRST_TRACE, *THE_DAY_BEFORE)
    assert get("metrics/daily") == before


def test_days_come_by_page(days, get):
    _, told = get("metrics/daily", limit=1, page=2)
    assert [day["date"] for day in told["data"]] == ["2026-11-19"]
    assert told["data"][0]["usage"][0]["model"] == "gpt-4o"
    assert told["meta"]["totalPages"] == 2
    assert get("metrics/daily", limit=1, page=3)[1]["data"] == []


@pytest.mark.parametrize(
    ("asked", "traces", "observations"),
    [
        ({"traceName": "first"}, [1, 1], [3, 1]),
        ({"userId": "ann"}, [1], [2]),
        ({"tags": "b"}, [2], [3]),
        ({"tags": ["a", "b"]}, [1], [2]),
        ({"environment": "dev"}, [1], [1]),
        ({"environment": ["dev", "prod"]}, [2], [3]),
        ({"fromTimestamp": "2026-11-20T06:15:00Z"}, [2], [2]),
        ({"toTimestamp": "2026-11-20T00:00:00Z"}, [1], [1]),
        ({"userId": "nobody"}, [], []),
        ({"userId": "ann", "environment": "dev"}, [], []),
    ],
)
def test_days_are_of_the_traces_asked_for(days, listed, asked, traces, observations):
    told = listed("metrics/daily", **asked)
    assert [day["countTraces"] for day in told] == traces
    assert [day["countObservations"] for day in told] == observations


def test_another_project_has_days_of_its_own(days, get, other_key):
    assert get("metrics/daily", key=other_key)[1]["data"] == []
