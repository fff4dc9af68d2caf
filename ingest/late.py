"""What has to be said again later, kept in Postgres until then.

Spans are inserted without a look at what is stored of them, so what was said of one before it came,
or at the same moment, may be replaced by it. And an update that names no trace may come before the
observation that does. Patches are the same in any order and however often they are said: these are
said again when the span has had time to arrive.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db.models import QuerySet
from django.utils import timezone

from ingest import deadletters, held, metrics, packing, seldom
from ingest.batch import Batch
from ingest.delivery import Delivery, deliver
from ingest.drain import Drained, in_groups, next_group
from ingest.held import DURABLY
from ingest.langfuse.patches import wrapper_trace
from ingest.models import LateStatement
from traces import clickhouse
from traces.clickhouse import Unavailable
from traces.queries.langfuse.traces import traces_of_observations
from traces.records import Patch
from traces.stored import started

# From one attempt to the next. SDKs send spans within seconds of their end, and again for minutes.
WAITS = (
    timedelta(seconds=15), timedelta(minutes=10),
    timedelta(hours=1), timedelta(hours=6), timedelta(hours=24),
)  # fmt: skip
# After so many attempts only what found no span is said again, for spans that take long to end.
ATTEMPTS, ATTEMPTS_WITHOUT_SPAN = 2, len(WAITS)

INSERT = f"""
    INSERT INTO ingest_latestatement
        (project_id, payload, rows, bytes, is_adrift, due_at, attempts)
    SELECT %s, %s, %s, %s, %s, %s, 0
    {DURABLY}
"""


def keep_adrift(project_id: str, patches: Sequence[Patch]) -> None:
    """Updates that name no trace: returns when they are on Postgres' disk; raises CannotHold."""
    if patches:
        insert(project_id, patches, is_adrift=True)


def keep(project_id: str, patches: Sequence[Patch]) -> None:
    """Patches that are stored or held already, to be said again; if Postgres is away they are not,
    which is counted."""
    if not patches:
        return
    try:
        insert(project_id, patches, is_adrift=False)
    except held.CannotHold as error:
        metrics.NOT_SAID_AGAIN.inc(len(patches))
        seldom.warn("late_statements_not_kept", reason=str(error))


def insert(project_id: str, patches: Sequence[Patch], *, is_adrift: bool) -> None:
    payload = packing.pack(Batch(patches=list(patches)))
    due_at = timezone.now() + WAITS[0]
    values = (project_id, payload, len(patches), len(payload), is_adrift, due_at)
    held.insert(INSERT, values, size=len(payload))


@dataclass(slots=True)
class Late:
    """A statement that is due, and what becomes of its patches in this attempt."""

    statement: LateStatement
    patches: list[Patch]
    said: list[Patch] = field(default_factory=list)
    wrappers: list[Patch] = field(default_factory=list)
    left: list[Patch] = field(default_factory=list)  # for the next attempt

    @property
    def attempt(self) -> int:
        return self.statement.attempts + 1


def say_again(*, for_seconds: float = 60.0, now: datetime | None = None) -> Drained:
    """Say what is due at `now`, group after group. Held batches go first: the drain has to be over.

    Nothing is forgotten while ClickHouse is away: an attempt that it did not answer is none.
    """
    now = now or timezone.now()
    if not due(now).exists():
        return Drained(is_empty=True)
    return in_groups(lambda drained: say_group(drained, now), for_seconds=for_seconds)


def due(now: datetime) -> QuerySet[LateStatement]:
    return LateStatement.objects.filter(due_at__lte=now)


def say_group(drained: Drained, now: datetime) -> None:
    """One group, in one transaction: killed in between, it is said again."""
    with next_group(drained, due(now).order_by("due_at", "id")) as group:
        if not group:
            return
        late, letters = read(group)
        with clickhouse.patiently():
            delivery = said(late)
        if delivery.unavailable is not None:
            drained.unavailable = delivery.unavailable
            return
        deadletters.keep(delivery.refusals)
        deadletters.keep_letters(letters)
        settle(late, now)
        readable = {one.statement.pk for one in late}
        LateStatement.objects.filter(
            pk__in=[statement.pk for statement in group if statement.pk not in readable]
        ).delete()
    drained.rows += delivery.stored
    count(late, delivery)


