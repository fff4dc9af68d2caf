"""What a judge gets to see of a trace, and who is asked when."""

import json
from datetime import timedelta

import pytest
from django.utils import timezone

from evals.judges import evaluators, finding, queue, targets, upkeep
from evals.judges.models import Execution, Pace, Rule
from tests.judges.conftest import said
from tests.llm.stand_in import answers

pytestmark = pytest.mark.django_db


def test_a_trace_is_seen_with_its_passages_its_steps_its_tools_and_what_was_expected(
    project, answered, span
):
    answered("t1", "Q", "A", metadata={"expected_output": "E", "docs": '[{"text": "d"}]'})
    span("t1", "r", at=0.1, type="RETRIEVER", name="search", output='["one", {"text": "two"}]')
    offered = json.dumps([{"name": "book"}])
    called = json.dumps([{"name": "book", "arguments": "{}"}])
    span("t1", "g", at=0.2, type="GENERATION", tool_definitions=offered, tool_calls=called)
    span("t1", "x", at=0.3, type="TOOL", name="book", level="ERROR", status_message="full")
    found = targets.found(project.id, "t1")
    fields = found.fields
    assert (fields["input"], fields["output"], fields["expected_output"]) == ("Q", "A", "E")
    assert fields["context"] == ["one", "two"] and found.environment == "default"
    assert fields["metadata"]["docs"] == [{"text": "d"}]
    assert fields["tools"] == {"offered": json.loads(offered), "called": json.loads(called)}
    assert [step["type"] for step in fields["steps"]] == ["RETRIEVER", "GENERATION", "TOOL"]
    assert fields["steps"][2]["error"] == "full"
    assert found.output_length == 1


def test_an_observation_is_seen_by_itself_within_its_trace(project, answered, span):
    answered("t1", "Q", "A")
    span("t1", "r", type="RETRIEVER", output="text")
    expected = {"item.expected_output": "E"}
    span("t1", "g", type="GENERATION", input="i", output="o", experiment=expected)
    fields = targets.found(project.id, "t1", "g").fields
    assert (fields["input"], fields["output"], fields["expected_output"]) == ("i", "o", "E")
    assert fields["context"] == ["text"]


def test_what_is_gone_is_not_found(project, answered):
    answered("t1", is_deleted=True)
    assert targets.found(project.id, "t1") is None
    assert targets.found(project.id, "t1", "s") is None
    assert targets.found(project.id, "never") is None


def test_off_forgets_what_came_meanwhile_and_a_pause_does_not(evaluator):
    one = evaluator()
    before = one.rule.watermark
    evaluators.pause(one, "by_hand")
    evaluators.turn_on(one)
    one.rule.refresh_from_db()
    assert one.rule.watermark == before
    evaluators.turn_off(one)
    evaluators.turn_on(one)
    one.rule.refresh_from_db()
    assert one.rule.watermark > before


def test_one_that_was_off_is_off_again_when_it_is_resumed(evaluator):
    one = evaluator()
    evaluators.turn_off(one)
    evaluators.pause(one, "quota")
    evaluators.pause(one, "key")  # once more, by a call that was under way
    assert evaluators.turn_on(one) == "off"
    assert evaluators.turn_on(one) == "active"


def test_a_paused_evaluator_neither_looks_nor_works(evaluator, answered, look, work, provider):
    one = evaluator()
    answered("t1")
    look(one)
    evaluators.pause(one, "by_hand")
    work()
    answered("t2")
    assert look(one) == 0 and provider.asked == [] and finding.due() == []
    evaluators.turn_off(one)  # takes nothing new, and finishes what waits
    provider.will(answers(said(1)))
    work()
    assert one.executions.get().status == "done"


def test_connections_take_turns_and_a_slowed_one_holds_up_no_other(evaluator, answered, look):
    one = evaluator()
    answered("t1")
    look(one)
    first = evaluators.current(one).connection_id
    now = timezone.now()
    assert queue.connections_due(now) == [first]
    pace = queue.hold(first)
    assert queue.hold(first) is None and queue.connections_due(now) == []
    queue.let_go(pace)
    until = queue.slow_down(pace, 30)
    assert queue.connections_due(timezone.now()) == []
    assert queue.connections_due(until + timedelta(seconds=1)) == [first]


