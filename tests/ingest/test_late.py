"""What is said of a span before the span, at the same moment, or without its trace."""

import json
import threading
import time
import uuid
from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import connection
from django.template import Context, Template
from django.utils import timezone
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from ingest import held, keeper, metrics
from ingest.late import ATTEMPTS_WITHOUT_SPAN, WAITS, say_again
from ingest.models import DeadLetter, LateStatement
from ingest.pipeline import Overloaded, accept
from tests.ingest.proxy import Fault
from tests.ingest.rows import HOUR_NS, a_span
from traces import clickhouse, stored
from traces.records import Patch, Span

pytestmark = pytest.mark.usefixtures("circuit", "clickhouse_schema")

SOON, LATER = timedelta(seconds=20), timedelta(minutes=11)


def log_of(span: Span, *, at: int = 0, name: str = "gen_ai.client.operation.exception") -> Patch:
    """As ingest.otlp.logs makes it."""
    time_ns = span.start_time + at
    event = {"time": time_ns, "name": name, "attributes": {"exception.message": "boom"}}
    return Patch(span.project_id, span.trace_id, span.span_id, time_ns, {"events": [event]})


def say(patch: Patch) -> None:
    accept(patch.project_id, [patch], say_again=True)


def insert(span: Span) -> None:
    """As a request does, which gives it the time of its own receipt."""
    accept(span.project_id, [replace(span, version=0, received_at=0)])


def in_the_middle_of_an_hour(project_id: str, **fields) -> Span:
    start = time.time_ns() // HOUR_NS * HOUR_NS - HOUR_NS // 2
    return a_span(project_id, start_time=start, end_time=start + 1_000_000, **fields)


def live_rows(span: Span) -> list[Span]:
    found = stored.stored_spans(span.project_id, [(span.trace_id, span.span_id)])
    rows = found.get((span.trace_id, span.span_id), [])
    [counted] = clickhouse.rows(
        "SELECT count() AS n FROM spans FINAL WHERE project_id = {project_id:String}"
        " AND span_id = {span_id:String}",
        project_id=span.project_id,
        span_id=span.span_id,
    )
    live = [row for row in rows if not row.is_deleted]
    assert counted["n"] == len(live)
    return live


def said_later(after: timedelta = SOON) -> None:
    assert say_again(now=timezone.now() + after).is_empty


def only_row(span: Span) -> Span:
    [row] = live_rows(span)
    return row


