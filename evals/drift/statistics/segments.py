"""Which segment moved a distribution, and by how much of the whole shift.

E. M. Kitagawa, “Components of a difference between two rates”, JASA 50 (1955), at each point of the
distribution: a segment counts for what changed within it, weighed by the mean of its shares of both
sides, and for the change of its share, by how far it lies from the whole. Each point is taken with
the sign that it has in the whole shift, so the parts sum to the shift exactly; one that is below 0
worked against it. The shift of numbers is the first Wasserstein distance, in their own unit; that
of categories the total variation.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from evals.drift.statistics.samples import Numbers, TooFew, counted, enough

MOST_SEGMENTS = 50
OTHERS = "…"  # segments past the largest MOST_SEGMENTS, together


@dataclass(frozen=True, slots=True)
class Contribution:
    """`within` is by values of the segment that changed, `mix` by how much traffic it has.
    `share` of the whole shift is None where there is none.
    """

    segment: str
    within: float
    mix: float
    share: float | None
    n_reference: int
    n_current: int

    @property
    def total(self) -> float:
        return self.within + self.mix


def of_numbers(
    reference: Numbers,
    current: Numbers,
    reference_segments: Sequence[str],
    current_segments: Sequence[str],
) -> list[Contribution]:
    """Largest first. One segment for each value."""
    enough(reference, current)
    points, places = np.unique(np.concatenate([reference, current]), return_inverse=True)
    width = np.append(np.diff(points), 0.0)
    cells = (places[: len(reference)], places[len(reference) :])
    return _contributions(cells, (reference_segments, current_segments), width, is_ordered=True)


def of_categories(
    reference: Sequence[str],
    current: Sequence[str],
    reference_segments: Sequence[str],
    current_segments: Sequence[str],
) -> list[Contribution]:
    """Largest first. One segment for each value."""
    enough(reference, current)
    names, _, _ = counted(reference, current)
    place = {name: number for number, name in enumerate(names)}
    rest = place.get("", len(names) - 1)
    cells = tuple(
        np.array([place.get(value, rest) for value in side]) for side in (reference, current)
    )
    width = np.full(len(names), 0.5)
    return _contributions(cells, (reference_segments, current_segments), width, is_ordered=False)


def _contributions(
    cells: Sequence[NDArray[Any]],
    segments: Sequence[Sequence[str]],
    width: Numbers,
    *,
    is_ordered: bool,
) -> list[Contribution]:
    if any(len(side) != len(names) for side, names in zip(cells, segments, strict=True)):
        raise TooFew("Each value needs the name of its segment, and some have none.")

    def distribution(chosen: NDArray[Any]) -> Numbers:
        counts = np.bincount(chosen, minlength=len(width)) / len(chosen)
        return np.cumsum(counts) if is_ordered else counts

    whole = [distribution(side) for side in cells]
    moved = whole[1] - whole[0]
    signed = np.sign(moved) * width
    centre = (whole[0] + whole[1]) / 2
    shift = float(np.abs(moved) @ width)
    labels = [np.array(side, dtype=object) for side in _largest(segments)]
    found = []
    for name in sorted({*map(str, labels[0]), *map(str, labels[1])}):
        sides = [side[names == name] for side, names in zip(cells, labels, strict=True)]
        part = [len(side) / len(all_) for side, all_ in zip(sides, cells, strict=True)]
        # On a side that lacks it the segment is taken to be as on the other: all of it is mix.
        shape = [
            distribution(side if len(side) else other)
            for side, other in zip(sides, reversed(sides), strict=True)
        ]
        within = float((part[0] + part[1]) / 2 * ((shape[1] - shape[0]) @ signed))
        mix = float((part[1] - part[0]) * (((shape[0] + shape[1]) / 2 - centre) @ signed))
        share = (within + mix) / shift if shift else None
        found.append(Contribution(name, within, mix, share, *(len(side) for side in sides)))
    return sorted(found, key=lambda one: (-one.total, one.segment))


def _largest(segments: Sequence[Sequence[str]]) -> list[list[str]]:
    often = Counter(name for side in segments for name in side)
    kept = {name for name, _ in sorted(often.items(), key=lambda one: (-one[1], one[0]))}
    if len(often) > MOST_SEGMENTS:
        ranked = sorted(often.items(), key=lambda one: (-one[1], one[0]))
        kept = {name for name, _ in ranked[: MOST_SEGMENTS - 1]}
    return [[name if name in kept else OTHERS for name in side] for side in segments]
