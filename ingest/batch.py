"""What one request (or one held record) brings to the store, by the way each kind is written."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from traces.records import Item, Patch, Score, Span


@dataclass(frozen=True, slots=True)
class Batch:
    """`mergeable` spans and patches are merged with what is stored; the others are inserted."""

    spans: list[Span] = field(default_factory=list)
    mergeable: list[Span] = field(default_factory=list)
    patches: list[Patch] = field(default_factory=list)
    scores: list[Score] = field(default_factory=list)

    def __len__(self) -> int:
        return len(self.spans) + len(self.mergeable) + len(self.patches) + len(self.scores)


def sorted_out(items: Iterable[Item], *, mergeable: Iterable[Span], now_ns: int) -> Batch:
    """The items by kind, with the time of receipt as the version of what has none.

    The version is set here and not when a row is written, so that a batch which was held is older
    than one that came after it, whenever it is written.
    """
    batch = Batch(mergeable=list(mergeable))
    for item in items:
        if isinstance(item, Span):
            batch.spans.append(item)
        elif isinstance(item, Patch):
            batch.patches.append(item)
        else:
            batch.scores.append(item)
    rows: list[Span | Score] = [*batch.spans, *batch.mergeable, *batch.scores]
    for row in rows:
        row.received_at = row.received_at or now_ns
        row.version = row.version or now_ns
    return batch


def together(batches: Iterable[Batch]) -> Batch:
    """Several batches as one, each kind in the order it came."""
    whole = Batch()
    for batch in batches:
        whole.spans.extend(batch.spans)
        whole.mergeable.extend(batch.mergeable)
        whole.patches.extend(batch.patches)
        whole.scores.extend(batch.scores)
    return whole
