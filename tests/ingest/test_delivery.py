"""Rows that are refused are found in a few writes, however many there are."""

import threading

import pytest

from ingest import delivery, pipeline
from ingest.batch import Batch
from ingest.circuit import State
from ingest.delivery import MOST_ATTEMPTS, NOT_TRIED, Sieve
from ingest.models import DeadLetter, HeldBatch
from ingest.pipeline import accept
from tests.ingest.rows import a_patch, a_span, stored_spans
from traces import locks, patches

with_stores = pytest.mark.usefixtures("circuit", "clickhouse_schema")


@pytest.fixture
def merges(monkeypatch):
    """How many patches each merge was asked for."""
    asked, apply = [], patches.apply

    def counted(said, **options):
        asked.append(len(said))
        apply(said, **options)

    monkeypatch.setattr(patches, "apply", counted)
    return asked


@with_stores
def test_many_patches_of_values_that_no_column_takes_cost_one_merge(project, merges):
    good = [a_patch(a_span(project.id), name="good") for _ in range(50)]
    bad = [a_patch(a_span(project.id), prompt_version=-1) for _ in range(50)]
    accept(project.id, [one for pair in zip(good, bad, strict=True) for one in pair])
    assert merges == [100]
    assert len(stored_spans(project.id)) == 50
    assert DeadLetter.objects.count() == 50
    assert all("prompt_version" in letter.reason for letter in DeadLetter.objects.all())


@with_stores
def test_a_bad_update_does_not_take_the_create_of_its_span_along(project, merges):
    spans = [a_span(project.id) for _ in range(20)]
    creates = [a_patch(span, name="created") for span in spans]
    accept(project.id, [*creates, *(a_patch(span, prompt_version=-1) for span in spans)])
    assert merges == [40, 20]
    assert [row["name"] for row in stored_spans(project.id)] == ["created"] * 20
    assert DeadLetter.objects.count() == 20


@with_stores
def test_patches_that_cannot_be_merged_at_all_cost_one_merge_more(project, merges):
    good = [a_patch(a_span(project.id), name="good") for _ in range(30)]
    bad = [a_patch(a_span(project.id), no_such_field=1) for _ in range(30)]
    accept(project.id, [*good, *bad])
    assert merges == [60, 30]
    assert len(stored_spans(project.id)) == 30
    assert DeadLetter.objects.count() == 30


@with_stores
def test_poison_of_one_project_leaves_the_others_of_a_group_alone(project, organisation):
    from accounts.models import Project

    other = Project.objects.create(organisation=organisation, name="Other")
    rows = [a_patch(a_span(one.id), name="good") for one in (project, other)]
    bad = [a_patch(a_span(one.id), prompt_version=-1) for one in (project, other)]
    found = delivery.deliver(Batch(patches=[*bad, *rows]))
    assert sorted(id(refusal.row) for refusal in found.refusals) == sorted(map(id, bad))
    for one in (project, other):
        assert [row["name"] for row in stored_spans(one.id)] == ["good"]


@pytest.mark.django_db  # the row is finished by itself, with the prices of its project
@with_stores
def test_what_nobody_can_name_is_halved_and_that_has_an_end():
    calls, rows = [], [a_span("p", name=f"{n}") for n in range(1000)]

    def write(some):
        calls.append(len(some))
        if any(int(span.name) % 3 == 0 for span in some):
            raise ZeroDivisionError

    refused = list(Sieve(write).refused_of(rows))
    assert len(calls) == MOST_ATTEMPTS
    assert NOT_TRIED in {reason for _, reason in refused}
    assert {id(row) for row in rows[::3]} <= {id(row) for row, _ in refused}


@pytest.mark.django_db  # the row is finished by itself, with the prices of its project
@with_stores
def test_one_row_that_nobody_can_name_is_found_alone():
    rows = [a_span("p", name=f"{n}") for n in range(1000)]

    def write(some):
        if any(span.name == "700" for span in some):
            raise ZeroDivisionError("700")

    [(row, reason)] = Sieve(write).refused_of(rows)
    assert row is rows[700]
    assert reason == "ZeroDivisionError: 700"


@with_stores
def test_a_trace_that_stays_locked_is_held_and_opens_the_circuit_for_nobody(
    project, circuit, monkeypatch
):
    patch = a_patch(a_span(project.id), name="p")
    is_held, may_end = threading.Event(), threading.Event()

    def keep_it():
        with locks.trace_locks(project.id, [patch.trace_id]):
            is_held.set()
            may_end.wait(10)

    thread = threading.Thread(target=keep_it)
    thread.start()
    assert is_held.wait(10)
    monkeypatch.setattr(locks, "WAIT_SECONDS", 0.1)
    try:
        accept(project.id, [patch])
    finally:
        may_end.set()
        thread.join()
    assert HeldBatch.objects.count() == 1
    assert circuit.is_closed()


@pytest.mark.parametrize("error", [OSError(), MemoryError(), locks.Locked("x")])
def test_what_says_nothing_about_clickhouse_neither_opens_nor_closes_the_circuit(circuit, error):
    told = delivery.Delivery(left=Batch(), unavailable=error)
    pipeline.report(told)
    assert circuit.is_closed()
    circuit.failed()
    circuit._retry_at = 0.0
    assert circuit.may_probe()
    pipeline.report(told)
    assert circuit.state is State.OPEN
    assert 0 < circuit.seconds_to_probe() < 1


@with_stores
def test_rows_that_cannot_be_held_are_dead_letters_and_their_neighbours_are_held(project, circuit):
    circuit.failed()
    good = a_span(project.id)
    bad = [
        a_span(project.id, input_tokens=2**70),
        a_span(project.id, name="half \ud83d"),
        a_patch(a_span(project.id), prompt_version=10**30),
    ]
    mergeable = a_span(project.id, output_tokens=10**30)
    accept(project.id, [good, *bad], mergeable=[mergeable])
    assert [held.rows for held in HeldBatch.objects.all()] == [1]
    kinds = sorted(DeadLetter.objects.values_list("kind", flat=True))
    assert kinds == ["mergeable", "patch", "span", "span"]


@with_stores
def test_an_adrift_patch_that_cannot_be_held_is_a_dead_letter(project):
    patch = a_patch(a_span(project.id, trace_id=""), prompt_version=10**30)
    accept(project.id, [], adrift=[patch])
    assert DeadLetter.objects.get().kind == "patch"
