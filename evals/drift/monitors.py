"""What a monitor of drift watches, and what it answers.

Without numpy: pages show these. `evals.drift.judging` makes verdicts.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from django.utils.translation import gettext as _

from evals.drift.methods import (
    ALPHA,
    LEAST_SAMPLES,
    METHODS,
    Kind,
    Method,
)
from evals.drift.windows import Baseline, BaselineKind

MOST_WATCHED = 200  # characters of what is watched


class State(StrEnum):
    DRIFT = "drift"
    NONE = "none"
    TOO_FEW = "too_few"
    NOT_COMPARABLE = "not_comparable"


class Correction(StrEnum):
    BENJAMINI_HOCHBERG = "benjamini_hochberg"
    NONE = "none"


class InvalidMonitor(ValueError):
    """What a monitor is set to goes not together. The message says what."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Monitor:
    """`watched` names a figure, score, text or embedding of spans; without a method the default of
    its kind and size is taken. A difference is a drift where its effect is at least `least_effect`
    (None: the method's own) *and* chance makes as much of it less often than `alpha`, after
    correction. `by` are the dimensions whose segments are told.
    """

    watched: str
    kind: Kind
    method: Method | None = None
    baseline: Baseline = field(default_factory=lambda: Baseline(kind=BaselineKind.ROLLING))
    least_effect: float | None = None
    alpha: float = ALPHA
    least_samples: int = LEAST_SAMPLES
    correction: Correction = Correction.BENJAMINI_HOCHBERG
    by: tuple[str, ...] = ("model", "prompt_version", "user", "language")

    def __post_init__(self) -> None:
        if not 0 < len(self.watched) <= MOST_WATCHED:
            raise InvalidMonitor(_("A monitor watches something."))
        if self.method is not None and self.method not in METHODS[self.kind]:
            message = _("%(method)s does not compare what is %(kind)s.")
            raise InvalidMonitor(message % {"method": self.method, "kind": self.kind})
        if not 0 < self.alpha < 1:
            raise InvalidMonitor(_("The significance level lies between 0 and 1."))
        if self.least_effect is not None and not 0 < self.least_effect < float("inf"):
            raise InvalidMonitor(_("The least effect is above 0."))
        if self.least_samples < 2:
            raise InvalidMonitor(_("At least two samples of each side are needed."))


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """One side: values, and for each of them, where known, its moment and its segment in each
    dimension. What cannot be compared (None, NaN, infinite) may stand among the values. Values of a
    relation are pairs of an input, a number or a category, and its numeric score.
    """

    values: Sequence[Any]
    moments: Sequence[datetime] = ()
    segments: dict[str, Sequence[str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        columns = [*self.segments.values(), *([self.moments] if self.moments else [])]
        if any(len(column) != len(self.values) for column in columns):
            raise ValueError("Moments and segments are as many as values.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Began:
    """When a drift began: the most likely moment, and those between which it lies. `is_whole` where
    all of the current window is like that, so that it began at its start or earlier.
    """

    at: datetime
    earliest: datetime
    latest: datetime
    is_whole: bool


@dataclass(frozen=True, slots=True)
class Moved:
    """What a segment has in the shift: by its values that changed, and by how much traffic it has.
    `share` is of the whole shift; those of a dimension sum to 1.
    """

    dimension: str
    segment: str
    within: float
    mix: float
    share: float
    n_reference: int
    n_current: int


@dataclass(frozen=True, slots=True)
class TellingWord:
    """A word by which texts were told apart, with the shares of both sides' texts that have it."""

    word: str
    reference: float
    current: float


@dataclass(frozen=True, slots=True)
class Scored:
    """The mean scores of inputs up to `to`, or of the category `to`."""

    to: float | str
    n_reference: int
    n_current: int
    mean_reference: float
    mean_current: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """`q` is `p` corrected for how many monitors were asked at once; of one alone it is `p`.
    `effect`, `least_effect` and `statistic` are the method's (`docs/drift.md`). Counts are of
    values that could be compared, `dropped` of those that could not, of both sides. Of texts it
    names the words that tell, and the places of typical texts in the samples; of a relation it
    says how kinds of input are scored, and how far the inputs themselves moved.
    """

    state: State
    monitor: Monitor
    n_reference: int
    n_current: int
    dropped: int = 0
    method: Method | None = None
    statistic: float | None = None
    effect: float | None = None
    least_effect: float | None = None
    p: float | None = None
    q: float | None = None
    began: Began | None = None
    moved: tuple[Moved, ...] = ()
    words_of_reference: tuple[TellingWord, ...] = ()
    words_of_current: tuple[TellingWord, ...] = ()
    typical_reference: tuple[int, ...] = ()
    typical_current: tuple[int, ...] = ()
    scored: tuple[Scored, ...] = ()
    inputs_moved: float | None = None
    why: str = ""

    @property
    def is_drift(self) -> bool:
        return self.state is State.DRIFT

    @property
    def was_measured(self) -> bool:
        return self.p is not None
