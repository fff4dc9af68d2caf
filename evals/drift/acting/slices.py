"""The drifted slice of a verdict: traces of its current window that its monitor looks at, all or of
one segment.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from django.utils.translation import gettext as _

from evals.drift.models import DriftVerdict
from evals.drift.monitors import Sample
from evals.drift.sampling import LANGUAGE, Side, draw_of, moment, with_languages
from evals.drift.windows import Window
from traces.queries.drift_samples import drawn
from traces.queries.filters import FIRST, LAST, TraceFilter
from traces.queries.trace_row import TraceRow
from traces.queries.traces import exact_traces
from traces.queries.windows import Place

MOST = 500  # traces of a slice
MOST_DRAWN = 20_000  # values that are looked through for a segment
NS = 1_000_000_000


class Choose(StrEnum):
    RANDOM = "random"
    SHOWN = "shown"  # those that stand on the verdict's page
    SEGMENT = "segment"


class NoSlice(ValueError):
    """There is no such slice. The message says why, for people."""


@dataclass(frozen=True, slots=True)
class Slice:
    """`segment` is a dimension and its value; without one, the one that moved most."""

    choose: Choose = Choose.RANDOM
    most: int = MOST
    segment: tuple[str, str] | None = None


def slice_of(options: dict[str, Any]) -> Slice:
    segment = options.get("segment")
    return Slice(
        Choose(options.get("choose", Choose.RANDOM)),
        min(int(options.get("most", MOST)), MOST),
        (str(segment[0]), str(segment[1])) if segment else None,
    )


def trace_ids(verdict: DriftVerdict, wanted: Slice) -> list[str]:
    """Always the same ones of a verdict. Raises NoSlice, InvalidMonitor, Unavailable,
    LimitReached.
    """
    if wanted.choose is Choose.SHOWN:
        found = [str(one["trace_id"]) for one in verdict.samples.get("current", ())]
    elif wanted.choose is Choose.SEGMENT:
        found = _of_segment(verdict, wanted.segment or most_moved(verdict))
    else:
        found = [trace_id for trace_id, _span in _drawn(verdict, ()).keys]
    ids = list(dict.fromkeys(filter(None, found)))[: wanted.most]
    if not ids:
        raise NoSlice(_("There are no traces in the slice, or no longer."))
    return ids


def most_moved(verdict: DriftVerdict) -> tuple[str, str]:
    """The segment that has most of the shift, of a dimension with several. Raises NoSlice."""
    many = [one["dimension"] for one in verdict.moved]
    several = [one for one in verdict.moved if many.count(one["dimension"]) > 1]
    most = max(several, key=lambda one: one["share"], default=None)
    if most is None:
        raise NoSlice(_("The verdict names no segment that moved more than the others."))
    return most["dimension"], most["segment"]


def _of_segment(verdict: DriftVerdict, segment: tuple[str, str]) -> list[str]:
    dimension, value = segment
    side = _drawn(verdict, () if dimension == LANGUAGE else (dimension,))
    if dimension == LANGUAGE:
        side = with_languages(verdict.monitor, side)
    said = side.sample.segments.get(dimension)
    if said is None:
        raise NoSlice(_("What the monitor watches has no such segments."))
    return [key[0] for key, one in zip(side.keys, said, strict=True) if one == value]


def _drawn(verdict: DriftVerdict, by: tuple[str, ...]) -> Side:
    """In the order of hashes, which is as good as any."""
    window = Window(start=verdict.current_start, end=verdict.at)
    found = drawn(replace(draw_of(verdict.monitor, [window], most=MOST_DRAWN), by=by))
    return Side(
        sample=Sample(
            values=found.values,
            moments=[moment(one) for one in found.moments],
            segments=dict(found.segments),
        ),
        keys=list(zip(found.trace_ids, found.span_ids, strict=True)),
    )


def traces(verdict: DriftVerdict, ids: Sequence[str]) -> list[TraceRow]:
    """Those that are still there, in the order of the ids."""
    bounds = [int(one.timestamp()) * NS for one in (verdict.current_start, verdict.at)]
    places = [Place(at, one) for one in ids for at in bounds]
    found = exact_traces(verdict.monitor.project_id, TraceFilter(since=FIRST, until=LAST), places)
    return [found[one] for one in ids if one in found]
