"""Tagging and deleting many traces, and undoing it."""

import pytest
from django.urls import reverse

from exports import bulk, runs, tasks
from exports.models import Action, BulkRun
from tests.exports.conftest import worked_off
from traces.stored import stored_spans

pytestmark = pytest.mark.usefixtures("db", "clickhouse_schema")


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


@pytest.mark.parametrize("pages_before", [0, 1])
def test_an_undo_asked_for_while_a_stopped_run_still_writes_waits_and_undoes_all_of_it(
    span, changed, tags_of, owner, monkeypatch, client, project, pages_before
):
    monkeypatch.setattr(bulk, "TRACES_AT_ONCE", 2)
    for n in range(6):
        span(f"t{n}", "s", at=-n)
    page, seen = reverse("exports", args=[project.id]), []
    client.force_login(owner)
    add, calls = bulk.tags.add, iter(range(100))

    def stopped_meanwhile(*args, **kwargs):
        if next(calls) == pages_before:
            run = BulkRun.objects.get()
            assert runs.cancel(run)
            run.refresh_from_db()
            seen.append(bulk.undo(run, asked_by=owner))
            assert not bulk.work(seen[0].pk)
            assert 'hx-trigger="every' in client.get(page).content.decode()
        add(*args, **kwargs)

    monkeypatch.setattr(bulk.tags, "add", stopped_meanwhile)
    run = changed("add_tag", tag="x")
    assert [("x" in tags) for tags in tags_of().values()].count(True) == 2 * pages_before + 2
    [undo] = seen
    assert worked_off(undo).changed == 2 * pages_before + 2
    assert not any(tags_of().values())
    assert not run.is_stopping


def test_what_a_run_changed_before_it_was_stopped_on_its_first_page_can_be_undone(
    three, changed, tags_of, owner, monkeypatch, client, project
):
    add = bulk.tags.add

    def stopped_meanwhile(*args, **kwargs):
        runs.cancel(BulkRun.objects.get())
        add(*args, **kwargs)

    monkeypatch.setattr(bulk.tags, "add", stopped_meanwhile)
    before = tags_of()
    run = changed("add_tag", tag="x")
    assert tags_of()["b"] == ["x"] and run.changed == 0
    client.force_login(owner)
    client.post(reverse("bulk-undo", args=[project.id, run.pk]))
    worked_off(BulkRun.objects.get(action=Action.UNDO))
    assert tags_of() == before


def test_a_run_that_was_stopped_lets_the_next_begin_when_its_worker_notices(
    three, changed, monkeypatch, owner, now, project
):
    begun = []
    monkeypatch.setattr(tasks.work_on_bulk_run, "delay", begun.append)
    add = bulk.tags.add

    def stopped_meanwhile(*args, **kwargs):
        runs.cancel(BulkRun.objects.get())
        add(*args, **kwargs)
        changed_next = {"project_id": project.id, "asked_by": owner, "since": now, "until": now + 1}
        bulk.start(action="add_tag", tag="y", **changed_next)
        assert runs.waiting(BulkRun) == []

    monkeypatch.setattr(bulk.tags, "add", stopped_meanwhile)
    run = bulk.start(action="add_tag", tag="x", project_id=project.id, asked_by=owner,
                     since=now - 10**14, until=now + 10**13)  # fmt: skip
    tasks.work_on_bulk_run(run.pk)
    assert begun == [BulkRun.objects.get(tag="y").pk]


def test_a_run_changes_so_many_traces_at_most_and_says_so(three, changed, tags_of, monkeypatch):
    monkeypatch.setattr(bulk, "MOST_TRACES", 2)
    monkeypatch.setattr(bulk, "TRACES_AT_ONCE", 1)
    run = changed("add_tag", tag="x")
    assert (run.is_cut, run.looked_at) == (True, 2)
    assert tags_of() == {"a": ["old", "x"], "b": ["x"], "c": ["seen"]}


def test_a_worker_takes_a_run_up(three, client, member, sent, tags_of, monkeypatch,
                                 django_capture_on_commit_callbacks):  # fmt: skip
    monkeypatch.setattr(tasks.work_on_bulk_run, "delay", tasks.work_on_bulk_run)
    client.force_login(member)
    with django_capture_on_commit_callbacks(execute=True):
        sent("add_tag", tag="x", all="1")
    assert tags_of()["b"] == ["x"]
