"""What is judged elsewhere, as a rule's buckets: drift monitors and budgets.

Whoever judges registers here who reads it, because it may stand to the right of this package.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from alerts.rules.definition import Definition
from alerts.rules.judging import Seen
from alerts.rules.points import Point, Stand

Segment = tuple[str, ...]  # the values of the rule's labels
# Of a project, a condition and the time from one moment to another (seconds since 1970): how each
# segment stood, in the order of time. Raises WrongRule where what it names is gone.
Read = Callable[[str, Any, int, int], Mapping[Segment, Sequence[Stand]]]
# Of a project: the id and name of what a condition can be of one of.
Names = Callable[[str], Sequence[tuple[str, str]]]
_readers: dict[type, Read] = {}
_names: dict[type, Names] = {}


def register(condition: type, read: Read, names: Names) -> None:
    """Done once, when Django starts."""
    _readers[condition], _names[condition] = read, names


def names(condition: type, project_id: str) -> Sequence[tuple[str, str]]:
    """For people to choose from."""
    return _names[condition](project_id)


def seen(
    project_id: str,
    definition: Definition,
    since: int,
    until: int,
    *,
    known: Iterable[Segment] = (),
) -> dict[Segment, Seen]:
    """Of what was judged, and nothing more of what is `known` and was not: that is over in time."""
    stands = _readers[type(definition.condition)](project_id, definition.condition, since, until)
    width = definition.width
    begins = range(since // width * width, until, width)
    nothing: Sequence[Stand] = ()
    return {
        segment: _bucketed(stands.get(segment, nothing), begins) for segment in {*stands, *known}
    }


def _bucketed(stands: Sequence[Stand], begins: range) -> Seen:
    """In each bucket what was judged last before its end, from the first on."""
    points: list[Point] = []
    held: list[Stand | None] = []
    number, last = 0, None
    for begin in begins:
        end = begin + begins.step
        while number < len(stands) and stands[number].at < end:
            last, number = stands[number], number + 1
        if last or not stands:
            value, samples = (last.value, last.samples) if last else (None, 0)
            points.append(Point(begin, end, value, samples))
            held.append(last)
    return Seen(series=points, stands=tuple(held))
