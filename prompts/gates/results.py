"""What checks answer."""

import math
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext

from prompts.gates.verdicts import Verdict

LEVEL = 95
OPEN = (Verdict.PASSED, Verdict.SKIPPED)
SHOWN = (Verdict.FAILED, Verdict.UNKNOWN, *OPEN)


@dataclass(frozen=True, slots=True)
class Result:
    """One check's answer. `reason` has places for `figures`, so that it can be said in any
    language; `interval` is that of what was measured over `n` observations, two-sided with
    `level` percent.
    """

    key: str
    verdict: Verdict
    reason: str
    figures: dict[str, Any] = field(default_factory=dict)
    n: int | None = None
    interval: tuple[float, float] | None = None
    level: int = LEVEL

    @property
    def is_finite(self) -> bool:
        """Whether JSON can hold what was measured, and words can say it."""
        measured = (*self.figures.values(), *(self.interval or ()))
        return all(math.isfinite(one) for one in measured if isinstance(one, float))

    @property
    def is_open(self) -> bool:
        return self.verdict in OPEN

    @property
    def said(self) -> str:
        """The reason in the reader's language."""
        return filled(gettext(self.reason), self.figures)

    @property
    def plain(self) -> str:
        """The reason in English, for programs and logs."""
        return filled(self.reason, self.figures)

    def kept(self) -> dict[str, Any]:
        return {
            "key": self.key,
            "verdict": self.verdict.value,
            "reason": self.reason,
            "figures": self.figures,
            "n": self.n,
            "interval": self.interval and list(self.interval),
            "level": self.level,
        }


def of_kept(kept: dict[str, Any]) -> Result:
    interval = kept["interval"]
    return Result(
        kept["key"],
        Verdict(kept["verdict"]),
        kept["reason"],
        kept["figures"],
        kept["n"],
        (interval[0], interval[1]) if interval else None,
        kept.get("level", LEVEL),
    )


def filled(reason: str, figures: dict[str, Any]) -> str:
    shown = {
        name: ", ".join(map(str, value)) if isinstance(value, list) else value
        for name, value in figures.items()
    }
    return reason % shown


@dataclass(frozen=True, slots=True)
class Report:
    """A run of a gate: is the label let through to `number`, from `against` (None: it is new)?"""

    label: str
    number: int
    against: int | None
    results: tuple[Result, ...]

    @property
    def verdict(self) -> Verdict:
        return verdict_of(result.verdict for result in self.results)

    @property
    def is_open(self) -> bool:
        return self.verdict == Verdict.PASSED

    @property
    def worst_first(self) -> list[Result]:
        """What closes the gate before what does not."""
        return sorted(self.results, key=lambda result: SHOWN.index(result.verdict))

    @property
    def closed(self) -> list[Result]:
        return [result for result in self.results if not result.is_open]


def verdict_of(verdicts: Iterable[Verdict]) -> Verdict:
    found = set(verdicts)
    for worst in (Verdict.FAILED, Verdict.UNKNOWN):
        if worst in found:
            return worst
    return Verdict.PASSED
