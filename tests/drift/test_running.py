"""Monitors run: what is found, dated, explained and kept, and what stands in the way."""

from datetime import timedelta

import pytest

from evals.drift import changing, running, told, verdicts
from evals.drift.asking import LAG, NOTHING
from evals.drift.models import DriftMonitor, DriftVerdict
from evals.drift.waiting import has_due, projects_with_due

pytestmark = pytest.mark.django_db


def test_a_window_is_judged_once_however_often_it_is_run(calls, monitor, project, now):
    calls([{"output": "x"}] * 50, since=-96, until=0)
    made = monitor("output_length")
    running.run(project.pk, now)
    assert running.run(project.pk, now) == 0
    DriftMonitor.objects.update(next_at=now)
    assert running.run(project.pk, now + timedelta(minutes=2)) == 1
    assert made.verdicts.count() == 1


def test_a_pause_of_days_is_caught_up_once(calls, monitor, project, end, now):
    made = monitor("output_length", every_hours=6)
    running.run(project.pk, now)
    later = now + timedelta(days=3)
    assert running.run(project.pk, later) == 1
    assert running.run(project.pk, later) == 0
    assert [one.at for one in verdicts.of_monitor(made)] == [end + timedelta(days=3), end]
    made.refresh_from_db()
    assert made.next_at == end + timedelta(days=3, hours=6) + LAG


def test_monitors_asked_at_once_are_corrected_together(calls, monitor, project, now):
    calls([{"output": "x" * (1 + number % 50)} for number in range(900)], since=-96, until=-24)
    calls([{"output": "x" * (4 + number % 50)} for number in range(300)], since=-24, until=0)
    moved = monitor("output_length", method="ks")
    still = [monitor("model", name=name, method="chi_square") for name in ("a", "b", "c")]
    calls([{"model": "a"}, {"model": "b"}] * 150, since=-95, until=-24)
    calls([{"model": "a"}, {"model": "b"}] * 150, since=-23, until=0)
    alone = monitor("output_length", name="alone", method="ks", correction="none")
    running.run(project.pk, now)
    assert all(one.verdicts.get().p > 0.5 for one in still)
    found = moved.verdicts.get()
    assert found.q == pytest.approx(4 * found.p)  # the least of four
    assert alone.verdicts.get().q == alone.verdicts.get().p


def test_a_store_that_does_not_answer_is_told_and_tried_again(monitor, project, now, settings):
    made = monitor("output_length")
    address = settings.CLICKHOUSE_URL
    settings.CLICKHOUSE_URL = "http://127.0.0.1:9/away"
    from traces import clickhouse

    clickhouse.forget_clients()
    try:
        running.run(project.pk, now)
    finally:
        settings.CLICKHOUSE_URL = address
        clickhouse.forget_clients()
    made.refresh_from_db()
    assert "does not answer" in made.last_error
    assert made.failing_since == now and made.next_at == now + running.SOON
    running.run(project.pk, made.next_at)
    made.refresh_from_db()
    assert made.last_error == NOTHING
    assert made.verdicts.count() == 1


def test_what_has_vanished_is_said_on_the_monitor(calls, monitor, project, now):
    calls([{"score": {"truth": "sound"}}] * 30, since=-96, until=-24)
    made = monitor("score", kind="categorical", key="truth")
    running.run(project.pk, now)
    made.refresh_from_db()
    assert made.last_error == NOTHING
    assert made.verdicts.get().state == "too_few"


def test_a_monitor_that_is_set_wrongly_says_so_and_holds_up_no_other(monitor, project, now):
    wrong = monitor("output_length", query="latncy:>2")
    unreadable = monitor("output_length", baseline={"kind": "no such"})
    right = monitor("output_length")
    running.run(project.pk, now)
    for one in (wrong, unreadable):
        one.refresh_from_db()
        assert one.last_error and one.next_at == now + running.TOMORROW
        assert not one.verdicts.exists()
    assert right.verdicts.exists()


def test_a_change_meanwhile_throws_the_run_away(monitor, project, now, monkeypatch):
    made = monitor("output_length")
    judged = running.asked

    def changed_meanwhile(one, at):
        found = judged(one, at)
        DriftMonitor.objects.filter(pk=one.pk).update(version=2)
        return found

    monkeypatch.setattr(running, "asked", changed_meanwhile)
    running.run(project.pk, now)
    assert not made.verdicts.exists()


