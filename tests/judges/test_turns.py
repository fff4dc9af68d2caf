"""Workers that judge: few seats, several connections at each, and nobody waits for another."""

import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.utils import timezone

from evals.judges import queue, working
from evals.judges.models import Pace, Seat
from tests.judges.conftest import said
from tests.llm.stand_in import answers, says_nothing

pytestmark = pytest.mark.django_db


@pytest.fixture
def other_connection(make_connection):
    return make_connection(name="other", model_names=["quick-1"])


def hangs_but_for(model: str):
    def script(handler, asked) -> None:
        then = answers(said(1)) if asked.body["model"] == model else says_nothing
        then(handler, asked)

    return script


def test_a_connection_that_hangs_holds_up_no_other(
    evaluator, answered, provider, look, other_connection
):
    slow = evaluator("slow", timeout_seconds=2, most_attempts=1)
    quick = evaluator("quick", connection=other_connection, model="quick-1")
    answered("t1")
    look(slow)
    look(quick)
    provider.will(hangs_but_for("quick-1"))
    working.work(seconds=1)
    done, failed = quick.executions.get(), slow.executions.get()
    assert (done.status, failed.error) == ("done", "timeout")
    assert done.finished_at < failed.finished_at
    assert not Pace.objects.filter(held_until__gt=timezone.now()).exists()
    assert not Seat.objects.filter(held_until__gt=timezone.now()).exists()


def test_there_are_as_many_seats_as_the_setting_says(settings, clock):
    settings.JUDGE_MOST_WORKERS = 2
    first, second = queue.take_seat(), queue.take_seat()
    assert {first.number, second.number} == {0, 1} and queue.take_seat() is None
    queue.leave_seat(first)
    third = queue.take_seat()
    assert third.number == first.number
    assert queue.keep_seat(third) and not queue.keep_seat(first)
    Seat.objects.update(held_until=timezone.now() - queue.HOLD)  # both workers were killed
    assert queue.take_seat() is not None and not queue.keep_seat(third)


def test_a_worker_takes_more_up_while_it_has_time_or_is_kept_waiting(evaluator):
    evaluator()
    pace = Pace.objects.select_related("connection").get()
    now = time.monotonic()
    shift = working.Shift(Seat(number=0), seconds=10, began=now - 30)
    assert not shift.may_take_up()
    with ThreadPoolExecutor(1) as pool:
        shift.turns = [working.Turn(pace, now - 5, pool)]
        assert not shift.may_take_up()  # its calls may end at any moment
        shift.turns[0].until = now - 20
        assert shift.may_take_up() and shift.full_projects() == []
        shift.turns *= working.MOST_OF_PROJECT
        assert shift.full_projects() == [pace.connection.project_id]
        shift.turns *= working.MOST_TURNS
        assert not shift.may_take_up()
    shift.turns, shift.began = shift.turns[:1], now - working.TAKES_SECONDS
    assert not shift.may_take_up()


def test_a_project_whose_connections_all_hang_leaves_places_to_others(evaluator, answered, look):
    one = evaluator()
    answered("t1")
    look(one)
    now = timezone.now()
    assert len(queue.connections_due(now)) == 1
    assert queue.connections_due(now, besides=[one.project_id]) == []


def test_every_call_ends_within_the_time_that_a_task_has(settings):
    from evals.judges.editing import MOST_SECONDS

    longest = working.TAKES_SECONDS + working.SLICE_SECONDS + MOST_SECONDS
    assert longest < settings.CELERY_TASK_TIME_LIMIT
