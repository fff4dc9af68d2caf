"""Held batches come back: all of them, once, in any circumstances."""

import random
import time

import pytest
from django.db import connection, transaction

from ingest import drain as drain_module
from ingest import held, packing, pipeline
from ingest.batch import Batch
from ingest.drain import DRAIN_LOCK, drain
from ingest.models import DeadLetter, HeldBatch
from ingest.pipeline import accept
from tests.ingest.proxy import Fault
from tests.ingest.rows import a_patch, a_score, a_span, stored_scores, stored_spans

pytestmark = pytest.mark.usefixtures("circuit", "clickhouse_schema")


@pytest.fixture
def hold(project, circuit):
    """Accept items while ClickHouse is not to be asked."""

    def held_items(*items, mergeable=()):
        circuit.failed()
        accept(project.id, items, mergeable=mergeable)

    return held_items


def test_everything_that_was_held_is_stored_and_nothing_is_held_any_more(project, hold):
    spans = [a_span(project.id) for _ in range(12)]
    for span in spans:
        hold(span, a_score(project.id))
    drained = drain()
    assert (drained.rows, drained.is_empty) == (24, True)
    assert {row["span_id"] for row in stored_spans(project.id)} == {s.span_id for s in spans}
    assert len(stored_scores(project.id)) == 12
    assert not HeldBatch.objects.exists()


def test_patches_and_mergeable_spans_are_merged_when_they_are_drained(project, hold):
    span = a_span(project.id, model="gpt-4o")
    hold(a_patch(span, user_id="ada", start_time=span.start_time))
    hold(mergeable=[span])
    hold(a_patch(span, input="hello"))
    drain()
    [row] = stored_spans(project.id)
    assert (row["name"], row["user_id"], row["input"]) == ("chat", "ada", "hello")


def test_a_held_span_is_finished_like_any_other(project, hold):
    hold(a_span(project.id, type="GENERATION", model="gpt-4o", usage={"input": 1_000_000}))
    drain()
    [row] = stored_spans(project.id)
    assert row["total_cost"] > 0


def test_a_row_that_was_held_does_not_replace_one_that_came_later(project, hold, circuit):
    span = a_span(project.id, name="held earlier")
    hold(span)
    circuit.succeeded()
    span.name, span.version, span.received_at = "came later", 0, 0
    accept(project.id, [span])
    drain()
    [row] = stored_spans(project.id)
    assert row["name"] == "came later"


def test_a_drain_that_was_killed_before_it_could_forget_stores_everything_once(project, hold):
    spans = [a_span(project.id) for _ in range(5)]
    hold(*spans)
    batches = list(HeldBatch.objects.all())
    drain()
    HeldBatch.objects.bulk_create(batches)  # as if the transaction had not been committed
    drain()
    assert len(stored_spans(project.id)) == 5


def test_while_clickhouse_is_away_nothing_is_forgotten(project, hold, clickhouse_proxy):
    hold(a_span(project.id))
    for fault in (Fault.REFUSE, Fault.HANG):
        clickhouse_proxy.fault = fault
        began = time.monotonic()
        assert drain().unavailable
        assert time.monotonic() - began < 10  # and not as long as a patient write
        assert HeldBatch.objects.count() == 1
    clickhouse_proxy.fault = Fault.NONE
    clickhouse_proxy.cut()
    assert drain().rows == 1


def test_a_write_whose_outcome_is_unknown_is_written_again_and_stored_once(
    project, hold, clickhouse_proxy, monkeypatch
):
    hold(*[a_span(project.id) for _ in range(3)])
    monkeypatch.setattr("traces.clickhouse.ping", lambda: None)  # the cut comes after the ping
    clickhouse_proxy.fault = Fault.CUT_ANSWERS
    assert drain().unavailable
    assert HeldBatch.objects.count() == 1
    clickhouse_proxy.fault = Fault.NONE
    drain()
    assert len(stored_spans(project.id)) == 3


