"""Prices a range of stored spans again, with the prices that are known today for their time."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import Decimal

from pricing.catalogue import Catalogue
from pricing.cost import price_spans
from traces import writer
from traces.locks import trace_locks
from traces.queries.pricing import HOUR, priceable_hours, priceable_spans
from traces.records import Span
from traces.stored import Key, stored_spans

SPANS_AT_ONCE = 500
BEFORE_ALL: Key = ("", "")
COST_FIELDS = ("cost", "total_cost", "cost_source", "price_id")


@dataclass(frozen=True, slots=True)
class Progress:
    """So far: hours done and in all, spans looked at and changed, and their known dollars."""

    hours_done: int
    hours: int
    seen: int = 0
    changed: int = 0
    before: Decimal = Decimal(0)
    after: Decimal = Decimal(0)
    # Where to go on from when stopped here: the hour (its first nanosecond), and its last span done
    hour: int = 0
    span: Key = BEFORE_ALL

    def with_spans(self, old: list[Span], new: list[Span]) -> "Progress":
        """`new` are the versions of those of the `old` whose cost changed."""
        return replace(
            self,
            seen=self.seen + len(old),
            changed=self.changed + len(new),
            before=self.before + dollars(old),
            after=self.after + dollars([*unchanged(old, new), *new]),
        )


def reprice(
    project_id: str,
    *,
    since: int,
    until: int,
    model: str = "",
    catalogue: Catalogue | None = None,
    dry_run: bool = False,
    span: Key = BEFORE_ALL,
) -> Iterator[Progress]:
    """Go through [since, until) (nanoseconds) hour by hour, telling how far it came after each
    group of spans and each hour.

    Costs that clients sent stay. Safe to stop and to run again, and beside ingest: each span is
    read and written under its trace's lock, as the next version of what was read. `span` goes on
    after that one of the first hour.
    """
    hours = priceable_hours(project_id, since=since, until=until, model=model)
    progress = Progress(0, len(hours))
    yield progress
    for done, hour in enumerate(hours, 1):
        start, end = max(since, hour), min(until, hour + HOUR)
        after, span = span, BEFORE_ALL
        while keys := priceable_spans(
            project_id, since=start, until=end, model=model, after=after, limit=SPANS_AT_ONCE
        ):
            after = keys[-1]
            with trace_locks(project_id, {trace_id for trace_id, _ in keys}):
                old = live_spans(project_id, keys, start, end)
                new = priced_anew(old, catalogue)
                if not dry_run:
                    writer.insert_spans(new)
            progress = replace(progress.with_spans(old, new), hour=hour, span=after)
            yield progress
        progress = replace(progress, hours_done=done, hour=hour + HOUR, span=BEFORE_ALL)
        yield progress


def live_spans(project_id: str, keys: list[Key], since: int, until: int) -> list[Span]:
    stored = stored_spans(project_id, keys)
    return [
        span
        for rows in stored.values()
        for span in rows
        if since <= span.start_time < until and not span.is_deleted
    ]


def priced_anew(spans: list[Span], catalogue: Catalogue | None) -> list[Span]:
    """New versions of those spans whose cost changes."""
    again = [replace(span) for span in spans]
    price_spans(again, catalogue)
    changed = [
        new
        for old, new in zip(spans, again, strict=True)
        if any(getattr(old, name) != getattr(new, name) for name in COST_FIELDS)
    ]
    for span in changed:
        # As old as what was read, so that what is received meanwhile, without a lock, still wins.
        span.version += 1
    return changed


def unchanged(old: list[Span], new: list[Span]) -> list[Span]:
    moved = {(span.trace_id, span.span_id) for span in new}
    return [span for span in old if (span.trace_id, span.span_id) not in moved]


def dollars(spans: list[Span]) -> Decimal:
    return sum((span.total_cost for span in spans if span.total_cost is not None), Decimal(0))
