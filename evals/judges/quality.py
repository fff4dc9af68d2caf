"""How good a judge is: beside people, beside the length of what it judges, beside another order of
it, and beside itself. Pure.

Intervals are of 95 %.
"""

import math
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean, pvariance

from evals.scores.agreement import CONFIDENCE, Agreement, Correlation, agreement, correlation
from evals.scores.statistics.matched import Matched, matched
from evals.scores.statistics.paired import Paired, paired
from prompts.bounds import Interval, mean, share

LEAST_LENGTHS = 10  # judgements, below which a correlation says nothing
MOST_CLASSES = 20

Verdict = tuple[float | None, str]  # a score's value and its words


@dataclass(frozen=True, slots=True)
class Beside:
    """A judge beside people. Of categories, and of yes and no, `matrix` says how often people said
    the row and the judge the column; of numbers there are errors and correlations.
    """

    n: int
    classes: tuple[str, ...] = ()
    matrix: tuple[tuple[int, ...], ...] = ()
    agreed: Agreement | None = None
    error: Interval | None = None  # mean absolute
    lean: Interval | None = None  # how much the judge gives more than people do
    correlated: Correlation | None = None


def beside_people(pairs: Sequence[tuple[Verdict, Verdict]], *, is_numeric: bool) -> Beside:
    """`pairs` are what people said and what the judge said. Those without a value do not count."""
    if is_numeric:
        numbers = [(a[0], b[0]) for a, b in pairs if a[0] is not None and b[0] is not None]
        return _numbers(numbers)
    return _classes([(word_of(a), word_of(b)) for a, b in pairs])


def word_of(verdict: Verdict) -> str:
    """Programs write yes and no in words, in a number, or in both."""
    value, words = verdict
    return words or {1.0: "True", 0.0: "False"}.get(value if value is not None else -1.0, "")


def _numbers(pairs: Sequence[tuple[float, float]]) -> Beside:
    people, judge = [float(a) for a, _ in pairs], [float(b) for _, b in pairs]
    if len(pairs) < 2:
        return Beside(len(pairs))
    apart = [b - a for a, b in pairs]
    return Beside(
        len(pairs),
        error=_mean([abs(one) for one in apart], least=0.0),
        lean=_mean(apart),
        correlated=correlation(people, judge),
    )


def _mean(values: Sequence[float], least: float = -math.inf) -> Interval:
    n = len(values)
    found = mean(fmean(values), pvariance(values) * n / (n - 1), n, CONFIDENCE)
    return Interval(max(least, found.low), found.estimate, found.high)


def _classes(pairs: Sequence[tuple[str, str]]) -> Beside:
    told = [pair for pair in pairs if all(pair)]
    names = sorted({word for pair in told for word in pair})
    if not told or len(names) > MOST_CLASSES:
        return Beside(len(told))
    place = {name: number for number, name in enumerate(names)}
    matrix = [[0] * len(names) for _ in names]
    for people, judge in told:
        matrix[place[people]][place[judge]] += 1
    return Beside(len(told), tuple(names), tuple(map(tuple, matrix)), agreement(matrix))


def length_bias(lengths: Sequence[int], values: Sequence[float]) -> Interval | None:
    """Spearman's ρ of the length of what was judged and the score. A judge that likes long answers
    for being long shows here; so does an application whose long answers are better.
    """
    if len(lengths) < LEAST_LENGTHS:
        return None
    return correlation([float(one) for one in lengths], list(values)).spearman


@dataclass(frozen=True, slots=True)
class Turned:
    """The same targets in another order. `changed` is the share of `n` whose verdict is another;
    `found` holds the turned one against the one as it is: numbers `paired`, yes and no `matched`,
    nothing of categories, which have no direction. `alike` is the share whose verdict is another
    although nothing was turned, of the `asked_again` that were asked again so: what chance does.
    """

    n: int
    changed: Interval
    found: Paired | Matched | None
    asked_again: int
    alike: Interval | None


def order_bias(
    pairs: Sequence[tuple[Verdict, Verdict]],
    again: Sequence[tuple[Verdict, Verdict]],
    *,
    is_boolean: bool,
) -> Turned | None:
    """`pairs` are what it said as it is and turned; `again` what it said, twice, as it is."""
    if not pairs:
        return None
    return Turned(
        n=len(pairs),
        changed=_others(pairs),
        found=_turned(pairs, is_boolean=is_boolean),
        asked_again=len(again),
        alike=_others(again) if again else None,
    )


def _others(pairs: Sequence[tuple[Verdict, Verdict]]) -> Interval:
    return share(sum(one != other for one, other in pairs), len(pairs), CONFIDENCE)


def _turned(
    pairs: Sequence[tuple[Verdict, Verdict]], *, is_boolean: bool
) -> Paired | Matched | None:
    numbers = [(a[0], b[0]) for a, b in pairs if a[0] is not None and b[0] is not None]
    as_is, turned = [a for a, _ in numbers], [b for _, b in numbers]
    if is_boolean:
        return matched([bool(one) for one in turned], [bool(one) for one in as_is])
    return paired(turned, as_is)


@dataclass(frozen=True, slots=True)
class Varied:
    """The same question asked again. `spread` is the standard deviation within a target, of
    numbers; `unanimous` how many targets got the same verdict each time.
    """

    targets: int
    runs: int
    unanimous: int
    spread: float | None
    widest: float | None  # the greatest difference within a target


def variation(verdicts: Sequence[tuple[str, Verdict]]) -> Varied | None:
    """Of targets that were judged twice or more, each named by its key; None where none was."""
    by_target: dict[str, list[Verdict]] = defaultdict(list)
    for key, verdict in verdicts:
        by_target[key].append(verdict)
    groups = [group for group in by_target.values() if len(group) > 1]
    if not groups:
        return None
    numbers = [[value for value, _words in group if value is not None] for group in groups]
    counted = [some for some in numbers if len(some) > 1]
    squares = sum(pvariance(some) * len(some) for some in counted)
    freedom = sum(len(some) - 1 for some in counted)
    return Varied(
        targets=len(groups),
        runs=sum(map(len, groups)),
        unanimous=sum(len(set(group)) == 1 for group in groups),
        spread=math.sqrt(squares / freedom) if freedom else None,
        widest=max((max(some) - min(some) for some in counted), default=None),
    )
