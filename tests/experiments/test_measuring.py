"""What came of an experiment: figures and scores of its items, as the store has them."""

from decimal import Decimal

import pytest

from evals.experiments.measuring import measurements, summary
from prompts.figures.statistics import Share
from traces.queries import experiment_items


@pytest.fixture
def measured(project):
    def found(run):
        return measurements(project.id, [run])[run]

    return found


def test_an_item_took_what_its_root_took_and_cost_what_was_called_meanwhile(
    dataset, told, span, measured
):
    run = told("a", dataset, "i0", "t0", took=4)
    span("t0", "call", at=1, type="GENERATION", parent_span_id="t0-root", total_cost="0.02")
    span("t0", "judge", at=5, type="GENERATION", parent_span_id="t0-outer", total_cost="1")
    one = measured(run)["i0"]
    assert (one.latency_ms, one.cost, one.has_failed) == (4000.0, Decimal("0.02"), False)


def test_a_call_without_a_price_makes_the_cost_unknown(dataset, told, span, measured):
    run = told("a", dataset, "i0", "t0", took=4)
    span("t0", "c1", at=1, total_cost="0.02")
    span("t0", "c2", at=1, cost_source="unknown")
    found = measured(run)
    assert found["i0"].cost is None
    assert (summary(found).cost, summary(found).unpriced) == (None, 1)


def test_a_linked_trace_without_a_root_is_measured_as_a_whole(call, dataset, span, measured):
    span("t0", "top", took=3, is_root=True, total_cost="0.5", level="ERROR", status_message="no")
    made = call("post", "dataset-run-items", {
        "runName": "a", "datasetItemId": "i0", "traceId": "t0"})[1]  # fmt: skip
    one = measured(made["datasetRunId"])["i0"]
    assert (one.latency_ms, one.cost, one.has_failed) == (3000.0, Decimal("0.5"), True)
    assert one.figure.said == "no"


def test_a_trace_that_says_its_output_itself_needs_no_observation(project, call, dataset, span):
    from traces.queries.experiment_items import figures

    span("t0", "", took=None, type="TRACE", trace_input="q", trace_output="a")
    span("t1", "", took=None, type="TRACE", trace_output="told")
    span("t1", "top", took=2, is_root=True, input="asked", output="inner")
    alone, both = figures(project.id, [("t0", ""), ("t1", "")], texts=100).values()
    assert (alone.input, alone.output, alone.ended) == ("q", "a", None)
    assert (both.input, both.output, both.latency_ms) == ("asked", "told", 2000.0)


def test_scores_of_the_item_count_and_those_of_its_inner_steps_do_not(
    dataset, told, score, measured
):
    run = told("a", dataset, "i0", "t0")
    score("t0", "whole", 0.5)
    score("t0", "root", 1.0, data_type="BOOLEAN", observation_id="t0-root")
    score("t0", "inner", 0.1, observation_id="some-step")
    score("t0", "said", None, data_type="CATEGORICAL", string_value="good")
    found = measured(run)
    assert {name: one.number for name, one in found["i0"].scores.items()} == {
        "whole": 0.5, "root": 1.0, "said": None}  # fmt: skip
    told_of = {one.name: one for one in summary(found).scores}
    assert told_of["root"].value == Share(1, 1)
    assert told_of["whole"].value.mean == 0.5
    assert told_of["said"].counts == [("good", 1)]


def test_what_inner_steps_scored_earlier_hides_nothing_of_the_item(
    project, dataset, told, score, measured, now
):
    from traces.queries.experiment_items import MOST_NAMES
    from traces.records import Score
    from traces.writer import insert_scores

    run = told("a", dataset, "i0", "t0")
    insert_scores([
        Score(project.id, f"inner{n}", f"c{n}", now - 9, value=0.0, trace_id="t0",
              observation_id=f"step{n % 40}")
        for n in range(MOST_NAMES + 1)
    ])  # fmt: skip
    score("t0", "judge", 0.9, observation_id="t0-root")
    assert {name: one.number for name, one in measured(run)["i0"].scores.items()} == {"judge": 0.9}


def test_a_value_of_nought_is_counted_beside_texts(dataset, told, score, measured):
    run = told("a", dataset, "i0", "t0")
    told("a", dataset, "i1", "t1")
    score("t0", "kind", 0.0, data_type="CATEGORICAL")
    score("t1", "kind", None, data_type="CATEGORICAL", string_value="good")
    (found,) = summary(measured(run)).scores
    assert sorted(found.counts) == [("0", 1), ("good", 1)]


def test_an_item_run_again_counts_as_it_came_out_the_last_time(dataset, told, measured):
    run = told("a", dataset, "i0", "t0", level="ERROR")
    told("a", dataset, "i0", "t1", at=9)
    found = measured(run)
    assert (len(found), found["i0"].run.trace_id, found["i0"].has_failed) == (1, "t1", False)


