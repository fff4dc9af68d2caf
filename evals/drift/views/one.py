"""One monitor: how its effects went, its verdicts, and what moved its threshold."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe
from django.views.decorators.vary import vary_on_headers

from accounts.access import project_for
from accounts.models import Project
from evals.drift import figures, happened, marks
from evals.drift.links import addresses_of
from evals.drift.models import DriftMonitor, DriftVerdict
from evals.drift.saying import headline
from evals.drift.views.asked import editable, monitor_of

A_PAGE = 30
DRAWN = 200  # verdicts
STEPS = 20  # of the threshold, the newest


@require_safe
@vary_on_headers("HX-Request")
def monitor_page(request: HttpRequest, project_id: str, monitor_id: str) -> HttpResponse:
    """htmx asks for how a run goes, until it is done: then the whole page is asked for."""
    project = project_for(request.user, project_id)
    monitor = monitor_of(project, monitor_id)
    if request.htmx:
        response = render(request, "drift/_running.html", {"project": project, "monitor": monitor})
        if monitor.asked_at is None:
            response["HX-Refresh"] = "true"
        return response
    found = monitor.verdicts.select_related("marked_by").defer("shapes", "samples", "words")
    page = Paginator(found, A_PAGE).get_page(request.GET.get("page"))
    for one in page:
        one.monitor = monitor
    standing = marks.tuning(monitor)
    context = {
        "project": project,
        "monitor": monitor,
        "page": page,
        "newest": _newest(monitor),
        "standing": standing,
        "steps": standing.steps[: -STEPS - 1 : -1],
        **_drawn(project, monitor),
    }
    return render(request, "drift/one.html", context)


@require_POST
def monitor_forget(request: HttpRequest, project_id: str, monitor_id: str) -> HttpResponse:
    """The threshold is what it was before people's marks moved it; the marks stay."""
    project = editable(request, project_id)
    marks.reset(monitor_of(project, monitor_id))
    messages.success(request, _("The threshold is what it was before."))
    return redirect("drift-monitor", project.id, monitor_id)


def _newest(monitor: DriftMonitor) -> dict | None:
    verdict = monitor.verdicts.first()
    if verdict is None:
        return None
    verdict.monitor = monitor
    return {"verdict": verdict, "sentences": headline(verdict)}


def _drawn(project: Project, monitor: DriftMonitor) -> dict:
    """The chart of effects, where there are two verdicts to draw a line between."""
    plain = DriftVerdict.objects.filter(monitor=monitor).only(
        "monitor_id", "at", "state", "effect", "least_effect"
    )
    verdicts = list(plain.order_by("-at")[:DRAWN])[::-1]
    if len(verdicts) < 2:
        return {"figure": None, "events": [], "charted": []}
    events = happened.events(project, verdicts[0].at, verdicts[-1].at)
    return {
        "figure": figures.of_effects(verdicts, addresses_of(project.id, verdicts)),
        "events": events,
        "charted": happened.for_charts(events),
    }
