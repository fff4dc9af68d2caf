"""Tagging and deleting many traces, and undoing it."""

import pytest
from django.urls import reverse

from exports import bulk, runs, tasks
from exports.models import Action, BulkRun
from traces.stored import stored_spans

pytestmark = pytest.mark.usefixtures("db", "clickhouse_schema")


@pytest.fixture
def changed(project, owner, now):
    """`changed("add_tag", "level:ERROR", tag="seen")`: the run, worked off."""

    def run(action, query="", **fields):
        times = {"since": now - 10**14, "until": now + 10**13}
        fields = {"project_id": project.id, "asked_by": owner, "query": query} | times | fields
        return worked_off(bulk.start(action=action, **fields))

    return run


def worked_off(run):
    while bulk.work(run.pk):
        pass
    run.refresh_from_db()
    assert run.is_over
    return run


@pytest.fixture
def tags_of(project, now):
    from traces.queries.filters import DAY, TraceFilter
    from traces.queries.traces import list_traces

    def found() -> dict[str, list[str]]:
        wanted = TraceFilter(since=now - 40 * DAY, until=now + DAY)
        return {row.trace_id: row.tags for row in list_traces(project.id, wanted).traces}

    return found


@pytest.fixture
def three(span):
    span("a", "s", tags=["old"], level="ERROR", input="question")
    span("b", "s", at=-1, level="ERROR")
    span("b", "", at=-1, type="TRACE", took=None, user_id="ann")
    span("c", "s", at=-2, tags=["seen"])


@pytest.fixture
def sent(client, project, now):
    """`sent("add_tag", tag="x", trace=["a"])`: the list's form."""

    def send(action, **fields):
        times = {"since": now - 10**13, "until": now + 10**13, "q": ""}
        return client.post(
            reverse("bulk-start", args=[project.id]), times | {"action": action} | fields
        )

    return send


def test_a_tag_is_put_on_all_that_match_and_taken_off_again_where_it_was_put(
    three, changed, tags_of, owner
):
    run = changed("add_tag", tag="seen")
    assert tags_of() == {"a": ["old", "seen"], "b": ["seen"], "c": ["seen"]}
    assert (run.looked_at, run.changed) == (3, 2)
    assert run.can_be_undone
    undo = worked_off(bulk.undo(run, asked_by=owner))
    assert tags_of() == {"a": ["old"], "b": [], "c": ["seen"]}
    assert undo.changed == 2
    assert not BulkRun.objects.get(pk=run.pk).can_be_undone
    assert not undo.can_be_undone


def test_a_query_narrows_what_is_changed(three, changed, tags_of):
    changed("add_tag", "level:ERROR -user:ann", tag="failed")
    assert tags_of() == {"a": ["failed", "old"], "b": [], "c": ["seen"]}


def test_those_that_were_ticked_are_changed_whatever_the_query(three, changed, tags_of):
    changed("add_tag", "level:ERROR", tag="x", trace_ids=["c", "nobody"])
    assert tags_of() == {"a": ["old"], "b": [], "c": ["seen", "x"]}


def test_a_tag_is_taken_off_every_row_that_says_it_and_put_back_on_the_same(
    span, changed, tags_of, project, owner
):
    span("t", "one", tags=["x", "keep"])
    span("t", "two", tags=["x"], input="text", metadata={"k": "v"})
    span("t", "three")
    run = changed("remove_tag", tag="x")
    assert tags_of() == {"t": ["keep"]}
    assert run.changed == 1
    worked_off(bulk.undo(run, asked_by=owner))
    rows = stored_spans(project.id, [("t", "one"), ("t", "two"), ("t", "three")])
    assert {key[1]: sorted(row.tags) for key, [row] in rows.items()} == {
        "one": ["keep", "x"], "two": ["x"], "three": [],
    }  # fmt: skip
    assert (rows["t", "two"][0].input, rows["t", "two"][0].metadata) == ("text", {"k": "v"})


def test_what_an_sdk_says_later_is_merged_with_a_tag_of_ours(three, changed, tags_of, project, now):
    from ingest.finish import finish
    from traces import patches
    from traces.records import Patch

    changed("add_tag", tag="ours")
    later = Patch(project.id, "a", "", now + 10**10, {"tags": ["theirs"], "user_id": "bob"})
    patches.apply([later], finish=finish)
    assert tags_of()["a"] == ["old", "ours", "theirs"]
    changed("remove_tag", tag="ours")
    later = Patch(project.id, "a", "", now + 2 * 10**10, {"user_id": "carol"})
    patches.apply([later], finish=finish)
    assert tags_of()["a"] == ["old", "theirs"]


