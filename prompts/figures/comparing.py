"""The figures of a version beside those of another one, each with what chance explains of it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from prompts.bounds import Interval, Sample
from prompts.figures.sparkline import Spark, spark
from prompts.figures.statistics import (
    ALPHA,
    LEAST,
    Comparison,
    Share,
    adjusted,
    compared,
    interval_of,
)
from traces.queries.prompts import WHOLE, Calls, Scores, calls_of, scores_of_calls

BINS = {"7d": 28, "30d": 30}
MOST_SCORES = 20
MILLISECONDS, DOLLARS, COUNT, SHARE, SCORE = "ms", "dollars", "count", "share", "score"
LOWER, EITHER = "lower", ""  # what is better


@dataclass(frozen=True, slots=True, kw_only=True)
class Metric:
    """A mean or a share of one version, and of the other one where there is one."""

    label: str | Promise
    unit: str
    ours: Sample | Share | None
    base: Sample | Share | None
    better: str = EITHER
    spark: Spark | None = None
    comparison: Comparison | None = None
    q: float | None = None  # its p-value, for all questions that the page asks

    @property
    def interval(self) -> Interval | None:
        return interval_of(self.ours) if self.ours else None

    @property
    def is_significant(self) -> bool:
        return self.q is not None and self.q < ALPHA

    @property
    def is_better(self) -> bool | None:
        """None where it is not sure, or nobody knows which way is better."""
        if not self.is_significant or self.comparison is None or self.better != LOWER:
            return None
        return self.comparison.difference < 0

    @property
    def lacks(self) -> bool:
        """There is too little of one version to tell them apart."""
        return min(one.n if one else 0 for one in (self.ours, self.base)) < LEAST


@dataclass(frozen=True, slots=True)
class Figures:
    """`base` is None where there is no other version to compare with."""

    ours: Calls
    base: Calls | None
    metrics: list[Metric]
    calls: Spark | None
    cost: Spark | None
    is_cut: bool  # there are scores of more names


@dataclass(frozen=True, slots=True)
class Told:
    """What the store told of one version: the whole, and its bins by their number."""

    whole: Calls
    bins: dict[int, Calls]
    scores: dict[str, Scores]
    score_bins: dict[str, dict[int, Scores]]


def figures(
    project_id: str,
    name: str,
    version: int,
    against: int | None,
    *,
    since: int,
    until: int,
    key: str,
) -> Figures:
    """Over the calls that began in [since, until), nanoseconds; `key` is one of BINS."""
    count = BINS[key]
    versions = [version] if against is None else [version, against]
    asked = {"since": since, "until": until, "width": -(-(until - since) // count)}
    calls = calls_of(project_id, name, versions, **asked)
    scores = scores_of_calls(project_id, name, versions, **asked)
    ours = told(version, calls, scores)
    base = None if against is None else told(against, calls, scores)
    names = score_names(ours, base)
    metrics = [
        *(_of_calls(ours, base, count)),
        *(_of_score(one, ours, base, count) for one in names[:MOST_SCORES]),
    ]
    return Figures(
        ours=ours.whole,
        base=base.whole if base else None,
        metrics=judged(metrics),
        calls=_over_time(ours, base, count, lambda one: float(one.calls if one else 0)),
        cost=_over_time(ours, base, count, _paid),
        is_cut=len(names) > MOST_SCORES,
    )


def told(version: int, calls: Sequence[Calls], scores: Sequence[Scores]) -> Told:
    mine = [one for one in calls if one.version == version]
    judged_ = [one for one in scores if one.version == version]
    by_name: dict[str, dict[int, Scores]] = {}
    for one in judged_:
        by_name.setdefault(one.name, {})[one.bin] = one
    return Told(
        whole=next((one for one in mine if one.bin == WHOLE), Calls(version=version)),
        bins={one.bin: one for one in mine if one.bin != WHOLE},
        scores={one.name: one for one in judged_ if one.bin == WHOLE},
        score_bins=by_name,
    )


def score_names(ours: Told, base: Told | None) -> list[str]:
    """Those of either version, the most frequent first."""
    counts: dict[str, int] = {}
    for one in (ours, base):
        for name, score in one.scores.items() if one else ():
            counts[name] = counts.get(name, 0) + score.n
    return sorted(counts, key=lambda name: (-counts[name], name))


def judged(metrics: Sequence[Metric]) -> list[Metric]:
    """Each compared where there is enough of it, and its p-value adjusted for all of them."""
    found = [
        replace(one, comparison=compared(one.ours, one.base)) if one.ours and one.base else one
        for one in metrics
    ]
    asked = [one for one in found if one.comparison]
    qs = iter(adjusted([one.comparison.p for one in asked if one.comparison]))
    return [replace(one, q=next(qs)) if one.comparison else one for one in found]


def _of_calls(ours: Told, base: Told | None, count: int) -> list[Metric]:
    def metric(
        label: Promise,
        unit: str,
        of: Callable,
        over_time: Callable[[Calls], float | None],
        better: str = LOWER,
    ) -> Metric:
        return Metric(
            label=label,
            unit=unit,
            ours=of(ours.whole),
            base=of(base.whole) if base else None,
            better=better,
            spark=_over_time(ours, base, count, lambda one: over_time(one) if one else None),
        )

    return [
        metric(_("Latency"), MILLISECONDS, latency_of, lambda one: one.latency_mean),
        metric(_("Cost of a call"), DOLLARS, cost_of, lambda one: one.cost_mean),
        metric(_("Tokens of a call"), COUNT, tokens_of, lambda one: one.tokens_mean, EITHER),
        metric(_("Errors"), SHARE, errors_of, lambda one: one.errors / one.calls),
    ]


def latency_of(one: Calls) -> Sample | None:
    return _sample(one.ended, one.latency_mean, one.latency_variance)


def cost_of(one: Calls) -> Sample | None:
    return _sample(one.costed, one.cost_mean, one.cost_variance)


def tokens_of(one: Calls) -> Sample | None:
    return _sample(one.calls, one.tokens_mean, one.tokens_variance)


def errors_of(one: Calls) -> Share | None:
    return Share(one.errors, one.calls) if one.calls else None


def score_of(one: Scores | None, *, is_boolean: bool) -> Sample | Share | None:
    if one is None:
        return None
    if is_boolean:
        return Share(round(one.mean * one.n), one.n)
    return _sample(one.n, one.mean, one.variance)


def _sample(n: int, mean: float | None, variance: float | None) -> Sample | None:
    return None if mean is None or not n else Sample(n, mean, variance or 0.0)


def _of_score(name: str, ours: Told, base: Told | None, count: int) -> Metric:
    mine, other = ours.scores.get(name), base.scores.get(name) if base else None
    known = [one for one in (mine, other) if one]
    is_boolean = all(one.is_boolean and 0 <= one.mean <= 1 for one in known)

    def bins(told_: Told | None) -> list[float | None]:
        found = told_.score_bins.get(name, {}) if told_ else {}
        return [found[index].mean if index in found else None for index in range(count)]

    return Metric(
        label=name,
        unit=SHARE if is_boolean else SCORE,
        ours=score_of(mine, is_boolean=is_boolean),
        base=score_of(other, is_boolean=is_boolean),
        spark=spark(bins(ours), bins(base) if base else ()),
    )


def _over_time(
    ours: Told, base: Told | None, count: int, value: Callable[[Calls | None], float | None]
) -> Spark | None:
    def bins(told_: Told) -> list[float | None]:
        return [value(told_.bins.get(index)) for index in range(count)]

    return spark(bins(ours), bins(base) if base else ())


def _paid(one: Calls | None) -> float | None:
    """Nothing where nothing was called; unknown where no cost is."""
    if one is None:
        return 0.0
    return None if one.cost is None else float(one.cost)
