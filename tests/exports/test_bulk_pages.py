"""Asking for changes of many traces, and the pages that tell of them."""

import re

import pytest
from django.urls import reverse

from exports import bulk
from exports.models import Action, BulkRun
from tests.exports.conftest import worked_off

pytestmark = pytest.mark.usefixtures("db", "clickhouse_schema")


def test_one_run_of_a_project_at_a_time_and_it_can_be_stopped(
    three, client, member, sent, project, tags_of
):
    client.force_login(member)
    sent("add_tag", tag="x", all="1")
    sent("add_tag", tag="y", all="1")
    run = BulkRun.objects.get()
    assert run.tag == "x"
    client.post(reverse("bulk-cancel", args=[project.id, run.pk]))
    assert not bulk.work(run.pk)
    assert tags_of()["a"] == ["old"]
    sent("add_tag", tag="y", all="1")
    assert BulkRun.objects.count() == 2


def test_members_tag_admins_delete_and_viewers_do_neither(
    three, client, viewer, member, admin, stranger, sent, project
):
    for person in (viewer, stranger):
        client.force_login(person)
        assert sent("add_tag", tag="x", all="1").status_code == 404
        assert sent("delete", trace=["a"], confirmed="1").status_code == 404
    client.force_login(member)
    assert sent("delete", trace=["a"], confirmed="1").status_code == 404
    assert sent("add_tag", tag="x", trace=["a"]).status_code == 302
    run = BulkRun.objects.get()
    worked_off(run)
    client.force_login(viewer)
    assert client.post(reverse("bulk-undo", args=[project.id, run.pk])).status_code == 404
    client.force_login(member)
    client.post(reverse("bulk-undo", args=[project.id, run.pk]))
    worked_off(BulkRun.objects.get(action=Action.UNDO))
    assert client.post(reverse("bulk-undo", args=[project.id, run.pk])).status_code == 404
    client.force_login(admin)
    assert sent("delete", trace=["a"], confirmed="1").status_code == 302
    run = BulkRun.objects.get(action="delete")
    client.force_login(member)
    assert client.post(reverse("bulk-cancel", args=[project.id, run.pk])).status_code == 404


def test_deleting_asks_again_and_all_that_match_by_their_number(
    three, client, admin, sent, tags_of, monkeypatch, caplog
):
    client.force_login(admin)
    text = sent("delete", trace=["a", "b"]).content.decode()
    assert "Delete 2 traces?" in text and 'value="b"' in text
    text = sent("delete", all="1", q="level:ERROR").content.decode()
    assert "type 2" in text and "level:ERROR" in text
    text = sent("delete", all="1", q="level:ERROR", confirmed="2", number="3").content.decode()
    assert "not the number" in text
    assert not BulkRun.objects.exists()
    sent("delete", all="1", q="level:ERROR", confirmed="2", number="2")
    worked_off(BulkRun.objects.get())
    assert set(tags_of()) == {"c"}
    said = [record.getMessage() for record in caplog.records]
    assert any("bulk_asked_for" in line and "level:ERROR" in line for line in said)
    assert not any("question" in line for line in said)


def test_deleting_all_that_match_counts_what_a_negated_term_leaves(
    three, score, client, admin, sent, monkeypatch
):
    monkeypatch.setattr("traces.queries.histogram.EXACT_TRACES", 1)
    score("a", "helpful", 1.0, source="API")
    client.force_login(admin)
    for query, found in (("-has:feedback", 2), ("-id:c", 2), ("-nowhere", 3)):
        assert f"type {found}." in sent("delete", all="1", q=query).content.decode()


def test_nothing_is_deleted_where_no_trace_was_counted(three, client, admin, sent, monkeypatch):
    client.force_login(admin)
    answer = sent("delete", all="1", q="user:nobody")
    assert answer.status_code == 302 and "q=user%3Anobody" in answer["Location"]
    assert "Nothing is deleted" in client.get(answer["Location"]).content.decode()
    sent("delete", all="1", confirmed="0", number="0")
    assert not BulkRun.objects.exists()


