"""What was left unchecked is found and checked, once."""

import time
from contextlib import contextmanager

import pytest

from accounts.models import Project
from evals.checks import sweep
from evals.checks.at_ingest import check_stored
from evals.checks.models import ProjectCheck, Swept
from evals.checks.tasks import sweep as sweep_task
from ingest import delivery
from ingest.pipeline import accept
from traces import writer
from traces.clickhouse import Refused
from traces.deletion import delete_score, delete_traces
from traces.queries.filters import NS
from traces.records import Patch, Score

REFUSAL = "As an AI language model, I cannot do that."


@pytest.fixture
def swept(project):
    """`swept()`: how many scores a sweep writes, of all that has been received until now."""

    def run() -> int:
        Swept.objects.filter(project=project).delete()
        now = time.time_ns()
        return sweep.of_project(project.id, now - 30 * NS, now + NS, float("inf"))

    return run


@pytest.fixture
def listening(monkeypatch):
    """`with listening():` ingest as it is, where otherwise `nobody_listens`."""

    @contextmanager
    def heard():
        with monkeypatch.context() as patch:
            patch.setattr(delivery, "when_stored", [check_stored])
            yield

    return heard


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
    for bound in ("LISTED", "MOST_IDS", "AT_ONCE"):
        monkeypatch.setattr(sweep, bound, 2)
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


def test_a_score_of_an_earlier_state_of_a_span_does_not_count_as_one_of_the_present(
    switch_on, project, now, scored, swept, nobody_listens, listening
):
    switch_on("refusal")
    said = {"start_time": now, "type": "GENERATION"}
    with listening():
        accept(project.id, [Patch(project.id, "t", "s", now, said | {"output": REFUSAL})])
    assert scored()["refusal"]["value"] == 1
    accept(project.id, [Patch(project.id, "t", "s", now + 1, {"output": "Gladly."})])
    assert swept() == 1
    assert scored()["refusal"]["value"] == 0
    assert swept() == 0


def test_a_score_of_the_same_name_by_somebody_else_is_none_of_the_check(
    switch_on, arrived, scored, swept, project, nobody_listens
):
    switch_on("refusal")
    span = arrived(output=REFUSAL)
    judged = {"trace_id": "t", "observation_id": "s", "value": 0.0, "source": "EVAL"}
    writer.insert_scores([Score(project.id, "a judge's", "refusal", span.start_time, **judged)])
    assert swept() == 1


def test_a_project_that_cannot_be_swept_holds_up_no_other(
    switch_on, project, organisation, monkeypatch
):
    longer = Project.objects.create(organisation=organisation, name="Waits longer")
    for one, until in ((longer, 1), (project, 2)):
        Swept.objects.create(project=one, until=until)
        ProjectCheck.objects.create(project=one, check_key="refusal", name="refusal")
    tried = []

    def of_project(project_id, *_):
        tried.append(project_id)
        if project_id == longer.id:
            raise RuntimeError
        return 1

    monkeypatch.setattr(sweep, "of_project", of_project)
    assert sweep.sweep(for_seconds=60) == 1
    assert tried == [longer.id, project.id]


def test_a_name_that_no_store_takes_is_replaced_in_what_is_said_of_it(
    switch_on, arrived, scored, swept, nobody_listens
):
    switch_on("json_schema", schema={"additionalProperties": {"type": "string"}})
    arrived(output='{"\\ud800": 1}')
    assert swept() == 1
    assert "\ufffd" in scored()["json_schema"]["comment"]


def test_a_window_that_the_store_refuses_to_read_is_passed_over(
    switch_on, swept, project, monkeypatch
):
    switch_on("refusal")

    def received(*_, **__):
        raise Refused("never")

    monkeypatch.setattr(sweep, "received", received)
    assert swept() == 0
    assert Swept.objects.get(project=project).until > time.time_ns() - NS


def test_a_window_that_holds_too_much_is_narrowed(switch_on, arrived, swept, monkeypatch):
    from traces.clickhouse import LimitReached

    switch_on("refusal")
    asked, looked_at = [], []

    def received(project_id, *, since, until, **_):
        asked.append(until - since)
        if until - since > 10 * NS:
            raise LimitReached("too much")
        looked_at.append(until - since)
        return []

    monkeypatch.setattr(sweep, "received", received)
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
