"""How often gates may ask ClickHouse in one piece of work that holds the project's lock."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from prompts.gates.checks import Check


class TooManyRuns(ValueError):
    """The message says how many gates may look at calls at once, and what to do."""


@dataclass
class Budget:
    """`is_dry`: nothing is asked, and `later` gets the prompts and labels whose gates would."""

    most: int
    is_dry: bool = False
    spent: int = 0
    later: set[tuple[str, str]] = field(default_factory=set)


# Whoever moves many labels at once sets it; the doors in between need not know.
_budget: ContextVar[Budget | None] = ContextVar("gate_budget", default=None)


@contextmanager
def sparing(budget: Budget) -> Iterator[None]:
    token = _budget.set(budget)
    try:
        yield
    finally:
        _budget.reset(token)


def afforded(
    checks: Sequence[tuple[Check, Any]], prompt: str, label: str
) -> Sequence[tuple[Check, Any]]:
    """The checks that are to be made now. Raises TooManyRuns."""
    budget = _budget.get()
    if budget is None or not any(check.asks_store for check, _ in checks):
        return checks
    if budget.is_dry:
        budget.later.add((prompt, label))
        return [(check, setting) for check, setting in checks if not check.asks_store]
    if budget.spent == budget.most:
        words = _(
            "More than %(most)s labels in these files have gates that look at calls. Push fewer "
            "files at a time."
        )
        raise TooManyRuns(words % {"most": budget.most})
    budget.spent += 1
    return checks
