"""Rows that ClickHouse refuses for their data: kept, tried again, and deleted only by people."""

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from itertools import islice

import msgspec
import structlog
import zstandard
from django.db import Error, transaction
from django.db.models import Count, QuerySet, Sum

from ingest import packing
from ingest.batch import Batch
from ingest.delivery import Refusal, deliver
from ingest.held import CannotHold, durable_transaction
from ingest.models import DeadLetter, HeldBatch, LateStatement
from traces.records import Item, Patch, Score, Span

Kind = DeadLetter.Kind
REASON_CHARACTERS = 2000
LETTER_BYTES = 4 * 1024 * 1024  # of one row's JSON
MOST_LETTERS, MOST_BYTES = 10_000, 1 << 30  # of one project, as far as senders fill them
# A row beyond LETTER_BYTES is cut to so many characters a text and so many members a list.
CUTS = ((64 * 1024, 1000), (1000, 512), (1000, 20))
CUT = "The row was too large to be kept whole: its long texts and lists are cut."
JSON_TEXTS = ("events", "links", "tool_definitions", "tool_calls")
OF_THE_RECEIPT = ("received_at", "version")
PLACES = {
    Kind.SPAN: ("spans", Span),
    Kind.MERGEABLE: ("mergeable", Span),
    Kind.PATCH: ("patches", Patch),
    Kind.SCORE: ("scores", Score),
}

log = structlog.get_logger(__name__)


def keep(refusals: Iterable[Refusal]) -> None:
    """Returns when all are on Postgres' disk; raises CannotHold. One that is kept already is kept
    once."""
    keep_letters([letter_of(refusal) for refusal in refusals])


def keep_within_bounds(project_id: str, refusals: Sequence[Refusal]) -> None:
    """The same for rows that nobody has acknowledged yet: a project whose letters are many or large
    gets no more of them, and its senders are told."""
    if not refusals:
        return
    try:
        letters = DeadLetter.objects.filter(project_id=project_id)
        there = letters.aggregate(rows=Count("id"), bytes=Sum("bytes"))
    except Error as error:
        raise CannotHold(f"Postgres is away ({type(error).__name__}).") from error
    if there["rows"] >= MOST_LETTERS or (there["bytes"] or 0) >= MOST_BYTES:
        raise CannotHold(f"The project has too many dead letters ({there['rows']}): see to them.")
    keep(refusals)


def keep_letters(letters: list[DeadLetter]) -> None:
    if not letters:
        return
    try:
        with durable_transaction():
            DeadLetter.objects.bulk_create(letters, ignore_conflicts=True)
    except Error as error:
        raise CannotHold(f"Postgres is away ({type(error).__name__}).") from error
    log.warning("rows_dead_lettered", rows=len(letters), project=letters[0].project_id)


def letter_of(refusal: Refusal) -> DeadLetter:
    row, kind = refusal.row, kind_of(refusal)
    content = asdict(row)
    text, is_cut = written_down(content)
    fields = row.fields if isinstance(row, Patch) else {}
    reason = f"{CUT} {refusal.reason}" if is_cut else refusal.reason
    return DeadLetter(
        project_id=row.project_id,
        kind=kind,
        protocol=printable(str(fields.get("source") or getattr(row, "source", "")))[:32],
        reason=printable(reason)[:REASON_CHARACTERS],
        payload=zstandard.ZstdCompressor().compress(text),
        bytes=len(text),
        digest=digest_of(kind, content),
    )


def written_down(content: dict) -> tuple[bytes, bool]:
    """The row as JSON, and whether its texts and lists had to be cut to fit."""
    text = as_json(content)
    if len(text) <= LETTER_BYTES:
        return text, False
    for characters, members in CUTS:
        text = as_json(
            {
                name: shortened_column(name, part, characters, members)
                for name, part in content.items()
            }
        )
        if len(text) <= LETTER_BYTES:
            break
    return text, True


def as_json(content: object) -> bytes:
    # The standard library's encoder writes down whatever is in a row, be it no valid text.
    return json.dumps(content, default=str).encode()


