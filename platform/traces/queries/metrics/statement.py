"""A checked question as SQL: which columns stand for its time, dimensions and measures."""

from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from traces.queries.metrics import buckets, dimensions, quantities, steps
from traces.queries.metrics.dimensions import METADATA, MOST_KEY, Dimension
from traces.queries.metrics.quantities import HISTOGRAM, PERCENTILES, Quantity
from traces.queries.metrics.question import (
    OBSERVATIONS,
    SCORES,
    STEPS,
    TIME,
    TRACES,
    VIEWS,
    Column,
    Measure,
    Question,
    Unanswerable,
)

MOST_MEASURES = 12
MOST_DIMENSIONS = 3
MOST_SERIES = 1_000
MOST_VALUES = 30_000  # buckets times series
QUANTITIES = {
    OBSERVATIONS: {**quantities.OF_OBSERVATIONS, **quantities.OF_THEIR_TRACES},
    TRACES: quantities.OF_TRACES,
    SCORES: quantities.OF_SCORES,
    STEPS: steps.QUANTITIES,
}
DIMENSIONS = {
    OBSERVATIONS: {**dimensions.OF_OBSERVATIONS, **dimensions.OF_THEIR_TRACES},
    TRACES: dimensions.OF_TRACES,
    SCORES: dimensions.OF_SCORES,
    STEPS: steps.DIMENSIONS,
}
METADATA_SQL = {
    OBSERVATIONS: dimensions.ENTRY,
    STEPS: dimensions.ENTRY,
    TRACES: "s.entry{number}",
    SCORES: "t.entry{number}",
}
DECIMALS = ("dollars",)
# Five bins a decade: 0, 1e-9 … 1, 1.58, 2.51, 3.98, 6.31, 10 … 1e13.
BINS = [0.0, *(float(f"{10 ** (step / 5):.3g}") for step in range(-45, 66))]


@dataclass(slots=True)
class Asked:
    """A question whose every name is known: `dimensions` and `measured` in its order."""

    question: Question
    dimensions: list[tuple[str, Dimension]]
    measured: list[tuple[Measure, Quantity]]
    width: str | None
    edges: tuple[int, ...]
    values: dict[str, Any] = field(default_factory=dict)  # bound in its SQL

    @property
    def order(self) -> str:
        return self.question.order or self.measured[0][0].column


def checked(question: Question) -> Asked:
    """Raises Unanswerable."""
    if question.view not in QUANTITIES:
        message = _("There is no view “%(name)s”: it is one of %(views)s.")
        raise Unanswerable(message % {"name": question.view[:40], "views": ", ".join(VIEWS)})
    _check_times(question)
    zone = buckets.zone_named(question.zone)
    width: str | None = None
    edges: tuple[int, ...] = ()
    if question.bucket is not None:
        width = buckets.width_for(question.since, question.until, question.bucket)
        edges = buckets.edges(question.since, question.until, width, zone)
    asked = Asked(question, [], _measured(question), width, edges)
    asked.dimensions = _dimensions(question, asked.values)
    if any("{zone" in one.sql for _name, one in asked.dimensions):
        asked.values["zone"] = question.zone
    _check_size(asked)
    _check_order(asked)
    return asked


def _check_times(question: Question) -> None:
    if not 0 <= question.since < question.until <= buckets.LATEST:
        raise Unanswerable(_("The time must end after it begins, between 1970 and 2200."))


def _measured(question: Question) -> list[tuple[Measure, Quantity]]:
    if not 0 < len(question.measures) <= MOST_MEASURES:
        message = _("Ask for 1 to %(most)s measures at once.")
        raise Unanswerable(message % {"most": MOST_MEASURES})
    return [_one_measure(question.view, one) for one in question.measures]


def _one_measure(view: str, measure: Measure) -> tuple[Measure, Quantity]:
    known = QUANTITIES[view]
    quantity = known.get(quantities.ALIASES.get(measure.name, measure.name))
    quantity = known.get(measure.name, quantity)
    if quantity is None:
        message = _("There is no measure “%(name)s” of %(view)s: it is one of %(known)s.")
        told = {"name": measure.name[:60], "view": view, "known": ", ".join(sorted(known))}
        raise Unanswerable(message % told)
    aggregation = measure.aggregation or quantity.aggregations[0]
    if aggregation not in quantity.aggregations:
        message = _("“%(name)s” has no aggregation “%(aggregation)s”: it has %(known)s.")
        told = {
            "name": measure.name,
            "aggregation": aggregation[:40],
            "known": ", ".join(quantity.aggregations),
        }
        raise Unanswerable(message % told)
    return Measure(measure.name, aggregation), quantity


