"""Checks of spans as they come in."""

import pytest

from evals.checks import at_ingest, enabled, waiting
from evals.checks.enabled import share_of
from evals.checks.models import ProjectCheck, Swept
from ingest import held
from ingest.batch import sorted_out
from ingest.drain import drain
from ingest.pipeline import accept
from traces import writer
from traces.clickhouse import Unavailable
from traces.queries.scores import whole_scores
from traces.records import Patch, Span

REFUSAL = "I'm sorry, but I can't help with that."


def test_what_comes_in_is_checked_by_what_is_on(switch_on, arrived, scored):
    switch_on("secrets")
    switch_on("refusal")
    arrived(output=REFUSAL, environment="production")
    found = scored()
    assert found["refusal"]["value"] == 1
    assert found["refusal"]["source"] == "EVAL"
    assert found["refusal"]["observation_id"] == "s"
    assert found["secrets"]["string_value"] == "False"


def test_a_span_that_is_sent_twice_has_one_score_which_is_of_what_was_sent_last(
    switch_on, arrived, scored
):
    switch_on("refusal")
    arrived(output=REFUSAL)
    assert scored()["refusal"]["value"] == 1
    arrived(output="Gladly.")
    assert scored()["refusal"]["value"] == 0


def test_a_span_without_output_is_checked_when_its_output_comes(switch_on, project, now, scored):
    switch_on("refusal")
    begun = {"start_time": now, "type": "GENERATION", "name": "answer", "input": "Hello"}
    accept(project.id, [Patch(project.id, "t", "s", now, begun)])
    assert scored() == {}
    ended = {"output": REFUSAL, "end_time": now + 10**9}
    accept(project.id, [Patch(project.id, "t", "s", now + 1, ended, rank=1)])
    assert scored()["refusal"]["value"] == 1


def test_of_updates_that_race_the_score_of_the_later_state_counts(
    switch_on, project, now, scored, monkeypatch
):
    switch_on("refusal")
    held = []
    monkeypatch.setattr(waiting.waiting, "add", lambda scores, since: held.append(scores))
    for moment, output in enumerate((REFUSAL, "Gladly.")):
        fields = {"start_time": now, "type": "GENERATION", "output": output}
        accept(project.id, [Patch(project.id, "t", "s", now + moment, fields)])
    for scores in reversed(held):
        writer.insert_scores(scores)
    assert scored()["refusal"]["value"] == 0


def test_rows_of_traces_and_what_evaluates_are_not_checked(switch_on, arrived, scored):
    switch_on("refusal")
    arrived(span_id="", type="TRACE", output=REFUSAL)
    arrived(span_id="judge", environment="sonde-evaluator", output=REFUSAL)
    assert scored() == {}


def test_a_check_looks_only_at_what_it_is_set_to(switch_on, arrived, scored):
    switch_on("refusal", types=["GENERATION"], names=["answer*"], environments=["production"])
    wanted = {"environment": "production", "name": "answer: a question"}
    arrived("yes", **wanted)
    arrived("type", **wanted | {"type": "TOOL"})
    arrived("name", **wanted | {"name": "an answer"})
    arrived("environment", **wanted | {"environment": "staging"})
    assert [name for name in ("yes", "type", "name", "environment") if scored(name)] == ["yes"]


def test_checks_of_one_share_look_at_the_same_traces_each_as_a_whole(switch_on, arrived, scored):
    switch_on("refusal", sampling=0.5)
    switch_on("secrets", sampling=0.5)
    traces = [f"trace-{number}" for number in range(12)]
    for trace_id in traces:
        arrived(trace_id)
    looked_at = {trace_id for trace_id in traces if scored(trace_id)}
    assert looked_at == {one for one in traces if share_of(one) < (1 << 32) * 0.5}
    assert 0 < len(looked_at) < len(traces)
    assert all(set(scored(one)) == {"refusal", "secrets"} for one in looked_at)


def test_scores_that_cannot_be_stored_fail_no_request(switch_on, arrived, scored, monkeypatch):
    switch_on("refusal")

    def away(scores):
        raise Unavailable("away")

    monkeypatch.setattr(writer, "insert_scores", away)
    arrived()
    waiting.waiting.flush()
    monkeypatch.undo()
    assert scored() == {}


def test_a_check_that_fails_fails_neither_the_request_nor_the_other_checks(
    switch_on, arrived, scored
):
    broken = switch_on("regex")
    ProjectCheck.objects.filter(pk=broken.pk).update(options={"patterns": 3})
    switch_on("refusal")
    arrived()
    assert set(scored()) == {"refusal"}


