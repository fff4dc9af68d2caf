"""Monitors run: what is found, dated, explained and kept, and what stands in the way."""

import random
from datetime import timedelta

import pytest

from evals.drift import changing, running, told, verdicts
from evals.drift.asking import LAG, NOTHING
from evals.drift.models import DriftMonitor, DriftVerdict
from evals.drift.waiting import has_due, projects_with_due

pytestmark = pytest.mark.django_db

GERMAN = "Wie kann ich mein Passwort ändern, wenn ich die Einstellungen nicht finde?"
ENGLISH = "How can I change my password when I cannot find the settings?"


def answers(count: int, bad: float, *, seed: int = 3) -> list[dict]:
    """Every other one in German, of which so many are bad, evenly; of the others 2 in 100."""
    rng, found = random.Random(seed), []
    for number in range(count):
        is_german = number % 2 == 0
        share = bad if is_german else 0.02
        verdict = "made up" if rng.random() < share else "sound"
        asked = GERMAN if is_german else ENGLISH
        found.append({"input": asked, "model": "gpt-5", "score": {"truth": verdict}})
    return found


@pytest.fixture
def now(end):
    return end + LAG + timedelta(minutes=1)


def the_verdict(monitor) -> DriftVerdict:
    [found] = monitor.verdicts.all()
    return found


def test_a_jump_in_one_language_is_found_dated_and_attributed(calls, monitor, project, end, now):
    calls(answers(2000, 0.02), since=-96, until=-24)
    calls([*answers(400, 0.02, seed=4), *answers(800, 0.15, seed=5)], since=-24, until=0)
    made = monitor("score", kind="categorical", key="truth", method="z")
    assert running.run(project.pk, now) == 1
    found = the_verdict(made)
    assert (found.state, found.at) == ("drift", end)
    assert found.n_reference == 2000 and found.n_current == 1200
    jump = end - timedelta(hours=16)  # a third of the way through the day
    assert found.began_earliest <= jump <= found.began_latest
    first = next(one for one in found.moved if one["dimension"] == "language")
    assert first["segment"] == "de" and first["share"] > 0.7
    assert {one["value"] for one in found.samples["current"]} == {"made up"}
    assert found.shapes["labels"] == ["sound", "made up"]
    assert 0.02 < found.shapes["current"][1] < 0.12


def test_the_same_traffic_is_no_drift(calls, monitor, project, now):
    calls(answers(1200, 0.02), since=-96, until=0)
    made = monitor("score", kind="categorical", key="truth", method="z")
    running.run(project.pk, now)
    assert the_verdict(made).state == "none"


def test_longer_outputs_are_drawn_over_the_shorter_ones(calls, monitor, project, now):
    calls([{"output": "x" * (10 + number % 9)} for number in range(300)], since=-96, until=-24)
    calls([{"output": "x" * (30 + number % 9)} for number in range(300)], since=-24, until=0)
    made = monitor("output_length")
    running.run(project.pk, now)
    found = the_verdict(made)
    assert found.is_drift
    assert (found.shapes["reference_middle"], found.shapes["current_middle"]) == (14, 34)
    assert len(found.shapes["edges"]) == len(found.shapes["current"]) + 1
    assert abs(sum(found.shapes["reference"]) - 1) < 1e-9
    assert len({one["trace_id"] for one in found.samples["current"]}) == 10
    assert all(float(one["value"]) >= 30 for one in found.samples["current"])


def test_other_topics_are_told_by_their_words_and_typical_texts(calls, monitor, project, now):
    calls([{"input": f"refund of my order {n}"} for n in range(60)], since=-96, until=-24)
    calls([{"input": f"password reset mail {n}"} for n in range(60)], since=-24, until=0)
    made = monitor("input_text", least_samples=20)
    running.run(project.pk, now)
    found = the_verdict(made)
    assert found.is_drift
    assert {one["word"] for one in found.words["current"]} & {"password", "reset", "mail"}
    assert all("password" in one["value"] for one in found.samples["current"])


def test_a_relation_that_changed_is_found_where_its_inputs_did_not(calls, monitor, project, now):
    def scored(good: float, bad: float) -> list[dict]:
        return [
            {"output_tokens": 10 + n % 40, "score": {"quality": good if n % 40 < 20 else bad}}
            for n in range(400)
        ]

    calls(scored(0.9, 0.2), since=-96, until=-24)
    calls(scored(0.2, 0.9), since=-24, until=0)
    made = monitor("relation", key="quality", figure="output_tokens")
    running.run(project.pk, now)
    found = the_verdict(made)
    assert found.is_drift and found.scored


def test_what_else_changed_is_told_with_a_drift(calls, monitor, project, end, now):
    calls([{"output": "x" * 5, "model": "a", "release": "1"}] * 300, since=-96, until=-24)
    calls([{"output": "x" * 50, "model": "b", "release": "2"}] * 300, since=-24, until=0)
    made = monitor("output_length")
    running.run(project.pk, now)
    told_of = {(one["what"], one["name"]): one for one in the_verdict(made).changed}
    assert told_of["release", "2"]["at"] == (end - timedelta(hours=24)).isoformat()
    assert told_of["model", "b"]["current"] == 1.0
    assert ("release", "1") not in told_of


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
    assert all(the_verdict(one).p > 0.5 for one in still)
    found = the_verdict(moved)
    assert found.q == pytest.approx(4 * found.p)  # the least of four
    assert the_verdict(alone).q == the_verdict(alone).p


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
    assert the_verdict(made).state == "too_few"


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
    assert heard == [the_verdict(made).pk]


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
    assert the_verdict(made).at == (now - LAG).replace(second=0, microsecond=0)


def test_since_a_release_is_looked_up_and_kept(calls, monitor, project, end, now):
    calls([{"output": "x", "release": "1"}] * 40, since=-30, until=-10)
    calls([{"output": "xx", "release": "2"}] * 40, since=-10, until=0)
    made = monitor("output_length", baseline={"kind": "since", "release": "2"}, least_samples=20)
    running.run(project.pk, now)
    found = the_verdict(made)
    begun = end - timedelta(hours=10)
    assert (found.current_start, found.reference_end) == (begun, begun)
    assert (found.n_reference, found.n_current, found.state) == (40, 40, "drift")
    made = DriftMonitor.objects.get(pk=made.pk)
    assert made.chosen.start == begun


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