@pytest.mark.parametrize(
    "fields",
    [
        {"trace": ["a"]},  # no tag
        {"tag": " ", "trace": ["a"]},
        {"tag": "x" * 201, "trace": ["a"]},
        {"tag": "x"},  # no trace
        {"tag": "x", "trace": [""]},
        {"tag": "x", "trace": ["a", "y" * 801]},
        {"tag": "x", "trace": ["a", "y\0"]},
        {"tag": "x", "trace": [f"t{n}" for n in range(1001)]},
        {"tag": "x", "all": "1", "q": "colour:red"},
        {"tag": "x", "all": "1", "since": "no"},
    ],
)
def test_what_makes_no_sense_changes_nothing(three, client, member, sent, fields):
    client.force_login(member)
    assert "/exports" not in sent("add_tag", **fields)["Location"]
    assert "/exports" not in sent("undo", **fields)["Location"]
    assert not BulkRun.objects.exists()


def test_what_is_refused_leaves_the_list_as_it_was_with_its_ticks(three, client, member, sent):
    client.force_login(member)
    said = {"trace": ["a", "c"], "address": "range=7d&live=1&q=name%3Ax"}
    to = sent("add_tag", **said)["Location"]
    assert to.endswith("/traces?range=7d&live=1&q=name%3Ax&ticked=a&ticked=c")
    html = client.get(to.replace("&q=name%3Ax", "")).content.decode()
    assert "Write the tag first" in html
    assert 'name="address" value="range=7d&amp;live=1"' in html  # ticks are of this once
    boxes = re.findall(r'name="trace" value="(.)"( checked)?', html)
    assert sorted(boxes) == [("a", " checked"), ("b", ""), ("c", " checked")]
    many = ["x" * 400 + str(number) for number in range(20)]
    assert "ticked" not in sent("add_tag", trace=many, address="range=7d")["Location"]


def test_every_trace_that_was_ticked_is_changed_however_long_its_id_and_whenever_it_begins(
    span, client, member, sent, tags_of, now
):
    import time

    ahead = (time.time_ns() - now) / 10**9 + 200
    ids = ["k" * 800, "ahead", *(f"t{n}" for n in range(3))]
    for trace_id in ids:
        span(trace_id, "s", at=ahead if trace_id == "ahead" else 0)
    client.force_login(member)
    sent("add_tag", tag="x", trace=ids, until=time.time_ns() + 10**13)
    run = worked_off(BulkRun.objects.get())
    assert run.changed == 5
    assert tags_of() == {trace_id: ["x"] for trace_id in ids}


def test_what_begins_after_the_page_was_looked_at_is_not_meant(three, client, member, sent):
    import time

    client.force_login(member)
    sent("add_tag", tag="x", all="1", until=time.time_ns() + 10**15)
    assert BulkRun.objects.get().until <= time.time_ns()


def test_the_page_tells_how_far_it_is_and_offers_to_undo(
    three, client, member, viewer, project, changed
):
    run = changed("add_tag", tag="<b>x</b>")
    url = reverse("bulk-undo", args=[project.id, run.pk])
    client.force_login(member)
    text = client.get(reverse("exports", args=[project.id])).content.decode()
    assert url in text and "3 traces changed of 3" in text and "&lt;b&gt;x" in text
    client.force_login(viewer)
    assert url not in client.get(reverse("exports", args=[project.id])).content.decode()


def test_the_list_shows_boxes_and_buttons_to_those_who_may_use_them(
    three, client, viewer, member, admin, project
):
    seen = {}
    for person in (viewer, member, admin):
        client.force_login(person)
        text = client.get(reverse("trace-list", args=[project.id])).content.decode()
        parts = ('name="trace"', 'value="add_tag"', 'value="delete"')
        seen[person] = [part in text for part in parts]
    assert list(seen.values()) == [[False] * 3, [True, True, False], [True] * 3]