def _dimensions(question: Question, values: dict[str, Any]) -> list[tuple[str, Dimension]]:
    if len(question.by) > MOST_DIMENSIONS or len(set(question.by)) < len(question.by):
        message = _("Group by %(most)s different dimensions at most.")
        raise Unanswerable(message % {"most": MOST_DIMENSIONS})
    return [dimension_named(question.view, name, values) for name in question.by]


def dimension_named(view: str, name: str, values: dict[str, Any]) -> tuple[str, Dimension]:
    if name.startswith(METADATA):
        key = name.removeprefix(METADATA)
        if not 0 < len(key) <= MOST_KEY or "\0" in key:
            message = _("A key of the metadata has 1 to %(most)s characters.")
            raise Unanswerable(message % {"most": MOST_KEY})
        number = sum(one.startswith("key") for one in values)
        values[f"key{number}"] = key
        sql = METADATA_SQL[view].format(key=f"{{key{number}:String}}", number=number)
        return name, Dimension(sql, is_many=True)
    known = DIMENSIONS[view]
    found = known.get(name) or known.get(dimensions.ALIASES.get(name, name))
    if found is None:
        message = _("There is no dimension “%(name)s” of %(view)s: it is one of %(known)s.")
        told = {"name": name[:60], "view": view, "known": ", ".join((*known, f"{METADATA}…"))}
        raise Unanswerable(message % told)
    return name, found


def _check_size(asked: Asked) -> None:
    question = asked.question
    if not 0 < question.most <= MOST_SERIES:
        message = _("Ask for 1 to %(most)s series.")
        raise Unanswerable(message % {"most": MOST_SERIES})
    series = question.most + 1 if asked.dimensions else 1
    if max(1, len(asked.edges) - 1) * series > MOST_VALUES:
        message = _(
            "%(buckets)s buckets of %(series)s series are too many values:"
            " ask for wider buckets, a shorter time or fewer series."
        )
        told = {"buckets": len(asked.edges) - 1, "series": question.most}
        raise Unanswerable(message % told)


def _check_order(asked: Asked) -> None:
    order = asked.question.order
    known = [measure.column for measure, _quantity in asked.measured]
    known += [name for name, _dimension in asked.dimensions]
    if order and order not in known:
        message = _("The answer cannot be ordered by “%(name)s”, only by %(known)s.")
        raise Unanswerable(message % {"name": order[:60], "known": ", ".join(known)})


def things(asked: Asked) -> str:
    """What is read of each thing: its values of the dimensions and its quantities."""
    columns = [f"{_dimension_column(one)} AS d{i}" for i, (_, one) in enumerate(asked.dimensions)]
    for number, (measure, quantity) in enumerate(asked.measured):
        if _first_of(asked, measure.name) == number:
            columns.append(f"{quantity.sql} AS v{number}")
    return ", ".join(columns)


def _dimension_column(dimension: Dimension) -> str:
    if not dimension.is_listed:
        return f"toString({dimension.sql})"
    values = f"arrayDistinct(arrayMap(x -> toString(x), {dimension.sql}))"
    return f"arrayJoin(if(empty({dimension.sql}), [''], {values}))"


def bucket(asked: Asked, time: str, values: dict[str, Any]) -> str:
    """The start of the bucket that the time lies in, in nanoseconds, as `b`; nothing without."""
    if not asked.width:
        return ""
    moment = f"toUnixTimestamp64Nano({time})"
    if not buckets.is_even(asked.edges):
        values["edges"] = list(asked.edges)
        return f"roundDown({moment}, {{edges:Array(Int64)}}) AS b, "
    values |= {"edge": asked.edges[0], "width": asked.edges[1] - asked.edges[0]}
    return f"{moment} - ({moment} - {{edge:Int64}}) % {{width:Int64}} AS b, "


