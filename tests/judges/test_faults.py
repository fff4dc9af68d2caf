"""What goes wrong with one execution stays with it."""

import json

import pytest
from django.db import DataError

from evals.judges import evaluators, settling, targets
from evals.judges.models import Pace
from tests.judges.conftest import said
from tests.llm.stand_in import answers, refuses
from traces.errors import Refused

pytestmark = pytest.mark.django_db
UNKEPT = '["\\u0000 and \\ud800"]'  # a NUL and half a character, as JSON's escapes write them


def test_nuls_and_half_characters_in_what_is_judged_are_replaced_and_judged(
    evaluator, answered, span, provider, look, work
):
    mapping = {
        "question": {"source": "input", "path": "[0]"},
        "answer": {"source": "context"},
    }
    one = evaluator(mapping=mapping)
    answered("t1", UNKEPT, UNKEPT)
    span("t1", "r", at=0.1, type="RETRIEVER", output=UNKEPT)
    provider.will(answers(said(1)))
    look(one)
    work()
    execution = one.executions.get()
    assert (execution.status, len(provider.asked)) == ("done", 1)
    assert json.dumps(execution.sent).count("\\ufffd and \\ufffd") == 2


def test_nuls_in_what_a_provider_says_are_replaced(evaluator, answered, provider, look, work):
    one = evaluator()
    answered("t1")
    provider.will(refuses(400, {"message": "No \0 \ud800 way."}))
    look(one)
    work()
    execution = one.executions.get()
    assert (execution.status, execution.error) == ("failed", "refused")
    assert "way." in execution.said


@pytest.mark.parametrize("fault", [Refused("no"), RecursionError()])
def test_what_cannot_be_read_fails_alone(
    fault, evaluator, answered, provider, look, work, monkeypatch
):
    one = evaluator()
    answered("t1")
    answered("t2")
    found = targets.found

    def read(project_id, trace_id, observation_id):
        if trace_id == "t1":
            raise fault
        return found(project_id, trace_id, observation_id)

    monkeypatch.setattr(targets, "found", read)
    provider.will(answers(said(1)))
    look(one)
    work()
    assert told(one) == {"t1": ("failed", "fault"), "t2": ("done", "")}


def test_an_answer_that_cannot_be_kept_fails_alone_and_the_others_are_done(
    evaluator, answered, provider, look, work, monkeypatch
):
    one = evaluator()
    for number in range(4):
        answered(f"t{number}")
    kept = settling._keep_verdict

    def keep(execution, verdict):
        if execution.trace_id == "t2":
            raise DataError("unsupported")
        kept(execution, verdict)

    monkeypatch.setattr(settling, "_keep_verdict", keep)
    provider.will(answers(said(1)))
    look(one)
    work()
    done = ("done", "")
    assert told(one) == {"t0": done, "t1": done, "t2": ("failed", "fault"), "t3": done}
    assert len(provider.asked) == 4
    monkeypatch.undo()
    evaluators.retry(one.executions.all())
    work()
    assert set(told(one).values()) == {done}


def test_an_evaluator_that_is_deleted_while_its_judge_answers_holds_up_no_other(
    evaluator, answered, provider, look, work, monkeypatch
):
    one, other = evaluator("one"), evaluator("other")
    answered("t1")
    Pace.objects.update(at_once=1)
    look(one)
    look(other)
    noted = evaluators.note_hopeless

    def deleted_first(evaluator, *of_failure):
        if evaluator.name == "one":
            evaluators.delete(one)
        return noted(evaluator, *of_failure)

    monkeypatch.setattr(evaluators, "note_hopeless", deleted_first)
    provider.will(refuses(401), answers(said(1)))
    work()
    assert told(other) == {"t1": ("done", "")}


def told(one) -> dict[str, tuple[str, str]]:
    return {found.trace_id: (found.status, found.error) for found in one.executions.all()}
