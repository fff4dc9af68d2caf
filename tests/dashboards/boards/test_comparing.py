"""The time before, beside what is shown: in charts, and in the tables of those without room."""

import pytest

from tests.dashboards.boards.conftest import figure_in

HOURS = 3600
CALL = {"type": "GENERATION", "output_tokens": 100, "input_tokens": 10}


@pytest.fixture
def calls(span):
    """Of the time of the board (two hours), and of that before: more, dearer and slower."""
    for number in range(2):
        span(f"n{number}", "a", at=-60, took=1, model="m", total_cost="1", **CALL)
        span(f"b{number}", "a", at=-2 * HOURS - 60, took=5, model="m", total_cost="4", **CALL)
    span("b9", "a", at=-2 * HOURS - 60, took=5, model="gone", total_cost="0.5", **CALL)


def drawn(answer) -> dict[str, list]:
    return {one["name"]: one["y"] for one in figure_in(answer)["data"]}


def total(values: list) -> float:
    return sum(one or 0 for one in values)


@pytest.mark.usefixtures("calls")
def test_a_stack_has_what_all_of_it_was_before_as_a_line(board):
    found = drawn(board("cost"))
    assert {name: total(values) for name, values in found.items()} == {"m": 2, "all before": 8.5}
    kinds = drawn(board("tokens"))
    assert total(kinds["all before"]) == 3 * 110
    assert "all before" not in drawn(board("cost", {"compare": "off"}))


@pytest.mark.usefixtures("calls")
def test_few_lines_are_drawn_twice_and_lead_to_the_rows_of_the_time_before(board, client):
    found = {one["name"]: one for one in figure_in(board("speed"))["data"]}
    assert {*found} == {"m", "m before"}
    assert [one for one in found["m before"]["y"] if one] == [pytest.approx(20)]
    assert found["m before"]["meta"]["before"] and found["m before"]["meta"]["tone"]
    at = next(at for at, one in enumerate(found["m before"]["y"]) if one)
    address = found["m before"]["meta"]["rows"] + found["m before"]["customdata"][at]
    assert client.get(address).content.decode().count('class="main') == 2


def test_of_many_lines_the_table_alone_tells_the_time_before(board, span):
    for number in range(4):
        span(f"n{number}", "a", at=-60, model=f"m{number}", **CALL)
        span(f"b{number}", "a", at=-2 * HOURS - 60, model=f"m{number}", **CALL)
    assert {*drawn(board("speed"))} == {f"m{number}" for number in range(4)}
    table = board("speed").context["outcome"].drawn.table
    assert "m3 before" in [str(column.words) for column in table.columns]


@pytest.mark.usefixtures("calls")
def test_a_histogram_has_the_bins_of_the_time_before_across_it(board):
    answer = board("calls", key="latency")
    bars, line = figure_in(answer)["data"]
    assert (total(bars["y"]), total(line["y"])) == (2, 3)
    assert [one for one, other in zip(bars["y"], line["y"], strict=True) if one and other] == []
    rows = answer.context["outcome"].drawn.table.rows
    assert sum(row[3].value for row in rows) == 3
    assert len(figure_in(board("calls", {"compare": "off"}, key="latency"))["data"]) == 1


@pytest.mark.usefixtures("calls")
@pytest.mark.parametrize(
    ("key", "panel", "words", "before"),
    [
        ("latency", "latency-by", "p95 before", 5),
        ("latency", "depth", "p95 before", 5),
        ("latency", "own-time", "p95 before", 5),
        ("cost", "cost-by", "Cost before", 8),
    ],
)
def test_lists_have_it_in_a_column(board, key, panel, words, before):
    table = board(panel, key=key).context["outcome"].drawn.table
    at = [str(column.words) for column in table.columns].index(words)
    assert table.rows[0][at].value == pytest.approx(before)
    off = board(panel, {"compare": "off"}, key=key).context["outcome"].drawn.table
    assert words not in [str(column.words) for column in off.columns]


def test_every_chart_over_time_is_compared_or_is_of_those_that_say_why_not(board, span):
    from dashboards.boards.registry import boards

    for at in (-60, -2 * HOURS - 60):
        said = {"type": "GENERATION", "model": "m", "prompt_name": "p", "prompt_version": 1}
        span(f"t{at}", "a", at=at, took=1, total_cost="1", output_tokens=5, **said)
    missing = set()
    for key in ("overview", "cost", "latency", "prompts"):
        for panel in next(one for one in boards() if one.key == key).panels:
            found = board(panel.key, key=key).context["outcome"].drawn
            if found.kind == "chart" and found.figure["layout"].get("meta"):
                names = [one["name"] for one in found.figure["data"]]
                missing |= {panel.key} if not any("before" in one for one in names) else set()
    assert missing == {"prompt-latency"}  # its lines are compared with each other