def test_an_option_that_a_check_did_not_have_when_it_was_set_up_has_its_default(
    switch_on, arrived, scored
):
    row = switch_on("length")
    ProjectCheck.objects.filter(pk=row.pk).update(options={})
    arrived(output="four")
    assert scored()["length"]["value"] == 4


def test_what_there_is_no_time_for_does_not_hold_up_the_sender(
    switch_on, project, now, scored, monkeypatch
):
    switch_on("refusal")
    monkeypatch.setattr(at_ingest, "MOST_SECONDS", -1)
    spans = [Span(project.id, f"t{n}", "s", now, end_time=now, output="Yes.") for n in range(3)]
    accept(project.id, spans)
    assert [len(scored(f"t{n}")) for n in range(3)] == [1, 0, 0]


def test_the_clock_is_looked_at_after_each_check_whatever_it_says(
    switch_on, project, now, scored, monkeypatch
):
    switch_on("latency_within")  # nothing to say of what has no end
    switch_on("refusal")
    monkeypatch.setattr(at_ingest, "MOST_SECONDS", -1)
    accept(project.id, [Span(project.id, "t", "s", now, type="EVENT", output="Yes.")])
    assert scored() == {}
    monkeypatch.setattr(at_ingest, "MOST_SECONDS", 60)
    accept(project.id, [Span(project.id, "t", "s", now, type="EVENT", output="Yes.")])
    assert set(scored()) == {"refusal"}


def test_while_postgres_is_away_the_checks_that_were_known_go_on(
    postgres_away, switch_on, arrived, scored, monkeypatch
):
    switch_on("refusal")
    monkeypatch.setattr(enabled, "FRESH_SECONDS", 0.0)
    arrived("before")
    with postgres_away():
        arrived("meanwhile")
    assert scored("before") and scored("meanwhile")


def test_a_project_without_checks_is_asked_about_once_and_then_costs_no_query(
    arrived, django_assert_num_queries
):
    arrived()
    with django_assert_num_queries(0):
        arrived()


@pytest.mark.parametrize("rows", [1, 3])
def test_each_span_of_a_request_is_checked(switch_on, project, now, scored, rows):
    switch_on("length")
    spans = [Span(project.id, f"t{n}", "s", now, end_time=now, output="x" * n) for n in range(rows)]
    accept(project.id, spans)
    assert [scored(f"t{n}")["length"]["value"] for n in range(rows)] == list(range(rows))


def test_what_was_held_while_clickhouse_was_away_is_checked_when_it_is_written_back(
    switch_on, project, now, scored
):
    switch_on("refusal")
    held_span = Span(project.id, "t", "s", now, end_time=now, output=REFUSAL)
    batch = sorted_out([held_span], mergeable=[], now_ns=now)
    held.hold(project.id, batch, version=now)
    assert scored() == {}
    assert drain().is_empty
    assert scored()["refusal"]["value"] == 1


def test_scores_are_written_soon_without_being_asked_for(switch_on, arrived, project, monkeypatch):
    monkeypatch.setattr(waiting, "GATHER_SECONDS", 0.01)
    switch_on("refusal")
    arrived()
    if (writing := waiting.waiting._writer) is not None:
        writing.join(30)
    assert [row["name"] for row in whole_scores(project.id, "t")] == ["refusal"]


def test_more_scores_than_may_wait_are_left_to_the_sweep(
    switch_on, arrived, scored, project, monkeypatch
):
    monkeypatch.setattr(waiting, "MOST", 0)
    switch_on("refusal")
    Swept.objects.create(project=project, until=2**62)
    arrived(received_at=1)
    assert scored() == {}
    assert Swept.objects.get(project=project).until == 1


def test_a_generation_that_langfuse_creates_and_updates_is_checked_as_it_ends_up(
    switch_on, client, api_key, auth, scored
):
    switch_on("refusal", types=["GENERATION"])

    def send(kind, at, **body):
        event = {"id": f"{kind}-{at}", "type": kind, "timestamp": f"2026-11-20T10:00:0{at}Z"}
        batch = {"batch": [event | {"body": {"id": "s", "traceId": "t", **body}}]}
        answer = client.post(
            "/api/public/ingestion", batch, content_type="application/json", headers=auth(api_key)
        )
        assert answer.json()["errors"] == []

    send("generation-create", 0, name="answer", startTime="2026-11-20T10:00:00Z")
    assert scored() == {}
    send("generation-update", 1, output=REFUSAL, endTime="2026-11-20T10:00:01Z")
    assert scored()["refusal"]["value"] == 1
    send("generation-update", 2, output="Gladly.")
    assert scored()["refusal"]["value"] == 0
