"""The thread that finds out that ClickHouse is back, in rounds that the test calls."""

import threading

import pytest

from ingest import keeper, pipeline
from ingest.circuit import State
from ingest.models import HeldBatch
from ingest.pipeline import accept
from tests.ingest.proxy import Fault
from tests.ingest.rows import a_span, stored_spans

pytestmark = pytest.mark.usefixtures("clickhouse_schema")


def make_due(circuit) -> None:
    circuit._retry_at = 0.0


def test_when_clickhouse_is_back_held_batches_are_stored_and_the_circuit_closes(
    project, circuit, clickhouse_proxy
):
    clickhouse_proxy.fault = Fault.REFUSE
    accept(project.id, [a_span(project.id)])
    make_due(circuit)
    assert keeper.tend() is False
    assert circuit.state is State.OPEN
    clickhouse_proxy.fault = Fault.NONE
    make_due(circuit)
    keeper.tend()
    assert circuit.is_closed()
    assert len(stored_spans(project.id)) == 1
    assert not HeldBatch.objects.exists()


def test_before_a_probe_is_due_nothing_is_tried(project, circuit):
    circuit.failed()
    accept(project.id, [a_span(project.id)])
    assert keeper.tend() is False
    assert HeldBatch.objects.count() == 1


def test_a_probe_writes_one_group_and_then_lets_requests_through(project, circuit, monkeypatch):
    monkeypatch.setattr("ingest.drain.GROUP_ROWS", 1)
    circuit.failed()
    for _ in range(3):
        accept(project.id, [a_span(project.id)])
    make_due(circuit)
    assert keeper.tend() is True
    assert circuit.is_closed()
    assert HeldBatch.objects.count() == 2
    assert keeper.tend() is False
    assert len(stored_spans(project.id)) == 3


def test_what_another_process_held_is_drained_while_all_is_well(project, circuit):
    circuit.failed()
    accept(project.id, [a_span(project.id)])
    circuit.succeeded()
    keeper.tend()
    assert len(stored_spans(project.id)) == 1


def test_when_clickhouse_is_back_and_postgres_is_not_the_circuit_closes_all_the_same(
    project, circuit, postgres_away
):
    circuit.failed()
    make_due(circuit)
    with postgres_away():
        keeper.tend()
    assert circuit.is_closed()


def test_while_clickhouse_is_slow_batches_are_drained_and_the_circuit_stays_open(
    project, circuit, monkeypatch
):
    monkeypatch.setattr(keeper, "SLOW_SECONDS", 0)
    circuit.failed()
    accept(project.id, [a_span(project.id)])
    make_due(circuit)
    keeper.tend()
    assert circuit.state is State.OPEN
    assert len(stored_spans(project.id)) == 1


def test_the_thread_survives_what_nobody_expected(db, monkeypatch):
    stop, rounds = threading.Event(), []

    def stumble():
        rounds.append(1)
        if len(rounds) == 3:
            stop.set()
        raise RuntimeError("of all things")

    monkeypatch.setattr(keeper, "tend", stumble)
    monkeypatch.setattr(keeper, "IDLE_SECONDS", 0.01)
    monkeypatch.setattr(pipeline.circuit, "seconds_to_probe", lambda: 0)
    keeper.run(stop)
    assert len(rounds) == 3
