"""What an evaluator may cost a day."""

import pytest

from evals.judges import evaluators
from evals.judges.models import Pace, Spending, State
from tests.judges.conftest import said, statuses
from tests.llm.stand_in import answers

pytestmark = pytest.mark.django_db


def test_a_budget_that_is_spent_stops_the_evaluator_until_the_next_day(
    evaluator, answered, provider, look, work, clock
):
    one = evaluator(rule={"daily_budget": "0.00002"})  # a call of the stand-in costs 0.0000156
    for number in range(4):
        answered(f"t{number}")
    Pace.objects.update(at_once=1)
    provider.will(answers(said(1)))
    look(one)
    work()
    assert statuses(one) == {"done": 2, "waiting": 2}
    one.refresh_from_db()
    assert one.is_held and one.held_until.hour == 0 and evaluators.reason_shown(one)
    Spending.objects.update(cost=0)
    clock(hours=24)
    work()
    assert statuses(one) == {"done": 4}


def test_a_budget_is_not_kept_by_guessing(evaluator, answered, provider, look, work):
    one = evaluator(rule={"daily_budget": 1}, model="nobody-knows-1")
    answered("t1")
    provider.will(answers(said(1), usage=False))
    look(one)
    work()
    one.refresh_from_db()
    assert (one.state, one.reason) == (State.PAUSED, "cost_unknown")
    assert one.executions.get().cost is None
