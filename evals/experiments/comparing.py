"""Experiments beside a baseline, item by item: what differs, and what of it chance explains.
Pure.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from evals.checks.check import HIGHER, LOWER
from evals.experiments.directions import NEITHER, Directions
from evals.experiments.measuring import Measured, Measurement, names_in
from evals.scores.statistics.matched import Matched, matched
from evals.scores.statistics.paired import Paired, paired
from prompts.figures.comparing import DOLLARS, MILLISECONDS, SCORE, SHARE
from prompts.figures.statistics import ALPHA, adjusted

MOST_SCORES = 20
LATENCY, COST, FAILURES = "latency", "cost", "failures"
REGRESSED, IMPROVED, ALIKE, ALONE = "regressed", "improved", "alike", "alone"
EDITED = "edited"  # since: nothing is claimed of it
NONE_EDITED: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A figure of one experiment against the baseline's. `kind` is LATENCY, COST, FAILURES, or
    SCORE of the score `name`. `q` is the p-value for all questions that the page asks.
    """

    kind: str
    name: str
    unit: str
    better: str  # HIGHER, LOWER or NEITHER
    found: Paired | Matched
    q: float | None = None

    @property
    def key(self) -> tuple[str, str]:
        return self.kind, self.name

    @property
    def is_share(self) -> bool:
        return isinstance(self.found, Matched)

    @property
    def is_significant(self) -> bool:
        return self.q is not None and self.q < ALPHA

    @property
    def is_better(self) -> bool | None:
        """None where it is not sure, and of what has no better."""
        if not self.is_significant or not self.found.difference or self.better == NEITHER:
            return None
        return (self.found.difference < 0) == (self.better == LOWER)


@dataclass(frozen=True, slots=True)
class Change:
    """One figure of one item in one experiment, less the baseline's."""

    kind: str
    name: str
    unit: str
    difference: float
    is_worse: bool | None  # None of what has no better


@dataclass(frozen=True, slots=True)
class Line:
    """An item. `runs` and `changes` are in the order of the experiments; those of the baseline, and
    where the item was edited in between, have no changes.
    """

    item_id: str
    runs: list[Measured | None]
    changes: list[list[Change]]
    state: str
    weight: float = field(default=0.0)  # how bad it got; below nought where it got better


@dataclass(frozen=True, slots=True)
class Compared:
    """`rows` are by experiment, in the order given, the baseline's empty."""

    names: list[str]  # of scores
    rows: list[list[Row]]
    lines: list[Line]  # what got worst first
    is_cut: bool  # there are scores of more names

    def count(self, state: str) -> int:
        return sum(line.state == state for line in self.lines)


def compared(
    measurements: Sequence[Measurement],
    *,
    ways: Directions | None = None,
    edited: Sequence[frozenset[str]] = (),
) -> Compared:
    """The first is the baseline. `ways` is which way scores are better, HIGHER where it says
    nothing. `edited` are, by experiment, the items that were others in the baseline: no differences
    are told of them.
    """
    names = names_in(measurements)
    shown = names[:MOST_SCORES]
    base, ways = measurements[0], ways or {}
    apart = edited or [NONE_EDITED] * len(measurements)
    rows = [
        [] if one is base else rows_of(one, base, shown, ways, others)
        for one, others in zip(measurements, apart, strict=True)
    ]
    lines = lines_of(measurements, shown, ways, apart)
    return Compared(shown, with_qs(rows), lines, len(names) > MOST_SCORES)


def rows_of(
    ours: Measurement,
    base: Measurement,
    names: Sequence[str],
    ways: Directions,
    edited: frozenset[str],
) -> list[Row]:
    pairs = pairs_of(ours, base, edited)
    found = [score_row(name, pairs, ways.get(name, HIGHER)) for name in names]
    found += [
        figure_row(LATENCY, MILLISECONDS, pairs, lambda one: one.latency_ms),
        figure_row(COST, DOLLARS, pairs, lambda one: None if one.cost is None else float(one.cost)),
        failure_row(pairs),
    ]
    return [one for one in found if one is not None]


Pairs = Sequence[tuple[Measured, Measured]]


def pairs_of(ours: Measurement, base: Measurement, edited: frozenset[str]) -> Pairs:
    """Of the items that were the same in both."""
    common = (ours.keys() & base.keys()) - edited
    return [(ours[item_id], base[item_id]) for item_id in sorted(common)]


def score_row(name: str, pairs: Pairs, better: str) -> Row | None:
    both = [
        (ours.scores[name], base.scores[name])
        for ours, base in pairs
        if name in ours.scores and name in base.scores
    ]
    found: Paired | Matched | None
    if both and all(one.is_boolean for pair in both for one in pair):
        found = matched([bool(a.number) for a, _ in both], [bool(b.number) for _, b in both])
        unit = SHARE
    else:
        numbers = [
            (a.number, b.number) for a, b in both if a.number is not None and b.number is not None
        ]
        found = paired([a for a, _ in numbers], [b for _, b in numbers])
        unit = SCORE
    if found is None:
        return None
    return Row(kind=SCORE, name=name, unit=unit, better=better, found=found)


