"""How what a rule measures went, for the chart of an incident. Rules stand to the right of this
package: they register who reads it.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

MOST_BUCKETS = 300  # of a course


@dataclass(frozen=True, slots=True, kw_only=True)
class Bucket:
    """From `begin` to `end` (seconds since 1970). None is unknown. `limit` is from where on it is
    bad, `low` and `high` the band in which it is usual.
    """

    begin: int
    end: int
    value: float | None
    samples: int
    limit: float | None = None
    low: float | None = None
    high: float | None = None
    is_bad: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Course:
    """`unit` is one of traces.queries.metrics, or "percent", "sigma" or "times"."""

    name: str
    unit: str
    buckets: tuple[Bucket, ...]


# Of a rule's id and a segment's labels, between two moments in seconds since 1970.
Read = Callable[[str, str, Mapping[str, str], int, int], Course | None]
_readers: list[Read] = []


def register(read: Read) -> None:
    _readers.append(read)


def course_of(
    project_id: str, rule_id: str, labels: Mapping[str, str], since: int, until: int
) -> Course | None:
    """The newest MOST_BUCKETS of the time; None where the rule is gone, or measures something else
    by now. Raises Unavailable without a store.
    """
    for read in _readers:
        if found := read(project_id, rule_id, labels, since, until):
            return found
    return None
