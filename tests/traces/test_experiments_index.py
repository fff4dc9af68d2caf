"""Experiments are found without reading what is of none."""

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


def test_what_is_of_no_experiment_is_passed_over(project, span, plans):
    from traces.queries.experiments import experiments, members

    span("t0", "s0")
    span("t1", "s1", experiment_id="a", experiment={"item.id": "i0"})
    assert [one.id for one in experiments(project.id, limit=5)] == ["a"]
    assert [one.item_id for one in members(project.id, ["a"])] == ["i0"]
    assert all("Name: by_experiment" in plan for plan in plans) and len(plans) == 2
