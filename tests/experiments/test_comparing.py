"""Experiments beside a baseline, item by item."""

import pytest

from evals.experiments.comparing import ALIKE, ALONE, EDITED, IMPROVED, REGRESSED, compared
from evals.experiments.measuring import Measured, Value
from evals.experiments.reading import ItemRun
from traces.queries.experiment_items import Figure


def measured(item, run="a", *, failed=False, cost="0.01", took=1000, **scores):
    one = ItemRun(
        id=item, run_id=run, item_id=item, trace_id=item, span_id="", created=0, version_at=None
    )
    figure = Figure(
        trace_id=item, started=0, ended=int(took * 1e6), cost=cost and float(cost),
        has_failed=failed, said="",
    )  # fmt: skip
    values = {
        name: Value("BOOLEAN", float(value), "", "")
        if isinstance(value, bool)
        else Value("NUMERIC", value, "", "")
        for name, value in scores.items()
    }
    return Measured(one, figure, values)


def run(**items):
    return {item: measured(item, **said) for item, said in items.items()}


def test_what_got_worst_comes_first():
    base = run(i0={"s": 0.5}, i1={"s": 0.5}, i2={"s": 0.5}, i3={"s": 0.5}, i4={"s": 0.1})
    ours = run(i0={"s": 0.6}, i1={"s": 0.5}, i2={"s": 0.1}, i3={"s": 0.4})
    found = compared([base, ours])
    assert [(line.item_id, line.state) for line in found.lines] == [
        ("i2", REGRESSED), ("i3", REGRESSED), ("i1", ALIKE), ("i4", ALONE), ("i0", IMPROVED)
    ]  # fmt: skip
    assert found.count(REGRESSED) == 2


def test_a_new_failure_is_a_regression_and_no_gain_makes_up_for_it():
    base = run(i0={"s": 0.1}, i1={"s": 0.5})
    ours = run(i0={"s": 0.9, "failed": True}, i1={"s": 0.5})
    line = compared([base, ours]).lines[0]
    assert (line.item_id, line.state) == ("i0", REGRESSED)


def test_of_some_scores_less_is_better():
    base, ours = run(i0={"toxic": 0.1}), run(i0={"toxic": 0.4})
    assert compared([base, ours]).lines[0].state == IMPROVED
    assert compared([base, ours], ways={"toxic": "lower"}).lines[0].state == REGRESSED


def test_passes_go_through_mcnemar_and_numbers_through_pairs():
    base = run(**{f"i{n}": {"ok": True, "s": 0.5 + n / 100} for n in range(30)})
    ours = run(**{f"i{n}": {"ok": n > 11, "s": 0.4 + n / 99} for n in range(30)})
    rows = {row.key: row for row in compared([base, ours]).rows[1]}
    passes, score = rows["score", "ok"], rows["score", "s"]
    assert (passes.found.broken, passes.found.fixed, passes.is_better) == (12, 0, False)
    assert passes.found.difference == pytest.approx(-0.4)
    assert (score.found.n, score.is_better) == (30, False)
    assert rows["latency", ""].is_better is None
    assert ("failures", "") not in rows


def test_asking_many_questions_makes_each_answer_less_sure():
    base = run(**{f"i{n}": {f"s{k}": 0.5 for k in range(9)} for n in range(12)})
    ours = run(**{
        f"i{n}": {f"s{k}": 0.5 + (0.1 if k or n < 9 else -0.05) * (k == 0) for k in range(9)}
        for n in range(12)
    })  # fmt: skip
    (row,) = [row for row in compared([base, ours]).rows[1] if row.name == "s0"]
    assert row.q > row.found.p


def test_only_items_that_both_have_are_compared():
    base, ours = run(i0={"s": 0.5}, i1={"s": 9.0}), run(i0={"s": 0.6}, i2={"s": 100.0})
    (row,) = [row for row in compared([base, ours]).rows[1] if row.name == "s"]
    assert (row.found.n, row.found.difference) == (1, pytest.approx(0.1))
    assert row.q is None and row.is_better is None


def test_nothing_in_common_and_nothing_at_all_are_no_fault():
    assert compared([run(i0={"s": 0.5}), run(i1={"s": 0.5})]).rows == [[], []]
    assert compared([{}, {}]).lines == []
    assert compared([run(i0={"s": 1.7e308}), run(i0={"s": -1.7e308})]).lines


def test_of_an_item_that_was_edited_in_between_no_difference_is_told():
    base = run(i0={"s": 0.5}, i1={"s": 0.9}, i2={"s": 0.1})
    ours, third = run(i0={"s": 0.6}, i1={"s": 0.1}, i2={"s": 0.9}), run(i1={"s": 0.8})
    apart = [frozenset(), frozenset({"i1", "i2"}), frozenset()]
    found = compared([base, ours, third], edited=apart)
    (row,) = [row for row in found.rows[1] if row.name == "s"]
    assert (row.found.n, row.found.difference) == (1, pytest.approx(0.1))
    assert {line.item_id: line.state for line in found.lines} == {
        "i0": IMPROVED, "i1": REGRESSED, "i2": EDITED}  # fmt: skip
    assert [len(line.changes[1]) for line in found.lines if line.item_id != "i0"] == [0, 0]
