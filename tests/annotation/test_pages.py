"""The pages of queues: making one, what is in it, annotating item after item."""

import re

import pytest
from django.urls import reverse

from tests.conftest import join, person

pytestmark = pytest.mark.usefixtures("db", "clickhouse_schema")


@pytest.fixture
def other(organisation):
    return join(person("Noa"), organisation, "MEMBER")


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


def test_one_item_after_the_other_is_annotated_without_a_script(
    client, member, span, config, queue, put_in, submit, scored
):
    client.force_login(member)
    for name in ("t1", "t2"):
        span(name, "root", name=name, input=f"Ask {name}", output=f"Answer {name}")
    tone = config("tone", "CATEGORICAL", categories=[{"label": "kind", "value": 1}])
    grade = config("grade", "NUMERIC", min_value=0, max_value=10)
    review = queue(config_ids=[tone.pk, grade.pk], rubric="Be **fair**.")
    first, second = put_in(review, "t1", "t2")
    page = submit("queue-next", review.pk, follow=True)
    assert page.redirect_chain[-1][0].endswith(first.pk)
    text = page.content.decode()
    assert "Ask t1" in text and "Answer t1" in text and "<strong>fair</strong>" in text
    assert "From 0 to 10" in text and "2 left" in text
    data = {f"score_{tone.pk}": "kind", f"score_{grade.pk}": "11", "comment": "<b>Hm</b>"}
    wrong = submit("queue-save", review.pk, first.pk, data=data)
    assert wrong.status_code == 400
    text = wrong.content.decode()
    assert "no value above 10" in text and "&lt;b&gt;Hm" in text and 'value="11"' in text
    assert re.search(r'value="kind" checked', text)
    data[f"score_{grade.pk}"] = "7,5"
    page = submit("queue-save", review.pk, first.pk, data=data, follow=True)
    assert page.redirect_chain[-1][0].endswith(second.pk)
    assert scored("t1")["grade"]["value"] == 7.5
    page = submit("queue-save", review.pk, second.pk, data={"do": "back"}, follow=True)
    text = page.content.decode()
    assert "You have annotated this." in text and 'value="7.5"' in text
    data = {f"score_{grade.pk}": "8"}
    page = submit("queue-save", review.pk, first.pk, data=data, follow=True)
    assert page.redirect_chain[-1][0].endswith(second.pk)
    assert {name: one["value"] for name, one in scored("t1").items()} == {"grade": 8.0}
    page = submit("queue-save", review.pk, second.pk, data=data, follow=True)
    assert "Nothing is left for you" in page.content.decode()


def test_an_observation_a_session_and_a_conversation_are_shown(
    client, member, span, queue, look_at
):
    from evals.annotation import items

    client.force_login(member)
    span("t1", "root", session_id="talk", input="the outer one", output="whole")
    chat = '[{"role": "user", "content": "Hello there"}]'
    span("t1", "call", type="GENERATION", parent_span_id="root", input=chat, output="Hi!")
    review = queue()
    refs = [items.Ref("OBSERVATION", "call", "t1"), items.Ref("SESSION", "talk")]
    call, talk = items.add(review, [*refs], items.How())
    page = look_at("queue-annotate", review.pk, call.pk)
    assert "Hello there" in page and "the outer one" not in page
    assert "Hi!" in look_at("queue-annotate", review.pk, call.pk, **{"as": "talk"})
    page = look_at("queue-annotate", review.pk, talk.pk)
    assert "the outer one" in page and "whole" in page and 'name="correction"' not in page
    [gone] = items.add(review, [items.of_trace("gone")], items.How())
    assert "It is not here any more" in look_at("queue-annotate", review.pk, gone.pk)


def test_what_others_have_open_or_completed_is_shown_without_a_form(
    client, member, other, span, queue, put_in, look_at, submit
):
    from evals.annotation import items
    from evals.annotation.holding import hold

    span("t1", "s1")
    review = queue()
    [item] = put_in(review, "t1")
    hold(item, other)
    client.force_login(member)
    page = look_at("queue-annotate", review.pk, item.pk)
    assert "Noa has this item open now." in page and "data-complete" not in page
    assert "Somebody else" in submit("queue-hold", review.pk, item.pk).content.decode()
    page = submit("queue-next", review.pk, follow=True).content.decode()
    assert "Somebody else has open what is left." in page
    items.set_status(review, [item.pk], "COMPLETED", other)
    assert "Completed by Noa." in look_at("queue-annotate", review.pk, item.pk)
    items.set_status(review, [item.pk], "PENDING")
    items.assign(review, [item.pk], other)
    assert "Assigned to Noa." in look_at("queue-annotate", review.pk, item.pk)


def test_the_open_page_keeps_its_item_for_longer(client, member, span, queue, put_in, submit):
    review = queue()
    [item] = put_in(review, "t1")
    client.force_login(member)
    assert submit("queue-hold", review.pk, item.pk).content.decode().strip() == ""
    item.refresh_from_db()
    assert item.held_by == member and item.is_held


def test_members_of_the_queue_alone_annotate_and_viewers_only_look(
    client, member, other, viewer, span, queue, put_in, look_at, submit
):
    span("t1", "s1", output="The answer")
    review = queue(members=[other])
    [item] = put_in(review, "t1")
    client.force_login(member)
    assert submit("queue-next", review.pk).status_code == 404
    assert submit("queue-save", review.pk, item.pk).status_code == 404
    page = look_at("queue-annotate", review.pk, item.pk)
    assert "The answer" in page and "The members of the queue annotate it." in page
    client.force_login(viewer)
    page = look_at("queue-page", review.pk).split("<main")[1]
    assert "Settings" not in page and member.get_full_name() not in page
    for name, args in (
        ("queue-add", []),
        ("queue-items", []),
        ("queue-next", []),
        ("queue-save", [item.pk]),
        ("queue-hold", [item.pk]),
    ):
        assert submit(name, review.pk, *args).status_code == 404
    assert (
        client.get(reverse("queue-settings", args=[review.project_id, review.pk])).status_code
        == 404
    )
    item.refresh_from_db()
    assert item.held_by is None


