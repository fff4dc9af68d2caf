"""Judging what is there already."""

import re
from decimal import Decimal

import pytest

from evals.judges import evaluators, past
from evals.judges.finding import wanted_of
from evals.judges.models import Execution, PastRun
from tests.judges.conftest import said
from tests.llm.stand_in import answers

pytestmark = pytest.mark.django_db


def test_what_is_there_is_counted_judged_once_and_can_be_stopped(
    page, post, evaluator, answered, provider, look, work, span, now
):

    one = evaluator(rule={"query": "env:prod"})
    for number in range(6):
        answered(f"t{number}", environment="prod" if number < 4 else "dev")
    assert look(one) == 4
    Execution.objects.exclude(trace_id="t0").delete()
    shown = page("evaluator-past", one.pk, q="env:prod", range="7d")
    assert "by the length of some of them" in shown and "Begin" in shown
    estimate = re.search(r"<dt>Matching</dt><dd class=\"num\">(\d+)", shown)
    assert estimate[1] == "4"
    fields = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', shown))
    fields.pop("csrfmiddlewaretoken", None)
    post("evaluator-past", one.pk, data=fields)
    run = PastRun.objects.get()
    while past.work(run.pk):
        pass
    run.refresh_from_db()
    assert (run.made, run.known, run.error) == (3, 1, "") and run.is_over
    provider.will(answers(said(1)))
    work()
    assert past.progressed(run).done == 3 and one.executions.count() == 4
    shown = page("evaluator-past", one.pk, q="env:prod", range="7d")
    assert "3 of 3 judged" in shown and "$0.0000" in shown
    post("evaluator-past", one.pk, data={**fields, "q": "", "most": "1"})
    second = PastRun.objects.first()
    while past.work(second.pk):
        pass
    assert post("evaluator-past-cancel", one.pk, second.pk).status_code == 302
    second.refresh_from_db()
    assert (second.is_cancelled, second.dropped) == (True, 1 - second.known)
    assert not one.executions.filter(status="waiting").exists()


@pytest.mark.parametrize("target", ["trace", "observation"])
def test_before_anything_is_judged_the_cost_is_reckoned_by_length(
    page, evaluator, answered, now, target
):
    one = evaluator()
    for number in range(3):
        answered(f"t{number}", "word " * 4_000)
    version = evaluators.current(one)
    found = past.estimate(version, wanted_of(""), target, 1.0, 1_000)
    assert (found.sampled, found.by_length) == (3, True)
    asked, answer = 3 * 4_000 * Decimal("0.15") / 10**6, 3 * 200 * Decimal("0.60") / 10**6
    assert asked + answer < found.cost < 2 * asked + answer
    version.model = "nobody-knows-its-price"
    assert past.estimate(version, wanted_of(""), target, 1.0, 1_000).cost is None
    version.model, version.mapping = "gpt-4o-mini", {"a": {"source": "context"}}
    assert past.estimate(version, wanted_of(""), target, 1.0, 1_000).cost is None
