"""The calibration set of an evaluator: what people scored under the same name, and having the judge
say its own of it.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db.models import QuerySet

from evals.judges import quality
from evals.judges.finding import make
from evals.judges.models import EvaluatorVersion, Execution, Status
from evals.judges.orders import LISTS, lists_of, orders_of
from evals.judges.outputs import BOOLEAN, NUMERIC, SHARE
from evals.judges.reasons import NO_ORDER
from evals.judges.targets import key_of
from traces.queries.judged import Label, labels_named

MOST_LABELS = 2_000
MOST_JUDGED = 10_000  # of a version, the latest
MOST_APART = 10  # that are listed


@dataclass(frozen=True, slots=True)
class Apart:
    """One target on which people and the judge differ."""

    execution: Execution
    people: quality.Verdict


@dataclass(frozen=True, slots=True)
class Ordered:
    """A version in one of the orders that it can be asked in. Of `same` nothing could be turned;
    `variables` are the lists that are.
    """

    order: str
    variables: list[str]
    found: quality.Turned | None
    same: int


@dataclass(frozen=True, slots=True)
class Report:
    labels: int
    unjudged: int  # labels of which this version has no verdict yet
    waiting: int
    beside: quality.Beside
    apart: list[Apart]
    length: object
    orders: list[Ordered]
    varied: quality.Varied | None


def report(version: EvaluatorVersion) -> Report:
    """Raises traces.errors'."""
    evaluator = version.evaluator
    labels = {
        key_of(one.trace_id, one.observation_id): one
        for one in labels_named(evaluator.project_id, evaluator.name, limit=MOST_LABELS)
    }
    judged = version.executions.filter(status=Status.DONE)
    of_labels = list(judged.filter(repeat=0, target_key__in=list(labels)).defer("sent", "answer"))
    pairs = [(said_in(labels[one.target_key]), verdict_of(one)) for one in of_labels]
    is_numeric = version.shape.kind in (NUMERIC, SHARE)
    left = len(labels) - len(of_labels)
    return Report(
        labels=len(labels),
        unjudged=left,
        waiting=version.executions.filter(finished_at=None).count(),
        beside=quality.beside_people(pairs, is_numeric=is_numeric),
        apart=furthest_apart(of_labels, labels, is_numeric=is_numeric),
        length=_length(version),
        orders=[_ordered(version, one) for one in orders_of(version.messages, version.places)],
        varied=_varied(version),
    )


def said_in(label: Label) -> quality.Verdict:
    return label.value, label.string_value


def verdict_of(execution: Execution) -> quality.Verdict:
    return execution.value, execution.string_value


def furthest_apart(
    executions: list[Execution], labels: dict[str, Label], *, is_numeric: bool
) -> list[Apart]:
    """Where to look first: the largest differences."""

    def gap(one: Execution) -> float:
        people = said_in(labels[one.target_key])
        if is_numeric:
            known = people[0] is not None and one.value is not None
            return abs((people[0] or 0) - (one.value or 0)) if known else 0.0
        return float(quality.word_of(people) != quality.word_of(verdict_of(one)))

    order = sorted((one for one in executions if gap(one) > 0), key=gap, reverse=True)
    return [Apart(one, said_in(labels[one.target_key])) for one in order[:MOST_APART]]


def _length(version: EvaluatorVersion) -> object:
    rows = version.executions.filter(status=Status.DONE, repeat=0, value__isnull=False)
    rows = rows.exclude(output_length=None).order_by("-pk")
    found = list(rows.values_list("output_length", "value")[:MOST_JUDGED])
    return quality.length_bias([length for length, _ in found], [value for _, value in found])


def _ordered(version: EvaluatorVersion, order: str) -> Ordered:
    turned = version.executions.filter(order=order)
    return Ordered(
        order=order,
        variables=lists_of(version.places) if order == LISTS else [],
        found=quality.order_bias(
            _twice(version, order), _twice(version, ""), is_boolean=version.shape.kind == BOOLEAN
        ),
        same=turned.filter(error=NO_ORDER).count(),
    )


def _twice(version: EvaluatorVersion, order: str) -> list[tuple[quality.Verdict, quality.Verdict]]:
    """What it said first, and what the second time, in that order."""
    done = version.executions.filter(status=Status.DONE).order_by("-pk")
    seconds = done.filter(repeat=1, order=order)[:MOST_JUDGED]
    other = {key: (value, words) for key, value, words in _said(seconds)}
    firsts = done.filter(repeat=0, target_key__in=list(other))
    return [((value, words), other[key]) for key, value, words in _said(firsts)]


def _said(rows: "QuerySet[Execution]") -> Iterable[tuple[str, float | None, str]]:
    return rows.values_list("target_key", "value", "string_value")


def _varied(version: EvaluatorVersion) -> quality.Varied | None:
    as_is = version.executions.filter(order="")
    repeated = as_is.filter(repeat__gt=0).order_by().values("target_key").distinct()
    rows = as_is.filter(status=Status.DONE, target_key__in=repeated)
    found = rows.values_list("target_key", "value", "string_value")[:MOST_JUDGED]
    return quality.variation([(key, (value, words)) for key, value, words in found])


def judge_labels(version: EvaluatorVersion) -> int:
    """Executions of what people scored and this version has not. Raises traces.errors'."""
    evaluator = version.evaluator
    labels = labels_named(evaluator.project_id, evaluator.name, limit=MOST_LABELS)
    return make(version, [(one.trace_id, one.observation_id) for one in labels])


def repeat(version: EvaluatorVersion, targets: int, times: int) -> int:
    """The latest targets that were judged, again, so that each is judged so often in all. Only the
    first judgement of each is a score.
    """
    done = version.executions.filter(status=Status.DONE, repeat=0).order_by("-pk")
    return _again(version, list(done[:targets]), repeats=range(1, times))


def turn(version: EvaluatorVersion, order: str, targets: int) -> int:
    """What was judged, in another order: the calibration set first, then the latest. Each once, and
    none of it is a score. Raises traces.errors'.
    """
    evaluator = version.evaluator
    labels = labels_named(evaluator.project_id, evaluator.name, limit=MOST_LABELS)
    keys = [key_of(one.trace_id, one.observation_id) for one in labels]
    done = version.executions.filter(status=Status.DONE, repeat=0).order_by("-pk")
    chosen = list(done.filter(target_key__in=keys)[:targets])
    if len(chosen) < targets:
        chosen += done.exclude(target_key__in=keys)[: targets - len(chosen)]
    return _again(version, chosen, repeats=(1,), order=order)


def _again(
    version: EvaluatorVersion,
    executions: Sequence[Execution],
    *,
    repeats: Sequence[int],
    order: str = "",
) -> int:
    items = {(one.trace_id, one.observation_id): one.item_id for one in executions}
    return make(version, list(items), repeats=repeats, order=order, items=items)
