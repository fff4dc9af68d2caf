"""From decoded records to an acknowledgement: `accept` returns when every row is stored.

Stored means in ClickHouse, or held in Postgres until ClickHouse is back (docs/durability.md).
"""

import time
from collections.abc import Callable, Iterable, Sequence
from typing import TypeVar

import structlog

from ingest import deadletters, held, late, metrics, packing, seldom
from ingest.admission import Overloaded
from ingest.batch import Batch, sorted_out
from ingest.circuit import Circuit
from ingest.delivery import Delivery, Refusal, deliver
from traces import score_makers
from traces.clickhouse import Unavailable
from traces.errors import Locked
from traces.queries.langfuse.traces import traces_of_observations
from traces.records import Item, Patch, Score, Span

# The keeper of this process (ingest.keeper) probes as soon as a probe is due. A request does it
# only where there is no keeper, and later.
LET_THE_KEEPER_GO_FIRST_SECONDS = 2.0

__all__ = ["Overloaded", "accept"]

Answer = TypeVar("Answer")

log = structlog.get_logger(__name__)
circuit = Circuit()


def accept(
    project_id: str,
    items: Iterable[Item],
    *,
    mergeable: Sequence[Span] = (),
    adrift: Sequence[Patch] = (),
    say_again: bool = False,
) -> None:
    """Store everything and return; raises Overloaded when that is not possible now.

    Then some of it may be stored, and all of it may be sent again. Rows that ClickHouse refuses for
    their data go to the dead letters and hold nothing up. Patches `adrift` are held until their
    trace is known; `say_again` is for patches of spans that others insert (both: ingest.late).
    """
    now_ns = time.time_ns()
    batch = sorted_out(items, mergeable=mergeable, now_ns=now_ns)
    rows = len(batch) + len(adrift)
    if not rows:
        return
    delivery = attempt(batch) if len(batch) else Delivery(left=batch)
    try:
        hold_what_is_left(project_id, delivery, version=now_ns)
        adrift = hold_adrift(project_id, adrift, delivery.refusals)
        deadletters.keep_within_bounds(project_id, delivery.refusals)
    except held.CannotHold as error:
        metrics.rejected("overloaded", rows)
        seldom.warn("ingest_overloaded", reason=str(error), clickhouse=circuit.state.value)
        raise Overloaded(str(error)) from error
    if say_again:
        refused = {id(refusal.row) for refusal in delivery.refusals}
        late.keep(project_id, [patch for patch in batch.patches if id(patch) not in refused])
    metrics.accepted(rows, delivery, adrift=len(adrift))


def hold_what_is_left(project_id: str, delivery: Delivery, *, version: int) -> None:
    if len(delivery.left):
        delivery.left = hold(
            delivery.left,
            lambda rows: held.hold(project_id, rows, version=version),
            delivery.refusals,
        )


def hold_adrift(
    project_id: str, adrift: Sequence[Patch], refusals: list[Refusal]
) -> Sequence[Patch]:
    if not adrift:
        return adrift
    batch = Batch(patches=list(adrift))
    return hold(batch, lambda rows: late.keep_adrift(project_id, rows.patches), refusals).patches


def hold(batch: Batch, way: Callable[[Batch], None], refusals: list[Refusal]) -> Batch:
    """Hold the rows in this way; those that cannot be written down become refusals. Returns what is
    held."""
    try:
        way(batch)
    except packing.UNPACKABLE:
        batch, unpackable = packing.packable(batch)
        refusals += [Refusal(*one) for one in unpackable]
        if len(batch):
            way(batch)
    return batch


def traces_known(project_id: str, patches: Iterable[Patch]) -> dict[str, str]:
    """The trace of each of these patches' observations that is stored; none while ClickHouse is
    away, and then nobody waits for it."""
    span_ids = sorted({patch.span_id for patch in patches})
    return asked(lambda: traces_of_observations(project_id, span_ids), {}) if span_ids else {}


def settled_scores(project_id: str, scores: Iterable[Score]) -> set[str]:
    """The ids of those that no public key may change; none while ClickHouse is away."""
    ids = {score.id for score in scores}
    return asked(lambda: score_makers.settled_scores(project_id, ids), set()) if ids else set()


def asked(question: Callable[[], Answer], otherwise: Answer) -> Answer:
    """What ClickHouse answers; while it is away, the other answer at once."""
    if not circuit.is_closed():
        return otherwise
    try:
        return question()
    except Unavailable as error:
        clickhouse_is_away(error)
        return otherwise


def attempt(batch: Batch) -> Delivery:
    """Deliver, unless ClickHouse is known to be away: then all of the batch is left."""
    if not circuit.is_closed() and not circuit.may_probe(late_by=LET_THE_KEEPER_GO_FIRST_SECONDS):
        return Delivery(left=batch)
    with metrics.INSERT_SECONDS.time():
        delivery = deliver(batch)
    report(delivery)
    return delivery


def report(delivery: Delivery) -> None:
    """Tell the circuit how ClickHouse did."""
    if isinstance(delivery.unavailable, Unavailable):
        clickhouse_is_away(delivery.unavailable)
    elif delivery.unavailable is not None:
        circuit.undecided()  # Postgres, the disk or memory failed
    else:
        clickhouse_answers()


def clickhouse_answers() -> None:
    if not circuit.is_closed():
        circuit.succeeded()
        log.info("clickhouse_is_back")


def clickhouse_is_away(error: Unavailable) -> None:
    if isinstance(error, Locked):
        circuit.undecided()  # one trace's writer is slow: no reason to ask nobody for all others
        return
    if circuit.failed():
        metrics.CIRCUIT_OPENED.inc()
        log.warning("clickhouse_is_away", reason=str(error)[:200])