def shortened_column(name: str, value: object, characters: int, members: int) -> object:
    if name in JSON_TEXTS and len(str(value)) > characters:
        return ""  # half of it would be no JSON
    return shortened(value, characters, members)


def shortened(value: object, characters: int, members: int) -> object:
    if isinstance(value, str):
        return value if len(value) <= characters else f"{value[:characters]}…"
    if isinstance(value, dict):
        kept = islice(value.items(), members)
        return {str(key)[:characters]: shortened(part, characters, members) for key, part in kept}
    if isinstance(value, list):
        return [shortened(part, characters, members) for part in value[:members]]
    return value


def digest_of(kind: str, content: dict) -> bytes:
    """The same for the same row sent again: without what the receipt added."""
    sent = {name: value for name, value in content.items() if name not in OF_THE_RECEIPT}
    return hashlib.sha256(kind.encode() + as_json(sent)).digest()


def kind_of(refusal: Refusal) -> str:
    match refusal.row:
        case Patch():
            return Kind.PATCH
        case Score():
            return Kind.SCORE
    return Kind.MERGEABLE if refusal.is_mergeable else Kind.SPAN


def letter_of_unreadable(held: HeldBatch | LateStatement, reason: str) -> DeadLetter:
    """A held batch that cannot be read goes here as it is, and the drain goes on with the next."""
    return DeadLetter(
        project_id=held.project_id,
        kind=Kind.BATCH,
        reason=printable(reason),
        payload=zstandard.ZstdCompressor().compress(bytes(held.payload)),
        bytes=len(held.payload),
        created_at=held.created_at,
    )


def printable(text: str) -> str:
    """Text that Postgres and a page can hold."""
    return text.replace("\0", "\ufffd").encode("utf-8", "replace").decode()


def content_of(letter: DeadLetter) -> bytes:
    """What was refused: a row's JSON, or a held batch's bytes."""
    limit = packing.MAX_UNPACKED_BYTES
    return zstandard.ZstdDecompressor().decompress(bytes(letter.payload), max_output_size=limit)


def batch_of(letter: DeadLetter) -> Batch:
    """The row (or the rows) again; raises Unreadable."""
    content = content_of(letter)
    if letter.kind == Kind.BATCH:
        return packing.unpack(content)
    place, record = PLACES[Kind(letter.kind)]
    try:
        row: Item = msgspec.convert(json.loads(content), record)
    except (ValueError, msgspec.MsgspecError) as error:
        raise packing.Unreadable(f"The row cannot be read: {error}") from error
    if isinstance(row, Patch):
        packing.restore_money(row)
    batch = Batch()
    getattr(batch, place).append(row)
    return batch


@dataclass(slots=True)
class Retried:
    """What came of trying again. `is_away` tells that ClickHouse did not answer."""

    stored: int = 0
    refused: int = 0
    is_away: bool = False


def retry(letters: QuerySet[DeadLetter], *, at_most: int = 1000) -> Retried:
    """Try the oldest again. One that is stored is gone from the dead letters, the others stay."""
    retried = Retried()
    for pk in list(letters.order_by("id").values_list("pk", flat=True)[:at_most]):
        with transaction.atomic():
            letter = DeadLetter.objects.select_for_update(skip_locked=True).filter(pk=pk).first()
            if letter is not None:
                retry_one(letter, retried)
        if retried.is_away:
            break
    return retried


def retry_one(letter: DeadLetter, retried: Retried) -> None:
    try:
        delivery = deliver(batch_of(letter))
    except packing.Unreadable as error:
        retried.refused += 1
        letter.reason = printable(str(error))[:REASON_CHARACTERS]
        letter.save(update_fields=["reason"])
        return
    if delivery.unavailable is not None:
        retried.is_away = True
        return
    retried.stored += delivery.stored
    retried.refused += len(delivery.refusals)
    if delivery.stored or letter.kind == Kind.BATCH:
        keep(delivery.refusals)  # of an unreadable batch that can now be read
        letter.delete()
