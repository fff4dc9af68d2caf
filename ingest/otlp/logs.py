"""OTLP logs → what they say of a span, and scores. All other log records are counted and left."""

import hashlib
import math

from ingest.decoded import Decoded, Rejection
from ingest.mapping import events, identity, text, times
from ingest.mapping.origin import Origin, Sender
from ingest.mapping.raw import RawEvent
from ingest.mapping.span import event_record
from ingest.otlp.decode import ENCODINGS, NO_SPAN, NO_TRACE, REJECTIONS_TOLD, parts_of
from ingest.otlp.parts import BadRecord, RawLog
from traces.records import Item, Patch, Score

JOINED = events.CARRIERS | {events.EXCEPTION}
EVALUATION = "gen_ai.evaluation.result"
NAME = "event.name"  # where it stood before the protocol had a field for it


def decode_logs(body: bytes, content_type: str, sender: Sender) -> tuple[Decoded, int]:
    """Patches and scores, and how many records were neither."""
    items: list[Item] = []
    rejected: list[Rejection] = []
    others = refused = 0
    for part, origin in parts_of(ENCODINGS[content_type].logs(body), sender):
        for record in part.records:
            try:
                found = item_of(part.read(record, set(part.marks)), origin)
            except BadRecord as error:
                place = len(items) + refused + others
                refused += 1
                if refused <= REJECTIONS_TOLD:
                    message = f"log record {place} was refused: {error}"
                    rejected.append(Rejection(str(place), message))
                continue
            if found is None:
                others += 1
            else:
                items.append(found)
    return Decoded(items, rejected, rejected_count=refused), others


def item_of(log: RawLog, origin: Origin) -> Item | None:
    name = log.name or log.attributes.pop(NAME, "")
    if not log.trace_id or log.trace_id == NO_TRACE:
        return None
    if name == EVALUATION:
        return score_of(log, origin)
    if name in JOINED and log.span_id and log.span_id != NO_SPAN:
        return patch_of(log, name, origin)
    return None


def patch_of(log: RawLog, name: str, origin: Origin) -> Patch:
    """The log as an event of its span, which gives the span input and output where it has none."""
    said = log.body if isinstance(log.body, dict) else {"body": log.body} if log.body else {}
    received_at = origin.sender.received_at
    marks: set[str] = set()
    event = event_record(RawEvent(log.time, name, {**log.attributes, **said}), received_at, marks)
    return Patch(
        project_id=origin.sender.project_id,
        trace_id=log.trace_id,
        span_id=log.span_id,
        stated_at=event["time"],
        fields={"events": [event]},
    )


def score_of(log: RawLog, origin: Origin) -> Score | None:
    """The same evaluation, sent twice, has the same id."""
    said = {**log.attributes, **(log.body if isinstance(log.body, dict) else {})}
    marks: set[str] = set()
    name = text.label(said.pop("gen_ai.evaluation.name", "") or "", marks)
    value = said.pop("gen_ai.evaluation.score.value", None)
    label = said.pop("gen_ai.evaluation.score.label", None)
    number = _number(value)
    if not name or (number is None and not label):
        return None
    time = times.event_time(log.time, origin.sender.received_at)
    identifier = f"{log.trace_id}/{log.span_id}/{name}/{log.time}".encode()
    return Score(
        project_id=origin.sender.project_id,
        id=hashlib.sha256(identifier).hexdigest()[:32],
        name=name,
        timestamp=time,
        data_type="NUMERIC" if number is not None and not label else "CATEGORICAL",
        value=number,
        string_value=text.label(label, marks) if label else "",
        trace_id=log.trace_id,
        observation_id=log.span_id if log.span_id != NO_SPAN else "",
        comment=text.stored(said.pop("gen_ai.evaluation.explanation", "") or "", marks),
        source="EVAL",
        environment=_environment(said, origin),
        metadata={text.label(key, marks): text.stored(value, marks) for key, value in said.items()},
        received_at=origin.sender.received_at,
    )


def _number(value: object) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return float(value) if math.isfinite(value) else None


def _environment(said: dict, origin: Origin) -> str:
    name, rank = identity.environment_in(said)
    return name if rank <= origin.resource.environment_rank else origin.resource.environment