def test_a_run_that_is_killed_leaves_nothing_half_written(monitor, project, now, monkeypatch):
    for number in range(3):
        monitor("output_length", name=f"m{number}")
    kept, keep = [], running.keep

    def killed(*given) -> None:
        if kept:
            raise KeyboardInterrupt
        kept.append(keep(*given))

    monkeypatch.setattr(running, "keep", killed)
    with pytest.raises(KeyboardInterrupt):
        running.run(project.pk, now)
    assert len(kept) == 1
    assert not DriftVerdict.objects.exists()
    monkeypatch.setattr(running, "keep", keep)
    assert running.run(project.pk, now) == 3
    assert DriftVerdict.objects.filter(monitor__project=project).count() == 3


def test_what_cannot_be_kept_holds_up_no_other(monitor, project, now, monkeypatch):
    first, second = monitor("output_length"), monitor("model")
    keep = running.keep

    def fails_once(given, verdict, at) -> None:
        if given.monitor.pk == first.pk:
            raise ValueError("no")
        keep(given, verdict, at)

    monkeypatch.setattr(running, "keep", fails_once)
    running.run(project.pk, now)
    first.refresh_from_db()
    assert "ValueError" in first.last_error and first.next_at == now + running.LATER
    assert second.verdicts.exists()


def test_what_postgres_takes_in_no_json_is_left_out(calls, monitor, project, now):
    calls([{"model": "a"}] * 200, since=-96, until=-24)
    calls([{"model": "b\0c"}] * 200, since=-24, until=0)
    made = monitor("model")
    running.run(project.pk, now)
    assert made.verdicts.get().shapes["labels"] == ["a", "bc"]


def test_a_run_that_has_no_time_left_asks_one_and_leaves_the_others_due(monitor, project, now):
    for number in range(2):
        monitor("output_length", name=f"m{number}")
    assert running.run(project.pk, now, seconds=0) == 1
    assert has_due(project.pk, now)
    assert running.run(project.pk, now, seconds=0) == 1
    assert not has_due(project.pk, now)


@pytest.mark.django_db(transaction=True)
def test_one_run_of_a_project_at_a_time(monitor, project, now, monkeypatch):
    import threading

    from django.db import connection

    made, found = monitor("output_length"), []

    def meanwhile() -> None:
        found.append(running.run(project.pk, now))
        connection.close()

    judged = running.asked

    def with_another(one, at):
        other = threading.Thread(target=meanwhile)
        other.start()
        other.join()
        return judged(one, at)

    monkeypatch.setattr(running, "asked", with_another)
    assert running.run(project.pk, now) == 1
    assert found == [0]
    assert made.verdicts.count() == 1


def test_whoever_wants_to_know_of_a_drift_is_told_once_it_is_kept(
    calls, monitor, project, now, monkeypatch, django_capture_on_commit_callbacks
):
    heard: list[str] = []

    def fails(_verdict) -> None:
        raise ValueError("no")

    monkeypatch.setattr(told, "when_drifted", [fails, lambda one: heard.append(one.pk)])
    calls([{"output": "x"}] * 300, since=-96, until=-24)
    calls([{"output": "x" * 90}] * 300, since=-24, until=0)
    made = monitor("output_length")
    monitor("model")
    with django_capture_on_commit_callbacks(execute=True):
        running.run(project.pk, now)
        assert heard == []
    assert heard == [made.verdicts.get().pk]


def test_a_run_that_was_asked_for_comes_at_once_also_of_one_that_is_off(
    monitor, project, now, monkeypatch, django_capture_on_commit_callbacks
):
    handed: list[str] = []
    monkeypatch.setattr("evals.drift.tasks.hand_over", handed.append)
    made = monitor("output_length", is_on=False)
    assert projects_with_due(now) == []
    with django_capture_on_commit_callbacks(execute=True):
        changing.run_now(made)
    assert handed == [project.pk] == projects_with_due(now)
    running.run(project.pk, now)
    made.refresh_from_db()
    assert made.asked_at is None and made.last_run == now
    assert made.verdicts.get().at == (now - LAG).replace(second=0, microsecond=0)


def test_a_release_that_nobody_heard_of_is_said(monitor, project, now):
    made = monitor("output_length", baseline={"kind": "since", "release": "9"})
    running.run(project.pk, now)
    made.refresh_from_db()
    assert "Nothing was heard of that release" in made.last_error


def test_verdicts_of_long_ago_are_removed(monitor, end, now):
    made = monitor("output_length")
    fields = {"current_start": end, "state": "none", "n_reference": 1, "n_current": 1}
    for days in (401, 399):
        DriftVerdict.objects.create(monitor=made, at=now - timedelta(days=days), **fields)
    assert verdicts.expire(now) == 1
    assert verdicts.latest(made.project_id)[made.pk].at == now - timedelta(days=399)
