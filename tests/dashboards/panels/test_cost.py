"""What the cost board says is what was stored: each call once, unknown costs named as such."""

from urllib.parse import parse_qs, urlsplit

import pytest

CALL = {"type": "GENERATION", "model": "gpt-4o"}


@pytest.fixture
def calls(span):
    """Two priced calls, of which one read from the cache, and one without a price."""
    usage = {"input": 100, "input_cached_tokens": 900, "output": 150, "output_reasoning_tokens": 50}
    cached = {"usage": usage, "input_tokens": 1000, "output_tokens": 200, "total_cost": "0.006"}
    span("t1", "a", user_id="ann", metadata={"team": "ops"}, **CALL, **cached)
    plain = {"usage": {"input": 500, "output": 100}, "input_tokens": 500, "output_tokens": 100}
    span("t2", "b", at=-3600, user_id="ben", total_cost="0.002", **CALL, **plain)
    own = {"type": "GENERATION", "model": "acme-7b", "cost_source": "unknown"}
    span("t3", "c", at=-7200, user_id="ben", **own, **plain)


def test_sums_and_their_ratios_are_those_of_the_stored_calls(calls, draw):
    tiles = {str(one.words): one.value for one in draw("cost", "cost-now").tiles}
    assert tiles == {
        "Cost": pytest.approx(0.008),
        "Per call": pytest.approx(0.004),
        "Per 1,000 tokens": pytest.approx(0.008 / 1800 * 1000),
        "Input from the cache": pytest.approx(900 / 2000),
    }


def test_a_call_that_is_sent_again_moves_no_sum(calls, draw, span, listed):
    before = listed("cost", "cost-by"), listed("cost", "tokens-by-kind"), listed("cost", "dearest")
    usage = {"input": 500, "output": 100}
    again = {"usage": usage, "input_tokens": 500, "output_tokens": 100, "total_cost": "0.002"}
    for version in (1, 2, 3):
        span("t2", "b", at=-3600, user_id="ben", version=version, **CALL, **again)
    after = listed("cost", "cost-by"), listed("cost", "tokens-by-kind"), listed("cost", "dearest")
    assert after == before


@pytest.mark.parametrize(
    ("by", "values"),
    [
        ("model", {"gpt-4o": pytest.approx(0.008), "acme-7b": "unknown"}),
        ("user", {"ann": pytest.approx(0.006), "ben": pytest.approx(0.002)}),
        ("metadata.team", {"ops": pytest.approx(0.006), "not set": pytest.approx(0.002)}),
    ],
)
def test_cost_is_broken_down_by_whatever_is_chosen(calls, listed, by, values):
    rows = listed("cost", "cost-by", by=by)
    assert {next(iter(row.values())): row["Cost"] for row in rows} == values


@pytest.fixture
def told_of_traces(span):
    """As SDKs of Langfuse send it: the trace alone says whose it is; once a call says it too."""
    said = {"user_id": "ann", "session_id": "s", "tags": ["vip"], "trace_metadata": {"team": "ops"}}
    usage = {"input": 10, "input_cached_tokens": 90, "output": 20}
    paid = {"usage": usage, "input_tokens": 100, "output_tokens": 20, **CALL}
    span("t1", "", release="r1", trace_name="help", **said)
    span("t1", "a", total_cost="0.006", **paid)
    span("t1", "b", total_cost="0.001", user_id="ann", tags=["vip"], **paid)
    span("t2", "c", total_cost="0.002", user_id="ben", **paid)


@pytest.mark.parametrize(
    ("by", "named", "other"),
    [
        ("user", "ann", "ben"),
        ("session", "s", "not set"),
        ("tag", "vip", "not set"),
        ("metadata.team", "ops", "not set"),
        ("release", "r1", "not set"),
    ],
)
def test_calls_count_for_whom_their_trace_names(told_of_traces, listed, draw, by, named, other):
    rows = {next(iter(row.values())): row for row in listed("cost", "cost-by", by=by)}
    assert {name: row["Cost"] for name, row in rows.items()} == {
        named: pytest.approx(0.007),
        other: pytest.approx(0.002),
    }
    assert (rows[named]["Per call"], rows[named]["Tokens"]) == (pytest.approx(0.0035), 240)
    over_time = listed("cost", "cost-over-time", by=by)
    assert sum(row[named] for row in over_time) == pytest.approx(0.007)
    first = draw("cost", "cost-by", by=by).table.rows[0][0]
    assert "kind=observations" not in first.href


def test_kinds_of_tokens_can_be_asked_for_by_whom_a_trace_names(told_of_traces, scope):
    from traces.queries.metrics import Measure

    measures = [Measure(name) for name in ("cached_tokens", "priced_tokens", "cost", "priced")]
    answer = scope("cost").ask(*measures, view="traces", by=("user",))
    assert {row["user"]: row["sum_cached_tokens"] for row in answer.rows} == {"ann": 180, "ben": 90}
    assert {row["user"]: row["sum_priced"] for row in answer.rows} == {"ann": 2, "ben": 1}


def test_a_filter_on_calls_says_that_whole_traces_count(told_of_traces, draw):
    from traces.search.grammar import parsed

    terms = parsed("model:gpt-4o").terms
    chips = draw("cost", "cost-by", by="user", terms=terms).chips
    assert [chip.words for chip in chips] == ["whole traces"]
    assert draw("cost", "cost-by", by="model", terms=terms).chips == ()


def test_each_token_is_of_one_kind(calls, listed):
    rows = listed("cost", "tokens-by-kind")
    sums = {name: sum(row[name] for row in rows) for name in rows[0] if name != "Time"}
    assert sums == {"input": 1100, "read from the cache": 900, "output": 350, "reasoning": 50}


def test_usage_without_a_price_is_called_out_and_leads_to_where_it_gets_one(
    calls, draw, project, owner
):
    from accounts.access import project_for

    drawn = draw("cost", "unpriced", project=project_for(owner, project.id))
    [row] = drawn.table.rows
    assert [cell.value for cell in row[:4]] == ["acme-7b", 1, 600, "unknown"]
    assert urlsplit(row[4].href).path.endswith("/settings/models/new")
    assert parse_qs(urlsplit(row[4].href).query) == {"model": ["acme-7b"]}
    assert [chip.words for chip in drawn.chips] == ["1 unpriced"]


def test_a_project_whose_calls_all_lack_a_price_costs_nothing_that_is_known(span, draw, listed):
    span("t", "a", type="GENERATION", model="acme-7b", cost_source="unknown", input_tokens=10)
    assert str(draw("cost", "cost-over-time").title) == "Costs are unknown"
    assert [one.value for one in draw("cost", "cost-now").tiles][:3] == [None, None, None]
    assert [row["Cost"] for row in listed("cost", "cost-by")] == ["unknown"]


def test_the_dearest_traces_come_first_and_lead_to_themselves(calls, draw):
    rows = draw("cost", "dearest").table.rows
    assert [row[2].value for row in rows] == [pytest.approx(0.006), pytest.approx(0.002)]
    assert rows[0][0].href.endswith("/traces/t1")


def test_what_was_spent_before_stands_beside_it(calls, listed, span, now):
    span("t0", "x", at=-30 * 3600, user_id="ann", total_cost="0.5", **CALL)
    found = {row["User"]: row["Cost before"] for row in listed("cost", "cost-by", by="user")}
    assert found == {"ann": pytest.approx(0.5), "ben": 0}
    assert "Cost before" not in listed("cost", "cost-by", compares=False)[0]
