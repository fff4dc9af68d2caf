"""Drift monitors as what alert rules look at: see alerts.rules.sources."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from alerts.rules.conditions import Drift, check
from alerts.rules.points import Stand
from alerts.rules.sources import Segment
from evals.drift.models import DriftMonitor, DriftVerdict
from evals.drift.monitors import State
from evals.drift.tuning import Mark

MOST_VERDICTS = 20_000  # the newest; an hour's of 200 monitors over four days
FIELDS = (
    "pk", "monitor_id", "monitor__name", "at", "state", "mark", "effect", "least_effect",
    "n_current", "q", "method",
)  # fmt: skip


def read(project_id: str, wanted: Drift, since: int, until: int) -> Mapping[Segment, list[Stand]]:
    """What was found of windows that end within the time, and of each monitor the last before it.
    Monitors that are off judge nothing.
    """
    monitors = DriftMonitor.objects.filter(project=project_id, is_on=True)
    if wanted.monitor:
        monitors = monitors.filter(pk=wanted.monitor)
        check(monitors.exists(), _("There is no such drift monitor, or it is off."))
    found: dict[Segment, list[Stand]] = defaultdict(list)
    for row in sorted(_verdicts(monitors, since, until), key=lambda one: one["at"]):
        found[row["monitor__name"], row["monitor_id"]].append(_stand(row))
    return found


def names(project_id: str) -> list[tuple[str, str]]:
    found = DriftMonitor.objects.filter(project=project_id).order_by("name", "pk")
    return list(found.values_list("pk", "name"))


def _verdicts(monitors: QuerySet[DriftMonitor], since: int, until: int) -> Sequence[dict[str, Any]]:
    begin, end = (datetime.fromtimestamp(one, UTC) for one in (since, until))
    of_these = DriftVerdict.objects.filter(monitor__in=monitors)
    before = of_these.filter(at__lt=begin).order_by("monitor_id", "-at").distinct("monitor_id")
    within = of_these.filter(Q(at__gte=begin) & Q(at__lt=end)).order_by("-at", "pk")
    return [*before.values(*FIELDS), *within.values(*FIELDS)[:MOST_VERDICTS]]


def _stand(row: dict[str, Any]) -> Stand:
    """Where there was too little, or nothing to compare, nothing is known."""
    was_measured = row["state"] in (State.DRIFT, State.NONE)
    return Stand(
        at=int(row["at"].timestamp()),
        value=row["effect"] if was_measured else None,
        samples=row["n_current"],
        limit=row["least_effect"],
        is_bad=row["state"] == State.DRIFT and row["mark"] != Mark.EXPECTED,
        evidence={
            "verdict": row["pk"],
            "state": row["state"],
            "mark": row["mark"],
            "method": row["method"],
            "q": row["q"],
        },
    )
