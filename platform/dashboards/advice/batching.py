"""What batches would have saved: calls for which nobody waits, many of a kind in an hour. Pure."""

from collections import Counter
from collections.abc import Callable, Sequence

from dashboards.advice.sampling import HOUR, Stretch
from traces.queries.advice import Call


def is_waited_for(call: Call) -> bool:
    """Streamed answers are read as they come, and sessions are of people."""
    return call.is_streamed or call.has_session


def batches(
    calls: Sequence[Call],
    stretch: Stretch,
    busy: int,
    share_of: Callable[[Call], float | None],
) -> list[float]:
    """For each call what a batch would have saved: the rest of its cost, where at least `busy` of
    its kind were made within the hour. Of an hour that lies partly in the stretch, as many as its
    pace comes to.
    """
    paces = Counter(_kind(call) for call in calls if not is_waited_for(call))
    saved = []
    for call in calls:
        is_busy = not is_waited_for(call) and _an_hour(paces, call, stretch) >= busy
        share = share_of(call) if is_busy else None
        saved.append(float(call.cost or 0) * (1 - share) if share is not None else 0.0)
    return saved


def _kind(call: Call) -> tuple[str, str, int]:
    return call.name, call.model, call.at // HOUR


def _an_hour(paces: Counter, call: Call, stretch: Stretch) -> float:
    begin = call.at // HOUR * HOUR
    inside = min(begin + HOUR, stretch[1]) - max(begin, stretch[0])
    return paces[_kind(call)] * HOUR / max(inside, HOUR / 60)
