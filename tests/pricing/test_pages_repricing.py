"""Pricing past calls again from the page: the task, its progress, and what may go wrong."""

import time
from datetime import timedelta
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils import timezone

from pricing import runs, tasks
from pricing.models import RepriceRun
from pricing.reprice import SPANS_AT_ONCE
from traces.stored import stored_spans

pytestmark = pytest.mark.usefixtures("db", "clickhouse_schema")


def costs(project, *keys) -> list[Decimal | None]:
    found = stored_spans(project.id, [("t1", key) for key in keys])
    return [found["t1", key][0].total_cost for key in keys]


def a_run(project, *, days: int = 30, **fields) -> RepriceRun:
    now = timezone.now()
    return runs.start(project.id, since=now - timedelta(days=days), until=now, **fields)


def page_of(client, project, query=""):
    return client.get(reverse("model-prices", args=[project.id]) + query)


@pytest.fixture
def three_calls(call, own_price):
    """Unpriced when they came in; since then there is a price of $3 per million for two of them."""
    calls = [call("acme-1", hours_ago=30), call("acme-1", hours_ago=3), call("acme-2", hours_ago=3)]
    own_price("acme-1")
    return calls


def test_an_admin_starts_a_run_and_a_worker_prices_the_past(
    client, admin, project, three_calls, django_capture_on_commit_callbacks, monkeypatch
):
    monkeypatch.setattr(tasks.work_on, "delay", tasks.work_on)  # at once, in this process
    client.force_login(admin)
    with django_capture_on_commit_callbacks(execute=True):
        answer = client.post(
            reverse("reprice-start", args=[project.id]), {"days": "7", "model": "acme-1"}
        )
    assert answer["Location"].endswith("#reprice")
    run = project.reprice_runs.get()
    assert run.is_over
    assert (run.seen, run.changed, run.hours_done, run.hours) == (2, 2, 2, 2)
    assert (run.before, run.after, run.error) == (0, 12, "")
    assert costs(project, "s0", "s1", "s2") == [6, 6, None]
    page = page_of(client, project).content.decode()
    assert "2 of 2" in page
    assert "$12.00" in page


def test_the_offered_days_are_the_range(client, admin, project, three_calls):
    client.force_login(admin)
    client.post(reverse("reprice-start", args=[project.id]), {"days": "1"})
    run = project.reprice_runs.get()
    tasks.work_on(run.pk)
    assert costs(project, "s0", "s1") == [None, 6]


@pytest.mark.parametrize("answers", [{}, {"days": "9999"}, {"days": "1", "model": "x" * 501}])
def test_a_range_that_nobody_offers_starts_nothing(client, admin, project, answers):
    client.force_login(admin)
    page = client.post(reverse("reprice-start", args=[project.id]), answers, follow=True)
    assert "Choose which calls" in page.content.decode()
    assert not project.reprice_runs.exists()


def test_one_run_at_a_time_in_a_project(client, admin, project, organisation):
    from accounts.models import Project

    a_run(project)
    with pytest.raises(runs.AlreadyRunning):
        a_run(project)
    a_run(Project.objects.create(organisation=organisation, name="Other"))
    client.force_login(admin)
    page = client.post(reverse("reprice-start", args=[project.id]), {"days": "1"}, follow=True)
    assert "One run at a time" in page.content.decode()
    with pytest.raises(ValidationError):
        RepriceRun(project=project, since=timezone.now(), until=timezone.now()).full_clean()


def test_a_run_goes_on_where_a_killed_worker_left_it(project, three_calls, monkeypatch):
    run = a_run(project)
    tasks_seen = []
    monkeypatch.setattr(tasks.work_on, "delay", tasks_seen.append)

    class Killed(BaseException):
        """What no handler sees, as SIGKILL."""

    def die_after_the_first_group(one, progress):
        is_mine = noted(one, progress)
        if progress.seen:
            raise Killed
        return is_mine

    noted = runs.noted
    monkeypatch.setattr(runs, "noted", die_after_the_first_group)
    with pytest.raises(Killed):
        tasks.work_on(run.pk)
    monkeypatch.setattr(runs, "noted", noted)
    assert costs(project, "s0", "s1") == [6, None]

    tasks.work_on(run.pk)  # another worker, too early: the first may still be at it
    tasks.resume()
    assert costs(project, "s0", "s1") == [6, None]
    assert tasks_seen == []
    RepriceRun.objects.filter(pk=run.pk).update(held_until=timezone.now() - timedelta(seconds=1))
    tasks.resume()
    assert tasks_seen == [run.pk]
    tasks.work_on(run.pk)
    run.refresh_from_db()
    assert run.is_over
    assert costs(project, "s0", "s1") == [6, 6]
    assert (run.seen, run.changed, run.before, run.after) == (3, 2, 0, 12)
    assert run.hours_done == run.hours


