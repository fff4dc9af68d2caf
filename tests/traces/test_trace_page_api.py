from decimal import Decimal

import pytest


@pytest.fixture
def read(client, api_key, auth):
    def get(trace_id, **query):
        return client.get(f"/api/v1/traces/{trace_id}", query, headers=auth(api_key))

    return get


def test_a_trace_reads_back_as_it_was_stored(read, span, score, now):
    span("t", "r", took=2, name="agent", type="AGENT", user_id="ann", session_id="s", tags=["vip"])
    span(
        "t",
        "g",
        at=0.5,
        parent_span_id="r",
        type="GENERATION",
        input="환불",
        model="gpt-4o",
        usage={"input": 3},
        cost={"total": Decimal("0.25")},
        total_cost="0.25",
        input_tokens=3,
        total_tokens=7,
    )
    span("t", "", took=None, type="TRACE", trace_name="named", trace_metadata={"k": "v"})
    score("t", "faithful", 0.9, observation_id="g")
    found = read("t").json()
    facts = (found["name"], found["user_id"], found["session_id"], found["tags"])
    assert facts == ("named", "ann", "s", ["vip"])
    assert (found["span_count"], found["cost_usd"], found["unpriced_spans"]) == (2, "0.25", 0)
    assert (found["input_tokens"], found["total_tokens"]) == (3, 7)  # some of neither side
    assert [one["id"] for one in found["spans"]] == ["r", "g"]
    generation = found["spans"][1]
    assert (generation["input"], generation["usage"]) == ("환불", {"input": 3})
    assert generation["cost_source"] == "computed"
    assert generation["parent_id"] == "r" and generation["started_at"].endswith("500000000Z")
    assert found["stated"] == {
        "input": None,
        "output": None,
        "metadata": {"k": "v"},
        "public": False,
    }
    assert [(one["name"], one["value"], one["span_id"]) for one in found["scores"]] == [
        ("faithful", 0.9, "g")
    ]


def test_an_unknown_cost_is_null_and_counted(read, span):
    span("t", "r", cost_source="unknown")
    found = read("t").json()
    assert (found["cost_usd"], found["unpriced_spans"], found["spans"][0]["cost_usd"]) == (
        None,
        1,
        None,
    )


def test_spans_come_in_pages_while_totals_count_them_all(read, span):
    for number in range(5):
        span("t", f"s{number}", at=number)
    seen, offset = [], 0
    while offset is not None:
        page = read("t", limit=2, offset=offset).json()
        assert page["span_count"] == 5
        seen += [one["id"] for one in page["spans"]]
        offset = page["next_offset"]
    assert seen == [f"s{number}" for number in range(5)]


def test_a_trace_of_another_project_is_not_found(client, auth, span, make_api_key, db):
    from accounts.keys import create_key
    from accounts.models import Organisation, Project

    span("t", "r")
    other = Project.objects.create(organisation=Organisation.objects.create(name="B"), name="B")
    key = create_key(other)
    pair = type("Pair", (), {"public_key": key.key.public_key, "secret_key": key.secret_key})
    assert client.get("/api/v1/traces/t", headers=auth(pair)).status_code == 404


def test_reading_takes_a_key_with_the_scope(client, auth, span, make_api_key):
    span("t", "r")
    assert client.get("/api/v1/traces/t").status_code == 401
    assert (
        client.get("/api/v1/traces/t", headers=auth(make_api_key(scopes=("ingest",)))).status_code
        == 403
    )


@pytest.mark.parametrize(
    "query", [{"limit": "x"}, {"limit": "100000"}, {"offset": "-1"}, {"limit": "9" * 40}]
)
def test_a_bad_parameter_is_said(read, span, query):
    span("t", "r")
    assert read("t", **query).status_code == 400
