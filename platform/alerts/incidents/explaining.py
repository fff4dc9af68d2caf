"""What rules say of their incidents: values in words, examples, and where the rest is listed.

Rules stand to the right of this package and register here. A definition is the JSON that a rule is
stored as; where there is none, or it can be read no more, nothing is said of it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from alerts.incidents.identity import Labels

Definition = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """In words with their units, in the language that is active. `window` is the time of the bucket
    that was judged.
    """

    value: str = ""
    limit: str = ""
    window: str = ""


@dataclass(frozen=True, slots=True)
class Sample:
    name: str
    trace_id: str


class Explainer(Protocol):
    """Moments are seconds since 1970. What reads the store raises traces.errors.Unavailable."""

    def definition_of(self, rule_id: str) -> Definition | None: ...

    def said(self, definition: Definition, facts: Mapping[str, Any]) -> Said: ...

    def samples(
        self, project_id: str, definition: Definition, labels: Labels, since: int, until: int
    ) -> list[Sample]: ...

    def list_address(
        self, project_id: str, definition: Definition, labels: Labels, since: int, until: int
    ) -> str: ...


_registered: list[Explainer] = []


def register(explainer: Explainer) -> None:
    """Done once, when Django starts."""
    _registered[:] = [explainer]


def explainer() -> Explainer:
    return _registered[0]
