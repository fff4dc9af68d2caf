"""What the rest of this month and the next one will cost, and how far to trust that."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.dates import WEEKDAYS_ABBR
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.access import project_for
from accounts.models import Project
from dashboards.boards.links import OBSERVATIONS, rows_of
from dashboards.boards.panel import Scope
from dashboards.boards.state import zone_of
from dashboards.budgets import figures
from dashboards.budgets.outlook import Outlook, Prospect, prospect
from dashboards.budgets.periods import begin_of
from dashboards.budgets.views.asked import now, tells_when_away
from traces.search.of_dimensions import term_of

DAY = 86_400_000_000_000


@require_safe
@tells_when_away
def cost_forecast(request: HttpRequest, project_id: str) -> HttpResponse:
    """In the zone of the browser; what was unusual comes by itself (`cost-anomalies`)."""
    project = project_for(request.user, project_id)
    zone = zone_of(request)
    found = prospect(project.id, zone=zone, now=now())
    context = {
        "project": project,
        "zone": zone,
        "found": found,
        "models": [(one, rows_of_model(project, found, one)) for one in found.models],
        "weekdays": weekdays(found),
        "figure": drawn(project, found, zone) if found.days else None,
    }
    return render(request, "dashboards/budgets/forecast.html", context)


def drawn(project: Project, found: Prospect, zone: str) -> dict:
    words = {"spent": _("Cost"), "expected": _("Projected"), "interval": _("Interval")}
    scope = Scope(project=project, since=0, until=2**62, zone=zone)
    hrefs = [
        rows_of(scope, view=OBSERVATIONS, sort="cost", window=window(day, zone))
        for day, _cost in found.days
    ]
    return figures.of_forecast(found.days, found.ahead, words, hrefs)


def window(day, zone: str) -> tuple[int, int]:
    since = begin_of(day, zone)
    return since, since + DAY


def rows_of_model(project: Project, found: Prospect, one: Outlook) -> str:
    scope = Scope(project=project, since=found.month.since, until=found.month.until)
    return rows_of(scope, term_of("model", one.name), view=OBSERVATIONS, sort="cost")


def weekdays(found: Prospect) -> list[tuple[str, float, float, float]]:
    """Each day of the week: its name, dollars against the level, and where its bar begins and how
    high it is, of a field from 0 to 40.
    """
    course = found.whole.course
    if course is None or not (each := course.weekdays()):
        return []
    most = max(abs(one) for one in each) or 1.0
    return [
        (
            str(WEEKDAYS_ABBR[number]),
            one,
            round(20 - max(one, 0) / most * 19, 1),
            round(abs(one) / most * 19, 1),
        )
        for number, one in enumerate(each)
    ]