def figure_row(
    kind: str, unit: str, pairs: Pairs, of: Callable[[Measured], float | None]
) -> Row | None:
    both = [(a, b) for a, b in ((of(ours), of(base)) for ours, base in pairs)
            if a is not None and b is not None]  # fmt: skip
    found = paired([a for a, _ in both], [b for _, b in both])
    if found is None:
        return None
    return Row(kind=kind, name="", unit=unit, better=LOWER, found=found)


def failure_row(pairs: Pairs) -> Row | None:
    """Nothing where nothing failed."""
    known = [(a, b) for a, b in pairs if a.figure and b.figure]
    if not any(one.has_failed for pair in known for one in pair):
        return None
    found = matched([a.has_failed for a, _ in known], [b.has_failed for _, b in known])
    if found is None:
        return None
    return Row(kind=FAILURES, name="", unit=SHARE, better=LOWER, found=found)


def with_qs(rows: Sequence[Sequence[Row]]) -> list[list[Row]]:
    """Each p-value adjusted for all that the page asks."""
    ps = [row.found.p for of_run in rows for row in of_run if row.found.p is not None]
    qs = iter(adjusted(ps))
    return [
        [row if row.found.p is None else replace(row, q=next(qs)) for row in of_run]
        for of_run in rows
    ]


def lines_of(
    measurements: Sequence[Measurement],
    names: Sequence[str],
    ways: Directions,
    edited: Sequence[frozenset[str]],
) -> list[Line]:
    scales = scales_of(measurements, names)
    items = dict.fromkeys(item_id for one in measurements for item_id in one)
    lines = []
    for item_id in items:
        runs = [one.get(item_id) for one in measurements]
        is_edited = [item_id in some for some in edited]
        changes = [
            changes_of(ours, runs[0], names, ways)
            if ours and runs[0] and ours is not runs[0] and not is_other
            else []
            for ours, is_other in zip(runs, is_edited, strict=True)
        ]
        state = state_of(runs, changes, is_edited)
        lines.append(Line(item_id, runs, changes, state, weight_of(changes, scales)))
    last = (ALONE, EDITED)
    return sorted(lines, key=lambda line: (-line.weight, line.state in last, line.item_id))


def weight_of(changes: Sequence[Sequence[Change]], scales: Mapping[str, float]) -> float:
    weights = [
        (1 if one.is_worse else -1) * abs(one.difference) / scales.get(one.name, 1.0)
        for of_run in changes
        for one in of_run
        if one.is_worse is not None
    ]
    # The worst counts first: no gain elsewhere makes up for what broke.
    worst = max(weights, default=0.0)
    return worst + sum(weights) / 1000 if worst > 0 else sum(weights)


def state_of(
    runs: Sequence[Measured | None],
    changes: Sequence[Sequence[Change]],
    is_edited: Sequence[bool],
) -> str:
    """EDITED where no experiment ran the item as the baseline did. What has no better leaves an
    item as it is.
    """
    if runs[0] is None or not any(runs[1:]):
        return ALONE
    others = zip(runs[1:], is_edited[1:], strict=True)
    if all(is_other for one, is_other in others if one):
        return EDITED
    found = [one for of_run in changes for one in of_run]
    if any(one.is_worse for one in found):
        return REGRESSED
    return IMPROVED if any(one.is_worse is False for one in found) else ALIKE


def changes_of(
    ours: Measured, base: Measured, names: Sequence[str], ways: Directions
) -> list[Change]:
    """Of its scores, and whether it fails; latency and cost vary of themselves."""
    found = []
    if ours.has_failed != base.has_failed:
        difference = 1.0 if ours.has_failed else -1.0
        found.append(Change(FAILURES, "", SHARE, difference, ours.has_failed))
    for name in names:
        mine, theirs = ours.scores.get(name), base.scores.get(name)
        if not mine or not theirs or mine.number is None or theirs.number is None:
            continue
        difference = mine.number - theirs.number
        if difference:
            unit = SHARE if mine.is_boolean and theirs.is_boolean else SCORE
            better = ways.get(name, HIGHER)
            is_worse = None if better == NEITHER else (difference > 0) == (better == LOWER)
            found.append(Change(SCORE, name, unit, difference, is_worse))
    return found


def scales_of(measurements: Sequence[Measurement], names: Sequence[str]) -> dict[str, float]:
    """How far each score reaches, so that scores of different ranges weigh alike."""
    found = {}
    for name in names:
        numbers = [
            measured.scores[name].number
            for one in measurements
            for measured in one.values()
            if name in measured.scores
        ]
        known = [number for number in numbers if number is not None]
        found[name] = (max(known) - min(known)) or 1.0 if known else 1.0
    return found
