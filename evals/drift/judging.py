"""From two samples and a monitor to a verdict. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import numpy as np

from evals.drift.methods import Kind, Method, default_method, least_effect
from evals.drift.monitors import (
    Began,
    Correction,
    Monitor,
    Moved,
    Sample,
    Scored,
    State,
    TellingWord,
    Verdict,
)
from evals.drift.statistics import beginning, segments
from evals.drift.statistics.embeddings import MOST_VECTORS, is_vector, of_embeddings, told_apart
from evals.drift.statistics.measuring import distinct, of_categories, of_numbers
from evals.drift.statistics.relation import Relation, is_pair, relation
from evals.drift.statistics.samples import (
    MOST_VALUES,
    Measured,
    NotComparable,
    TooFew,
    categories,
    numbers,
    thinned,
)
from evals.drift.statistics.texts import TextDrift, Word, text_drift
from prompts.figures.statistics import adjusted

NOISE = 1e-9  # of an effect that is exactly at its threshold


@dataclass(frozen=True, slots=True)
class Side:
    """What of a sample can be compared, in order of time where moments are known. `places` are
    where the values stood in the sample; `dropped` counts those that could not be compared.
    """

    sample: Sample
    places: Sequence[int]
    dropped: int


@dataclass(frozen=True, slots=True)
class _Found:
    method: Method
    measured: Measured
    least_effect: float | None = None  # where it hangs on the sample
    texts: TextDrift | None = None
    relation: Relation | None = None


def judge(reference: Sample, current: Sample, monitor: Monitor) -> Verdict:
    """Never raises for what values are. Where nothing can be said the verdict says why."""
    sides = [comparable(side, monitor.kind) for side in (reference, current)]
    ours, theirs = (side.sample for side in sides)
    n, m = (len(side.places) for side in sides)
    dropped = sum(side.dropped for side in sides)
    blank = Verdict(
        state=State.TOO_FEW, monitor=monitor, n_reference=n, n_current=m, dropped=dropped
    )
    if min(n, m) < monitor.least_samples:
        return replace(blank, why=f"{monitor.least_samples} values of each side are needed.")
    try:
        found = _measured(ours, theirs, monitor)
    except TooFew as error:
        return replace(blank, why=str(error))
    except NotComparable as error:
        return replace(blank, state=State.NOT_COMPARABLE, why=str(error))
    verdict = replace(
        blank,
        method=found.method,
        statistic=found.measured.statistic,
        effect=found.measured.effect,
        least_effect=_least_effect(found, monitor),
        p=found.measured.p,
        q=found.measured.p,
    )
    if found.texts:
        verdict = _with_texts(verdict, found.texts, *sides)
    if found.relation:
        verdict = _with_relation(verdict, found.relation)
    verdict = _settled(verdict)
    # Nothing is explained later: a correction makes no drift of what is none.
    return _explained(verdict, ours, theirs) if verdict.is_drift else verdict


def corrected(verdicts: Sequence[Verdict]) -> list[Verdict]:
    """The verdicts of monitors that were asked at once, in their order, by Y. Benjamini and Y.
    Hochberg (1995). Those that could not be measured, or want no correction, stay out of it.
    """
    places = [
        place
        for place, verdict in enumerate(verdicts)
        if verdict.was_measured and verdict.monitor.correction is Correction.BENJAMINI_HOCHBERG
    ]
    found = list(verdicts)
    ps = [p for place in places if (p := verdicts[place].p) is not None]
    for place, q in zip(places, adjusted(ps), strict=True):
        found[place] = _settled(replace(verdicts[place], q=q))
    return found


def _settled(verdict: Verdict) -> Verdict:
    if verdict.q is None or verdict.effect is None or verdict.least_effect is None:
        return verdict
    is_large = verdict.effect >= verdict.least_effect * (1 - NOISE)
    is_drift = is_large and verdict.q < verdict.monitor.alpha
    if is_drift:
        return replace(verdict, state=State.DRIFT)
    return replace(verdict, state=State.NONE, began=None, moved=())


def comparable(sample: Sample, kind: Kind) -> Side:
    """At most as many values as a kind can take, thinned evenly."""
    order = list(range(len(sample.values)))
    if sample.moments:
        order.sort(key=lambda place: sample.moments[place])
    if kind is Kind.EMBEDDING:  # looking at each costs most
        order = [order[place] for place in thinned(len(order), MOST_VECTORS)]
    fit = _fit([sample.values[place] for place in order], kind)
    usable = [place for place, is_fit in zip(order, fit, strict=True) if is_fit]
    kept = [usable[place] for place in thinned(len(usable), MOST_VALUES)]
    fitting = Sample(
        values=[sample.values[place] for place in kept],
        moments=[sample.moments[place] for place in kept] if sample.moments else (),
        segments={
            name: [str(column[place]) for place in kept] for name, column in sample.segments.items()
        },
    )
    return Side(fitting, kept, len(order) - len(usable))


def _fit(values: Sequence[Any], kind: Kind) -> list[bool]:
    """Whether each value can be compared."""
    if kind is Kind.NUMERIC:
        return [bool(one) for one in ~np.isnan(numbers(values))]
    if kind is Kind.CATEGORICAL:
        return [one is not None for one in categories(values)]
    if kind is Kind.TEXT:
        return [isinstance(value, str) and bool(value.strip()) for value in values]
    if kind is Kind.RELATION:
        return [is_pair(value) for value in values]
    return [is_vector(value) for value in values]


def _measured(reference: Sample, current: Sample, monitor: Monitor) -> _Found:
    ours, theirs, kind = reference.values, current.values, monitor.kind
    method = monitor.method or _default(ours, theirs, kind)
    if kind is Kind.TEXT:
        texts = text_drift(ours, theirs)
        told = texts.separation
        return _Found(method, Measured(told.auc, told.auc, told.p), told.needed, texts)
    if kind is Kind.EMBEDDING and method is Method.CLASSIFIER:
        told = told_apart(ours, theirs)
        return _Found(method, Measured(told.auc, told.auc, told.p), told.needed)
    if kind is Kind.EMBEDDING:
        return _Found(method, of_embeddings(method, ours, theirs))
    if kind is Kind.RELATION:
        related = relation(*(_columns(side) for side in (ours, theirs)))
        return _Found(
            method, Measured(related.effect, related.effect, related.p), None, None, related
        )
    measure = of_numbers if kind is Kind.NUMERIC else of_categories
    return _Found(method, measure(method, ours, theirs))


def _columns(pairs: Sequence[Any]) -> tuple[list[Any], list[Any]]:
    return [given for given, _ in pairs], [score for _, score in pairs]


def _default(reference: Sequence[Any], current: Sequence[Any], kind: Kind) -> Method:
    is_plain = kind in (Kind.NUMERIC, Kind.CATEGORICAL)
    seen = distinct(kind, reference, current) if is_plain else 0
    return default_method(kind, n_reference=len(reference), distinct=seen)


def _least_effect(found: _Found, monitor: Monitor) -> float:
    if monitor.least_effect is not None:
        return monitor.least_effect
    return least_effect(found.method) if found.least_effect is None else found.least_effect


def _with_texts(verdict: Verdict, texts: TextDrift, reference: Side, current: Side) -> Verdict:
    return replace(
        verdict,
        words_of_reference=tuple(_word(one) for one in texts.fewer),
        words_of_current=tuple(_word(one) for one in texts.more),
        typical_reference=tuple(reference.places[place] for place in texts.typical_reference),
        typical_current=tuple(current.places[place] for place in texts.typical_current),
    )


def _with_relation(verdict: Verdict, related: Relation) -> Verdict:
    scored = tuple(
        Scored(one.to, one.n_reference, one.n_current, one.mean_reference, one.mean_current)
        for one in related.strata
    )
    return replace(verdict, scored=scored, inputs_moved=related.inputs)


def _word(word: Word) -> TellingWord:
    return TellingWord(word.word, word.reference, word.current)


def _explained(verdict: Verdict, reference: Sample, current: Sample) -> Verdict:
    if verdict.monitor.kind not in (Kind.NUMERIC, Kind.CATEGORICAL):
        return verdict
    is_numeric = verdict.monitor.kind is Kind.NUMERIC
    sides = _columns_of(reference, current, is_numeric)
    return replace(
        verdict,
        began=_began(sides, current.moments, is_numeric),
        moved=_moved(sides, reference, current, verdict.monitor.by, is_numeric),
    )


def _began(sides: tuple[Any, Any], moments: Sequence[datetime], is_numeric: bool) -> Began | None:
    if not moments:
        return None
    found = (beginning.of_numbers if is_numeric else beginning.of_categories)(*sides)
    return Began(
        at=moments[found.place],
        earliest=moments[found.earliest],
        latest=moments[found.latest],
        is_whole=found.place == 0,
    )


def moved_by(reference: Sample, current: Sample, monitor: Monitor) -> tuple[Moved, ...]:
    """Which segments of the samples' dimensions moved numbers or categories, for samples of a drift
    whose dimensions were not known when it was judged. Empty where a side has nothing.
    """
    ours, theirs = (comparable(side, monitor.kind).sample for side in (reference, current))
    if not ours.values or not theirs.values:
        return ()
    is_numeric = monitor.kind is Kind.NUMERIC
    return _moved(_columns_of(ours, theirs, is_numeric), ours, theirs, monitor.by, is_numeric)


def _columns_of(ours: Sample, theirs: Sample, is_numeric: bool) -> tuple[Any, Any]:
    if is_numeric:
        return numbers(ours.values), numbers(theirs.values)
    return categories(ours.values), categories(theirs.values)


def _moved(
    sides: tuple[Any, Any],
    reference: Sample,
    current: Sample,
    dimensions: Sequence[str],
    is_numeric: bool,
) -> tuple[Moved, ...]:
    split = segments.of_numbers if is_numeric else segments.of_categories
    found = []
    for dimension in dimensions:
        if dimension not in reference.segments or dimension not in current.segments:
            continue
        parts = split(*sides, reference.segments[dimension], current.segments[dimension])
        found += [
            Moved(
                dimension,
                one.segment,
                one.within,
                one.mix,
                one.share or 0.0,
                one.n_reference,
                one.n_current,
            )
            for one in parts
        ]
    return tuple(found)