def test_a_slice_ends_in_time_and_the_next_takes_up_within_the_hour(project, call, own_price):
    from traces.records import Span
    from traces.writer import insert_spans

    count = SPANS_AT_ONCE + 20
    start = (time.time_ns() - 5 * 3_600_000_000_000) // 3_600_000_000_000 * 3_600_000_000_000
    insert_spans(
        [
            Span(project.id, "t1", f"s{n:04}\0\x85", start, end_time=start + 1, model="acme-1",
                 type="GENERATION", usage={"input": 1_000_000}, cost_source="unknown")
            for n in range(count)
        ]
    )  # fmt: skip
    own_price("acme-1")
    run = a_run(project)
    slices = 1
    while runs.work(run.pk, seconds=0):
        slices += 1
    run.refresh_from_db()
    assert run.is_over
    assert slices > 2
    assert (run.seen, run.changed, run.after) == (count, count, 3 * count)


def test_a_cancelled_run_stops_and_keeps_what_it_did(client, admin, project, three_calls):
    run = a_run(project)
    client.force_login(admin)
    cancel = reverse("reprice-cancel", args=[project.id, run.pk])
    assert runs.work(run.pk, seconds=0)  # up to the first group of spans
    client.post(cancel)
    run.refresh_from_db()
    assert run.is_over
    assert run.is_cancelled
    assert not runs.work(run.pk)
    assert costs(project, "s0", "s1") == [6, None]
    assert client.post(cancel).status_code == 302  # the second time changes nothing
    a_run(project)
    assert "Stopped" in page_of(client, project).content.decode()


def test_a_worker_notices_that_its_run_was_cancelled(project, three_calls, monkeypatch):
    run = a_run(project)
    noted = runs.noted

    def cancelled_meanwhile(one, progress):
        if progress.seen:
            runs.cancel(run)
        return noted(one, progress)

    monkeypatch.setattr(runs, "noted", cancelled_meanwhile)
    assert not runs.work(run.pk)
    run.refresh_from_db()
    assert run.is_cancelled
    assert (run.seen, run.changed) == (1, 1)  # what was done is told
    assert costs(project, "s0", "s1") == [6, None]


def test_viewers_watch_and_cannot_stop(client, viewer, project):
    run = a_run(project)
    client.force_login(viewer)
    part = page_of(client, project, "?part=run").content.decode()
    assert 'hx-trigger="every 2s"' in part
    assert "Waiting for a worker" in part
    cancel = reverse("reprice-cancel", args=[project.id, run.pk])
    assert cancel not in part
    assert client.post(cancel).status_code == 404
    runs.cancel(run)
    assert page_of(client, project, "?part=run")["HX-Refresh"] == "true"


def test_another_projects_run_cannot_be_stopped(client, admin, project, organisation):
    from accounts.models import Project

    other = Project.objects.create(organisation=organisation, name="Other")
    run = a_run(other)
    client.force_login(admin)
    assert client.post(reverse("reprice-cancel", args=[project.id, run.pk])).status_code == 404


def test_while_clickhouse_is_away_a_run_waits(project, three_calls, settings):
    from traces import clickhouse

    run, url = a_run(project), settings.CLICKHOUSE_URL
    settings.CLICKHOUSE_URL = "http://127.0.0.1:9/nobody"
    clickhouse.forget_clients()
    assert not runs.work(run.pk)
    settings.CLICKHOUSE_URL = url
    clickhouse.forget_clients()
    run.refresh_from_db()
    assert not run.is_over
    assert runs.waiting() == [run.pk]
    assert not runs.work(run.pk)
    assert costs(project, "s1") == [6]


def test_a_run_that_fails_says_so_and_lets_the_next_one_begin(
    client, admin, project, three_calls, monkeypatch
):
    run = a_run(project)

    def broken(*_, **__):
        raise RuntimeError("a bug")

    monkeypatch.setattr(runs, "reprice", broken)
    with pytest.raises(RuntimeError):
        tasks.work_on(run.pk)
    run.refresh_from_db()
    assert run.is_over
    assert run.error == "RuntimeError"
    a_run(project)
    client.force_login(admin)
    assert "Failed" in page_of(client, project).content.decode()


def test_a_run_that_kills_every_worker_is_given_up(project, three_calls):
    run = a_run(project)
    RepriceRun.objects.filter(pk=run.pk).update(tries=runs.MAX_TRIES)
    assert not runs.work(run.pk)
    run.refresh_from_db()
    assert run.is_over
    assert run.error


def test_without_a_broker_a_run_waits_for_the_next_round(project, monkeypatch):
    from kombu.exceptions import OperationalError

    def away(_run_id):
        raise OperationalError("connection refused")

    monkeypatch.setattr(tasks.work_on, "delay", away)
    run = a_run(project)
    tasks.hand_over(run.pk)
    assert runs.waiting() == [run.pk]


def test_beat_takes_up_what_was_left(settings):
    from config.celery import app

    app.loader.import_default_modules()
    entry = settings.CELERY_BEAT_SCHEDULE["resume-repricing"]
    assert entry["task"] in app.tasks