def test_rows_that_were_sent_twice_and_traces_that_were_deleted_do_not_count(
    project, dataset, told, span, measured, unmerged, now
):
    import time

    from traces.writer import insert_spans

    run = told("a", dataset, "i0", "t0", took=4)
    row = span("t0", "call", at=1, total_cost="0.02")
    insert_spans([row])
    told("a", dataset, "i1", "t1")
    gone = [span("t1", f"t1-{name}", version=time.time_ns()) for name in ("outer", "root")]
    for one in gone:
        one.is_deleted, one.version = True, time.time_ns()
    insert_spans(gone)
    found = measured(run)
    assert list(found) == ["i0"]
    assert found["i0"].cost == Decimal("0.02")


def test_each_experiment_has_its_own_limit_and_knows_how_many_items_it_has(project, dataset, told):
    from evals.experiments.reading import experiments

    old, new = (
        {told(name, dataset, f"i{n}", f"{name}{n}", at=at + n) for n in range(3)}.pop()
        for name, at in (("old", -50), ("new", 0))
    )
    found = measurements(project.id, [old, new], most=2)
    assert {run: list(items) for run, items in found.items()} == {
        old: ["i2", "i1"], new: ["i2", "i1"]}  # fmt: skip
    assert [one.items for one in experiments(project.id)] == [3, 3]


def test_links_of_each_experiment_have_their_own_limit(project, call, dataset):
    for run in ("old", "new"):
        for n in range(3):
            made = {"runName": run, "datasetItemId": f"i{n}", "traceId": f"{run}{n}"}
            assert call("post", "dataset-run-items", made)[0] == 200
    ids = [one["id"] for one in call("get", f"datasets/{dataset.name}/runs")[1]["data"]]
    found = measurements(project.id, ids, most=2)
    assert [list(items) for items in found.values()] == [["i2", "i1"], ["i2", "i1"]]


def test_absurd_scores_are_no_fault(dataset, told, score, measured):
    run = told("a", dataset, "i0", "t0")
    told("a", dataset, "i1", "t1")
    score("t0", "vast", 1.7e308)
    score("t1", "vast", 1.7e308)
    assert summary(measured(run)).scores[0].value is None


def test_texts_are_read_where_they_are_shown_and_nowhere_else(
    project, dataset, told, measured, monkeypatch
):
    asked = []
    real = experiment_items.rows

    def noted(sql, **values):
        asked.append(sql)
        return real(sql, **values)

    monkeypatch.setattr(experiment_items, "rows", noted)
    run = told("a", dataset, "i0", "t0", output="long")
    place = measured(run)["i0"].run.place
    assert asked and not any("s.input" in sql or "s.output" in sql for sql in asked)
    shown = experiment_items.figures(project.id, [place], texts=2)[place]
    assert shown.output == "lo" and any("s.output" in sql for sql in asked)


def test_many_places_are_asked_for_in_few_queries_and_those_of_a_trace_in_one(monkeypatch):
    places = [(f"t{n % 50:031}", f"s{n:015}") for n in range(100)]
    assert list(experiment_items._portions(places)) == [sorted(places)]
    monkeypatch.setattr(experiment_items, "MOST_BYTES", 400)
    portions = list(experiment_items._portions(places))
    assert [one for some in portions for one in some] == sorted(places)
    traces = [{trace_id for trace_id, _span in some} for some in portions]
    assert len(portions) > 5 and sum(map(len, traces)) == 50
    assert list(experiment_items._portions([])) == []


def test_measurements_are_the_same_in_however_many_queries(
    dataset, told, score, measured, monkeypatch
):
    for n in range(3):
        run = told("a", dataset, f"i{n}", f"t{n}")
        score(f"t{n}", "ok", float(n % 2), data_type="BOOLEAN", observation_id=f"t{n}-root")
    at_once = measured(run)
    monkeypatch.setattr(experiment_items, "MOST_BYTES", 1)
    assert measured(run) == at_once and len(at_once) == 3


def test_what_was_said_to_scores_is_read_of_shown_items_alone(
    project, dataset, told, score, measured
):
    from evals.experiments.measuring import MAX_COMMENT, with_comments

    run = told("a", dataset, "i0", "t0")
    score("t0", "judge", 0.5, comment="because " * 100)
    found = measured(run)["i0"]
    assert found.scores["judge"].comment == ""
    [shown] = with_comments(project.id, [found])
    assert shown.scores["judge"].comment == ("because " * 100)[:MAX_COMMENT]
    assert shown.scores["judge"].number == 0.5 and shown.run == found.run
