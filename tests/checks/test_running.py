"""Runs of a check over what is stored already."""

import time

import pytest
from django.urls import reverse

from evals.checks import changing, running
from evals.checks.enabled import forget
from evals.checks.models import CheckRun
from evals.checks.registry import CHECKS
from traces import writer
from traces.clickhouse import Refused
from traces.queries.filters import DAY, HOUR

REFUSAL = "I can't help with that."


@pytest.fixture
def run(project, owner, now):
    """`run(check, "type:TOOL")`: worked off."""

    def worked(check, query="", **fields):
        times = {"since": now - DAY, "until": time.time_ns() + HOUR}
        one = running.start(check, asked_by=owner, query=query, **times | fields)
        while running.work(one.pk):
            pass
        one.refresh_from_db()
        return one

    return worked


def test_a_run_scores_what_came_before_the_check_was_on(
    switch_on, arrived, scored, run, nobody_listens
):
    for number in range(5):
        arrived(f"t{number}", output=REFUSAL if number < 2 else "Gladly.")
    done = run(switch_on("refusal", sampling=0.0))
    assert (done.is_done, done.looked_at, done.scored, done.failed) == (True, 5, 5, 2)
    assert scored("t0")["refusal"]["value"] == 1


def test_a_run_goes_on_past_scores_that_no_store_takes(
    switch_on, arrived, run, nobody_listens, monkeypatch
):
    arrived(output=REFUSAL)

    def refuse(scores):
        raise Refused("never", list(scores))

    monkeypatch.setattr(writer, "insert_scores", refuse)
    assert run(switch_on("refusal")).is_done


def test_a_run_looks_at_what_its_query_finds(switch_on, arrived, scored, run, nobody_listens):
    arrived("tool", type="TOOL", output=REFUSAL)
    arrived("call", output=REFUSAL)
    done = run(switch_on("refusal"), "type:TOOL")
    assert (done.looked_at, done.scored) == (1, 1)
    assert scored("tool") and not scored("call")


def test_a_run_after_a_change_of_options_replaces_what_was_found_before(
    switch_on, arrived, scored, run, project, member, client
):
    row = switch_on("length_within", most=5)
    arrived(output="too long for that")
    assert scored()["length_within"]["value"] == 0
    client.force_login(member)
    form = {"name": "length_within", "percent": "100", "is_on": "on", "o-of": "output"}
    form |= {"o-unit": "characters", "o-least": "1", "o-most": "100"}
    assert client.post(reverse("check-page", args=[project.id, row.pk]), form).status_code == 302
    row.refresh_from_db()
    run(row)
    assert scored()["length_within"]["value"] == 1


def test_a_check_that_is_deleted_and_set_up_again_replaces_what_it_found_before(
    arrived, scored, run, project, member
):
    def added(most):
        options = CHECKS["length_within"].options_of({"most": most})
        wanted = changing.Settings(name="short", options=options)
        return changing.add(project, "length_within", wanted, member)

    first = added(5)
    forget(project.id)
    arrived(output="too long for that")
    assert scored()["short"]["value"] == 0
    changing.delete(first, member)
    run(added(100))
    assert scored()["short"]["value"] == 1


def test_a_run_that_was_killed_goes_on_and_scores_everything_once(
    switch_on, arrived, scored, project, owner, now, nobody_listens, monkeypatch
):
    monkeypatch.setattr(running, "AT_ONCE", 2)
    for number in range(5):
        arrived(f"t{number}", output=REFUSAL)
    check = switch_on("refusal")
    times = {"since": now - DAY, "until": time.time_ns() + HOUR}
    one = running.start(check, asked_by=owner, **times)
    steps = running.steps(one)
    for _ in range(2):
        told = next(steps)
    steps.close()
    CheckRun.objects.filter(pk=one.pk).update(**told)
    while running.work(one.pk):
        pass
    one.refresh_from_db()
    assert (one.is_done, one.looked_at) == (True, 5)
    assert all(scored(f"t{number}") for number in range(5))


def test_a_project_has_five_runs_at_work_at_the_most(switch_on, owner):
    check = switch_on("refusal")
    for _ in range(running.MOST_WAITING):
        running.start(check, asked_by=owner, since=0, until=1)
    with pytest.raises(running.TooManyWaiting):
        running.start(check, asked_by=owner, since=0, until=1)


def test_a_run_is_asked_for_and_stopped_on_the_page(
    client, project, member, switch_on, look_at, monkeypatch
):
    from evals.checks import tasks

    monkeypatch.setattr(tasks, "hand_over", lambda run: None)
    row = switch_on("refusal", types=["GENERATION", "AGENT"])
    client.force_login(member)
    assert "type:(GENERATION OR AGENT)" in look_at("check-page", row.pk)
    address = reverse("check-run", args=[project.id, row.pk])
    client.post(address, {"q": "nonsense:1", "range": "7d"})
    assert not CheckRun.objects.exists()
    client.post(address, {"q": "type:AGENT", "range": "7d"})
    one = CheckRun.objects.get()
    assert one.query == "type:AGENT"
    assert "Waiting for a worker" in look_at("check-runs", row.pk)
    client.post(reverse("check-run-cancel", args=[project.id, one.pk]))
    one.refresh_from_db()
    assert one.is_cancelled
