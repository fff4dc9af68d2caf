"""Hours without superseded rows are read without FINAL, and whatever comes later is seen."""

from dataclasses import replace

import pytest

from tests.traces.metrics.sample import DAY, HOUR, SECOND
from traces import clickhouse
from traces.deletion import delete_traces
from traces.queries.metrics import Measure, Question, ask, settled
from traces.records import Span
from traces.writer import insert_spans

HOURS = 60


@pytest.fixture
def rows(project, now, unmerged) -> list[Span]:
    """An hour apart and long ago, each sent once."""
    began = now - 10 * DAY
    made = [
        Span(
            project.id,
            f"t{number}",
            "s",
            began + number * HOUR,
            end_time=began + number * HOUR + SECOND,
            input_tokens=1,
            received_at=began,
            version=began,
        )
        for number in range(HOURS)
    ]
    insert_spans(made)
    return made


@pytest.fixture
def statements(monkeypatch) -> list[str]:
    """What is asked of the store."""
    asked: list[str] = []
    rows_of = clickhouse.rows

    def noted(sql, /, **options):
        asked.append(sql)
        return rows_of(sql, **options)

    monkeypatch.setattr(clickhouse, "rows", noted)
    return asked


@pytest.fixture
def summed(project, now, statements):
    """The tokens of all, and whether settled hours were read without FINAL for it."""

    def asked(view: str = "observations") -> tuple[int, bool]:
        statements.clear()
        measures = (Measure("input_tokens"),)
        began = now - 10 * DAY
        times = {"since": began - HOUR, "until": began + (HOURS + 4) * HOUR}
        answer = ask(Question(project_id=project.id, view=view, measures=measures, **times))
        return answer.one("sum_input_tokens"), settled.CHECK in statements[-1]

    return asked


def test_settled_hours_are_read_without_final(rows, summed):
    assert summed() == (HOURS, True)
    assert summed("traces") == (HOURS, True)
    assert summed("steps") == (HOURS, False)  # which look for parents beyond the time


def test_a_span_that_is_sent_again_still_counts_once(rows, summed):
    assert summed() == (HOURS, True)
    insert_spans([replace(rows[7]), replace(rows[9], input_tokens=5, version=rows[9].version + 1)])
    assert summed() == (HOURS + 4, True)


def test_a_span_that_comes_late_is_counted(rows, summed):
    assert summed() == (HOURS, True)
    insert_spans([replace(rows[7], span_id="late"), replace(rows[7], span_id="later")])
    assert summed() == (HOURS + 2, True)


def test_what_is_deleted_counts_no_more(rows, summed, project):
    assert summed() == (HOURS, True)
    delete_traces(project.id, ["t3", "t4"])
    assert summed() == (HOURS - 2, True)


def test_late_and_again_at_once_do_not_hide_each_other(rows, summed):
    assert summed() == (HOURS, True)
    insert_spans([replace(rows[7]), replace(rows[8], span_id="late")])
    assert summed() == (HOURS + 1, True)


def test_rows_that_are_merged_are_settled_again(rows, summed, project, monkeypatch):
    insert_spans([replace(row) for row in rows])
    assert summed() == (HOURS, False)  # half of all hours and more hold superseded rows
    clickhouse.command("SYSTEM START MERGES spans")
    clickhouse.command("OPTIMIZE TABLE spans FINAL")
    monkeypatch.setattr(settled, "AGAIN_SECONDS", 0)
    assert summed() == (HOURS, True)


def test_a_short_time_is_not_worth_it(rows, project, statements):
    times = {"since": rows[0].start_time, "until": rows[0].start_time + 5 * HOUR}
    answer = ask(Question(project_id=project.id, measures=(Measure("count"),), **times))
    assert answer.one("count_count") == 5
    assert len(statements) == 1