def read(group: Iterable[LateStatement]) -> tuple[list[Late], list]:
    """The statements of a group, and a dead letter for each record that cannot be read."""
    late, letters = [], []
    for statement in group:
        try:
            late.append(Late(statement, packing.unpack(bytes(statement.payload)).patches))
        except packing.Unreadable as error:
            letters.append(deadletters.letter_of_unreadable(statement, str(error)))
    return late, letters


def said(late: list[Late]) -> Delivery:
    """Say them, and find out of which spans nothing is to be said any more."""
    try:
        place([one for one in late if one.statement.is_adrift])
        again = [one for one in late if not one.statement.is_adrift]
        for one in again:
            one.said = one.patches
        patches = [patch for one in late for patch in (*one.said, *one.wrappers)]
        delivery = deliver(Batch(patches=patches))
        if delivery.unavailable is None:
            leave_what_found_no_span(again, {id(refusal.row) for refusal in delivery.refusals})
    except Unavailable as error:
        return Delivery(left=Batch(), unavailable=error)
    return delivery


def place(adrift: list[Late]) -> None:
    """Put each update into its observation's trace; at the last attempt, into one of its own."""
    spans: dict[str, set[str]] = defaultdict(set)
    for one in adrift:
        spans[one.statement.project_id] |= {patch.span_id for patch in one.patches}
    traces = {
        project_id: traces_of_observations(project_id, sorted(ids))
        for project_id, ids in spans.items()
    }
    for one in adrift:
        known = traces[one.statement.project_id]
        for patch in one.patches:
            if patch.span_id not in known and one.attempt < ATTEMPTS:
                one.left.append(patch)
                continue
            patch.trace_id = known.get(patch.span_id, patch.span_id)
            one.said.append(patch)
            if patch.span_id not in known:
                one.wrappers.append(wrapper_trace(patch.project_id, patch.trace_id, patch))


def leave_what_found_no_span(again: list[Late], refused: set[int]) -> None:
    waiting: dict[str, set[tuple[str, str]]] = defaultdict(set)
    for one in again:
        if one.attempt >= ATTEMPTS:
            waiting[one.statement.project_id] |= {(p.trace_id, p.span_id) for p in one.patches}
    there = {project_id: started(project_id, keys) for project_id, keys in waiting.items()}
    for one in again:
        if one.attempt >= ATTEMPTS_WITHOUT_SPAN:
            continue
        found = there[one.statement.project_id] if one.attempt >= ATTEMPTS else ()
        one.left = [
            patch
            for patch in one.patches
            if id(patch) not in refused and (patch.trace_id, patch.span_id) not in found
        ]


def settle(late: list[Late], now: datetime) -> None:
    """Forget what is done, and postpone the rest."""
    done = [one.statement.pk for one in late if not one.left]
    LateStatement.objects.filter(pk__in=done).delete()
    for one in late:
        if one.left:
            postpone(one, now)


def postpone(one: Late, now: datetime) -> None:
    statement = one.statement
    statement.due_at = now + WAITS[one.attempt]
    statement.attempts = one.attempt
    if len(one.left) < len(one.patches):
        statement.payload = packing.pack(Batch(patches=one.left))
        statement.rows, statement.bytes = len(one.left), len(statement.payload)
    statement.save(update_fields=["due_at", "attempts", "payload", "rows", "bytes"])


def count(late: list[Late], delivery: Delivery) -> None:
    """Those adrift were held until now. The others were counted when they were accepted."""
    refused = {id(refusal.row) for refusal in delivery.refusals}
    of_adrift = [patch for one in late if one.statement.is_adrift for patch in one.said]
    dead = sum(id(patch) in refused for patch in of_adrift)
    metrics.drained(stored=len(of_adrift) - dead, refused=dead)
