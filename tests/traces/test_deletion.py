"""Deletion against those who write at the same moment."""

import threading
import time

import pytest

from traces import clickhouse, deletion, patches
from traces.graves import GRAVE
from traces.records import Patch

pytestmark = pytest.mark.django_db
WRITERS = 3


def live(project_id: str) -> list[tuple[str, str]]:
    found = clickhouse.rows(
        "SELECT trace_id, span_id FROM spans FINAL WHERE project_id = {project_id:String}",
        project_id=project_id,
    )
    return [(row["trace_id"], row["span_id"]) for row in found]


def test_those_who_write_meanwhile_write_over_no_grave(project, span):
    for number in range(20):
        span("t", f"s{number}")
    started, ended = threading.Barrier(WRITERS + 1), threading.Event()
    failures: list[Exception] = []

    def keep_on_saying(writer: int) -> None:
        started.wait()
        while not ended.is_set():
            said = [
                Patch(project.id, "t", f"s{number}", time.time_ns(), {"output": f"{writer}"})
                for number in range(20)
            ]
            try:
                patches.apply(said, finish=lambda rows: None)
            except Exception as error:
                failures.append(error)
                return

    writers = [threading.Thread(target=keep_on_saying, args=[one]) for one in range(WRITERS)]
    for writer in writers:
        writer.start()
    started.wait()
    assert deletion.delete_traces(project.id, ["t"]) == {"t"}
    seen = [live(project.id) for _ in range(5)]  # while they go on
    ended.set()
    for writer in writers:
        writer.join()
    assert failures == []
    assert [*seen, live(project.id)] == [[]] * 6


def test_a_deleted_row_keeps_its_place_and_none_of_its_content(project, span):
    span("t", "s", input="a secret", metadata={"k": "another"}, user_id="ann")
    deletion.delete_traces(project.id, ["t"])
    [row] = clickhouse.rows(
        "SELECT * FROM spans WHERE project_id = {project_id:String} AND is_deleted",
        project_id=project.id,
    )
    assert row["version"] > GRAVE
    assert not any("secret" in str(value) or "ann" in str(value) for value in row.values())


def test_one_that_merges_late_leaves_the_grave_and_takes_what_is_new(project, span):
    span("t", "known")
    deletion.delete_traces(project.id, ["t"])
    now = time.time_ns()
    said = [Patch(project.id, "t", name, now, {"name": name}) for name in ("known", "new", "")]
    patches.apply(said, finish=lambda rows: None)
    assert sorted(live(project.id)) == [("t", ""), ("t", "new")]


def test_a_merge_of_the_engine_leaves_the_deleted_out(project, span):
    span("t", "s")
    deletion.delete_traces(project.id, ["t"])
    clickhouse.command("OPTIMIZE TABLE spans FINAL")
    span("t", "s", version=time.time_ns())
    assert live(project.id) == []
