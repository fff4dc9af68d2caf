"""What else changed when something drifted: releases, labels of prompts, the mix of models."""

from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from evals.drift.sampling import Sides, moment, nanoseconds
from prompts.models import LabelMove
from traces.queries.releases import first_heard_of

MOST = 10  # of each
BEFORE = timedelta(days=1)  # how long before the current window a cause may lie
KNOWN = timedelta(days=14)  # what was heard of so long before is not new
LEAST_SHIFT = 0.05  # of a share
Change = dict[str, Any]


def changed(project_id: str, sides: Sides) -> list[Change]:
    """In the order of time, shares last. Raises Unavailable."""
    window = sides.windows.current
    since = window.start - BEFORE
    dated = [*_releases(project_id, since, window.end), *_labels(project_id, since, window.end)]
    dated.sort(key=lambda one: (one["at"], one["name"]))
    return [*dated, *_shares(sides, "model"), *_shares(sides, "prompt_version")]


def _change(what: str, name: str, at: datetime | None = None, **more: float) -> Change:
    shares = {"reference": None, "current": None, **more}
    return {"what": what, "name": name, "at": at.isoformat() if at else None, **shares}


def _releases(project_id: str, since: datetime, until: datetime) -> Iterator[Change]:
    low, high = nanoseconds(since - KNOWN), nanoseconds(until)
    for name, first in first_heard_of(project_id, low, high, most=MOST):
        if moment(first) >= since:
            yield _change("release", name, moment(first))


def _labels(project_id: str, since: datetime, until: datetime) -> Iterator[Change]:
    moves = LabelMove.objects.filter(
        prompt__project=project_id, at__gte=since, at__lt=until, after__isnull=False
    )
    for move in moves.select_related("prompt").order_by("-at", "-pk")[:MOST]:
        assert move.prompt is not None  # a filter is on it
        yield _change("prompt", f"{move.prompt.name} {move.after} ({move.label})", move.at)


def _shares(sides: Sides, dimension: str) -> Iterator[Change]:
    """Values of the segment that one side has 5 in 100 more of than the other."""
    counts = [
        Counter(side.sample.segments.get(dimension, ()))
        for side in (sides.reference, sides.current)
    ]
    if not all(counts):
        return
    shares = [
        {name: number / sum(side.values()) for name, number in side.items()} for side in counts
    ]
    names = {name for side in shares for name in side if name}
    moved = {name: (shares[0].get(name, 0.0), shares[1].get(name, 0.0)) for name in names}
    largest = sorted(moved, key=lambda name: (-abs(moved[name][1] - moved[name][0]), name))
    for name in largest[:MOST]:
        before, after = moved[name]
        if abs(after - before) >= LEAST_SHIFT:
            what = "model" if dimension == "model" else "prompt"
            yield _change(what, name, reference=before, current=after)
