"""Many traces of the list into a queue, and back."""

import pytest

from tests.exports.conftest import changed, sent, worked_off  # noqa: F401

pytestmark = pytest.mark.usefixtures("db", "clickhouse_schema")


@pytest.fixture
def three(span):
    span("a", "s", level="ERROR")
    span("b", "s", at=-1, level="ERROR")
    span("c", "s", at=-2)


@pytest.fixture
def into(changed):  # noqa: F811
    def run(queue, query="", **fields):
        options = {"queue": queue.pk}
        return changed("queue", query, target=queue.name, options=options, **fields)

    return run


def undone(run, user):
    from exports import bulk

    return worked_off(bulk.undo(run, asked_by=user))


def test_all_that_match_go_into_the_queue_and_what_is_there_stays(three, queue, put_in, into):
    review = queue()
    put_in(review, "a")
    run = into(review, "level:ERROR")
    assert (run.looked_at, run.changed, run.refused) == (2, 1, 0)
    assert sorted(review.items.values_list("object_id", "origin")) == [("a", "page"), ("b", "bulk")]
    assert run.link.endswith(review.pk)
    assert into(review, "level:ERROR").changed == 0


def test_undoing_takes_out_what_it_put_in_and_is_still_pending(
    three, config, queue, put_in, into, owner, member
):
    from evals.annotation.annotating import Said, complete

    helpful = config()
    review = queue(config_ids=[helpful.pk], per_item=2)
    put_in(review, "a")
    run = into(review)
    complete(review.items.get(object_id="b"), member, Said({helpful.pk: 1.0}))  # one of two
    undone(run, owner)
    assert sorted(review.items.values_list("object_id", flat=True)) == ["a", "b"]


def test_a_full_queue_refuses_and_a_deleted_one_ends_the_run(three, queue, into, monkeypatch):
    from evals.annotation import items

    review = queue()
    monkeypatch.setattr(items, "MOST_ITEMS", 2)
    run = into(review)
    assert (run.changed, run.refused) == (0, 3)
    assert "at most 2 items" in run.problems[0][1]
    options = {"queue": review.pk}
    review.delete()
    review.pk = options["queue"]
    assert into(review).error == "target_gone"


def test_the_list_asks_which_queue_and_then_begins(three, client, member, viewer, queue, sent):  # noqa: F811
    from exports.models import BulkRun

    client.force_login(member)
    assert "There is no queue yet." in sent("queue", trace=["a"]).content.decode()
    review = queue()
    page = sent("queue", trace=["a", "c"]).content.decode()
    assert "2 traces" in page and review.name in page
    answer = sent("queue", trace=["a", "c"], confirmed="1", queue=review.pk)
    assert answer.status_code == 302
    worked_off(BulkRun.objects.get())
    assert sorted(review.items.values_list("object_id", flat=True)) == ["a", "c"]
    client.force_login(viewer)
    assert sent("queue", trace=["a"], confirmed="1", queue=review.pk).status_code == 404