def test_calls_keep_to_the_pace_with_a_short_burst(evaluator):
    evaluator()
    Pace.objects.update(per_minute=60)
    pace = Pace.objects.get()
    now = timezone.now()
    begun = 0
    while not queue.wait_of(pace, now):
        queue.began(pace, now)
        begun += 1
    assert begun == 3  # one, and as many as two seconds have
    assert 0 < queue.wait_of(pace, now) <= 1


def test_an_execution_that_kills_every_worker_is_given_up(
    evaluator, answered, look, work, provider
):
    one = evaluator()
    answered("t1")
    look(one)
    Execution.objects.update(taken=queue.MOST_TAKEN)
    work()
    execution = one.executions.get()
    assert (execution.status, execution.error, provider.asked) == ("failed", "broken", [])


@pytest.mark.parametrize(
    ("error", "status", "reason"),
    [("LimitReached", "failed", "too_much"), ("Unavailable", "waiting", "")],
)
def test_a_trace_that_is_too_large_fails_and_a_store_that_is_away_is_waited_for(
    error, status, reason, evaluator, answered, look, work, provider, monkeypatch
):
    from evals.judges import tasks
    from traces import errors

    def away(*_, **__):
        raise getattr(errors, error)("no")

    one = evaluator()
    answered("t1")
    look(one)
    monkeypatch.setattr(targets, "locate", away)
    work()
    execution = one.executions.get()
    assert (execution.status, execution.error, provider.asked) == (status, reason, [])
    watermark = Rule.objects.get().watermark
    monkeypatch.setattr(finding, "quiet_traces", away)
    tasks.look_for(one.pk)
    assert Rule.objects.get().watermark == watermark


def test_two_looks_at_once_make_one_execution(evaluator, answered, project):
    one = evaluator()
    answered("t1")
    version = evaluators.current(one)
    assert finding.make(version, [("t1", "")]) == 1
    assert finding.make(version, [("t1", ""), ("t2", "")], repeats=(0, 1)) >= 1
    assert one.executions.filter(trace_id="t1", repeat=0).count() == 1


def test_a_trace_that_is_judged_is_not_judged_again_when_more_of_it_comes(
    evaluator, answered, look, span
):
    one = evaluator()
    answered("t1")
    assert look(one) == 1
    span("t1", "late", at=2)
    assert look(one) == 0


def test_a_filter_that_can_no_longer_be_read_pauses_with_the_reason(evaluator, look):
    one = evaluator()
    Rule.objects.filter(evaluator=one).update(query="nosuch:1")
    look(one)
    one.refresh_from_db()
    assert (one.state, one.reason) == ("paused", "unreadable")


def test_texts_are_forgotten_after_a_while_and_verdicts_are_not(
    evaluator, answered, look, work, provider
):
    one = evaluator()
    answered("t1")
    look(one)
    provider.will(answers(said(1)))
    work()
    upkeep.forget_texts(timezone.now())
    assert one.executions.get().sent
    upkeep.forget_texts(timezone.now() + timedelta(days=31))
    assert (one.executions.get().sent, one.executions.get().value) == (None, 1)


def test_beat_looks_works_and_forgets(settings):
    from config.celery import app

    app.loader.import_default_modules()
    for name in ("look-for-judges", "resume-judging", "expire-judging"):
        assert settings.CELERY_BEAT_SCHEDULE[name]["task"] in app.tasks


def test_a_trace_is_read_in_few_questions_and_its_root_once(project, answered, monkeypatch):
    from traces import clickhouse

    answered("t1")
    asked, real = [], clickhouse._ask
    noted = lambda *a, **k: asked.append(1) or real(*a, **k)  # noqa: E731
    monkeypatch.setattr(clickhouse, "_ask", noted)
    assert targets.found(project.id, "t1").fields["output"] == "4"
    assert len(asked) <= 5
