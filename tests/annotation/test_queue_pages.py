"""The pages of queues: making one, and what is in it."""

import pytest
from django.urls import reverse

pytestmark = pytest.mark.usefixtures("db", "clickhouse_schema")


def made(queue_id="x"):
    from evals.annotation.models import Queue

    return Queue.objects.get()


def test_without_a_queue_the_list_says_what_to_do_next(client, member, viewer, look_at):
    client.force_login(member)
    assert "No queue yet" in look_at("queue-list") and "New queue" in look_at("queue-list")
    client.force_login(viewer)
    page = look_at("queue-list")
    assert "A member of the project can make one." in page and "New queue" not in page


def test_a_queue_is_made_on_its_page_and_changed_again(
    client, member, other, config, look_at, submit
):
    client.force_login(member)
    first, second = config("a tone"), config("b grade", "NUMERIC")
    data = {
        "name": "Review",
        "rubric": "# When\n<script>alert(1)</script>",
        "configs": [second.pk],
        "members": [str(other.pk)],
        "per_item": "2",
        "has_filter": "on",
        "query": "level:ERROR",
        "sampling": "25",
        "a_day": "40",
    }
    answer = submit("queue-create", data=data)
    queue = made()
    assert answer["Location"] == reverse("queue-page", args=[queue.project_id, queue.pk])
    assert (queue.config_ids, queue.per_item) == ([second.pk], 2)
    assert (queue.query, queue.sampling, queue.a_day) == ("level:ERROR", 25.0, 40)
    page = look_at("queue-page", queue.pk)
    assert "<h1>When</h1>" in page and "<script>alert" not in page
    changed = data | {"configs": [first.pk, second.pk], "has_filter": "", "members": []}
    submit("queue-settings", queue.pk, data=changed)
    queue.refresh_from_db()
    assert queue.config_ids == [second.pk, first.pk]  # what was there stays first
    assert not queue.has_filter and not queue.members.exists()


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"name": ""}, "required"),
        ({"per_item": "11"}, "less than or equal to 10"),
        ({"configs": ["nope"]}, "not one of the available choices"),
        ({"has_filter": "on", "query": "colour:red"}, "colour"),
        ({"has_filter": "on", "sampling": "101"}, "less than or equal to 100"),
        ({"has_filter": "on", "a_day": "5000"}, "less than or equal to 1000"),
    ],
)
def test_what_makes_no_queue_is_told_and_what_was_typed_stays(
    client, member, submit, changes, words
):
    client.force_login(member)
    answer = submit("queue-create", data={"name": "Mine", "per_item": "1"} | changes)
    assert answer.status_code == 400
    assert words in answer.content.decode()


def test_traces_are_added_by_their_ids_and_those_that_are_not_there_are_told(
    client, member, span, queue, look_at, submit
):
    client.force_login(member)
    span("t1", "s1", name="checkout")
    review = queue()
    submit("queue-add", review.pk, data={"kind": "TRACE", "ids": "t1\n\n nope \nt1"})
    page = look_at("queue-page", review.pk)
    assert "1 item is added." in page and "No such trace: nope" in page
    assert "checkout" in page
    submit("queue-add", review.pk, data={"kind": "SESSION", "ids": "talk"})
    assert sorted(review.items.values_list("object_type", "object_id")) == [
        ("SESSION", "talk"),
        ("TRACE", "t1"),
    ]
    too_many = "\n".join(f"t{n}" for n in range(1001))
    answer = submit("queue-add", review.pk, data={"kind": "TRACE", "ids": too_many})
    assert answer.status_code == 400 and "1,000 ids" in answer.content.decode()


def test_items_are_assigned_completed_opened_again_and_removed(
    client, member, other, queue, put_in, look_at, submit
):
    client.force_login(member)
    review = queue()
    first, second = put_in(review, "t1", "t2")
    submit("queue-items", review.pk, data={"item": first.pk, "do": "assign", "to": other.pk})
    first.refresh_from_db()
    assert first.assignee == other
    assert "t2" not in look_at("queue-page", review.pk, assignee=other.pk)
    assert ">t1<" not in look_at("queue-page", review.pk, assignee="nobody")
    answer = submit(
        "queue-items",
        review.pk,
        data={"item": second.pk, "do": "complete", "address": "status=PENDING&"},
    )
    assert answer["Location"].endswith("?status=PENDING&")
    assert ">t2<" not in look_at("queue-page", review.pk, status="PENDING")
    assert "1/2" in look_at("queue-page", review.pk)
    submit("queue-items", review.pk, data={"item": second.pk, "do": "reopen"})
    assert review.items.filter(status="PENDING").count() == 2
    submit("queue-items", review.pk, data={"item": [first.pk, second.pk], "do": "remove"})
    assert not review.items.exists()
    submit("queue-items", review.pk, data={"do": "remove"})
    assert "Tick the items first." in look_at("queue-page", review.pk)


