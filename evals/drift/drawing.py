"""What is kept of two samples so that a page can draw them over each other, and name examples."""

from collections import Counter
from collections.abc import Hashable, Sequence
from typing import Any

import numpy as np

from evals.drift.methods import Kind
from evals.drift.monitors import Sample, Verdict
from evals.drift.sampling import Side
from evals.drift.statistics.embeddings import row_of
from evals.drift.statistics.samples import Numbers, categories, counted, numbers, thinned

BINS = 30
MOST_LABELS = 20  # the others are one, without a name
MOST_POINTS = 200  # of a side, of embeddings
MOST_SAMPLES = 10  # of a side
MOST_TEXT = 300  # characters of an example's value
TAILS = (0.005, 0.995)  # what lies beyond is drawn in the outermost bins
Shares = dict[str, Any]


def shapes(reference: Sample, current: Sample, kind: Kind, unit: str = "") -> Shares:
    """Numbers in bins with medians, and means in which tails count as in the bins; categories by
    name, embeddings as points; of texts and relations, and where a side has nothing, an empty one.
    """
    sides = (reference.values, current.values)
    if kind is Kind.NUMERIC:
        return _histogram([_known(side) for side in sides], unit)
    if kind is Kind.CATEGORICAL:
        named = [[one for one in categories(side) if one is not None] for side in sides]
        return _bars(named)
    if kind is Kind.EMBEDDING:
        return _points(sides)
    return {}


def _known(values: Sequence[Any]) -> Numbers:
    found = numbers(values)
    return found[~np.isnan(found)]


def _edges(sides: Sequence[Numbers]) -> Numbers:
    whole = np.concatenate(sides)
    low, high = np.quantile(whole, TAILS)
    if not low < high:
        low, high = whole.min(), whole.max()
    if not low < high:
        return np.array([low - 0.5, low + 0.5])
    return np.linspace(low, high, BINS + 1)


def _histogram(sides: Sequence[Numbers], unit: str) -> Shares:
    if not all(len(side) for side in sides):
        return {}
    edges = _edges(sides)
    counts = [
        np.histogram(np.clip(side, edges[0], edges[-1]), bins=edges)[0] / len(side)
        for side in sides
    ]
    return {
        "kind": "numeric",
        "unit": unit,
        "edges": edges.tolist(),
        "reference": counts[0].tolist(),
        "current": counts[1].tolist(),
        "reference_middle": float(np.median(sides[0])),
        "current_middle": float(np.median(sides[1])),
        "reference_mean": float(np.clip(sides[0], edges[0], edges[-1]).mean()),
        "current_mean": float(np.clip(sides[1], edges[0], edges[-1]).mean()),
    }


def _bars(sides: Sequence[list[str]]) -> Shares:
    if not all(sides):
        return {}
    labels, *counts = counted(*sides)
    shares = [side / side.sum() for side in counts]
    order = np.argsort(-(shares[0] + shares[1]), kind="stable")
    kept = [place for place in order if labels[place]][:MOST_LABELS]
    rest = [1 - float(side[kept].sum()) for side in shares]
    found: Shares = {
        "kind": "categorical",
        "labels": [labels[place] for place in kept],
        "reference": [float(shares[0][place]) for place in kept],
        "current": [float(shares[1][place]) for place in kept],
    }
    if len(kept) < len(labels):
        found["labels"].append("")
        for name, share in zip(("reference", "current"), rest, strict=True):
            found[name].append(max(0.0, share))
    return found


def _points(sides: Sequence[Sequence[Any]]) -> Shares:
    """On the two directions in which both sides together spread most."""
    rows = [[row for one in side if (row := row_of(one)) is not None] for side in sides]
    some = [[side[place] for place in thinned(len(side), MOST_POINTS)] for side in rows]
    if not all(some) or len({len(row) for side in some for row in side}) != 1:
        return {}
    whole = np.array([*some[0], *some[1]])
    centred = whole - whole.mean(axis=0)
    directions = np.linalg.svd(centred, full_matrices=False)[2][:2]
    flat = (centred @ directions.T).round(6).tolist()
    return {
        "kind": "embedding",
        "reference": flat[: len(some[0])],
        "current": flat[len(some[0]) :],
    }


def samples(reference: Side, current: Side, verdict: Verdict) -> dict[str, list[dict[str, Any]]]:
    """Traces of both sides: of texts the typical ones, of numbers and categories those with the
    values that the other side has fewer of.
    """
    places: tuple[Sequence[int], Sequence[int]]
    places = (verdict.typical_reference, verdict.typical_current)
    if not any(places):
        places = _telling(reference, current, verdict.monitor.kind)
    both = (("reference", reference), ("current", current))
    is_told = verdict.monitor.kind is not Kind.TEXT
    return {
        name: _examples(side, chosen, is_told=is_told)
        for (name, side), chosen in zip(both, places, strict=True)
    }


def _telling(reference: Side, current: Side, kind: Kind) -> tuple[Sequence[int], Sequence[int]]:
    values = (reference.sample.values, current.sample.values)
    if kind is Kind.NUMERIC:
        known = [_known(side) for side in values]
        if not all(len(side) for side in known):
            return range(len(values[0])), range(len(values[1]))
        edges = _edges(known)
        cells: list[list[Hashable]] = [
            [None if np.isnan(one) else int(np.digitize(one, edges[1:-1])) for one in numbers(side)]
            for side in values
        ]
    elif kind is Kind.CATEGORICAL:
        cells = [list(categories(side)) for side in values]
    else:
        return range(len(values[0])), range(len(values[1]))
    return _grown(cells[0], cells[1]), _grown(cells[1], cells[0])


def _grown(ours: Sequence[Hashable], theirs: Sequence[Hashable]) -> list[int]:
    """The places of ours whose cells theirs has a smaller share of, the most so first."""
    mine, other = Counter(ours), Counter(theirs)
    n, m = max(1, len(ours)), max(1, len(theirs))
    growth = {cell: count / n - other[cell] / m for cell, count in mine.items()}
    places = [place for place, cell in enumerate(ours) if cell is not None and growth[cell] > 0]
    return sorted(places, key=lambda place: -growth[ours[place]])


def _examples(side: Side, places: Sequence[int], *, is_told: bool) -> list[dict[str, Any]]:
    """Of different traces; items of a dataset are of none. Texts are not told: they stay in the
    store, and go with their traces.
    """
    found: dict[str, dict[str, Any]] = {}
    for place in places if side.keys else ():
        trace_id, span_id = side.keys[place]
        found.setdefault(
            trace_id,
            {
                "trace_id": trace_id,
                "span_id": span_id,
                "at": side.sample.moments[place].isoformat(),
                "value": _told(side.sample.values[place]) if is_told else "",
            },
        )
        if len(found) == MOST_SAMPLES:
            break
    return list(found.values())


def _told(value: Any) -> str:
    if isinstance(value, list):
        return ""  # of a vector nothing can be seen
    if isinstance(value, tuple):
        return " → ".join(_told(one) for one in value)
    return f"{value:.6g}" if isinstance(value, float) else str(value)[:MOST_TEXT]
