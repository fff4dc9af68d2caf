"""How each segment of a rule stands, in words."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from alerts.rules.applying import moment
from alerts.rules.definition import Definition
from alerts.rules.lifecycle import Phase
from alerts.rules.models import SegmentState
from alerts.rules.points import Verdict
from alerts.rules.saying_facts import limit_words, value_words
from alerts.rules.tested import VERDICTS, key_of

ORDER = (str(Phase.FIRING), str(Phase.PENDING), str(Phase.INACTIVE))


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """`since` is the first bad bucket of what fires or is about to. `key` draws the segment. Of
    what is judged elsewhere, `id` is of the monitor or budget, `found` of the monitor's verdict.
    """

    labels: tuple[tuple[str, str], ...]
    key: str
    phase: str
    tier: str
    since: datetime | None
    evaluated: datetime | None
    value: str
    held_against: str
    verdict: str
    is_flapping: bool
    id: str
    found: str


def standing(definition: Definition, rows: Iterable[SegmentState]) -> list[Standing]:
    return [_of(definition, row) for row in rows]


def _of(definition: Definition, row: SegmentState) -> Standing:
    labels = tuple((name, row.labels.get(name, "")) for name in definition.labels)
    return Standing(
        labels=tuple((name, value) for name, value in labels if name != "id"),
        key=key_of(tuple(value for _name, value in labels)),
        phase=row.phase,
        tier=row.tier,
        since=None if row.since is None else moment(row.since),
        evaluated=moment(row.evaluated) if row.evaluated else None,
        value=value_words(definition, row.facts),
        held_against=limit_words(definition, row.facts),
        verdict=str(VERDICTS[Verdict(row.verdict)]) if row.verdict else "",
        is_flapping=row.state.is_flapping,
        id=dict(labels).get("id", ""),
        found=(row.facts.get("evidence") or {}).get("verdict", ""),
    )