def test_a_span_inserted_while_its_log_event_is_written_is_never_lost(project, transactional_db):
    spans = [a_span(project.id, name="whole") for _ in range(40)]
    errors = []

    def run(step, argument):
        try:
            step(argument)
        except Exception as error:
            errors.append(error)
        finally:
            connection.close()

    for span in spans:
        threads = [
            threading.Thread(target=run, args=(insert, span)),
            threading.Thread(target=run, args=(say, log_of(span))),
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert errors == []
    assert [only_row(span).name for span in spans] == ["whole"] * len(spans)
    said_later()
    rows = [only_row(span) for span in spans]
    assert all(row.name == "whole" and "boom" in row.events for row in rows)


def test_a_row_that_keeps_a_place_loses_to_a_span_that_was_received_before_it(project):
    span = a_span(project.id, name="whole")
    received = time.time_ns()
    say(log_of(span))
    accept(project.id, [replace(span, version=received, received_at=received)])
    assert only_row(span).name == "whole"


@pytest.mark.parametrize("away", [0, HOUR_NS, -HOUR_NS])
def test_a_log_event_before_its_span_is_in_it_after_a_while(project, away):
    span = in_the_middle_of_an_hour(project.id)
    say(log_of(span, at=away))
    insert(span)
    said_later()
    row = only_row(span)
    assert (row.name, row.start_time, row.marks) == ("chat", span.start_time, [])
    assert "boom" in row.events


def test_a_span_sent_again_over_its_log_event_gets_it_back(project):
    span = a_span(project.id)
    insert(span)
    say(log_of(span))
    said_later(SOON)
    insert(span)
    assert only_row(span).events == ""
    said_later(LATER)
    assert "boom" in only_row(span).events
    assert not LateStatement.objects.exists()


def test_what_found_no_span_waits_for_one_that_takes_long_to_end(project):
    span = a_span(project.id)
    say(log_of(span))
    now = timezone.now()
    for wait in WAITS[:2]:
        now += wait + SOON
        say_again(now=now)
    insert(span)
    assert only_row(span).events == ""
    say_again(now=now + WAITS[2])
    assert "boom" in only_row(span).events
    assert not LateStatement.objects.exists()


def test_of_several_log_events_only_those_without_a_span_are_kept(project):
    here, missing = a_span(project.id), a_span(project.id)
    insert(here)
    accept(project.id, [log_of(here), log_of(missing)], say_again=True)
    said_later(SOON)
    said_later(LATER)
    statement = LateStatement.objects.get()
    assert (statement.rows, statement.attempts) == (1, 2)


def test_a_log_event_whose_span_never_comes_is_not_kept_for_ever(project):
    span = a_span(project.id)
    say(log_of(span))
    now = timezone.now()
    for wait in WAITS:
        assert LateStatement.objects.exists()
        now += wait + SOON
        say_again(now=now)
    assert not LateStatement.objects.exists()
    assert len(WAITS) == ATTEMPTS_WITHOUT_SPAN
    assert "boom" in only_row(span).events


def test_before_it_is_due_nothing_is_said(project):
    say(log_of(a_span(project.id)))
    assert say_again().rows == 0
    assert LateStatement.objects.get().attempts == 0


def test_while_clickhouse_is_away_no_attempt_is_made(project, clickhouse_proxy):
    say(log_of(a_span(project.id)))
    clickhouse_proxy.fault = Fault.REFUSE
    assert say_again(now=timezone.now() + SOON).unavailable
    assert LateStatement.objects.get().attempts == 0


def test_what_was_held_is_written_before_anything_is_said_again(project, circuit):
    span = a_span(project.id)
    say(log_of(span))
    LateStatement.objects.update(due_at=timezone.now())
    circuit.failed()
    insert(span)
    circuit.succeeded()
    keeper.tend()
    assert "boom" in only_row(span).events
    assert LateStatement.objects.get().attempts == 1


def test_a_record_that_cannot_be_read_becomes_a_dead_letter(project):
    say(log_of(a_span(project.id)))
    LateStatement.objects.update(payload=b"nothing that we wrote")
    said_later()
    assert not LateStatement.objects.exists()
    assert DeadLetter.objects.get().kind == "batch"


def test_while_postgres_is_away_log_events_are_taken_and_it_is_counted(project, postgres_away):
    before = counted()
    span = a_span(project.id)
    with postgres_away():
        say(log_of(span))
    assert "boom" in only_row(span).events
    assert counted()["ingest_not_said_again_total"] == before["ingest_not_said_again_total"] + 1


# --- updates that name no trace


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


def counted() -> dict[str, float]:
    lines = metrics.exposition().decode().splitlines()
    samples = dict(line.rsplit(" ", 1) for line in lines if line and line[0] != "#")
    return {name: float(samples.get(name, 0)) for name in (
        "ingest_accepted_total", 'ingest_stored_total{by="request"}', "ingest_held_total",
        'ingest_stored_total{by="drain"}', 'ingest_deadletter_total{by="request"}',
        "ingest_not_said_again_total",
    )}  # fmt: skip


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


# --- any order

PLACES = (5, HOUR_NS, -HOUR_NS)  # of three log events, from the start of their span
STEPS = st.lists(
    st.sampled_from(["span", "span", "late", "log 0", "log 1", "log 2"]), min_size=3, max_size=9
)


@pytest.mark.django_db
@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    phases=(Phase.explicit, Phase.generate),  # shrinking would take minutes here
)
@given(steps=STEPS)
def test_spans_log_events_resends_and_late_passes_in_any_order_end_in_the_same_row(steps):
    steps = [*steps, *({"span", "log 0", "log 1", "log 2"} - set(steps))]
    span = in_the_middle_of_an_hour(uuid.uuid4().hex)
    logs = [log_of(span, at=place, name=f"gen_ai.{n}") for n, place in enumerate(PLACES)]
    now, is_stored = timezone.now(), False
    for step in steps:
        if step == "span":
            insert(span)
            is_stored = True
        elif step == "late":  # senders send again for some minutes, and not for hours
            now += SOON if is_stored else LATER
            say_again(now=now)
        else:
            say(logs[int(step[-1])])
        if is_stored:
            assert "chat" in [row.name for row in live_rows(span)]
    for wait in WAITS:
        now += wait + SOON
        say_again(now=now)

    other = replace(span, project_id=uuid.uuid4().hex)
    insert(other)
    accept(other.project_id, [replace(log, project_id=other.project_id) for log in logs])
    row, expected = only_row(span), only_row(other)
    assert replace(row, project_id="", version=0, received_at=0) == replace(
        expected, project_id="", version=0, received_at=0
    )
    assert not LateStatement.objects.filter(project_id=span.project_id).exists()
