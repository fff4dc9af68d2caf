"""From a verdict to its rows: the list of traces or observations of one side."""

from collections.abc import Iterable
from datetime import datetime
from urllib.parse import urlencode

from django.urls import reverse

from evals.drift.models import DriftMonitor, DriftVerdict
from evals.drift.watched import WATCHED
from traces.search.grammar import parsed
from traces.search.of_dimensions import OBSERVATIONS, TRACES, term_of

MICROSECOND = 1000


def rows_of(monitor: DriftMonitor, start: datetime, end: datetime, *segment: str) -> str:
    """The list with the monitor's filter in this time, narrowed to a segment: a dimension and its
    value. Empty where the list has no words for the segment.
    """
    view = level_of(monitor)
    query = parsed(monitor.query)
    if segment:
        term = term_of(segment[0], segment[1], view)
        if term is None:
            return ""
        query = (
            query.with_term(term)
            if term.is_negated or term.comparison
            else query.with_choice(term.field, term.values, term.key)
        )
    told = {"q": str(query)} if query.terms else {}
    told |= {"kind": OBSERVATIONS} if view == OBSERVATIONS else {}
    told |= {"from": str(_nanoseconds(start)), "to": str(_nanoseconds(end))}
    return f"{reverse('trace-list', args=[monitor.project_id])}?{urlencode(told)}"


def sides_of(monitor: DriftMonitor, verdict: DriftVerdict) -> dict[str, str]:
    """The rows of the current side, and of the reference where it is of a time."""
    found = {"current": rows_of(monitor, verdict.current_start, verdict.at)}
    if verdict.reference_start and verdict.reference_end:
        found["reference"] = rows_of(monitor, verdict.reference_start, verdict.reference_end)
    return found


def level_of(monitor: DriftMonitor) -> str:
    """Which list shows what is watched."""
    watched = WATCHED.get(monitor.watched)
    return OBSERVATIONS if watched and watched.level == "observation" else TRACES


def addresses_of(project_id: str, verdicts: Iterable[DriftVerdict]) -> list[str]:
    return [reverse("drift-verdict", args=[project_id, one.monitor_id, one.pk]) for one in verdicts]


def _nanoseconds(moment: datetime) -> int:
    return round(moment.timestamp() * 1_000_000) * MICROSECOND
