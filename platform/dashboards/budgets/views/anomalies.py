"""Calls whose input grew: a part of the page of the forecast, and a page of its own."""

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe
from django.views.decorators.vary import vary_on_headers

from accounts.access import project_for
from accounts.models import Project
from dashboards.boards.links import OBSERVATIONS, rows_of
from dashboards.boards.panel import Scope
from dashboards.boards.state import zone_of
from dashboards.budgets.anomalies import Growth, growths, terms_of
from dashboards.budgets.causes import MODEL, PROMPT_VERSION, RELEASE, VERSION, Cause
from dashboards.budgets.views.asked import now, tells_when_away
from prompts.models import PromptVersion

WIDTH, HEIGHT = 400, 48


@dataclass(frozen=True, slots=True)
class Shown:
    """A growth with its links and the bars of its days: x, y, width, height, whether it is high,
    what is told of it.
    """

    growth: Growth
    before: str
    after: str
    causes: list[tuple[str, str]]  # words, and an address or nothing
    bars: list[tuple[float, float, float, float, bool, str]]


@require_safe
@vary_on_headers("HX-Request")
@tells_when_away
def cost_anomalies(request: HttpRequest, project_id: str) -> HttpResponse:
    project = project_for(request.user, project_id)
    found = growths(project.id, zone=zone_of(request), now=now())
    context = {"project": project, "growths": [shown(project, one) for one in found]}
    template = "_anomalies" if request.htmx else "anomalies"
    return render(request, f"dashboards/budgets/{template}.html", context)


def shown(project: Project, growth: Growth) -> Shown:
    scope = Scope(project=project, since=0, until=2**62, zone=growth.zone)
    before, after = (
        rows_of(scope, *terms_of(growth.of), view=OBSERVATIONS, window=window)
        for window in (growth.before, growth.after)
    )
    causes = [(said(one), link_of(project, growth, one)) for one in growth.causes]
    return Shown(growth, before, after, causes, bars(growth))


def said(cause: Cause) -> str:
    words = {
        PROMPT_VERSION: _("The prompt went from version %(before)s to %(after)s."),
        MODEL: _("The calls went from %(before)s to %(after)s."),
        RELEASE: _("The release went from %(before)s to %(after)s."),
        VERSION: _("The application went from version %(before)s to %(after)s."),
    }[cause.kind]
    return words % {"before": cause.before or "–", "after": cause.after or "–"}


def link_of(project: Project, growth: Growth, cause: Cause) -> str:
    """To the difference of the versions, where that is it and Sonde keeps both."""
    if cause.kind != PROMPT_VERSION or not (cause.before and cause.after and growth.of.prompt):
        return ""
    kept = PromptVersion.objects.filter(prompt__project=project, prompt__name=growth.of.prompt)
    if kept.filter(number__in=(cause.before, cause.after)).count() < 2:
        return ""
    query = {"name": growth.of.prompt, "from": cause.before, "to": cause.after}
    return f"{reverse('prompt-compare', args=[project.id])}?{urlencode(query)}"


def bars(growth: Growth) -> list[tuple[float, float, float, float, bool, str]]:
    """The mean input of each day."""
    most = max((one.mean for one in growth.days), default=0) or 1.0
    step = WIDTH / max(len(growth.days), 1)
    found = []
    for number, one in enumerate(growth.days):
        height = round(max(HEIGHT * one.mean / most, 1), 1)
        words = _("%(day)s: %(tokens)s tokens a call, %(calls)s calls") % {
            "day": f"{one.day:%Y-%m-%d}",
            "tokens": f"{one.mean:,.0f}",
            "calls": f"{one.calls:,}",
        }
        is_high = growth.turn.first <= one.day <= growth.turn.last
        x, y = round(number * step + 0.5, 1), round(HEIGHT - height, 1)
        found.append((x, y, round(max(step - 1, 0.5), 1), height, is_high, words))
    return found