def test_deleting_asks_first_and_leaves_the_scores(
    client, member, span, config, queue, put_in, look_at, submit, scored
):
    from evals.annotation.annotating import Said, complete
    from evals.annotation.models import Queue

    client.force_login(member)
    span("t1", "s1")
    helpful = config()
    review = queue(config_ids=[helpful.pk])
    [item] = put_in(review, "t1")
    complete(item, member, Said({helpful.pk: 1.0}))
    assert "Its 1 item goes with it" in look_at("queue-delete", review.pk)
    submit("queue-delete", review.pk)
    assert not Queue.objects.exists() and "helpful" in scored("t1")


def test_agreement_stands_on_the_queues_page_with_its_interval(
    client, member, other, admin, span, config, queue, put_in, look_at
):
    from evals.annotation.annotating import Said, complete

    helpful, grade = config(), config("grade", "NUMERIC")
    review = queue(config_ids=[helpful.pk, grade.pk], per_item=2)
    for number, (one, two) in enumerate([(1.0, 1.0), (0.0, 0.0), (1.0, 0.0), (0.0, 0.0)]):
        span(f"t{number}", "s1")
        [item] = put_in(review, f"t{number}")
        complete(item, member, Said({helpful.pk: one, grade.pk: one * 9}))
        complete(item, other, Said({helpful.pk: two, grade.pk: two * 9}))
    client.force_login(viewer := admin)
    page = look_at("queue-page", review.pk)
    assert "How far people agree" in page and "75 %" in page
    assert "κ 0.500" in page and "α" in page and "30–95 %" in page
    assert viewer.get_full_name()


def test_annotations_are_exported_one_line_for_each_item_and_person(
    client, member, viewer, span, config, queue, put_in
):
    import csv
    import io
    import json

    from evals.annotation.annotating import Said, complete

    span("t1", "s1")
    helpful, tone = config("=helpful"), config("tone", "TEXT")
    review = queue("Été", config_ids=[helpful.pk, tone.pk])
    [item] = put_in(review, "t1")
    complete(item, member, Said({helpful.pk: 1.0, tone.pk: "=2+2"}, "@me", "Better"))
    client.force_login(member)
    url = reverse("queue-export", args=[review.project_id, review.pk])
    answer = client.get(url, {"format": "csv"})
    assert answer["Content-Disposition"] == 'attachment; filename="ete.csv"'
    [row] = csv.DictReader(io.StringIO(answer.getvalue().decode("utf-8-sig")))
    assert row["score.=helpful"] == "1.0" and row["score.tone"] == "'=2+2"
    assert (row["comment"], row["correction"]) == ("'@me", "Better")
    assert (row["object_id"], row["annotator"]) == ("t1", member.email)
    assert row["annotated_at"].endswith("Z")
    [line] = client.get(url, {"format": "jsonl"}).getvalue().splitlines()
    assert json.loads(line)["score.=helpful"] == 1.0
    assert client.get(url, {"format": "parquet"}).status_code == 404
    client.force_login(viewer)
    assert client.get(url).status_code == 404


def test_one_trace_is_put_into_a_queue_from_where_it_is_looked_at(
    client, member, span, queue, submit
):
    client.force_login(member)
    span("t1", "s1", session_id="talk")
    review = queue()
    answer = submit("queue-this", data={"trace": "t1", "span": "trace", "queue": review.pk})
    assert answer["Location"].startswith(reverse("trace-page", args=[review.project_id, "t1"]))
    submit("queue-this", data={"trace": "t1", "span": "s1", "queue": review.pk})
    answer = submit("queue-this", data={"session": "talk", "queue": review.pk})
    assert answer["Location"].endswith("?id=talk")
    again = submit("queue-this", data={"session": "talk", "queue": review.pk}, follow=True)
    assert "already" in again.content.decode()
    assert sorted(review.items.values_list("object_type", flat=True)) == [
        "OBSERVATION",
        "SESSION",
        "TRACE",
    ]
    for wrong in ({"trace": "nope"}, {"trace": "t1", "span": "nope"}, {"session": "nope"}, {}):
        assert submit("queue-this", data={"queue": review.pk} | wrong).status_code == 404


def test_the_pages_of_traces_and_sessions_offer_the_queues_to_editors(
    client, member, viewer, span, queue
):
    span("t1", "s1", session_id="talk")
    review = queue("Weekly review")
    pages = (
        reverse("trace-page", args=[review.project_id, "t1"]),
        reverse("session-page", args=[review.project_id]) + "?id=talk",
    )
    for user, is_offered in ((member, True), (viewer, False)):
        client.force_login(user)
        for page in pages:
            assert ("Weekly review" in client.get(page).content.decode()) == is_offered
