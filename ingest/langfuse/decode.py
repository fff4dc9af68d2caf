"""A Langfuse ingestion batch → records, with a verdict for every event."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from ingest.decoded import MalformedPayload, TooManyRecords
from ingest.langfuse import events
from ingest.langfuse.body import MAX_ID, MAX_NAME, Body, InvalidEvent
from ingest.langfuse.patches import (
    CREATE,
    UPDATE,
    observation_patch,
    trace_patch,
    wrapper_trace,
)
from ingest.langfuse.scores import decode_score
from ingest.langfuse.wire import cleaned, read_json, storable
from ingest.mapping import text
from traces.records import Item, Patch, Score

MOST_EVENTS = 10_000  # of one batch; SDKs send a hundred at a time


@dataclass(frozen=True, slots=True)
class EventError:
    """Why one event was not taken: 400 for what it holds, 401 where the key may not send it."""

    id: str
    status: int
    message: str


@dataclass(frozen=True, slots=True)
class Batch:
    """What a batch came to. `adrift` are those of `items` that name an observation and no trace;
    `scores` are its scores, each with the place of its event in `accepted`.
    """

    items: list[Item] = field(default_factory=list)
    accepted: list[str] = field(default_factory=list)  # ids of events, in their order
    errors: list[EventError] = field(default_factory=list)
    adrift: list[Patch] = field(default_factory=list)
    scores: list[tuple[Score, int]] = field(default_factory=list)


def decode_batch(body: bytes, *, project_id: str, now_ns: int, scores_only: bool = False) -> Batch:
    """Every event judged by itself: one that cannot be read never loses its neighbours.

    MalformedPayload where the body is no batch at all, TooManyRecords where it is more than one.
    The same bytes give the same rows.
    """
    document = read_json(body)
    events_sent = document.value.get("batch") if isinstance(document.value, dict) else None
    if not isinstance(events_sent, list):
        raise MalformedPayload('The body must be an object with a list "batch".')
    if len(events_sent) > MOST_EVENTS:
        raise TooManyRecords(
            f"The batch has {len(events_sent)} events, and {MOST_EVENTS} is the limit of one"
            " request. Send it in smaller batches."
        )
    batch = Batch()
    for position, event in enumerate(events_sent):
        event_id = _event_id(event)
        told_id = event_id or f"batch[{position}]"
        try:
            if scores_only and _type_of(event) != events.SCORE_CREATE:
                batch.errors.append(_forbidden(told_id))
                continue
            records = [*_records(event, event_id, project_id, now_ns, suspect=document.is_suspect)]
            batch.items.extend(records)
            at = len(batch.accepted)
            batch.scores.extend((one, at) for one in records if isinstance(one, Score))
            batch.accepted.append(event_id)
        except InvalidEvent as error:
            batch.errors.append(EventError(told_id, 400, str(error)))
        except RecursionError:
            batch.errors.append(EventError(told_id, 400, "The event is nested too deeply."))
    patches = [item for item in batch.items if isinstance(item, Patch)]
    _sign(patches, document.value.get("metadata"))
    _find_traces_within(patches, batch.adrift)
    _creates_first(patches)
    _set_apart(patches)
    return batch


def place_adrift(batch: Batch, traces: dict[str, str]) -> None:
    """Puts each update that names no trace into its observation's. Where that is not known, the
    update stays adrift and is an item no more: ingest.late looks for its trace again."""
    unknown = {id(patch) for patch in batch.adrift if patch.span_id not in traces}
    for patch in batch.adrift:
        patch.trace_id = traces.get(patch.span_id, patch.span_id)
    batch.items[:] = [item for item in batch.items if id(item) not in unknown]
    batch.adrift[:] = [patch for patch in batch.adrift if id(patch) in unknown]


def _records(
    event: Any, event_id: str, project_id: str, now_ns: int, *, suspect: bool
) -> Iterator[Item]:
    kind, changed = _type_of(event), False
    if kind not in events.TYPES:
        raise InvalidEvent("type is none of Langfuse's event types, such as trace-create.")
    if not event_id:  # it is what names a record whose body has no id
        raise InvalidEvent(
            f"An event needs an id of its own: a string of at most {MAX_ID} characters, none of"
            " them a control character."
        )
    if kind in events.IGNORED:
        return
    if suspect:
        event, changed = cleaned(event)
    body = Body(event.get("body"), now_ns)
    if changed:
        body.marks.add(text.REPLACED)
    stated_at = _stated_at(event, body)
    if kind == events.TRACE_CREATE:
        trace_id = body.identifier("id") or event_id
        yield trace_patch(body, project_id=project_id, trace_id=trace_id, stated_at=stated_at)
    elif kind == events.SCORE_CREATE:
        yield decode_score(body, project_id=project_id, score_id=event_id, stated_at=stated_at)
    else:
        yield from _observation(body, kind, event_id, project_id, stated_at)


def _observation(
    body: Body, event_type: str, event_id: str, project_id: str, stated_at: int
) -> Iterator[Patch]:
    kind, rank = events.OBSERVATIONS[event_type]
    span_id = body.identifier("id")
    if not span_id and rank == UPDATE:
        raise InvalidEvent("An update needs the id of its observation.")
    span_id = span_id or event_id
    trace_id = body.identifier("traceId")
    if not trace_id and rank == CREATE:
        trace_id = span_id
    patch = observation_patch(
        body,
        project_id=project_id,
        trace_id=trace_id,
        span_id=span_id,
        kind=kind,
        stated_at=stated_at,
        rank=rank,
    )
    yield patch
    if trace_id and not body.values.get("traceId"):
        yield wrapper_trace(project_id, trace_id, patch)


def _sign(patches: list[Patch], metadata: object) -> None:
    """Says of each row which SDK sent it."""
    if not isinstance(metadata, dict):
        return
    for key in ("sdk_name", "sdk_version"):
        sent = metadata.get(key)
        if isinstance(sent, str) and sent:
            for patch in patches:
                patch.fields[key] = storable(sent)[:MAX_NAME]


def _find_traces_within(patches: list[Patch], adrift: list[Patch]) -> None:
    """An update that names no trace most often travels with the create that does."""
    traces = {patch.span_id: patch.trace_id for patch in patches if patch.trace_id}
    for patch in patches:
        if not patch.trace_id:
            patch.trace_id = traces.get(patch.span_id, "")
            if not patch.trace_id:
                adrift.append(patch)


def _creates_first(patches: list[Patch]) -> None:
    """Dates a create no later than the updates that travel with it.

    The SDK for JavaScript dates an event when it leaves its queue, which for a create that waited
    for a file may be after its first update.
    """
    first: dict[tuple[str, str], int] = {}
    for patch in patches:
        if patch.rank == UPDATE:
            key = (patch.trace_id, patch.span_id)
            first[key] = min(patch.stated_at, first.get(key, patch.stated_at))
    for patch in patches:
        if patch.rank == CREATE:
            updated_at = first.get((patch.trace_id, patch.span_id), patch.stated_at)
            patch.stated_at = min(patch.stated_at, updated_at)


def _set_apart(patches: list[Patch]) -> None:
    """Gives different statements of one moment the order that the batch has them in.

    The clock of the SDK for JavaScript goes by milliseconds: a create and what follows in the same
    breath have one time. The same statement twice stays one.
    """
    first: dict[tuple, dict] = {}  # what was said at a moment
    moved: dict[tuple, dict[str, int]] = {}  # what else was said then → its moment now
    after: dict[tuple, int] = {}  # a moment that is taken → a later one that may not be
    for patch in patches:
        moment = (patch.trace_id, patch.span_id, patch.rank, patch.stated_at)
        if first.setdefault(moment, patch.fields) == patch.fields:
            after.setdefault(moment, patch.stated_at + 1)
            continue
        others = moved.setdefault(moment, {})
        said = repr(patch.fields)
        if said not in others:
            others[said] = _free_moment(moment, after)
            first[(*moment[:3], others[said])] = patch.fields
        patch.stated_at = others[said]


def _free_moment(moment: tuple, after: dict[tuple, int]) -> int:
    """The first moment from this one on that is not taken, and takes it.

    A crowd at one moment would otherwise walk past each other again and again.
    """
    passed, at = [], moment
    while at in after:
        passed.append(at)
        at = (*at[:3], after[at])
    for key in passed:
        after[key] = at[3] + 1
    after[at] = at[3] + 1
    return at[3]


def _event_id(event: object) -> str:
    """The event's id, or "" where it has none that could name a record."""
    sent = event.get("id") if isinstance(event, dict) else None
    if not isinstance(sent, str) or len(sent) > MAX_ID:
        return ""
    sent = storable(sent)
    return "" if any(ord(character) < 32 for character in sent) else sent


def _type_of(event: object) -> str:
    if not isinstance(event, dict):
        raise InvalidEvent("An event must be an object with id, timestamp, type and body.")
    kind = event.get("type")
    return kind if isinstance(kind, str) else ""


def _stated_at(event: dict, body: Body) -> int:
    """When the sender said it, which orders what is said. Now, where its clock cannot be right."""
    envelope = Body(event, body.now_ns)
    stated_at = envelope.moment("timestamp")
    if envelope.marks:
        body.marks |= envelope.marks
    return stated_at or body.moment("startTime") or body.moment("timestamp") or body.now_ns


def _forbidden(event_id: str) -> EventError:
    return EventError(
        event_id, 401, "This key may only send scores; use the secret key for anything else."
    )