def measure_columns(asked: Asked) -> list[tuple[str, str]]:
    """(alias, SQL); the percentiles of one quantity share a column, and so one sorting of it."""
    columns: dict[str, str] = {}
    for number, (measure, quantity) in enumerate(asked.measured):
        first = _first_of(asked, measure.name)
        if measure.aggregation in PERCENTILES:
            levels = ", ".join(str(PERCENTILES[one]) for one in _levels(asked, measure.name))
            columns[f"q{first}"] = f"quantilesExactInclusive({levels})(toFloat64(v{first}))"
        else:
            columns[f"m{number}"] = _aggregated(measure.aggregation, f"v{first}", quantity.unit)
    return list(columns.items())


def aliased(measures: list[tuple[str, str]]) -> list[str]:
    return [f"{sql} AS {alias}" for alias, sql in measures]


def _levels(asked: Asked, name: str) -> list[str]:
    """The percentiles that are asked of a quantity."""
    wanted = {measure.aggregation for measure, _q in asked.measured if measure.name == name}
    return [one for one in PERCENTILES if one in wanted]


def _first_of(asked: Asked, name: str) -> int:
    return next(i for i, (one, _q) in enumerate(asked.measured) if one.name == name)


def _aggregated(aggregation: str, value: str, unit: str) -> str:
    if aggregation == "count":
        return f"count({value})"
    if aggregation == "sum":
        summed = f"toFloat64(sum({value}))" if unit in DECIMALS else f"sum({value})"
        return f"if(count() = 0, 0, {summed})"  # of nothing it is nothing, not unknown
    if aggregation == "uniq":
        # Half the work of whole texts; two of a million share a hash once in 37 million times.
        return f"uniqExactIf(cityHash64(assumeNotNull({value})), isNotNull({value}))"
    if aggregation == HISTOGRAM:
        return f"sumMapIf([roundDown(toFloat64({value}), {BINS})], [1], isNotNull({value}))"
    return f"{aggregation}OrNull(toFloat64({value}))"


def value_of(asked: Asked, number: int, row: dict) -> Any:
    """The number that stands in the row for a measure; None where nothing is known."""
    measure, _quantity = asked.measured[number]
    if measure.aggregation in PERCENTILES:
        found = row[f"q{_first_of(asked, measure.name)}"]
        found = found[_levels(asked, measure.name).index(measure.aggregation)] if found else None
    else:
        found = row[f"m{number}"]
    if measure.aggregation == HISTOGRAM:
        return [
            {"low": low, "high": BINS[min(BINS.index(low) + 1, len(BINS) - 1)], "count": count}
            for low, count in zip(*found, strict=True)
        ]
    return None if found is None or found != found else found  # NaN is of nothing


def nothing(asked: Asked) -> dict[str, Any]:
    """The measures of a bucket that holds nothing: counts and sums are nothing, the others are
    unknown; so is a cost, as in the lists.
    """
    zero = ("count", "uniq", "sum")
    return {
        measure.column: 0 if measure.aggregation in zero else None
        for measure, _quantity in asked.measured
    }


def ordering(asked: Asked, column: str) -> str:
    """The alias by which the rows are ordered for a column of the answer."""
    for number, (measure, _quantity) in enumerate(asked.measured):
        if measure.column == column:
            if measure.aggregation not in PERCENTILES:
                return f"m{number}"
            place = _levels(asked, measure.name).index(measure.aggregation) + 1
            return f"q{_first_of(asked, measure.name)}[{place}]"
    return f"d{[name for name, _dimension in asked.dimensions].index(column)}"


def columns_of(asked: Asked, *, is_sampled: bool = False) -> tuple[Column, ...]:
    time = [Column(name=TIME, kind="time")] if asked.width else []
    dims = [Column(name=name, kind="dimension") for name, _dimension in asked.dimensions]
    measures = [
        Column(
            name=measure.column,
            kind="measure",
            unit=_unit(measure, quantity),
            is_exact=not is_sampled,
        )
        for measure, quantity in asked.measured
    ]
    return (*time, *dims, *measures)


def _unit(measure: Measure, quantity: Quantity) -> str:
    return "count" if measure.aggregation in ("count", "uniq") else quantity.unit
