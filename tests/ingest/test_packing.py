import struct
import zlib
from decimal import Decimal

import msgspec
import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st

from ingest.batch import Batch, sorted_out, together
from ingest.packing import HEADER, Unreadable, pack, unpack
from traces.records import Patch, Score, Span


def span(**fields) -> Span:
    return Span(**{"project_id": "p", "trace_id": "t", "span_id": "s", "start_time": 1, **fields})


def full_batch() -> Batch:
    return Batch(
        spans=[
            span(
                usage={"input": 2**63 + 1},
                cost={"input": Decimal("0.000000000001"), "total": Decimal("12.5")},
                total_cost=Decimal("12.5"),
                metadata={"이름": "값", "😀": "\u200b"},
                tags=["a", "b"],
                version=2**64 - 1,
            )
        ],
        mergeable=[span(span_id="m", input="hello", end_time=5)],
        patches=[
            Patch(
                "p", "t", "s", 7,
                {
                    "total_cost": Decimal("0.1"),
                    "cost": {"total": Decimal("0.1"), "input": None},
                    "metadata": {"k": None, "deep": '{"a": 1}'},
                    "events": [{"time": 1, "name": "e", "attributes": {"x": 1.5}}],
                    "end_time": None,
                    "public": True,
                },
                rank=3,
            )
        ],
        scores=[Score("p", "i", "accuracy", 9, value=0.5), Score("p", "j", "note", 9, value=None)],
    )  # fmt: skip


def test_a_batch_comes_back_as_it_was():
    batch = full_batch()
    back = unpack(pack(batch))
    assert back == batch
    assert type(back.patches[0].fields["total_cost"]) is Decimal
    assert type(back.patches[0].fields["cost"]["total"]) is Decimal


@given(st.text(st.characters(exclude_categories=("Cs",))), st.integers(0, 2**64 - 1))
def test_any_text_and_count_come_back_as_they_were(text, count):
    batch = Batch(spans=[span(input=text, usage={text: count})])
    assert unpack(pack(batch)) == batch


@pytest.mark.parametrize("length", [0, 3, HEADER.size - 1, HEADER.size, 40])
def test_a_record_that_is_cut_off_is_unreadable(length):
    with pytest.raises(Unreadable):
        unpack(pack(full_batch())[:length])


def test_every_flipped_bit_is_noticed():
    record = pack(full_batch())
    for position in range(len(record)):
        if position == 3:  # padding
            continue
        damaged = bytearray(record)
        damaged[position] ^= 0x10
        with pytest.raises(Unreadable):
            unpack(bytes(damaged))


def test_a_record_of_a_later_format_is_unreadable():
    record = bytearray(pack(full_batch()))
    record[2] += 1
    with pytest.raises(Unreadable, match="format"):
        unpack(bytes(record))


def test_a_record_that_is_whole_but_no_batch_is_unreadable():
    body = zstandard.ZstdCompressor().compress(msgspec.msgpack.encode({"spans": [{"x": 1}]}))
    with pytest.raises(Unreadable):
        unpack(struct.pack(">2sBxI", b"SH", 1, zlib.crc32(body)) + body)


def test_a_record_of_a_release_with_more_or_fewer_fields_is_read():
    """An update keeps the batches that the release before it held, and so does a step back."""
    as_sent = msgspec.to_builtins(full_batch())
    as_sent["spans"][0]["field_of_tomorrow"] = "x"
    del as_sent["spans"][0]["service_name"]
    del as_sent["mergeable"]
    body = zstandard.ZstdCompressor().compress(msgspec.msgpack.encode(as_sent))
    batch = unpack(struct.pack(">2sBxI", b"SH", 1, zlib.crc32(body)) + body)
    assert batch.spans == full_batch().spans
    assert batch.mergeable == []


def test_items_are_sorted_by_how_they_are_written_and_carry_the_time_of_receipt():
    items = [span(span_id="1"), Patch("p", "t", "s", 1, {}), Score("p", "i", "n", 1)]
    batch = sorted_out(items, mergeable=(span(span_id="2"),), now_ns=42)
    assert [len(batch.spans), len(batch.mergeable), len(batch.patches), len(batch.scores)] == [
        1
    ] * 4
    assert {row.version for row in (*batch.spans, *batch.mergeable, *batch.scores)} == {42}
    assert {row.received_at for row in (*batch.spans, *batch.mergeable, *batch.scores)} == {42}


def test_a_version_that_is_given_stays():
    assert sorted_out([span(version=7)], mergeable=(), now_ns=42).spans[0].version == 7


def test_batches_put_together_keep_their_order():
    whole = together([Batch(spans=[span(span_id="1")]), full_batch(), Batch()])
    assert [row.span_id for row in whole.spans] == ["1", "s"]
    assert len(whole) == 1 + len(full_batch())
