"""Working exports off: in slices, after a kill, in turns, cancelled, expired, on a full disk."""

import json
import shutil
import time
from collections import namedtuple
from datetime import timedelta

import pytest
from django.utils import timezone

from exports import exporting, files, runs, tasks
from exports.models import Export, Kind
from ingest.held import MIN_FREE_BYTES

pytestmark = pytest.mark.usefixtures("db", "clickhouse_schema")
FORMATS = ("csv", "jsonl", "parquet")


class Killed(BaseException):
    """What no handler sees, as SIGKILL."""


@pytest.fixture
def many(span, monkeypatch) -> list[str]:
    """Twelve traces, and pages of three of them, each noted."""
    monkeypatch.setattr(exporting, "AT_ONCE", dict.fromkeys(Kind, 3))
    monkeypatch.setattr(exporting, "NOTE_SECONDS", -1)
    ids = [f"t{n:02}" for n in range(12)]
    for at, trace_id in enumerate(ids):
        span(trace_id, "s", at=-at, input=f"question {at}")
    return ids


def left_by_its_worker(export) -> None:
    Export.objects.filter(pk=export.pk).update(held_until=timezone.now() - timedelta(seconds=1))


def folder_of(export) -> list[str]:
    return sorted(path.name for path in files.path_of(export).parent.glob("*"))


@pytest.mark.parametrize("format_", FORMATS)
def test_slices_make_the_same_file_as_one_go(many, export, exported, format_):
    whole = exported(format_)
    one = export(format_)
    slices = 1
    while exporting.work(one.pk, seconds=0):
        slices += 1
    assert slices >= 4
    one.refresh_from_db()
    assert (one.rows, one.looked_at, one.size) == (12, 12, len(files.path_of(one).read_bytes()))
    if format_ == "parquet":  # the same rows in other groups
        assert one.is_there
    else:
        assert files.path_of(one).read_bytes() == whole


@pytest.mark.parametrize("format_", FORMATS)
@pytest.mark.parametrize("killed_at", range(6))
def test_a_file_is_whole_after_a_kill_at_any_step(
    many, export, exported, monkeypatch, format_, killed_at
):
    expected = exported(format_)
    one = export(format_)
    noted, count = runs.noted, iter(range(100))

    def killed(run, progress):
        if next(count) == killed_at:
            raise Killed
        return noted(run, progress)

    monkeypatch.setattr(runs, "noted", killed)
    with pytest.raises(Killed):
        exporting.work(one.pk)
    monkeypatch.setattr(runs, "noted", noted)
    assert not exporting.work(one.pk)  # another worker, too early: the first may still be at it
    left_by_its_worker(one)
    assert not exporting.work(one.pk)
    one.refresh_from_db()
    assert one.is_there
    assert (one.rows, one.looked_at) == (12, 12)
    assert files.path_of(one).read_bytes() == expected
    assert f"{one.pk}.{format_}" in folder_of(one)
    assert not [name for name in folder_of(one) if "part" in name]


def test_a_file_that_got_lost_is_begun_anew(many, export):
    one = export("jsonl")
    while not one.rows:
        assert exporting.work(one.pk, seconds=0)
        one.refresh_from_db()
    for path in files.path_of(one).parent.iterdir():
        path.unlink()
    while exporting.work(one.pk):
        pass
    found = [json.loads(line)["id"] for line in files.path_of(one).read_text().splitlines()]
    assert found == many
    one.refresh_from_db()
    assert one.rows == 12


def test_a_cancelled_export_leaves_nothing(many, export, monkeypatch):
    one = export()
    for _ in range(2):
        assert exporting.work(one.pk, seconds=0)
    assert folder_of(one) != []
    assert exporting.cancel(one)
    assert folder_of(one) == []
    assert not exporting.work(one.pk)
    assert not exporting.cancel(one)
    one.refresh_from_db()
    assert one.is_cancelled and not one.is_there


def test_a_worker_notices_that_its_export_was_cancelled(many, export, monkeypatch):
    one, noted = export(), runs.noted

    def cancelled_meanwhile(run, progress):
        if progress.get("rows"):
            exporting.cancel(Export.objects.get(pk=one.pk))
        return noted(run, progress)

    monkeypatch.setattr(runs, "noted", cancelled_meanwhile)
    assert not exporting.work(one.pk)
    assert folder_of(one) == []


def test_one_export_of_a_project_runs_and_projects_take_turns(
    many, export, organisation, monkeypatch
):
    from accounts.models import Project

    other = Project.objects.create(organisation=organisation, name="Other")
    first, second = export(), export("jsonl")
    foreign = export(project_id=other.id)
    assert runs.waiting(Export) == [first.pk, foreign.pk]
    assert not exporting.work(second.pk)
    second.refresh_from_db()
    assert second.started_at is None

    queue = [first.pk, second.pk, foreign.pk]
    monkeypatch.setattr(tasks.work_on_export, "delay", queue.append)
    monkeypatch.setattr(runs, "SLICE_SECONDS", 0)
    monkeypatch.setattr(exporting.work, "__kwdefaults__", {"seconds": 0})
    order = []
    while queue and len(order) < 100:
        order.append(queue.pop(0))
        tasks.work_on_export(order[-1])
    assert Export.objects.filter(finished_at=None).count() == 0
    assert order.index(foreign.pk) < len(order) - 1 - order[::-1].index(first.pk)
    finished = Export.objects.order_by("finished_at").values_list("pk", flat=True)
    assert list(finished) == [foreign.pk, first.pk, second.pk]


