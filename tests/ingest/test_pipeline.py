"""What a 2xx promises, with each store in each state."""

import threading

import pytest
from django.db import connection

from ingest import held, pipeline
from ingest.models import DeadLetter, HeldBatch
from ingest.pipeline import Overloaded, accept
from tests.ingest.proxy import Fault
from tests.ingest.rows import a_patch, a_score, a_span, stored_scores, stored_spans
from traces import clickhouse

pytestmark = pytest.mark.usefixtures("circuit", "clickhouse_schema")


def test_what_was_accepted_is_visible_to_the_next_read(project):
    span, score = a_span(project.id), a_score(project.id)
    patched = a_span(project.id)
    accept(project.id, [span, score, a_patch(patched, name="patched", start_time=1)])
    assert {row["name"] for row in stored_spans(project.id)} >= {"chat"}
    assert [row["id"] for row in stored_scores(project.id)] == [score.id]
    assert not HeldBatch.objects.exists()


def test_nothing_to_accept_is_accepted(project):
    accept(project.id, [])
    assert not HeldBatch.objects.exists()


def test_a_span_is_priced_on_its_way_in(project):
    span = a_span(project.id, type="GENERATION", model="gpt-4o", usage={"input": 1_000_000})
    accept(project.id, [span])
    [row] = stored_spans(project.id)
    assert row["total_cost"] > 0


def test_sending_a_span_twice_stores_it_once(project):
    span = a_span(project.id)
    accept(project.id, [span])
    accept(project.id, [span])
    assert len(stored_spans(project.id)) == 1


def test_the_same_batch_five_times_at_once_is_stored_once(project):
    spans = [a_span(project.id) for _ in range(20)]
    patches = [a_patch(a_span(project.id, span_id=f"{n:016x}"), name="p") for n in range(5)]
    errors = []

    def send():
        try:
            accept(project.id, [*spans, *patches])
        except Exception as error:
            errors.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=send) for _ in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    assert len(stored_spans(project.id)) == 25


@pytest.mark.parametrize("fault", [Fault.REFUSE, Fault.CUT_ANSWERS])
def test_while_clickhouse_is_away_a_batch_is_held(project, circuit, clickhouse_proxy, fault):
    clickhouse.ping()
    clickhouse_proxy.fault = fault
    clickhouse_proxy.cut()
    items = [a_span(project.id), a_score(project.id), a_patch(a_span(project.id), name="x")]
    accept(project.id, items)
    [batch] = HeldBatch.objects.all()
    assert (batch.project_id, batch.rows, batch.bytes) == (project.id, 3, len(batch.payload))
    assert not circuit.is_closed()


def test_while_the_circuit_is_open_clickhouse_is_not_even_asked(project, circuit, clickhouse_proxy):
    clickhouse_proxy.fault = Fault.HANG
    circuit.failed()
    accept(project.id, [a_span(project.id)])  # would take seconds
    assert HeldBatch.objects.count() == 1


def test_a_request_probes_only_when_nobody_else_has_for_a_while(project, circuit):
    circuit.failed()
    circuit._retry_at -= 1  # due, and a keeper would be at it
    accept(project.id, [a_span(project.id)])
    assert stored_spans(project.id) == []
    circuit._retry_at -= pipeline.LET_THE_KEEPER_GO_FIRST_SECONDS
    accept(project.id, [a_span(project.id)])
    assert len(stored_spans(project.id)) == 1
    assert circuit.is_closed()


def test_clickhouse_that_hangs_costs_one_wait_and_then_nothing(
    project, circuit, clickhouse_proxy, monkeypatch
):
    monkeypatch.setitem(clickhouse.TIMEOUT_SECONDS, "write", 1)
    accept(project.id, [a_span(project.id)])
    clickhouse_proxy.fault = Fault.HANG
    accept(project.id, [a_span(project.id)])
    assert not circuit.is_closed()
    accept(project.id, [a_span(project.id)])
    assert HeldBatch.objects.count() == 2