def test_a_correction_becomes_the_expected_output_of_a_datasets_item(
    client, member, span, queue, put_in, submit
):
    from evals.datasets.items import items_at
    from evals.datasets.models import Dataset

    client.force_login(member)
    span("t1", "s1", input='{"question": "How long?"}', output="Dunno")
    review = queue()
    [item] = put_in(review, "t1")
    dataset = Dataset.objects.create(project=review.project, name="regressions")
    data = {"do": "dataset", "dataset": dataset.pk, "correction": "Three days.", "comment": "kept"}
    answer = submit("queue-save", review.pk, item.pk, data=data)
    assert "item #1 of “regressions”" in answer.content.decode()
    assert "kept" in answer.content.decode() and "Three days." in answer.content.decode()
    [made] = items_at(dataset)
    assert made.input == {"question": "How long?"} and made.expected_output == "Three days."
    assert (made.source_trace_id, made.author) == ("t1", member)
    submit("queue-save", review.pk, item.pk, data=data | {"correction": "Two days."})
    [made] = items_at(dataset)
    assert made.expected_output == "Two days." and made.input == {"question": "How long?"}
    refused = submit("queue-save", review.pk, item.pk, data=data | {"correction": " "})
    assert "Write what the output should have been" in refused.content.decode()
    refused = submit("queue-save", review.pk, item.pk, data=data | {"dataset": "nope"})
    assert "Choose a dataset of this project." in refused.content.decode()


def test_a_dataset_that_refuses_the_item_says_why(client, member, span, queue, put_in, submit):
    from evals.datasets.models import Dataset

    client.force_login(member)
    span("t1", "s1", input="How long?", output="Dunno")
    review = queue()
    [item] = put_in(review, "t1")
    schema = {"type": "object"}
    dataset = Dataset.objects.create(project=review.project, name="strict", input_schema=schema)
    data = {"do": "dataset", "dataset": dataset.pk, "correction": "x"}
    answer = submit("queue-save", review.pk, item.pk, data=data)
    assert answer.status_code == 400 and "Input:" in answer.content.decode()


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


def test_while_the_store_is_away_what_was_written_comes_back(
    client, member, span, config, queue, put_in, submit, monkeypatch
):
    from evals.annotation import annotating, correcting, shown
    from evals.datasets.models import Dataset
    from traces.errors import Unavailable

    def away(*_args, **_options):
        raise Unavailable("ClickHouse does not answer.")

    client.force_login(member)
    span("t1", "s1")
    tone = config("tone", "TEXT")
    review = queue(config_ids=[tone.pk])
    [item] = put_in(review, "t1")
    monkeypatch.setattr(annotating, "environment_of", away)
    monkeypatch.setattr(shown, "locate", away)
    data = {f"score_{tone.pk}": "Brisk", "comment": "Long thoughts"}
    answer = submit("queue-save", review.pk, item.pk, data=data)
    text = answer.content.decode()
    assert answer.status_code == 503 and "send it again" in text
    assert "Brisk" in text and "Long thoughts" in text and "data-complete" in text
    dataset = Dataset.objects.create(project=review.project, name="regressions")
    data |= {"do": "dataset", "dataset": dataset.pk, "correction": "Two days."}
    monkeypatch.setattr(correcting, "shown", away)
    answer = submit("queue-save", review.pk, item.pk, data=data)
    assert answer.status_code == 503 and "Two days." in answer.content.decode()


def test_who_comes_too_late_is_told_and_sees_what_they_wrote(
    client, member, other, span, config, queue, put_in, submit
):
    from evals.annotation.annotating import Said, complete

    span("t1", "s1")
    helpful = config()
    review = queue(config_ids=[helpful.pk])
    [item] = put_in(review, "t1")
    complete(item, other, Said({helpful.pk: 1.0}))
    client.force_login(member)
    answer = submit("queue-save", review.pk, item.pk, data={"comment": "Long thoughts"})
    text = answer.content.decode()
    assert answer.status_code == 400 and "has been completed meanwhile" in text
    assert "Long thoughts" in text and "Completed by Noa." in text


def test_what_others_said_is_shown_once_an_item_is_completed_and_not_before(
    client, member, other, viewer, span, config, queue, put_in, look_at
):
    from evals.annotation.annotating import Said, complete

    span("t1", "s1")
    helpful = config()
    review = queue(config_ids=[helpful.pk], per_item=2)
    [item] = put_in(review, "t1")
    complete(item, other, Said({helpful.pk: 1.0}, "Well put"))
    client.force_login(member)
    assert "Well put" not in look_at("queue-annotate", review.pk, item.pk)
    complete(item, member, Said({helpful.pk: 0.0}, correction="Shorter"))
    page = look_at("queue-annotate", review.pk, item.pk)
    given = page.split("What was said")[1]
    assert "Well put" in given and "Shorter" not in given  # that stands in the form
    assert re.search(r"helpful</span> <b[^>]*>true", given)
    assert "Annotated by" in look_at("queue-page", review.pk)
    client.force_login(viewer)
    given = look_at("queue-annotate", review.pk, item.pk).split("What was said")[1]
    assert "Well put" in given and "Shorter" in given