def test_a_project_may_have_ten_unfinished_exports(export):
    for _ in range(10):
        export()
    with pytest.raises(exporting.TooManyWaiting):
        export()


def test_a_file_expires_and_its_export_is_told_of_for_longer(many, export, export_folder):
    one = export()
    while exporting.work(one.pk):
        pass
    one.refresh_from_db()
    assert timedelta(days=6, hours=23) < one.expires_at - timezone.now() <= timedelta(days=7)
    tasks.expire()
    assert folder_of(one) != []
    Export.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    tasks.expire()
    one.refresh_from_db()
    assert folder_of(one) == [] and not one.is_there
    Export.objects.update(finished_at=timezone.now() - timedelta(days=29))
    tasks.expire()
    assert not Export.objects.exists()


def test_files_that_no_export_names_are_swept_away_after_a_day(many, export, export_folder):
    import os

    one = export()
    while exporting.work(one.pk):
        pass
    stray = export_folder / "gone" / "7.csv"
    stray.parent.mkdir()
    stray.write_text("x")
    strange = export_folder / "gone" / "no-number.csv.part"
    strange.write_text("x")
    files.sweep()
    assert stray.exists()
    for path in (stray, strange, files.path_of(one)):
        os.utime(path, (0, time.time() - 2 * 24 * 3600))
    files.sweep()
    assert not stray.exists() and not strange.exists()
    assert files.path_of(one).exists()


def test_an_export_stops_before_it_eats_the_reserve_of_the_disk(many, export, monkeypatch):
    one = export()
    usage = namedtuple("usage", "total used free")
    monkeypatch.setattr(shutil, "disk_usage", lambda _path: usage(1, 1, MIN_FREE_BYTES - 1))
    assert not exporting.work(one.pk)
    one.refresh_from_db()
    assert one.error == runs.DISK_FULL
    assert folder_of(one) == []


def test_a_file_holds_the_newest_rows_up_to_the_most_there_may_be(many, export, settings):
    settings.EXPORT_MAX_ROWS = 5
    one = export("jsonl")
    while exporting.work(one.pk):
        pass
    one.refresh_from_db()
    found = [json.loads(line)["id"] for line in files.path_of(one).read_text().splitlines()]
    assert (found, one.is_cut, one.rows) == (many[:5], True, 5)
    settings.EXPORT_MAX_ROWS = 12
    one = export("jsonl")
    while exporting.work(one.pk):
        pass
    one.refresh_from_db()
    assert (one.is_cut, one.rows) == (False, 12)


def test_while_clickhouse_is_away_an_export_waits(many, export, settings):
    from traces import clickhouse

    one, url = export(), settings.CLICKHOUSE_URL
    settings.CLICKHOUSE_URL = "http://127.0.0.1:9/nobody"
    clickhouse.forget_clients()
    assert not exporting.work(one.pk)
    settings.CLICKHOUSE_URL = url
    clickhouse.forget_clients()
    assert runs.waiting(Export) == [one.pk]
    assert not exporting.work(one.pk)
    one.refresh_from_db()
    assert one.is_there


def test_a_question_that_is_too_big_is_told_as_such(many, export, monkeypatch):
    from traces.errors import LimitReached

    def too_big(*_, **__):
        raise LimitReached("ClickHouse said no")

    one = export()
    monkeypatch.setattr(exporting, "list_traces", too_big)
    assert not exporting.work(one.pk)
    one.refresh_from_db()
    assert one.error == runs.TOO_MUCH


def test_an_export_that_kills_every_worker_is_given_up(many, export):
    one = export()
    Export.objects.update(tries=runs.MAX_TRIES)
    assert not exporting.work(one.pk)
    one.refresh_from_db()
    assert one.error == runs.GAVE_UP


def test_a_fault_of_ours_is_told_and_lets_the_next_one_begin(many, export, monkeypatch):
    def broken(*_, **__):
        raise RuntimeError("a bug")

    one, following = export(), export()
    monkeypatch.setattr(exporting, "list_traces", broken)
    with pytest.raises(RuntimeError):
        exporting.work(one.pk)
    one.refresh_from_db()
    assert (one.error, folder_of(one)) == ("RuntimeError", [])
    assert runs.waiting(Export) == [following.pk]


def test_beat_takes_up_what_was_left_and_removes_what_is_past(settings):
    from config.celery import app

    app.loader.import_default_modules()
    for name in ("resume-exports", "expire-exports"):
        assert settings.CELERY_BEAT_SCHEDULE[name]["task"] in app.tasks


def test_without_a_broker_an_export_waits_for_the_next_round(many, export, monkeypatch):
    from kombu.exceptions import OperationalError

    def away(_run_id):
        raise OperationalError("connection refused")

    one, asked = export(), []
    monkeypatch.setattr(tasks.work_on_export, "delay", away)
    tasks.hand_over(one)
    monkeypatch.setattr(tasks.work_on_export, "delay", asked.append)
    tasks.resume()
    assert asked == [one.pk]
