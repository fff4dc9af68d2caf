"""Sonde's own metrics query: flat rows."""

import pytest

QUERY = "/api/v1/metrics/query"


@pytest.fixture
def query(asked, times):
    return lambda **more: asked(QUERY, {"from": times[0], "to": times[1], **more})


def test_rows_are_flat_and_columns_say_their_units(query, span):
    span("t1", "a", model="gpt-5", total_cost="0.5")
    span("t1", "b", model="small", total_cost="0.25")
    status, found = query(measures="sum:cost,count", group_by="model")
    assert status == 200
    assert found["rows"] == [
        {"model": "gpt-5", "sum_cost": 0.5, "count_count": 1},
        {"model": "small", "sum_cost": 0.25, "count_count": 1},
    ]
    assert [(one["name"], one["unit"]) for one in found["columns"]] == [
        ("model", ""), ("sum_cost", "dollars"), ("count_count", "count"),
    ]  # fmt: skip


def test_what_is_beyond_the_limit_is_one_row(query, span):
    for number, model in enumerate(("a", "a", "b", "c")):
        span("t1", f"s{number}", model=model)
    _status, found = query(group_by="model", limit=1)
    assert [(row["model"], row["count_count"]) for row in found["rows"]] == [
        ("a", 2),
        ("(other)", 2),
    ]
    assert found["series"] == 3
    _status, found = query(group_by="model", limit=1, rest="false")
    assert len(found["rows"]) == 1


@pytest.mark.parametrize(
    ("step", "bucket"),
    [("60", "minute"), ("61", "5m"), ("2h", "3h"), ("1d", "day"), ("auto", "5m"), ("hour", "hour")],
)
def test_a_step_of_grafana_is_the_next_bucket(query, span, step, bucket):
    span("t1", "a")
    _status, found = query(step=step)
    assert found["bucket"] == bucket
    assert found["rows"][0]["time"].endswith("Z")


def test_times_may_be_milliseconds_as_grafana_writes_them(asked, span, now):
    span("t1", "a")
    at = now // 1_000_000
    status, found = asked(QUERY, {"from": at - 1000, "to": at + 1000})
    assert (status, found["rows"]) == (200, [{"count_count": 1}])


def test_a_search_narrows_and_a_body_says_the_same(query, client, api_key, auth, times, span):
    span("t1", "a", environment="production")
    span("t2", "b", environment="staging")
    sent = {"q": "environment:staging", "from": times[0], "to": times[1], "group_by": ["name"]}
    answer = client.post(QUERY, sent, content_type="application/json", headers=auth(api_key))
    by_address = query(q="environment:staging", group_by="name")[1]
    assert answer.json()["rows"] == by_address["rows"]
    assert by_address["rows"][0]["count_count"] == 1


@pytest.mark.parametrize(
    ("measures", "order", "names"),
    [
        ("count", "count", ["b", "a"]),
        ("count", "-count", ["a", "b"]),
        ("count,p95:latency", "p95:latency", ["a", "b"]),
        ("latency", "-latency", ["b", "a"]),
        ("cost", "name", ["b", "a"]),
        ("", "count", ["b", "a"]),
    ],
)
def test_rows_are_ordered_by_a_measure_as_it_is_asked_for(query, span, measures, order, names):
    span("t1", "1", name="a", took=9)
    span("t1", "2", name="b", took=2)
    span("t1", "3", name="b", took=2)
    status, found = query(measures=measures, order=order, group_by="name")
    assert status == 200
    assert [row["name"] for row in found["rows"]] == names


@pytest.mark.parametrize(
    ("wrong", "status"),
    [
        ({"colour": "1"}, 400),
        ({"view": "spans"}, 400),
        ({"from": "yesterday"}, 400),
        ({"limit": "1001"}, 400),
        ({"q": "level:("}, 400),
        ({"measures": "p42:latency"}, 422),
        ({"measures": "sum:colour"}, 422),
        ({"group_by": "colour"}, 422),
        ({"group_by": "a,b,c,d"}, 422),
        ({"step": "decade"}, 422),
        ({"step": "minute", "from": "2025-01-01"}, 422),
        ({"timezone": "Mars/Base"}, 422),
        ({"order": "colour"}, 422),
    ],
)
def test_what_is_wrong_is_told(query, wrong, status):
    code, found = query(**wrong)
    assert code == status
    assert found["detail"]


def test_it_is_described_and_needs_a_key_that_reads(client, make_api_key, auth):
    schema = client.get("/api/schema/?format=json").json()["paths"][QUERY]
    assert {"from", "to", "step", "group_by"} <= {p["name"] for p in schema["get"]["parameters"]}
    key = make_api_key(scopes=("ingest",))
    assert client.get(QUERY, headers=auth(key)).status_code == 403
