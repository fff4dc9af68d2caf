"""Every panel of every ready-made board, on an empty project, on one span, on a busy one."""

import json
from urllib.parse import urlsplit

import plotly.graph_objects as plotly
import pytest

from dashboards.boards.registry import boards
from tests.browser.asked_of_panels import ASKED, NOT_ASKED

pytestmark = pytest.mark.django_db
EVERY = [(board.key, panel.key) for board in boards() for panel in board.panels]
OF_SETTINGS = {"checks", "budgets"}  # what no span fills by itself
COUNTS = {("overview", "traffic-now"), ("overview", "calls-now")}  # nothing, of an empty project


@pytest.fixture
def every_panel(draw):
    """What each panel draws, by board and panel."""

    def drawn(**given) -> dict:
        return {key: draw(*key, **given) for key in EVERY}

    return drawn


@pytest.fixture
def busy(span_row, score_row, now):
    """Forty traces of an agent: a search with its stages, calls of models and tools, scores."""
    from traces.writer import insert_scores, insert_spans

    insert_spans([row for number in range(40) for row in run(span_row, now, number)])
    insert_scores([row for number in range(40) for row in judged(score_row, number)])


@pytest.fixture
def busy_before(span_row, score_row, now, scope):
    """Forty more in the time before, which a board holds beside what it shows."""
    from traces.writer import insert_scores, insert_spans

    shown = scope("overview")
    length = (shown.until - shown.since) // 10**9
    at = {number: -number * 1800 - length for number in range(40)}
    spans = [run(span_row, now, number, at[number], f"b{number}") for number in at]
    insert_spans([row for rows in spans for row in rows])
    scores = [judged(score_row, number, at[number], f"b{number}") for number in at]
    insert_scores([row for rows in scores for row in rows])


FOUND = json.dumps([{"page_content": "a", "score": 0.9}, {"page_content": "b", "score": 0.5}])
USAGE = {"input": 100, "input_cached_tokens": 40, "output": 40, "output_reasoning_tokens": 10}
PAID = {"input": "0.004", "input_cached_tokens": "0.001", "output": "0.005"}


def run(span_row, now, number: int, at: int | None = None, trace: str = "") -> list:
    trace, at = trace or f"t{number}", -number * 1800 if at is None else at
    shared = {"trace_name": "help", "user_id": f"u{number % 3}", "environment": "live"}
    under, of_search = {**shared, "parent_span_id": "root"}, {"parent_span_id": "search"}
    failed = {"level": "ERROR", "status_message": "timeout"} if number % 5 == 0 else {}
    tool = {"type": "TOOL", "name": "lookup", "input": '{"id": 1}', **failed, **under}
    model = {"model": "gpt-4o", "total_cost": "0.01", "cost": PAID, "usage": USAGE}
    if number % 4 == 0:
        model = {"model": "acme-7b", "cost_source": "unknown"}
    first = now + (at + 5) * 1_000_000_000 + 400_000_000
    call = {"prompt_name": "rag", "prompt_version": 1 + number % 2, "completion_start_time": first}
    call |= {"type": "GENERATION", "input_tokens": 140, "output_tokens": 50, **model, **under}
    search = {"type": "RETRIEVER", "name": "retrieve", "output": FOUND, **under}
    embed = {"type": "EMBEDDING", "name": "embed", "model": "embed-3", "total_cost": "0.0001"}
    return [
        span_row(trace, "root", at=at, took=9, type="AGENT", name="agent", is_root=True, **shared),
        span_row(trace, "search", at=at, took=2, **search),
        span_row(trace, "embed", at=at, took=0.5, **embed, **of_search),
        span_row(trace, "rank", at=at + 1, took=0.5, name="rerank", **of_search),
        span_row(trace, "tool", at=at + 3, **tool),
        span_row(trace, "tool again", at=at + 4, **tool),
        span_row(trace, "answer", at=at + 5, took=3, name="answer", **call),
    ]


