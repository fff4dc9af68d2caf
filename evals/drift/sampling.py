"""Both sides of a monitor, out of the store or a dataset. Bounded: see `docs/drift.md`."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from evals.drift.methods import Kind
from evals.drift.models import DriftMonitor
from evals.drift.monitors import Sample
from evals.drift.of_dataset import values_of
from evals.drift.reading import MOST_CHARACTERS, language_segment, reader
from evals.drift.searching import terms_of
from evals.drift.watched import WATCHED
from evals.drift.watching import Level, Read, Watched
from evals.drift.windows import Baseline, BaselineKind, Window, Windows, windows
from traces.queries.drift_samples import MOST, Draw, Drawn, drawn
from traces.queries.drift_texts import inputs_of_traces, texts_of_spans

NS = 1_000_000_000
MOST_TEXTS = 2_000  # of a side, where words or vectors are compared
MOST_READ = 4_000  # of a side, of whose texts something is read
LANGUAGE = "language"


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """A sample, and of each of its values the (trace, span) that it is of; items of a dataset have
    none.
    """

    sample: Sample
    keys: Sequence[tuple[str, str]] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Sides:
    windows: Windows
    reference: Side
    current: Side


def sides(monitor: DriftMonitor, baseline: Baseline, *, end: datetime) -> Sides:
    """Of the window that ends then. Raises Unavailable, LimitReached, InvalidMonitor."""
    of_time = windows(baseline, now=end)
    if baseline.kind is BaselineKind.DATASET:
        reference = Side(
            sample=Sample(values=values_of(monitor, baseline.dataset, most=_most(monitor)))
        )
    else:
        reference = side(monitor, of_time.reference)
    current = side(monitor, [of_time.current])
    return Sides(windows=of_time, reference=reference, current=current)


def side(monitor: DriftMonitor, times: Iterable[Window]) -> Side:
    watched = WATCHED[monitor.watched]
    found = drawn(draw_of(monitor, times, most=_most(monitor)))
    if watched.read is not None:
        found = _with_texts(monitor, watched, watched.read, found)
    return Side(
        sample=Sample(
            values=found.values,
            moments=[moment(one) for one in found.moments],
            segments=dict(found.segments),
        ),
        keys=list(zip(found.trace_ids, found.span_ids, strict=True)),
    )


def draw_of(monitor: DriftMonitor, times: Iterable[Window], *, most: int) -> Draw:
    watched = WATCHED[monitor.watched]
    return Draw(
        project_id=monitor.project_id,
        value=watched.values[Kind(monitor.kind)],
        windows=[(nanoseconds(one.start), nanoseconds(one.end)) for one in times],
        terms=terms_of(monitor.query),
        key=monitor.key if watched.level is Level.TRACE else "",
        score=monitor.key if watched.level is Level.SCORE else "",
        figure=monitor.figure,
        by=tuple(one for one in monitor.by if one != LANGUAGE),
        most=most,
    )


def _most(monitor: DriftMonitor) -> int:
    read = WATCHED[monitor.watched].read
    if read in (Read.WORDS, Read.VECTOR):
        return MOST_TEXTS
    return MOST if read is None else MOST_READ


def _with_texts(monitor: DriftMonitor, watched: Watched, read: Read, found: Drawn) -> Drawn:
    """The values that are read out of the spans' texts; None where there is none."""
    keys = list(zip(found.trace_ids, found.span_ids, strict=True))
    value_of, values = reader(read, watched.column), dict.fromkeys(keys)
    texts = texts_of_spans(
        monitor.project_id,
        keys,
        found.moments,
        watched.column,
        most=MOST_CHARACTERS[read],
        key=monitor.key,
    )
    for key, text in texts:
        values[key] = value_of(text)
    return replace(found, values=[values[key] for key in keys])


def with_languages(monitor: DriftMonitor, given: Side) -> Side:
    """At most MOST_READ of the values, each with the language of what its trace was given as a
    segment. The order of the values is that of hashes, so the first are as good as any.
    """
    keys, sample = given.keys[:MOST_READ], given.sample
    trace_ids = [trace_id for trace_id, _span in keys]
    moments = [nanoseconds(one) for one in sample.moments[: len(keys)]]
    texts = inputs_of_traces(
        monitor.project_id, trace_ids, moments, most=MOST_CHARACTERS[Read.LANGUAGE]
    )
    language = {trace_id: language_segment(text) for trace_id, text in texts}
    return Side(
        sample=Sample(
            values=sample.values[: len(keys)],
            moments=sample.moments[: len(keys)],
            segments={LANGUAGE: [language.get(one, "") for one in trace_ids]},
        ),
        keys=keys,
    )


def moment(nanoseconds: int) -> datetime:
    return datetime.fromtimestamp(nanoseconds // NS, UTC).replace(
        microsecond=nanoseconds % NS // 1000
    )


def nanoseconds(at: datetime) -> int:
    whole: Any = at.replace(microsecond=0)
    return max(0, int(whole.timestamp()) * NS + at.microsecond * 1000)
