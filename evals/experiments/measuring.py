"""What came of each item of an experiment, and of the experiment as a whole."""

import math
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal

from evals.experiments.reading import ItemRun, item_runs, latest
from prompts.bounds import Sample
from prompts.figures.statistics import Share
from traces.queries.experiment_items import (
    Figure,
    Said,
    figures,
    scores_of_places,
    scores_of_runs,
)
from traces.queries.experiments import MOST_MEMBERS

BOOLEAN, NUMERIC = "BOOLEAN", "NUMERIC"


@dataclass(frozen=True, slots=True)
class Value:
    """A score: `number` of what has one, 0 or 1 of what is true or false, else `text`."""

    data_type: str
    number: float | None
    text: str
    comment: str

    @property
    def is_boolean(self) -> bool:
        return self.data_type == BOOLEAN and self.number in (0.0, 1.0)


@dataclass(frozen=True, slots=True)
class Measured:
    """An item's run. `figure` is None while nothing of its trace has come."""

    run: ItemRun
    figure: Figure | None
    scores: Mapping[str, Value]

    @property
    def has_failed(self) -> bool:
        return self.figure is not None and self.figure.has_failed

    @property
    def was_not_answered(self) -> bool:
        """It took no time and cost nothing that is known, since nothing came of it."""
        figure = self.figure
        return bool(figure and figure.has_failed and not figure.latency_ms and figure.cost is None)

    @property
    def latency_ms(self) -> float | None:
        return self.figure.latency_ms if self.figure and not self.was_not_answered else None

    @property
    def cost(self) -> Decimal | None:
        return self.figure.cost if self.figure else None


@dataclass(frozen=True, slots=True)
class ScoreMean:
    """`value` is None of what has no number: then `counts` has its commonest values."""

    name: str
    value: Sample | Share | None
    n: int
    counts: list[tuple[str, int]] = field(default_factory=list)

    @property
    def is_share(self) -> bool:
        return isinstance(self.value, Share)


@dataclass(frozen=True, slots=True)
class Summary:
    """`cost` is of those whose cost is known, `unpriced` the others."""

    items: int
    failed: int
    cost: Decimal | None
    unpriced: int
    cost_mean: float | None
    latency: Sample | None
    scores: list[ScoreMean]


Measurement = dict[str, Measured]  # by item


MAX_COMMENT = 300  # characters that a page shows


def measurements(
    project_id: str, ids: Collection[str], *, most: int = MOST_MEMBERS
) -> dict[str, Measurement]:
    """By experiment, the newest runs of items, `most` of each: whoever shows them says where that
    is not all (`Experiment.items`). What was run again counts as it came out the last time. What
    was said to scores is left out: `with_comments` has it.
    """
    runs_of = item_runs(project_id, ids, most=most)
    by_run = {run_id: latest(runs) for run_id, runs in runs_of.items()}
    places = [one.place for runs in by_run.values() for one in runs.values()]
    figured, scored = figures(project_id, places), scores_of_places(project_id, places)
    known: Values = {}
    return {
        run_id: {
            item_id: Measured(one, figured.get(one.place), values(scored.get(one.place, ()), known))
            for item_id, one in runs.items()
        }
        for run_id, runs in by_run.items()
    }


def with_comments(project_id: str, some: Sequence[Measured]) -> list[Measured]:
    """The same with what was said to each score: of those that a page shows."""
    scored = scores_of_places(project_id, [one.run.place for one in some], comments=MAX_COMMENT)
    return [replace(one, scores=values(scored.get(one.run.place, ()))) for one in some]


# Tens of thousands of scores have few values: one object of each is enough, and saves the collector
# of garbage most of its work.
Values = dict[tuple[str, float | None, str, str], Value]


def values(scores: Iterable[Said], known: Values | None = None) -> dict[str, Value]:
    """By name; of several the newest, which comes last."""
    made: Values = {} if known is None else known
    found = {}
    for one in scores:
        if (value := made.get(one[1:])) is None:
            value = made[one[1:]] = value_of(one)
        found[one.name] = value
    return found


def value_of(said: Said) -> Value:
    is_number = said.value is not None and math.isfinite(said.value)
    number = said.value if is_number else None
    return Value(said.data_type, number, said.string_value, said.comment)


def summary(measurement: Measurement) -> Summary:
    found = list(measurement.values())
    costs = [one.cost for one in found if one.cost is not None]
    latencies = [one.latency_ms for one in found if one.latency_ms is not None]
    return Summary(
        items=len(found),
        failed=sum(one.has_failed for one in found),
        cost=sum(costs, Decimal()) if costs else None,
        unpriced=len(found) - len(costs),
        cost_mean=float(sum(costs, Decimal()) / len(costs)) if costs else None,
        latency=sample(latencies),
        scores=[score_mean(name, found) for name in names_in([measurement])],
    )


def names_in(measurements_: Iterable[Measurement]) -> list[str]:
    """Of scores, the commonest first."""
    counts = Counter(
        name for one in measurements_ for measured in one.values() for name in measured.scores
    )
    return sorted(counts, key=lambda name: (-counts[name], name))


def score_mean(name: str, found: Sequence[Measured]) -> ScoreMean:
    having = [one.scores[name] for one in found if name in one.scores]
    numbers = [one.number for one in having if one.number is not None]
    if having and all(one.is_boolean for one in having):
        return ScoreMean(name, Share(round(sum(numbers)), len(numbers)), len(having))
    if numbers and not any(one.data_type == "CATEGORICAL" for one in having):
        return ScoreMean(name, sample(numbers), len(numbers))
    counts = Counter(
        one.text or f"{one.number:g}" for one in having if one.text or one.number is not None
    )
    return ScoreMean(name, None, len(having), counts.most_common(3))


def sample(numbers: Sequence[float]) -> Sample | None:
    """None of nothing, and of what is too large to reckon with."""
    if not numbers:
        return None
    try:
        mean = math.fsum(numbers) / len(numbers)
        apart = math.fsum((one - mean) ** 2 for one in numbers)
    except OverflowError:
        return None
    variance = apart / (len(numbers) - 1) if len(numbers) > 1 else 0.0
    return Sample(len(numbers), mean, variance) if math.isfinite(mean) else None


def scores_of_whole(project_id: str, run_id: str) -> dict[str, Value]:
    """What was said of the experiment as a whole; of several of a name the newest."""
    return values(scores_of_runs(project_id, [run_id]))
