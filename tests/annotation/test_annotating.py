"""What people say of items, and the scores that are written."""

import pytest

pytestmark = pytest.mark.usefixtures("db", "clickhouse_schema")


def test_what_is_said_becomes_scores_of_the_trace_with_who_and_where(
    span, config, queue, put_in, member, said, complete, scored
):
    span("t1", "s1", environment="prod")
    tone = config("tone", "CATEGORICAL", categories=[{"label": "kind", "value": 3}])
    grade = config("grade", "NUMERIC", min_value=0, max_value=10)
    review = queue(config_ids=[tone.pk, grade.pk])
    [item] = put_in(review, "t1")
    complete(item, member, said({tone.pk: "kind", grade.pk: 7.5}, "Good enough", "Better"))
    scores = scored("t1")
    assert scores["tone"]["value"] == 3 and scores["tone"]["string_value"] == "kind"
    assert scores["grade"]["value"] == 7.5
    assert scores["output"]["data_type"] == "CORRECTION"
    assert scores["output"]["string_value"] == "Better"
    for one in scores.values():
        assert (one["source"], one["author_user_id"]) == ("ANNOTATION", str(member.pk))
        assert one["comment"] == "Good enough"
    from traces.queries.langfuse.scores import score as whole

    row = whole(item.queue.project_id, scores["tone"]["id"])
    assert (row["queue_id"], row["config_id"]) == (review.pk, tone.pk)
    assert row["environment"] == "prod"
    item.refresh_from_db()
    assert (item.status, item.completed_by) == ("COMPLETED", member)


def test_saying_it_again_replaces_and_what_is_left_out_goes(
    span, config, queue, put_in, member, said, complete, scored
):
    span("t1", "s1")
    helpful, grade = config(), config("grade", "NUMERIC")
    [item] = put_in(queue(config_ids=[helpful.pk, grade.pk]), "t1")
    first = complete(item, member, said({helpful.pk: 1.0, grade.pk: 3.0}, correction="x"))
    again = complete(item, member, said({grade.pk: 4.0}))
    assert {name: one["value"] for name, one in scored("t1").items()} == {"grade": 4.0}
    assert again.done_at == first.done_at
    assert item.annotations.count() == 1


def test_scores_of_observations_and_sessions_are_theirs(
    span, config, queue, member, said, complete, scored
):
    from evals.annotation import items
    from traces.queries.langfuse.scores import ScoreQuery, scores_after

    span("t1", "s1", session_id="talk")
    helpful = config()
    review = queue(config_ids=[helpful.pk])
    refs = [items.Ref("OBSERVATION", "s1", "t1"), items.Ref("SESSION", "talk")]
    for item in items.add(review, refs, items.How()):
        complete(item, member, said({helpful.pk: 0.0}))
    assert scored("t1")["helpful"]["observation_id"] == "s1"
    stored = scores_after(review.project_id, ScoreQuery(), limit=10, after=None)
    assert sorted(one["session_id"] for one in stored) == ["", "talk"]


@pytest.mark.parametrize(
    ("value", "words"), [(11.0, "above 10"), ("many", "takes a number"), (True, "takes a number")]
)
def test_a_value_that_its_configuration_refuses_is_told_and_nothing_is_stored(
    span, config, queue, put_in, member, said, complete, scored, value, words
):
    from evals.annotation.annotating import Unsaid

    span("t1", "s1")
    grade = config("grade", "NUMERIC", max_value=10)
    [item] = put_in(queue(config_ids=[grade.pk]), "t1")
    with pytest.raises(Unsaid, match=words) as told:
        complete(item, member, said({grade.pk: value}))
    assert told.value.field == grade.pk
    assert scored("t1") == {} and not item.annotations.exists()


def test_nothing_said_and_nothing_there_to_say_it_of_are_told(
    span, config, queue, put_in, member, said, complete
):
    from evals.annotation.annotating import Unsaid

    review = queue(config_ids=[config().pk])
    [item] = put_in(review, "gone")
    with pytest.raises(Unsaid, match="at least one score"):
        complete(item, member, said())
    with pytest.raises(Unsaid, match="has been deleted"):
        complete(item, member, said(comment="Where is it?"))


