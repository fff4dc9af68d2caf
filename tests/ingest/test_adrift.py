"""Updates that name no trace wait for their observation, and say so."""

import json
import time
import uuid

import pytest
from django.template import Context, Template
from django.utils import timezone

from ingest import held
from ingest.models import LateStatement
from ingest.pipeline import Overloaded, accept
from tests.ingest.proxy import Fault
from tests.ingest.rows import a_span
from tests.ingest.saying import LATER, SOON, counted, insert, log_of, said_later, say
from traces import clickhouse
from traces.records import Patch

pytestmark = pytest.mark.usefixtures("circuit", "clickhouse_schema")


@pytest.fixture
def ingest(client, api_key, auth):
    def send(kind: str, body: dict):
        event = {"id": uuid.uuid4().hex, "type": kind, "body": body}
        event["timestamp"] = timezone.now().isoformat().replace("+00:00", "Z")
        answer = client.post(
            "/api/public/ingestion",
            json.dumps({"batch": [event]}),
            content_type="application/json",
            headers=auth(api_key),
        )
        assert answer.status_code == 207, answer.content
        return [one["status"] for one in answer.json()["successes"]]

    return send


def observations(project_id: str) -> list[tuple]:
    found = clickhouse.rows(
        """
        SELECT s.trace_id AS trace_id, s.span_id AS span_id, s.name AS name, s.output AS output
        FROM spans AS s FINAL
        WHERE s.project_id = {project_id:String} AND s.span_id != ''
        """,
        project_id=project_id,
    )
    return [tuple(row.values()) for row in found]


def test_an_update_without_a_trace_and_its_create_that_comes_later_become_one(ingest, project):
    assert ingest("generation-update", {"id": "g", "output": "done"}) == [201]
    ingest("generation-create", {"id": "g", "traceId": "t", "name": "answer"})
    said_later()
    assert observations(project.id) == [("t", "g", "answer", "done")]
    assert not LateStatement.objects.exists()


def test_an_update_whose_observation_takes_minutes_waits_for_it(ingest, project):
    ingest("generation-update", {"id": "g", "output": "done"})
    said_later(SOON)
    assert observations(project.id) == []
    ingest("generation-create", {"id": "g", "traceId": "t", "name": "answer"})
    said_later(LATER)
    assert observations(project.id) == [("t", "g", "answer", "done")]


def test_an_update_whose_observation_never_comes_gets_a_trace_of_its_own(ingest, project):
    ingest("generation-update", {"id": "g", "output": "done"})
    said_later(SOON)
    said_later(LATER)
    assert observations(project.id) == [("g", "g", "", "done")]
    assert not LateStatement.objects.exists()


def test_an_update_without_a_trace_does_not_wait_for_a_clickhouse_that_hangs(
    ingest, project, circuit, clickhouse_proxy, monkeypatch
):
    ingest("generation-create", {"id": "g", "traceId": "t", "name": "answer"})
    monkeypatch.setitem(clickhouse.TIMEOUT_SECONDS, "write", 1)
    clickhouse.forget_clients()
    clickhouse_proxy.fault = Fault.HANG
    began = time.monotonic()
    ingest("generation-update", {"id": "g", "output": "done"})
    assert not circuit.is_closed()
    assert time.monotonic() - began < 8
    began = time.monotonic()
    ingest("generation-update", {"id": "g", "level": "WARNING"})
    assert time.monotonic() - began < 1
    clickhouse_proxy.fault = Fault.NONE
    clickhouse_proxy.cut()
    said_later()
    assert observations(project.id) == [("t", "g", "answer", "done")]


def test_while_postgres_is_away_an_update_without_a_trace_is_not_acknowledged(
    project, postgres_away
):
    update = Patch(project.id, "g", "g", time.time_ns(), {"output": "done"}, 1)
    with postgres_away(), pytest.raises(Overloaded):
        accept(project.id, [], adrift=[update])


def test_readers_are_told_of_updates_that_wait_for_their_observation(ingest, project):
    ingest("generation-update", {"id": "g", "output": "done"})
    say(log_of(a_span(project.id)))
    waiting = held.waiting(project.id)
    assert (waiting.batches, waiting.adrift, waiting.since) == (0, 1, None)
    page = Template("{% load held %}{% held_banner project %}").render(
        Context({"project": project})
    )
    assert "1 update names no trace" in page


def test_what_is_said_again_is_counted_once(ingest, project):
    before = counted()
    span = a_span(project.id)
    say(log_of(span))
    insert(span)
    ingest("generation-update", {"id": "g", "output": "done"})
    for after in (SOON, LATER):
        said_later(after)
    now = counted()
    assert {name: now[name] - before[name] for name in now} == {
        "ingest_accepted_total": 3,
        'ingest_stored_total{by="request"}': 2,
        "ingest_held_total": 1,
        'ingest_stored_total{by="drain"}': 1,
        'ingest_deadletter_total{by="request"}': 0,
        "ingest_not_said_again_total": 0,
    }
