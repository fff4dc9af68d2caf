"""How well predictions of two windows did, and whether that changed. Pure; takes numpy."""

from dataclasses import dataclass, field
from typing import Any

from evals.drift.monitors import State
from evals.drift.performance.models import Kind, PerformanceMonitor
from evals.drift.statistics.labels import Performance, changes, classification, regression
from evals.drift.statistics.samples import NotComparable, TooFew
from traces.queries.labelled import Labelled

Said = tuple[float | None, str]


@dataclass(frozen=True, slots=True)
class Found:
    """As `PerformanceVerdict` keeps it."""

    state: State
    figures: list[dict[str, Any]] = field(default_factory=list)
    why: str = ""


def compared(monitor: PerformanceMonitor, reference: Labelled, current: Labelled) -> Found:
    """A drift where the interval of the watched figure's difference leaves out 0, and the
    difference is at least the least effect.
    """
    try:
        found = changes(performance(monitor, reference), performance(monitor, current))
    except TooFew as error:
        return Found(State.TOO_FEW, why=str(error))
    except NotComparable as error:
        return Found(State.NOT_COMPARABLE, why=str(error))
    figures = [
        {
            "name": one.name,
            **{
                name: [side.low, side.estimate, side.high]
                for name, side in (
                    ("reference", one.reference),
                    ("current", one.current),
                    ("difference", one.difference),
                )
            },
            "is_sure": one.is_sure,
        }
        for one in found
    ]
    watched = next((one for one in found if one.name == monitor.figure), None)
    if watched is None:
        why = (
            f"A side has no {monitor.figure}: nothing was predicted, or there are no labels of it."
        )
        return Found(State.NOT_COMPARABLE, figures, why)
    is_drift = watched.is_sure and abs(watched.difference.estimate) >= monitor.least_effect
    return Found(State.DRIFT if is_drift else State.NONE, figures)


def performance(monitor: PerformanceMonitor, side: Labelled) -> Performance:
    """Raises TooFew, NotComparable."""
    if monitor.kind == Kind.NUMBERS:
        predicted, actual = ([value for value, _text in one] for one in _columns(side))
        return regression(predicted, actual)
    said, true = ([class_of(one) for one in column] for column in _columns(side))
    scores = side.confidences if monitor.confidence else None
    return classification(said, true, positive=class_of((None, monitor.positive)), scores=scores)


def _columns(side: Labelled) -> tuple[list[Said], list[Said]]:
    return side.predictions, side.labels


def class_of(said: Said) -> str | None:
    """The text where there is one, else the number; None of what is still to come. True and false
    are 1 and 0, as people and programs write the same class either way.
    """
    value, text = said
    if text and text.lower() in ("true", "false"):
        return "1" if text.lower() == "true" else "0"
    return text or (None if value is None else f"{value:.15g}")


def waiting(side: Labelled) -> int:
    return sum(value is None and not text for value, text in side.labels)
