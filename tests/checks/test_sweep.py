"""What was left unchecked is found and checked, once."""

import time

import pytest

from evals.checks import sweep
from evals.checks.models import Swept
from evals.checks.tasks import sweep as sweep_task
from traces.deletion import delete_score, delete_traces
from traces.queries.filters import NS

REFUSAL = "As an AI language model, I cannot do that."


@pytest.fixture
def swept(project):
    """`swept()`: how many scores a sweep writes, of all that has been received until now."""

    def run() -> int:
        Swept.objects.filter(project=project).delete()
        now = time.time_ns()
        return sweep.of_project(project.id, now - 30 * NS, now + NS, float("inf"))

    return run


def test_a_span_whose_process_was_killed_before_it_was_checked_is_swept_up_once(
    switch_on, arrived, scored, swept, nobody_listens
):
    switch_on("refusal")
    arrived(output=REFUSAL)
    assert scored() == {}
    assert swept() == 1
    assert scored()["refusal"]["value"] == 1
    assert swept() == 0


def test_what_is_checked_already_is_left_alone(switch_on, arrived, scored, swept):
    switch_on("refusal")
    arrived()
    assert scored()
    assert swept() == 0


def test_a_score_that_somebody_deleted_does_not_come_back(
    switch_on, arrived, scored, swept, project
):
    switch_on("refusal")
    arrived()
    delete_score(project.id, scored()["refusal"]["id"])
    assert swept() == 0
    assert scored() == {}


def test_a_score_that_was_on_its_way_while_its_trace_was_deleted_is_deleted_too(
    switch_on, arrived, scored, swept, project
):
    switch_on("refusal")
    arrived("gone")
    arrived("there")
    delete_traces(project.id, ["gone"])
    assert scored("gone") and scored("there")
    swept()
    assert scored("gone") == {}
    assert scored("there")


def test_what_came_before_the_check_was_switched_on_is_not_swept_up(
    switch_on, arrived, scored, swept, nobody_listens
):
    check = switch_on("refusal")
    arrived()
    check.on_since = check.created_at.replace(year=2099)
    check.save()
    from evals.checks.enabled import forget

    forget(check.project_id)
    assert swept() == 0


def test_more_spans_than_one_page_are_all_swept_up(
    switch_on, arrived, scored, swept, nobody_listens, monkeypatch
):
    monkeypatch.setattr(sweep, "AT_ONCE", 2)
    switch_on("refusal")
    for number in range(5):
        arrived(f"t{number // 2}", f"s{number}")
    assert swept() == 5


def test_only_what_the_check_looks_at_is_read_again(
    switch_on, arrived, scored, swept, nobody_listens, monkeypatch
):
    read = []

    def stored_spans(project_id, keys):
        read.extend(keys)
        return stored(project_id, keys)

    stored = sweep.stored_spans
    monkeypatch.setattr(sweep, "stored_spans", stored_spans)
    switch_on("refusal", types=["GENERATION"], environments=["production"])
    arrived("t", "s", environment="production")
    arrived("t", "tool", type="TOOL", environment="production")
    arrived("t", "elsewhere", environment="staging")
    assert swept() == 1
    assert read == [("t", "s")]


def test_a_window_that_holds_too_much_is_narrowed(switch_on, arrived, swept, monkeypatch):
    from traces.clickhouse import LimitReached

    switch_on("refusal")
    asked, looked_at = [], []

    def unscored(project_id, wanted, *, since, until, **_):
        asked.append(until - since)
        if until - since > 10 * NS:
            raise LimitReached("too much")
        looked_at.append(until - since)
        return []

    monkeypatch.setattr(sweep, "unscored", unscored)
    swept()
    assert asked[0] == sum(looked_at) > 10 * NS


@pytest.fixture
def swept_before(project):
    """A quarter of an hour ago, for tests that need not look back six hours."""
    Swept.objects.create(project=project, until=time.time_ns() - 900 * NS)


@pytest.mark.usefixtures("swept_before")
def test_the_task_goes_on_where_the_last_one_ended(switch_on, arrived, project, nobody_listens):
    switch_on("refusal")
    sweep_task()
    first = Swept.objects.get(project=project).until
    sweep_task()
    assert Swept.objects.get(project=project).until >= first
    assert first <= time.time_ns() - sweep.BEHIND


@pytest.mark.usefixtures("swept_before")
def test_what_is_left_behind_the_last_sweep_makes_it_begin_there_again(switch_on, project):
    switch_on("refusal")
    sweep_task()
    swept = Swept.objects.get(project=project).until
    sweep.begin_again_at(project.id, swept - 60 * NS)
    assert Swept.objects.get(project=project).until == swept - 60 * NS
    sweep.begin_again_at(project.id, swept)
    assert Swept.objects.get(project=project).until == swept - 60 * NS
