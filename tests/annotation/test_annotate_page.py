"""The page on which item after item is annotated."""

import re

import pytest
from django.urls import reverse

pytestmark = pytest.mark.usefixtures("db", "clickhouse_schema")


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
    page = look_at("queue-page", review.pk).split("<main")[1].split("</main>")[0]
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
