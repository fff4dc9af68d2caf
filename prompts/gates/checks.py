"""The checks that a gate can be made of: one table, to which other packages add theirs.

A check that cannot be asked, since ClickHouse is away, says so by raising Unavailable. Checks run
while the project's prompts are locked, so one that takes long (an evaluation over a dataset) looks
up what an earlier run of its own said of this version, and is `unknown` where there is none.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from prompts.gates.case import Case
from prompts.gates.results import Result


@dataclass(frozen=True, slots=True)
class Check:
    """`run` gets the case and the setting that somebody gave at `field` (None: set for all).
    `of_traffic` are those that look at calls: a canary that is to bring them starts without.
    """

    key: str
    title: Any  # words, told in the reader's language
    run: Callable[[Case, Any], Result]
    field: Callable[[], forms.Field] | None = None
    group: str = "text"
    of_traffic: bool = False
    may_ask: bool = False  # of calls as well, where there are any
    needs: tuple[str, ...] = ()  # other checks' keys, which must be set with this one
    said: Any = ""  # the setting with its unit, such as AT_LEAST
    # Of a project's id: the names of which the setting is one.
    known: Callable[[str], list[str]] | None = None

    @property
    def asks_store(self) -> bool:
        return self.of_traffic or self.may_ask


AT_LEAST = _("%(value)s at least")
AT_MOST = _("%(value)s at most")
TIMES = _("%(value)s times at most")
CHECKS: dict[str, Check] = {}
GROUPS = {
    "text": _("Text"),
    "size": _("Length and cost"),
    "traffic": _("Its calls"),
    "score": _("Scores of its calls"),
}  # what a group of checks is headed by in the form


def register(*checks: Check) -> None:
    for check in checks:
        CHECKS[check.key] = check


def title_of(key: str) -> Any:
    """The key itself where there is no such check any more."""
    return CHECKS[key].title if key in CHECKS else key


def chosen(settings: dict[str, Any], *, with_traffic: bool = True) -> list[tuple[Check, Any]]:
    """The gate's checks with their settings, in the order of the table; first those that every gate
    makes.
    """
    return [
        (check, settings.get(key))
        for key, check in CHECKS.items()
        if (check.field is None or key in settings) and (with_traffic or not check.of_traffic)
    ]