def test_while_postgres_is_away_spans_go_straight_to_clickhouse(project, postgres_away):
    with postgres_away():
        accept(project.id, [a_span(project.id), a_score(project.id)])
    assert len(stored_spans(project.id)) == 1


def test_while_both_are_away_the_sender_is_told_to_come_back(
    project, clickhouse_proxy, postgres_away
):
    span = a_span(project.id)
    clickhouse_proxy.fault = Fault.REFUSE
    with postgres_away(), pytest.raises(Overloaded) as raised:
        accept(project.id, [span])
    assert 1 <= raised.value.retry_after <= 5
    clickhouse_proxy.fault = Fault.NONE
    pipeline.circuit.succeeded()
    accept(project.id, [span])
    assert len(stored_spans(project.id)) == 1


def test_a_connection_to_postgres_that_died_is_replaced_before_holding(
    project, circuit, transactional_db
):
    circuit.failed()
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        [pid] = cursor.fetchone()
    other = connection.copy()
    with other.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(%s)", [pid])
    other.close()
    accept(project.id, [a_span(project.id)])
    assert HeldBatch.objects.count() == 1


def test_when_enough_is_held_the_sender_is_told_to_come_back(
    project, circuit, settings, monkeypatch
):
    monkeypatch.setattr(held, "room", held.Room())
    circuit.failed()
    accept(project.id, [a_span(project.id)])
    settings.INGEST_HELD_MAX_BYTES = HeldBatch.objects.get().bytes + 10
    with pytest.raises(Overloaded, match="SONDE_INGEST_HELD_MAX_BYTES"):
        accept(project.id, [a_span(project.id)])


def test_when_the_disk_is_nearly_full_the_sender_is_told_to_come_back(
    project, circuit, monkeypatch
):
    monkeypatch.setattr(held, "room", held.Room())
    monkeypatch.setattr(held, "MIN_FREE_BYTES", 2**62)
    circuit.failed()
    with pytest.raises(Overloaded, match="disk"):
        accept(project.id, [a_span(project.id)])
    assert not HeldBatch.objects.exists()


def test_holding_waits_for_the_disk_even_where_postgres_does_not_by_default(project, circuit):
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL synchronous_commit = off")
        circuit.failed()
        accept(project.id, [a_span(project.id)])
        cursor.execute("SHOW synchronous_commit")
        assert cursor.fetchone() == ("on",)


def test_a_poison_row_goes_to_the_dead_letters_and_its_neighbours_are_stored(project):
    good = [a_span(project.id) for _ in range(7)]
    poison = a_span(project.id, input_tokens=-(2**70), name="poison")
    accept(project.id, [*good[:3], poison, *good[3:]])
    assert {row["span_id"] for row in stored_spans(project.id)} == {span.span_id for span in good}
    [letter] = DeadLetter.objects.all()
    assert (letter.project_id, letter.kind, letter.protocol) == (project.id, "span", "otlp")
    assert letter.reason


def test_a_poison_score_and_a_poison_patch_go_there_too(project):
    patched = a_span(project.id)
    accept(
        project.id,
        [
            a_score(project.id),
            a_score(project.id, value="much"),
            a_patch(patched, name="fine"),
            a_patch(a_span(project.id), end_time="yesterday"),
        ],
    )
    assert len(stored_scores(project.id)) == 1
    assert [row["name"] for row in stored_spans(project.id)] == ["fine"]
    assert sorted(DeadLetter.objects.values_list("kind", flat=True)) == ["patch", "score"]


def test_a_poison_row_while_postgres_is_away_is_not_acknowledged(project, postgres_away):
    good, poison = a_span(project.id), a_span(project.id, input_tokens=-(2**70))
    with postgres_away(), pytest.raises(Overloaded):
        accept(project.id, [good, poison])
    accept(project.id, [good, poison])
    assert len(stored_spans(project.id)) == 1
    assert DeadLetter.objects.count() == 1
