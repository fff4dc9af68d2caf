"""Experiments are found without reading what is of none."""

import re

import pytest


@pytest.fixture
def plans(monkeypatch):
    """How the engine goes about each query of experiments."""
    from traces.queries import experiments

    found, asked = [], experiments.rows

    def explained(sql, **params):
        plan = asked(f"EXPLAIN indexes = 1 {sql}", **params)
        found.append("\n".join(line["explain"] for line in plan))
        return asked(sql, **params)

    monkeypatch.setattr(experiments, "rows", explained)
    return found


def test_what_is_of_no_experiment_is_passed_over(project, span, plans, unmerged):
    from traces.queries.experiments import experiments, members

    span("t0", "s0")
    span("t1", "s1", experiment_id="a", experiment={"item.id": "i0"})
    assert [one.id for one in experiments(project.id, limit=5)] == ["a"]
    assert [one.item_id for one in members(project.id, ["a"])] == ["i0"]
    assert len(plans) == 2
    for plan in plans:
        by_index = plan.partition("Name: by_experiment")[2]
        left, of_all = re.search(r"Parts: (\d+)/(\d+)", by_index).groups()
        assert int(left) < int(of_all)