def test_the_oldest_are_written_first_and_in_groups_of_a_bearable_size(project, hold, monkeypatch):
    monkeypatch.setattr(drain_module, "GROUP_ROWS", 4)
    for _ in range(5):
        hold(a_span(project.id), a_span(project.id))
    drained = drain(for_seconds=0)
    assert drained.rows == 4
    assert not drained.is_empty
    assert min(HeldBatch.objects.values_list("id", flat=True)) > 2
    assert drain().is_empty


def test_a_batch_larger_than_a_group_is_written_alone(project, hold, monkeypatch):
    monkeypatch.setattr(drain_module, "GROUP_ROWS", 1)
    monkeypatch.setattr(drain_module, "GROUP_BYTES", 10)
    hold(*[a_span(project.id) for _ in range(3)])
    assert drain().is_empty
    assert len(stored_spans(project.id)) == 3


def test_only_one_drains_at_a_time(project, hold, transactional_db):
    hold(a_span(project.id))
    other = connection.copy()
    try:
        with transaction.atomic(), other.cursor() as cursor:
            cursor.execute("BEGIN")
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [DRAIN_LOCK])
            assert drain().is_busy
            assert HeldBatch.objects.count() == 1
            cursor.execute("ROLLBACK")
    finally:
        other.close()
    assert drain().rows == 1


def test_a_poison_row_goes_to_the_dead_letters_and_the_drain_goes_on(project, hold):
    good = [a_span(project.id) for _ in range(6)]
    poison = a_span(project.id, input_tokens=-(2**63))
    hold(*good[:3])
    hold(good[3], poison, good[4])
    hold(good[5])
    assert drain().is_empty
    assert {row["span_id"] for row in stored_spans(project.id)} == {s.span_id for s in good}
    [letter] = DeadLetter.objects.all()
    assert letter.kind == "span"


@pytest.mark.parametrize("seed", range(5))
def test_a_damaged_record_goes_to_the_dead_letters_and_the_drain_goes_on(project, hold, seed):
    rng = random.Random(seed)
    spans = [a_span(project.id) for _ in range(4)]
    for span in spans:
        hold(span)
    victim = rng.choice(HeldBatch.objects.order_by("id"))
    payload = bytearray(victim.payload)
    payload[rng.randrange(packing.HEADER.size, len(payload))] ^= 1 << rng.randrange(8)
    HeldBatch.objects.filter(pk=victim.pk).update(payload=bytes(payload))
    assert drain().is_empty
    assert len(stored_spans(project.id)) == 3
    [letter] = DeadLetter.objects.all()
    assert (letter.kind, letter.created_at) == ("batch", victim.created_at)


def test_a_record_of_a_newer_sonde_can_be_tried_again_after_the_upgrade(project, hold):
    from ingest import deadletters

    hold(a_span(project.id))
    victim = HeldBatch.objects.get()
    newer = bytearray(victim.payload)
    newer[2] = 9
    HeldBatch.objects.update(payload=bytes(newer))
    drain()
    letter = DeadLetter.objects.get()
    assert deadletters.content_of(letter) == bytes(newer)
    assert "format" in letter.reason


def test_a_row_that_brings_out_a_bug_of_ours_does_not_stop_the_drain(project, hold):
    good = a_span(project.id)
    batch = Batch(spans=[a_span(project.id, usage={"input": 5}, type="GENERATION", model="x")])
    record = packing.pack(batch)
    hold(good)
    held.hold(project.id, Batch(patches=[a_patch(good, metadata=5, name={"a": 1})]), version=1)
    held.hold(project.id, packing.unpack(record), version=1)
    assert drain().is_empty
    assert len(stored_spans(project.id)) == 2
    assert DeadLetter.objects.count() == 1


def test_draining_nothing_asks_nobody(project, clickhouse_proxy):
    clickhouse_proxy.fault = Fault.REFUSE
    assert drain().is_empty


def test_a_drain_by_celery_is_the_same_drain(project, hold):
    from ingest.tasks import drain as task

    hold(a_span(project.id))
    task()
    assert len(stored_spans(project.id)) == 1
    assert pipeline.circuit.is_closed() is False  # that is the keeper's to find out
