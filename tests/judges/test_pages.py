"""The pages of an evaluator: its executions, its rule, and how good it is."""

import pytest

from evals.judges import evaluators
from evals.judges.models import Evaluator, Pace
from tests.judges.conftest import said
from tests.llm.stand_in import answers

pytestmark = pytest.mark.django_db


def test_a_filter_that_cannot_be_read_is_told(post, evaluator):
    one = evaluator()
    rule = {"target": "trace", "query": "nosuch:1", "percent": "5", "delay_seconds": "30"}
    answer = post("evaluator-rule", one.pk, data=rule)
    assert answer.status_code == 400 and "There is no field" in answer.content.decode()


def test_executions_are_listed_by_status_and_one_is_seen_whole_and_retried(
    page, post, evaluator, answered, provider, look, work
):
    one = evaluator(most_attempts=1)
    answered("good"), answered("poor")
    Pace.objects.update(at_once=1)
    provider.will(answers(said(1, "All right.")), answers("<script>no</script>"))
    look(one)
    work()
    done, failed = one.executions.get(status="done"), one.executions.get(status="failed")
    listed = page("evaluator-page", one.pk, status="failed")
    assert f"executions/{failed.pk}" in listed and f"executions/{done.pk}" not in listed
    whole = page("evaluator-execution", one.pk, failed.pk)
    assert "&lt;script&gt;no" in whole and "What is judged" not in whole and "2 + 2?" in whole
    assert "All right." in page("evaluator-execution", one.pk, done.pk)
    scored = page("trace-page", done.trace_id, span="trace", tab="scores")
    assert "How it was judged" in scored and done.execution_trace_id in scored
    assert "1" in page("evaluator-list")
    provider.will(answers(said(0)))
    post("evaluator-execution-retry", one.pk, failed.pk)
    work()
    failed.refresh_from_db()
    assert (failed.status, failed.value) == ("done", 0)
    assert not post("evaluator-execution-retry", one.pk, done.pk).wsgi_request.GET
    done.refresh_from_db()
    assert done.status == "done"


def test_the_list_says_at_which_place_there_was_nothing(page, evaluator, span, look, work):
    one = evaluator()
    span("t0", "t0-root", is_root=True, input="2 + 2?", output="")
    look(one)
    work()
    assert one.executions.get().error == "nothing_there"
    assert "“answer”: there is nothing at output." in page("evaluator-page", one.pk)


def test_pause_resume_off_and_delete(page, post, evaluator):
    one = evaluator()
    for do, state in (("pause", "paused"), ("on", "active"), ("off", "off")):
        post("evaluator-state", one.pk, data={"do": do})
        one.refresh_from_db()
        assert one.state == state
    evaluators.pause(one, "quota", "You owe us.")
    shown = page("evaluator-page", one.pk)
    assert "nothing left to spend" in shown and "You owe us." in shown
    assert "Delete this evaluator?" in page("evaluator-delete", one.pk)
    post("evaluator-delete", one.pk)
    assert not Evaluator.objects.exists()


def test_a_judge_is_held_beside_people_and_beside_itself(
    page, post, evaluator, answered, score, provider, work
):
    one = evaluator(output={"kind": "boolean"})
    for number in range(4):
        answered(f"t{number}")
        by_people = {"source": "ANNOTATION", "data_type": "BOOLEAN"}
        score(f"t{number}", "correct", float(number % 2), string_value="", **by_people)
    assert "Judge the 4 that are left" in page("evaluator-quality", one.pk)
    post("evaluator-quality", one.pk, data={"do": "labels"})
    Pace.objects.update(at_once=1)
    provider.will(*[answers(said(one_)) for one_ in (False, True, True, True)])
    work()
    shown = page("evaluator-quality", one.pk)
    assert "Judge the" not in shown and "Furthest apart" in shown
    judged = dict(one.executions.values_list("trace_id", "value"))
    agreed = sum(judged[f"t{number}"] == number % 2 for number in range(4))
    assert f"{agreed * 25} %" in shown
    post("evaluator-quality", one.pk, data={"do": "repeat", "targets": 2, "times": 3})
    work()
    assert one.executions.filter(repeat__gt=0, status="done").count() == 4
    shown = page("evaluator-quality", one.pk)
    assert "The same each time" in shown
    assert (
        post(
            "evaluator-quality", one.pk, data={"do": "repeat", "targets": 0, "times": 3}
        ).status_code
        == 200
    )
