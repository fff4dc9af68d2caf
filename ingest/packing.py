"""Batches as bytes: a header with the format's number and a checksum, then compressed MessagePack.

Every release reads what earlier ones wrote: fields that are missing take their default, fields
that are unknown are passed over. A change that breaks this takes a new format number and keeps the
old reader.
"""

import struct
import zlib
from dataclasses import fields
from decimal import Decimal

import msgspec
import zstandard

from ingest.batch import Batch
from traces.records import Item, Patch

MAGIC = b"SH"
FORMAT = 1
HEADER = struct.Struct(">2sBxI")  # magic, format, checksum of what follows
MAX_UNPACKED_BYTES = 1 << 30
# Level 1 packs a row of 2.8 KB into a quarter in 6 microseconds.
LEVEL = 1
UNPACKABLE = (OverflowError, ValueError, TypeError, RecursionError)

_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder(Batch)


class Unreadable(Exception):
    """These bytes are no batch that this release can read: damaged, or written by a newer one."""


def pack(batch: Batch) -> bytes:
    """Raises one of UNPACKABLE for a row that cannot be written down."""
    body = zstandard.ZstdCompressor(level=LEVEL).compress(_encoder.encode(batch))
    return HEADER.pack(MAGIC, FORMAT, zlib.crc32(body)) + body


def packable(batch: Batch) -> tuple[Batch, list[tuple[Item, str, bool]]]:
    """The rows that can be written down, and the others, each with the reason and whether it is
    one of the mergeable."""
    sound, others = Batch(), []
    for column in fields(Batch):
        for row in getattr(batch, column.name):
            try:
                _encoder.encode(row)
                getattr(sound, column.name).append(row)
            except UNPACKABLE as error:
                reason = f"The row cannot be held: {type(error).__name__}."
                others.append((row, reason, column.name == "mergeable"))
    return sound, others


def unpack(payload: bytes) -> Batch:
    """The batch that `pack` was given; raises Unreadable."""
    if len(payload) < HEADER.size:
        raise Unreadable("The record is cut off.")
    magic, number, checksum = HEADER.unpack_from(payload)
    body = memoryview(payload)[HEADER.size :]
    if magic != MAGIC or number != FORMAT:
        raise Unreadable(
            f"The record is not of format {FORMAT}: a newer Sonde may have written it."
        )
    if zlib.crc32(body) != checksum:
        raise Unreadable("The record is damaged: its checksum does not match.")
    try:
        raw = zstandard.ZstdDecompressor().decompress(body, max_output_size=MAX_UNPACKED_BYTES)
        batch = _decoder.decode(raw)
    except (zstandard.ZstdError, msgspec.MsgspecError) as error:
        raise Unreadable(f"The record cannot be decoded: {type(error).__name__}.") from error
    for patch in batch.patches:
        restore_money(patch)
    return batch


def restore_money(patch: Patch) -> None:
    """Give a patch's amounts their type back, which travel as text."""
    if isinstance(patch.fields.get("total_cost"), str):
        patch.fields["total_cost"] = Decimal(patch.fields["total_cost"])
    if isinstance(cost := patch.fields.get("cost"), dict):
        patch.fields["cost"] = {
            key: Decimal(amount) if isinstance(amount, str) else amount
            for key, amount in cost.items()
        }
