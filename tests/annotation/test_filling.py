"""Queues that take in new traces by themselves."""

from datetime import timedelta

import pytest
from django.utils import timezone

pytestmark = pytest.mark.usefixtures("db", "clickhouse_schema")


@pytest.fixture
def filtered(queue):
    """`filtered("level:ERROR", a_day=2)`: a queue whose filter is an hour old."""
    from evals.annotation import queues

    def made(query="", **fields):
        one = queue(filter=queues.Filter(query=query, **fields))
        one.filter_since = timezone.now() - timedelta(hours=5)
        one.save()
        return one

    return made


@pytest.fixture
def fill():
    from evals.annotation.filling import fill

    return lambda queue: fill(queue.pk)


@pytest.fixture
def many(project, now):
    """`many(30)`: traces t0, t1, …, the newest first, stored at once."""
    from traces.records import Span
    from traces.writer import insert_spans

    def stored(count: int):
        rows = [
            Span(project.id, f"t{n}", "s1", now - n * 1_000_000_000, version=now)
            for n in range(count)
        ]
        insert_spans(rows)

    return stored


def taken(queue) -> list[str]:
    return sorted(queue.items.values_list("object_id", flat=True))


def test_matching_traces_come_in_each_once_whoever_removed_it_since(span, filtered, fill):
    from evals.annotation import items

    span("t1", "s1", level="ERROR")
    span("t2", "s1")
    errors = filtered("level:ERROR")
    assert fill(errors) == 1 and taken(errors) == ["t1"]
    assert errors.items.get().origin == "filter"
    items.remove(errors, [errors.items.get().pk])
    assert fill(errors) == 0 and taken(errors) == []
    span("t3", "s1", level="ERROR")
    assert fill(errors) == 1 and taken(errors) == ["t3"]


def test_what_comes_to_match_later_comes_in_later(span, score, filtered, fill):
    span("t1", "s1")
    poor = filtered("scores.helpful:<0.5")
    assert fill(poor) == 0
    score("t1", "helpful", 0.2)
    assert fill(poor) == 1


def test_traces_that_began_before_the_filter_are_not_taken(span, queue, fill):
    from evals.annotation import queues

    span("t1", "s1")
    everything = queue(filter=queues.Filter(query=""))
    assert fill(everything) == 0


def test_no_more_come_in_than_are_allowed_a_day_the_newest_first(many, filtered, fill):
    many(5)
    few = filtered(a_day=2)
    assert fill(few) == 2 and taken(few) == ["t0", "t1"]
    assert fill(few) == 0
    few.taken.update(at=timezone.now() - timedelta(days=1))
    assert fill(few) == 2 and taken(few) == ["t0", "t1", "t2", "t3"]


def test_each_trace_is_looked_at_in_its_turn_and_new_ones_at_once(
    many, span, filtered, fill, monkeypatch
):
    from evals.annotation import filling

    monkeypatch.setattr(filling, "MOST_LOOKED_AT", 1)
    monkeypatch.setattr(filling, "A_PAGE", 1)
    many(5)
    everything = filtered()
    assert fill(everything) == 2 and taken(everything) == ["t0", "t1"]
    assert fill(everything) == 1 and taken(everything) == ["t0", "t1", "t2"]
    span("new", "s1", at=0.5)
    assert fill(everything) == 2 and taken(everything) == ["new", "t0", "t1", "t2", "t3"]
    assert fill(everything) == 1
    everything.items.all().delete()
    everything.taken.all().delete()
    assert fill(everything) == 2 and taken(everything) == ["new", "t0"]  # from the top again


def test_a_share_of_the_traces_is_always_the_same_one(queue):
    from evals.annotation.filling import is_drawn

    review = queue()
    ids = [f"t{number}" for number in range(2_000)]
    for share, low, high in ((100, 2_000, 2_000), (50, 900, 1_100), (2.5, 20, 80)):
        review.sampling = share
        drawn = [one for one in ids if is_drawn(review, one)]
        assert low <= len(drawn) <= high
        assert drawn == [one for one in ids if is_drawn(review, one)]


def test_what_is_in_the_queue_by_hand_is_not_put_in_twice(span, filtered, fill, put_in):
    span("t1", "s1")
    everything = filtered()
    put_in(everything, "t1")
    assert fill(everything) == 0
    assert taken(everything) == ["t1"]


def test_why_nothing_comes_in_is_told_on_the_queues_page(
    span, filtered, fill, client, member, look_at, monkeypatch
):
    from evals.annotation import filling, items
    from traces.clickhouse import LimitReached

    client.force_login(member)
    span("t1", "s1")
    everything = filtered()
    monkeypatch.setattr(items, "MOST_ITEMS", 0)
    assert fill(everything) == 0
    assert "The queue is full" in look_at("queue-page", everything.pk)
    monkeypatch.undo()

    def too_much(*_args, **_options):
        raise LimitReached

    monkeypatch.setattr(filling, "list_traces", too_much)
    fill(everything)
    assert "takes too long" in look_at("queue-page", everything.pk)
    monkeypatch.undo()
    assert fill(everything) == 1
    assert "no new traces come in" not in look_at("queue-page", everything.pk)


def test_two_at_once_take_each_trace_once(transactional_db, many, filtered, fill):
    from concurrent.futures import ThreadPoolExecutor
    from threading import Barrier

    from django.db import connection

    many(30)
    everything = filtered(a_day=20)
    ready = Barrier(2)

    def run(_number):
        ready.wait()
        try:
            return fill(everything)
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        assert sum(pool.map(run, range(2))) == 20
    assert everything.items.count() == everything.taken.count() == 20


def test_the_task_asks_each_filter_and_forgets_what_none_can_see(span, filtered, queue, settings):
    from evals.annotation import filling
    from evals.annotation.tasks import fill_queue, fill_queues

    settings.CELERY_TASK_ALWAYS_EAGER = True
    span("t1", "s1")
    everything = filtered()
    queue("Other")
    fill_queue(everything.pk)
    everything.taken.update(at=timezone.now() - filling.KEPT - timedelta(minutes=1))
    asked = []
    original, fill_queue.delay = fill_queue.delay, asked.append
    try:
        fill_queues()
    finally:
        fill_queue.delay = original
    assert asked == [everything.pk]
    assert not everything.taken.exists()


def test_beat_knows_the_task():
    from config.celery import app

    assert "fill-annotation-queues" in app.conf.beat_schedule
    assert app.conf.beat_schedule["fill-annotation-queues"]["task"] == (
        "evals.annotation.tasks.fill_queues"
    )
