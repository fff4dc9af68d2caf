"""What is said of a span before the span, or at the same moment."""

import threading
import time
from dataclasses import replace

import pytest
from django.db import connection
from django.utils import timezone

from ingest import keeper
from ingest.late import ATTEMPTS_WITHOUT_SPAN, WAITS, say_again
from ingest.models import DeadLetter, LateStatement
from ingest.pipeline import accept
from tests.ingest.proxy import Fault
from tests.ingest.rows import HOUR_NS, a_span
from tests.ingest.saying import (
    LATER,
    SOON,
    counted,
    in_the_middle_of_an_hour,
    insert,
    log_of,
    only_row,
    said_later,
    say,
)

pytestmark = pytest.mark.usefixtures("circuit", "clickhouse_schema")


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
