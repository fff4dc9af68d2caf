"""Whose turn an item is."""

from datetime import timedelta

import pytest
from django.utils import timezone

from tests.conftest import join, person

pytestmark = pytest.mark.usefixtures("db", "clickhouse_schema")


def test_each_item_is_open_at_one_person_and_free_again_by_itself(
    queue, put_in, member, other, admin
):
    from evals.annotation.holding import hold, take_next

    review = queue()
    put_in(review, "t1", "t2")
    taken = take_next(review, member)
    assert take_next(review, other) not in (taken, None)
    assert take_next(review, member) == taken  # in another tab
    assert not hold(taken, other)
    review.items.filter(pk=taken.pk).update(held_until=timezone.now() - timedelta(seconds=1))
    assert hold(taken, other)
    assert take_next(review, admin) is None  # the other has both


def test_many_at_once_are_each_given_another_item(transactional_db, queue, put_in, organisation):
    from concurrent.futures import ThreadPoolExecutor
    from threading import Barrier

    from django.db import connection

    from evals.annotation.holding import take_next

    review = queue()
    put_in(review, *(f"t{n}" for n in range(6)))
    people = [join(person(f"P{n}"), organisation, "MEMBER") for n in range(6)]
    ready = Barrier(len(people))

    def take(user):
        ready.wait()
        try:
            return take_next(review, user).pk
        finally:
            connection.close()

    with ThreadPoolExecutor(len(people)) as pool:
        taken = list(pool.map(take, people))
    assert len(set(taken)) == 6


def test_what_is_skipped_comes_last_and_what_is_assigned_to_others_never(
    queue, put_in, member, other
):
    from evals.annotation.annotating import skip
    from evals.annotation.holding import take_next

    review = queue()
    first, second = put_in(review, "t1", "t2")
    put_in(review, "t3", assignee=other)
    assert take_next(review, member).object_id == "t1"
    skip(first, member)
    assert take_next(review, member).object_id == "t2"
    skip(second, member)
    assert take_next(review, member).object_id == "t1"


def test_nobody_annotates_what_somebody_else_has_open(
    span, config, queue, put_in, member, other, said, complete
):
    from evals.annotation.annotating import Unsaid
    from evals.annotation.holding import hold

    span("t1", "s1")
    helpful = config()
    [item] = put_in(queue(config_ids=[helpful.pk]), "t1")
    assert hold(item, other)
    with pytest.raises(Unsaid, match="Somebody else"):
        complete(item, member, said({helpful.pk: 1.0}))


def test_nobody_annotates_what_is_assigned_to_somebody_else(
    span, config, queue, put_in, member, other, said, complete, scored
):
    from evals.annotation import items
    from evals.annotation.annotating import Unsaid

    span("t1", "s1")
    helpful = config()
    review = queue(config_ids=[helpful.pk], per_item=2)
    [item] = put_in(review, "t1", assignee=other)
    with pytest.raises(Unsaid, match="assigned to somebody else"):
        complete(item, member, said({helpful.pk: 1.0}))
    assert scored("t1") == {} and not item.annotations.exists()
    items.assign(review, [item.pk], None)
    complete(item, member, said({helpful.pk: 1.0}))
    items.assign(review, [item.pk], other)
    complete(item, member, said({helpful.pk: 0.0}))  # what one said oneself stays one's own
    assert scored("t1")["helpful"]["value"] == 0


def test_items_of_whom_the_queue_is_no_longer_for_are_given_to_the_others(
    queue, put_in, member, other
):
    from evals.annotation import queues
    from evals.annotation.holding import take_next

    review = queue(members=[member, other])
    [item] = put_in(review, "t1", assignee=other)
    queues.change(review, queues.Wish(name="Review", members=[member, other]))
    assert take_next(review, member) is None
    queues.change(review, queues.Wish(name="Review", members=[member]))
    assert take_next(review, member) == item


def test_nobody_holds_what_is_assigned_to_somebody_else(
    client, span, config, queue, put_in, member, other, said, complete, submit
):
    from evals.annotation import items
    from evals.annotation.holding import hold

    span("t1", "s1")
    helpful = config()
    review = queue(config_ids=[helpful.pk], per_item=2)
    [item] = put_in(review, "t1", assignee=other)
    client.force_login(member)
    told = submit("queue-hold", review.pk, item.pk).content.decode()
    assert "assigned to somebody else" in told
    item.refresh_from_db()
    assert item.held_by is None and hold(item, other)
    items.assign(review, [item.pk], None)
    review.items.update(held_by=None, held_until=None)
    complete(item, member, said({helpful.pk: 1.0}))
    items.assign(review, [item.pk], other)
    assert hold(item, member)  # what one said oneself stays one's own