def test_a_tag_brings_no_deleted_trace_back(three, project, now, tags_of):
    from ingest.finish import finish
    from traces import tags
    from traces.deletion import delete_traces

    delete_traces(project.id, ["a"])
    tags.add(project.id, {"a": now, "never": now}, "x", finish=finish)
    assert set(tags_of()) == {"b", "c"}


def test_deleting_leaves_nothing_of_those_that_match(three, score, changed, tags_of, project):
    from traces.queries.scores import scores_of

    score("a", "helpful", 1.0)
    run = changed("delete", "level:ERROR")
    assert set(tags_of()) == {"c"}
    assert scores_of(project.id, ["a"]) == {}
    assert (run.changed, run.can_be_undone) == (2, False)


@pytest.mark.parametrize("action", ["add_tag", "remove_tag"])
@pytest.mark.parametrize("killed_at", range(3))
def test_a_run_that_was_killed_is_finished_and_still_undone_exactly(
    span, changed, tags_of, owner, monkeypatch, action, killed_at
):
    class Killed(BaseException):
        """What no handler sees, as SIGKILL."""

    monkeypatch.setattr(bulk, "TRACES_AT_ONCE", 2)
    for n in range(5):
        span(f"t{n}", "s", at=-n, tags=["x"] if (n in (1, 2)) == (action == "add_tag") else [])
    before = tags_of()
    noted, count = runs.noted, iter(range(100))

    def killed(run, progress):
        if next(count) == killed_at:
            raise Killed
        return noted(run, progress)

    monkeypatch.setattr(runs, "noted", killed)
    with pytest.raises(Killed):
        changed(action, tag="x")
    monkeypatch.setattr(runs, "noted", noted)
    BulkRun.objects.update(held_until=None)
    run = worked_off(BulkRun.objects.get())
    assert run.changed == 3
    assert {tuple(tags) for tags in tags_of().values()} == {("x",) if action == "add_tag" else ()}
    worked_off(bulk.undo(run, asked_by=owner))
    assert tags_of() == before


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


@pytest.mark.parametrize(
    "fields",
    [
        {"trace": ["a"]},  # no tag
        {"tag": " ", "trace": ["a"]},
        {"tag": "x" * 201, "trace": ["a"]},
        {"tag": "x"},  # no trace
        {"tag": "x", "trace": ["", "y" * 501]},
        {"tag": "x", "all": "1", "q": "colour:red"},
        {"tag": "x", "all": "1", "since": "no"},
    ],
)
def test_what_makes_no_sense_changes_nothing(three, client, member, sent, fields):
    client.force_login(member)
    assert "/exports" not in sent("add_tag", **fields)["Location"]
    assert "/exports" not in sent("undo", **fields)["Location"]
    assert not BulkRun.objects.exists()


def test_what_begins_after_the_page_was_looked_at_is_not_meant(three, client, member, sent):
    import time

    client.force_login(member)
    sent("add_tag", tag="x", all="1", until=time.time_ns() + 10**15)
    assert BulkRun.objects.get().until <= time.time_ns()


def test_a_run_changes_so_many_traces_at_most_and_says_so(three, changed, tags_of, monkeypatch):
    monkeypatch.setattr(bulk, "MOST_TRACES", 2)
    monkeypatch.setattr(bulk, "TRACES_AT_ONCE", 1)
    run = changed("add_tag", tag="x")
    assert (run.is_cut, run.looked_at) == (True, 2)
    assert tags_of() == {"a": ["old", "x"], "b": ["x"], "c": ["seen"]}


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


def test_a_worker_takes_a_run_up(three, client, member, sent, tags_of, monkeypatch,
                                 django_capture_on_commit_callbacks):  # fmt: skip
    monkeypatch.setattr(tasks.work_on_bulk_run, "delay", tasks.work_on_bulk_run)
    client.force_login(member)
    with django_capture_on_commit_callbacks(execute=True):
        sent("add_tag", tag="x", all="1")
    assert tags_of()["b"] == ["x"]
