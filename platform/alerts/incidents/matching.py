"""Which alerts are kept quiet: by silences of people, and by alerts that explain them. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from alerts.incidents.identity import Labels

MOST_MATCHERS, MAX_VALUE = 10, 500
RULE = "rule"  # the label under which every alert has the id of its rule


class How(StrEnum):
    IS = "is"
    IS_NOT = "is_not"
    STARTS_WITH = "starts_with"
    CONTAINS = "contains"


@dataclass(frozen=True, slots=True)
class Matcher:
    """A label that is not there is the empty text."""

    label: str
    value: str
    how: How = How.IS

    def matches(self, labels: Labels) -> bool:
        said = labels.get(self.label, "")
        match self.how:
            case How.IS:
                return said == self.value
            case How.IS_NOT:
                return said != self.value
            case How.STARTS_WITH:
                return said.startswith(self.value)
            case How.CONTAINS:
                return self.value in said


@dataclass(frozen=True, slots=True)
class Silenced:
    """A silence holds for what all of its matchers match; one without any holds for nothing."""

    matchers: tuple[Matcher, ...]
    begins: datetime
    ends: datetime

    def holds(self, labels: Labels, at: datetime) -> bool:
        return (
            self.begins <= at < self.ends
            and bool(self.matchers)
            and all(one.matches(labels) for one in self.matchers)
        )


@dataclass(frozen=True, slots=True)
class Firing:
    """An alert that fires, and the rules whose alerts it explains."""

    rule_id: str
    labels: Labels
    inhibits: frozenset[str] = frozenset()


def inhibitor(rule_id: str, labels: Labels, firing: Iterable[Firing]) -> Firing | None:
    """The alert that explains this one: it inhibits its rule, and every label that both have is the
    same. An alert never inhibits its own rule.
    """
    for one in firing:
        if rule_id in one.inhibits and one.rule_id != rule_id and _agree(one.labels, labels):
            return one
    return None


def _agree(ours: Labels, theirs: Labels) -> bool:
    return all(ours[name] == theirs[name] for name in ours.keys() & theirs.keys() - {RULE})