def judged(score_row, number: int, at: int | None = None, trace: str = "") -> list:
    trace, at = trace or f"t{number}", -number * 1800 if at is None else at
    of_call = {"observation_id": "answer", "at": at + 6}
    no, said = {"data_type": "BOOLEAN", "string_value": "False"}, {"string_value": "helpful"}
    return [
        score_row(trace, "faithfulness", 0.8, **of_call),
        score_row(trace, "hallucination", 0, **no, **of_call),
        score_row(trace, "user-feedback", data_type="CATEGORICAL", at=at + 8, **said),
    ]


def test_an_empty_project_says_everywhere_what_to_send(every_panel):
    drawn = every_panel()
    assert {key for key, one in drawn.items() if one.kind != "nothing"} == COUNTS
    said = [one for key, one in drawn.items() if key not in COUNTS]
    assert all(str(one.title) and str(one.text) for one in said)


def test_one_span_is_drawn_or_said_to_be_too_little(every_panel, span):
    span("t", "s", name="step")
    assert {key: found for key, one in every_panel().items() if (found := faults(one))} == {}


def test_a_busy_project_fills_every_panel(every_panel, busy):
    drawn = every_panel()
    empty = {key for key, one in drawn.items() if one.kind == "nothing"}
    assert {panel for _board, panel in empty} <= OF_SETTINGS
    assert {key: found for key, one in drawn.items() if (found := faults(one))} == {}


def test_every_panel_holds_the_time_before_beside_it(every_panel, busy, busy_before):
    drawn = every_panel()
    assert {key: found for key, one in drawn.items() if (found := faults(one))} == {}
    alone = {key: one.table for key, one in every_panel(compares=False).items()}
    compared = {key for key, one in drawn.items() if one.table != alone[key]}
    assert {("agents", "tool-calls"), ("quality", "answers"), ("cost", "cost-by")} <= compared


def test_what_is_sent_again_moves_nothing(every_panel, busy, span, now):
    before = {key: one.table for key, one in every_panel().items()}
    shared = {"trace_name": "help", "user_id": "u0", "environment": "live", "is_root": True}
    for _again in range(3):
        span("t0", "root", took=9, type="AGENT", name="agent", **shared)
    assert {key: one.table for key, one in every_panel().items()} == before


def test_a_shared_board_leads_nowhere(every_panel, busy):
    for key, one in every_panel(leads=False).items():
        cells = [cell.href for row in one.table.rows for cell in row]
        assert not any(cells), key
        if one.kind == "chart":
            assert not any(trace.get("customdata") for trace in one.figure["data"]), key
        if one.kind == "tiles":
            assert not any(tile.href for tile in one.tiles), key


def faults(drawn) -> list[str]:
    """What is wrong with it: rows unlike their columns, links out of the project, marks without a
    place for their link, a figure that plotly refuses.
    """
    rows, found = drawn.table.rows, []
    if any(len(row) != len(drawn.table.columns) for row in rows):
        found.append("rows are not as wide as their columns")
    hrefs = [cell.href for row in rows for cell in row if cell.href]
    if not all(urlsplit(one).path.startswith("/projects/") for one in hrefs):
        found.append("links leave the project")
    return found + (faults_of_figure(drawn) if drawn.kind == "chart" else [])


def faults_of_figure(drawn) -> list[str]:
    found = [] if drawn.table.rows else ["a chart without a table"]
    figure = json.loads(json.dumps(drawn.figure, allow_nan=False))
    try:
        plotly.Figure(figure)
    except ValueError as error:
        found.append(str(error))
    for trace in figure["data"]:
        places = trace["z"] if trace["type"] == "heatmap" else trace["x"]
        if trace.get("customdata") is not None and len(trace["customdata"]) != len(places):
            found.append(f"{trace.get('name')} has not a link for each mark")
    return found


def test_the_browser_compares_every_panel_with_the_api_or_says_why_not():
    asked = {(board, panel) for board, panels in ASKED.items() for panel in panels}
    told = {(board, panel) for board, panels in NOT_ASKED.items() for panel in panels}
    assert asked | told == {(board.key, panel.key) for board in boards() for panel in board.panels}
    assert not asked & told and all(all(one.values()) for one in NOT_ASKED.values())
