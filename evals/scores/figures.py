"""What the pages of analytics show of scores: a row for each name, and one name at length."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from evals.scores.agreement import CONFIDENCE
from evals.scores.drawing import Block, Lines, lines, stacked
from evals.scores.models import DataType
from prompts import bounds
from prompts.bounds import Interval
from prompts.figures.sparkline import Spark, spark
from traces.queries.score_figures import (
    BINS,
    Named,
    Point,
    Scope,
    Summary,
    categories,
    course,
    courses,
    histogram,
    names_of,
    summaries,
    top_categories,
)

SPARK_BUCKETS, BUCKETS = 24, 40
SOURCES = ("API", "EVAL", "ANNOTATION")
NS = 1_000_000_000


@dataclass(frozen=True, slots=True)
class Row:
    """A name in the list. `said` is a mean or a share, or the share of the `top` category."""

    named: Named
    said: Interval | None
    top: str
    course: Spark | None

    @property
    def is_share(self) -> bool:
        return self.named.data_type != DataType.NUMERIC

    @property
    def has_both(self) -> bool:
        return bool(self.named.sources["EVAL"] and self.named.sources["ANNOTATION"])


def rows_of(scope: Scope) -> list[Row]:
    found = names_of(scope)
    names = sorted({one.name for one in found})
    tops = top_categories(scope, names) if found else {}
    drawn = courses(scope, names, SPARK_BUCKETS) if found else {}
    return [
        row_of(one, tops.get(one.name, []), drawn.get((one.name, one.data_type), []))
        for one in found
    ]


def row_of(one: Named, tops: list[tuple[str, int]], points: list[Point]) -> Row:
    if one.data_type == DataType.CATEGORICAL and tops:
        top, n = tops[0]
        return Row(one, bounds.share(n, one.n, CONFIDENCE), top, drawn_of(points, by_count=True))
    by_count = one.data_type not in (DataType.NUMERIC, DataType.BOOLEAN)
    return Row(one, said_of(one), "", drawn_of(points, by_count=by_count))


def said_of(one: Named | Summary, data_type: str = "") -> Interval | None:
    """A share of yes, or a mean; None of what has no numbers. An interval without width is none:
    one score, or equal ones, do not tell how far others lie from them.
    """
    kind = one.data_type if isinstance(one, Named) else data_type
    if not one.numbers or one.mean is None:
        return None
    if kind == DataType.BOOLEAN:
        return bounds.share(one.hits, one.numbers, CONFIDENCE)
    if kind != DataType.NUMERIC:
        return None
    if one.numbers < 2 or one.variance is None:
        return Interval(one.mean, one.mean, one.mean)
    found = bounds.mean(one.mean, one.variance, one.numbers, CONFIDENCE)
    return found if bounds.is_finite(found) else Interval(one.mean, one.mean, one.mean)


def drawn_of(points: Sequence[Point], *, by_count: bool) -> Spark | None:
    values: list[float | None] = [0.0 if by_count else None] * SPARK_BUCKETS
    for point in points:
        if point.bucket < SPARK_BUCKETS:
            values[point.bucket] = float(point.n) if by_count else point.mean
    return spark(values)


# What a bar stands for: a category, or numbers from the one to the other.
Place = str | tuple[float, float]
Columns = list[tuple[Place, Mapping[str, int]]]


@dataclass(frozen=True, slots=True)
class One:
    """A name at length."""

    data_type: str
    whole: Summary
    said: Interval | None
    sources: list[tuple[Summary, Interval | None]]
    bars: list[Block]
    places: list[Place]
    categories: list[tuple[str, int, Interval]]
    series: list[str]
    course: Lines | None
    is_share: bool  # the course shows shares of all, from 0 to 1

    @property
    def has_both(self) -> bool:
        return {"EVAL", "ANNOTATION"} <= {one.source for one, _ in self.sources}


def one_of(scope: Scope, name: str, data_type: str) -> One | None:
    """None where there are no such scores."""
    found = summaries(scope, name, data_type)
    if not found:
        return None
    whole, *sources = found
    columns = columns_of(scope, name, data_type, whole)
    series = [one.source for one in sources]
    shares = []
    if data_type in (DataType.CATEGORICAL, DataType.BOOLEAN):
        totals = [(written(place), sum(counts.values())) for place, counts in columns]
        shares = [(label, n, bounds.share(n, whole.n, CONFIDENCE)) for label, n in totals]
    by_count = data_type not in (DataType.NUMERIC, DataType.BOOLEAN)
    is_share = data_type in (DataType.CATEGORICAL, DataType.BOOLEAN)
    return One(
        data_type,
        whole,
        said_of(whole, data_type),
        [(one, said_of(one, data_type)) for one in sources],
        stacked([(written(place), counts) for place, counts in columns], series),
        [place for place, _ in columns],
        shares,
        series,
        course_of(scope, course(scope, name, data_type, BUCKETS), by_count, is_share),
        is_share,
    )


def written(place: Place) -> str:
    return place if isinstance(place, str) else f"{place[0]:.4g} – {place[1]:.4g}"


def columns_of(scope: Scope, name: str, data_type: str, whole: Summary) -> Columns:
    """What the bars stand for, with its scores by source."""
    if data_type in (DataType.CATEGORICAL, DataType.BOOLEAN):
        return list(categories(scope, name, data_type))
    if data_type != DataType.NUMERIC or whole.least is None or whole.greatest is None:
        return []
    least, greatest = whole.least, whole.greatest
    width = greatest / BINS - least / BINS
    bins = histogram(scope, name, data_type, least, greatest)
    if not width:
        return [((least, least), bins[0])]
    return [
        ((least + place * width, least + (place + 1) * width), counts)
        for place, counts in enumerate(bins)
    ]


def course_of(scope: Scope, points: list[Point], by_count: bool, is_share: bool) -> Lines | None:
    """Means by bucket; of categories shares of the bucket, of texts counts."""
    totals: dict[int, int] = {}
    for point in points:
        totals[point.bucket] = totals.get(point.bucket, 0) + point.n
    drawn: dict[str, list[float | None]] = {}
    for point in points:
        if point.series not in drawn:  # no text is none, and where there are others, no share
            none = [0.0 if by_count and place in totals else None for place in range(BUCKETS)]
            drawn[point.series] = none
        if point.bucket < BUCKETS:
            count = point.n / totals[point.bucket] if is_share else float(point.n)
            drawn[point.series][point.bucket] = count if by_count else point.mean
    step = scope.step(BUCKETS)
    labels = [moment(scope.since + place * step) for place in range(BUCKETS)]
    labels.append(moment(scope.until))
    return lines(drawn, labels, from_zero=is_share or by_count)


def moment(nanoseconds: int) -> str:
    return datetime.fromtimestamp(nanoseconds // NS, UTC).strftime("%Y-%m-%d %H:%M")
