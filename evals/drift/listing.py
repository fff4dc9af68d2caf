"""The monitors of a project as their list shows them."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import F, OuterRef, Q, QuerySet, Subquery, Window
from django.db.models.functions import RowNumber
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.models import Project
from evals.drift.models import DriftMonitor, DriftVerdict
from evals.drift.monitors import State
from evals.drift.words import STATES

SPARK = 30  # verdicts
FAILING, OFF, WAITING = "failing", "off", "waiting"
CHOICES: dict[str, str | Promise] = {
    "": _("All"),
    **STATES,
    WAITING: _("Not judged yet"),
    FAILING: _("Failing"),
    OFF: _("Off"),
}


@dataclass(frozen=True, slots=True)
class Line:
    """A monitor with its newest verdicts, oldest first. The list needs no more of them than what
    the sparkline draws, so the others of their columns are not read.
    """

    monitor: DriftMonitor
    verdicts: list[DriftVerdict]

    @property
    def newest(self) -> DriftVerdict | None:
        return self.verdicts[-1] if self.verdicts else None


def found(project: Project, *, text: str = "", state: str = "") -> QuerySet[DriftMonitor]:
    """Those whose name, note, query or key has the text; `state` is one of CHOICES."""
    monitors = DriftMonitor.objects.filter(project=project)
    if text:
        monitors = monitors.filter(
            Q(name__icontains=text)
            | Q(note__icontains=text)
            | Q(query__icontains=text)
            | Q(key__icontains=text)
        )
    if state == OFF:
        return monitors.filter(is_on=False)
    if state == FAILING:
        return monitors.filter(is_on=True).exclude(last_error="", paused_reason="")
    if state == WAITING:
        return monitors.filter(verdicts=None)
    if state in STATES:
        newest = DriftVerdict.objects.filter(monitor=OuterRef("pk")).order_by("-at").values("state")
        return monitors.annotate(newest=Subquery(newest[:1])).filter(newest=state)
    return monitors


def lines(monitors: Iterable[DriftMonitor]) -> list[Line]:
    monitors = list(monitors)
    verdicts: dict[str, list[DriftVerdict]] = defaultdict(list)
    numbered = DriftVerdict.objects.filter(monitor__in=monitors).annotate(
        place=Window(RowNumber(), partition_by="monitor_id", order_by=F("at").desc())
    )
    drawn = numbered.filter(place__lte=SPARK).only(
        "monitor_id", "at", "state", "method", "effect", "least_effect", "q", "mark", "why"
    )
    for one in drawn.order_by("at"):
        verdicts[one.monitor_id].append(one)
    return [Line(one, verdicts[one.pk]) for one in monitors]


def drifting(project: Project) -> int:
    """How many monitors that are on said drift last."""
    return found(project, state=State.DRIFT).filter(is_on=True).count()