def test_as_many_people_annotate_an_item_as_the_queue_asks_for(
    span, config, queue, put_in, member, other, said, complete, scored, admin
):
    from evals.annotation.annotating import Unsaid
    from evals.annotation.holding import take_next

    span("t1", "s1")
    helpful = config()
    review = queue(config_ids=[helpful.pk], per_item=2)
    [item] = put_in(review, "t1")
    complete(item, member, said({helpful.pk: 1.0}))
    item.refresh_from_db()
    assert item.status == "PENDING" and take_next(review, member) is None
    assert take_next(review, other) == item
    complete(item, other, said({helpful.pk: 0.0}))
    item.refresh_from_db()
    assert item.status == "COMPLETED"
    from traces.queries.scores import whole_scores

    assert [one["value"] for one in whole_scores(review.project_id, "t1")] == [1.0, 0.0]
    with pytest.raises(Unsaid, match="completed meanwhile"):
        complete(item, admin, said({helpful.pk: 0.0}))


def test_back_leads_through_what_one_annotated_the_latest_first(
    span, config, queue, put_in, member, said, complete
):
    from evals.annotation.annotating import before

    helpful = config()
    review = queue(config_ids=[helpful.pk])
    for name in ("t1", "t2"):
        span(name, "s1")
    first, second = put_in(review, "t1", "t2")
    one = complete(first, member, said({helpful.pk: 1.0}))
    two = complete(second, member, said({helpful.pk: 1.0}))
    assert before(review, member, None) == two
    assert before(review, member, two) == one
    assert before(review, member, one) is None


def test_a_store_that_is_away_leaves_the_item_as_it_was(
    span, config, queue, put_in, member, said, complete, monkeypatch
):
    from evals.annotation import annotating
    from ingest.pipeline import Overloaded

    def away(*_args):
        raise Overloaded("Neither store takes it.")

    span("t1", "s1")
    helpful = config()
    [item] = put_in(queue(config_ids=[helpful.pk]), "t1")
    monkeypatch.setattr(annotating, "accept", away)
    with pytest.raises(Overloaded):
        complete(item, member, said({helpful.pk: 1.0}))
    item.refresh_from_db()
    assert item.status == "PENDING" and not item.annotations.exists()


def test_a_queue_holds_so_many_items_and_no_more(queue, put_in, monkeypatch):
    from evals.annotation import items

    monkeypatch.setattr(items, "MOST_ITEMS", 2)
    review = queue()
    put_in(review, "t1", "t2")
    assert put_in(review, "t1", "t2") == []
    with pytest.raises(items.QueueFull, match="at most 2 items"):
        put_in(review, "t2", "t3")
    assert review.items.count() == 2


def test_asking_for_fewer_people_completes_what_has_enough(
    span, config, queue, put_in, member, said, complete
):
    from evals.annotation import queues

    span("t1", "s1")
    helpful = config()
    review = queue(config_ids=[helpful.pk], per_item=2)
    done, left = put_in(review, "t1", "t2")
    complete(done, member, said({helpful.pk: 1.0}))
    queues.change(review, queues.Wish(name="Review", config_ids=[helpful.pk]))
    assert list(review.items.filter(status="COMPLETED")) == [done]
    assert list(review.items.filter(status="PENDING")) == [left]


def test_an_item_that_was_removed_meanwhile_takes_no_scores(
    span, config, queue, put_in, member, said, complete, scored
):
    from evals.annotation import items
    from evals.annotation.annotating import Unsaid

    span("t1", "s1")
    helpful = config()
    review = queue(config_ids=[helpful.pk])
    [item] = put_in(review, "t1")
    items.remove(review, [item.pk])
    with pytest.raises(Unsaid, match="has been removed"):
        complete(item, member, said({helpful.pk: 1.0}))
    assert scored("t1") == {}
