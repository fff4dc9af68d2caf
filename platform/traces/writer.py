"""Writes rows to ClickHouse. When that returns they are stored, and every later read sees them.

Inserts are grouped (traces.group) and may be repeated: of the rows with one key the highest version
counts.
"""

import os
import time
from collections.abc import Callable, Sequence

from django.conf import settings

from traces import clickhouse
from traces.columns import SCORES, SPANS
from traces.errors import Refused
from traces.group import GroupCommit
from traces.native import Block, NotEncodable
from traces.records import Score, Span

INSERT_OPTIONS = {
    "async_insert": 0,  # grouped already: the server's own queue would only add its delay
    "insert_deduplicate": 0,  # a key and a version do that, whatever the block
    "optimize_on_insert": 0,  # so nobody needs a block without superseded rows: 4 % of all work
}
# The text indexes cost three times the rest of an insert, and every merge builds them anew anyway.
# Until the first merge a part is read through, which for small parts is as fast.
TEXT_INDEXES_AT_MERGE = {"exclude_materialize_skip_indexes_on_insert": "input_text,output_text"}
# Otherwise a Distributed table answers before the shards have the rows.
CLUSTER_OPTIONS = {"distributed_foreground_insert": 1, "insert_quorum": "auto"}
# How many inserts the search for refused rows may take: requests wait for it, the drain can.
MOST_INSERTS = {"write": 64, "patient write": 2000}
ROW_BYTES = 1200  # what the columns beside the long texts take, roughly


def insert_spans(spans: Sequence[Span]) -> None:
    """Store complete spans; a version that is not given is the time of receipt, in nanoseconds.

    Raises Unavailable (send all again: stored twice is stored once) or Refused, whose `rows` are
    the spans that cannot be stored while all the others are.
    """
    if spans:
        _spans[clickhouse.write_purpose()].store(_versioned(spans))


def insert_scores(scores: Sequence[Score]) -> None:
    """Store scores, as insert_spans does spans."""
    if scores:
        _scores[clickhouse.write_purpose()].store(_versioned(scores))


def _versioned(rows: Sequence) -> list:
    now = time.time_ns()
    for row in rows:
        row.received_at = row.received_at or now
        row.version = row.version or row.received_at
    return list(rows)


def _inserting(table: str, block: Block, options: dict) -> Callable[[list], None]:
    def insert(rows: list) -> None:
        try:
            body = block.encode(rows)
        except NotEncodable as error:
            guilty = block.unencodable(rows)
            said = {id(row): reason for row, reason in guilty}
            raise Refused(str(error), [row for row, _ in guilty], said) from None
        clickhouse.insert_native(
            table,
            block.names,
            body,
            who=f"traces.writer {table}",
            options=options | (CLUSTER_OPTIONS if settings.CLICKHOUSE_CLUSTER else {}),
        )

    return insert


def _span_bytes(spans: list[Span]) -> int:
    try:
        return sum(len(s.input) + len(s.output) + len(s.events) + ROW_BYTES for s in spans)
    except TypeError:  # a row that will be refused
        return len(spans) * ROW_BYTES


def _score_bytes(scores: list[Score]) -> int:
    return len(scores) * ROW_BYTES


_spans: dict[str, GroupCommit] = {}
_scores: dict[str, GroupCommit] = {}


def _start() -> None:
    """A group of its own for each patience: nobody waits for one who may wait longer."""
    spans = _inserting("spans", SPANS, INSERT_OPTIONS | TEXT_INDEXES_AT_MERGE)
    scores = _inserting("scores", SCORES, INSERT_OPTIONS)
    for purpose, most in MOST_INSERTS.items():
        _spans[purpose] = GroupCommit(spans, _span_bytes, most_inserts=most)
        _scores[purpose] = GroupCommit(scores, _score_bytes, most_inserts=most)


_start()
os.register_at_fork(after_in_child=_start)  # the parent's waiting threads are not in the child
