"""What the boards of latency, agents and retrieval say is what was stored."""

import json
from urllib.parse import parse_qs, urlsplit

import pytest

CALL = {"type": "GENERATION", "model": "gpt-4o", "output_tokens": 100}


@pytest.fixture
def calls(span_row, now):
    """Of 1 to 4 seconds, the first token after half of one."""
    from traces.writer import insert_spans

    rows = []
    for number in range(1, 5):
        at = -number * 3600
        first = now + at * 1_000_000_000 + 500_000_000
        call = {**CALL, "completion_start_time": first, "name": "ask"}
        rows.append(span_row(f"t{number}", "a", at=at, took=number, **call))
    insert_spans(rows)


def query_of(href: str) -> dict[str, list[str]]:
    return parse_qs(urlsplit(href).query)


def test_a_histogram_holds_every_call_once_and_each_bar_its_rows(calls, draw):
    drawn = draw("latency", "calls")
    rows = [[cell.value for cell in row] for row in drawn.table.rows]
    assert rows == [[1.0, 1.58, 1, 0], [1.58, 2.51, 1, 0], [2.51, 3.98, 1, 0], [3.98, 6.31, 1, 0]]
    asked = query_of(drawn.figure["data"][0]["customdata"][0])
    assert asked["q"] == ["type:(GENERATION OR EMBEDDING) latency:>=1.0 latency:<1.58"]
    assert asked["kind"] == ["observations"]


def test_a_heat_map_is_the_histogram_over_time(calls, draw):
    drawn = draw("latency", "heat", bucket="hour")
    counted = [[cell.value for cell in row][1:] for row in drawn.table.rows]
    assert counted == [[3.98, 6.31, 1], [2.51, 3.98, 1], [1.58, 2.51, 1], [1.0, 1.58, 1]]
    [trace] = drawn.figure["data"]
    assert sum(one or 0 for line in trace["z"] for one in line) == 4
    assert all(trace["customdata"][0])


def test_percentiles_first_tokens_and_speed_are_those_of_the_calls(calls, listed):
    [row] = listed("latency", "latency-by")
    assert row == {
        "Model": "gpt-4o",
        "p95": pytest.approx(3.85),
        "p50": pytest.approx(2.5),
        "p99": pytest.approx(3.97),
        "First token p50": pytest.approx(0.5),
        "Tokens per second p50": pytest.approx((100 / 1.5 + 100 / 2.5) / 2),
        "Spans": 4,
        "p95 before": None,
    }


def test_the_time_of_a_trace_is_shared_among_its_steps(span, listed):
    span("t", "root", took=10, type="AGENT", name="agent")
    span("t", "model", at=1, took=6, type="GENERATION", name="ask", parent_span_id="root")
    span("t", "tool", at=7, took=1, type="TOOL", name="lookup", parent_span_id="root")
    steps = {row["Step"]: row["Share of the time"] for row in listed("latency", "own-time")}
    assert steps == {name: pytest.approx(share) for name, share in
                     (("ask", 0.6), ("agent", 0.3), ("lookup", 0.1))}  # fmt: skip
    types = {row["Type"]: row["Share of the time"] for row in listed("latency", "own-time-by-type")}
    assert types == {"GENERATION": pytest.approx(0.6), "AGENT": pytest.approx(0.3),
                     "TOOL": pytest.approx(0.1)}  # fmt: skip
    depths = {row["Depth"]: row["p95"] for row in listed("latency", "depth")}
    assert depths == {"1": 10, "2": pytest.approx(5.75)}


def test_tools_their_failures_and_circles_are_counted(span, listed, draw):
    span("t", "root", took=10, type="AGENT", name="agent")
    for number, (said, level) in enumerate(
        [("a", "DEFAULT"), ("a", "ERROR"), ("a", "DEFAULT"), ("b", "DEFAULT")]
    ):
        tool = {"type": "TOOL", "name": "lookup", "input": said, "level": level}
        span("t", f"s{number}", at=number, parent_span_id="root", **tool)
    [row] = listed("agents", "tool-calls", compares=False)
    assert row == {"Tool": "lookup", "Calls": 4, "Errors": 1, "Failed": 0.25, "p95": 1}
    [loop] = draw("agents", "loops").table.rows
    assert [cell.value for cell in loop] == ["lookup", "t", 2, 4]
    assert urlsplit(loop[0].href).path.endswith("/traces/t")
    tiles = {str(one.words): one.value for one in draw("agents", "runs-now").tiles}
    assert tiles == {
        "Runs": 1,
        "Steps per run p50": 5,
        "Steps per run p95": 5,
        "Tool calls per run": 4,
        "Runs with errors": 1,
    }
    [steps] = [row for row in listed("agents", "steps-per-run") if row["Runs"]]
    assert (steps["From"], steps["To"]) == (4, 7)


def test_tools_that_models_only_asked_for_are_counted_too(span, listed):
    span("t", "a", **CALL, tool_call_names=["search", "lookup"])
    rows = listed("agents", "tool-calls")
    assert {row["Tool asked for"]: row["Calls with it"] for row in rows} == {
        "search": 1, "lookup": 1
    }  # fmt: skip


def test_searches_are_told_by_what_they_found_and_where_they_spent_their_time(span, draw, listed):
    found = json.dumps([{"content": "a", "score": 0.9}, {"content": "b", "score": 0.5}])
    search = {"type": "RETRIEVER", "name": "handbook"}
    span("t", "r", took=10, output=found, **search)
    span("t", "e", took=2, type="EMBEDDING", name="embed", parent_span_id="r")
    span("t", "k", at=2, took=3, name="rerank", parent_span_id="r")
    span("u", "r", took=4, output="[]", **search)
    tiles = {str(one.words): one.value for one in draw("retrieval", "searches-now").tiles}
    assert tiles == {
        "Results per search": 1,
        "Found nothing": 0.5,
        "Relevance": pytest.approx(0.7),
        "Latency, on average": 7,
    }
    bins = {row["From"]: row["Searches"] for row in listed("retrieval", "results")}
    assert bins == {0: 1, 1: 0, 2: 1}
    [row] = [row for row in listed("retrieval", "stages", bucket="day") if row["search"]]
    assert (row["embed"], row["search"], row["rerank"]) == (2, 4.5, 3)
