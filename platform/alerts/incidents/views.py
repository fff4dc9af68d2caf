"""The incidents of a project, and what is done with several of them."""

from datetime import timedelta

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe
from django.views.decorators.vary import vary_on_headers

from accounts.access import project_for
from accounts.models import Project
from alerts.incidents import acting, listing
from alerts.incidents.asked import editable, number_in
from alerts.incidents.forms import DURATIONS, hours_in
from alerts.incidents.matching import RULE, Matcher
from alerts.incidents.models import Incident
from alerts.incidents.people import assignable
from alerts.incidents.saying import told

A_PAGE = 50


@require_safe
@vary_on_headers("HX-Request")
def incident_list(request: HttpRequest, project_id: str) -> HttpResponse:
    """What htmx asks for is the table with its counts: the page renews it by itself."""
    project = project_for(request.user, project_id)
    wanted, now = listing.wanted_in(request.GET), timezone.now()
    rows = listing.found(project, wanted, now).select_related("acknowledged_by", "assignee")
    page = Paginator(rows, A_PAGE).get_page(number_in(request.GET.get("page", "")))
    context = {
        "project": project,
        "wanted": wanted,
        "page": page,
        "lines": told(page.object_list),
        "counts": listing.counts(project, wanted, now),
        "states": listing.STATES,
        "kept": f"{wanted.query}&" if wanted.query else "",
        "durations": DURATIONS,
    }
    if request.htmx:
        return render(request, "alerts/incidents/_list.html", context)
    return render(request, "alerts/incidents/list.html", context | choices(project, context))


def choices(project: Project, context: dict) -> dict:
    """What filters offer; and what to do next where there has never been an incident."""
    return {
        "rules": listing.rules_of(project),
        "people": assignable(project) if project.may.get("see_members") else (),
        "ranges": [(key, words) for key, (_span, words) in listing.RANGES.items()],
        "tiers": listing.TIERS,
        "is_first": not context["lines"] and not context["wanted"].is_narrowed,
    }


@require_POST
def incidents_change(request: HttpRequest, project_id: str) -> HttpResponse:
    """`do` is acknowledge, close or silence, of each `id`; `kept` is what the list showed."""
    project = editable(request, project_id)
    ids = [one for one in request.POST.getlist("id")[:A_PAGE] if "\0" not in one]
    chosen = list(Incident.objects.filter(project=project, pk__in=ids))
    kept = listing.wanted_in(request.GET).query
    if not chosen:
        messages.warning(request, _("Choose incidents first."))
    else:
        messages.success(request, done(request, project, chosen))
    address = reverse("alerts-incidents", args=[project.id])
    return redirect(f"{address}?{kept}" if kept else address)


def done(request: HttpRequest, project: Project, chosen: list[Incident]) -> str:
    """What was done, in words."""
    what = request.POST.get("do")
    if what == "close":
        count = sum(acting.close(one.pk, request.user) for one in chosen)
        return ngettext("%(n)s incident closed.", "%(n)s incidents closed.", count) % {"n": count}
    if what == "silence":
        return silenced(request, project, chosen)
    count = sum(acting.acknowledge(one.pk, request.user) for one in chosen)
    words = ngettext("%(n)s incident acknowledged.", "%(n)s incidents acknowledged.", count)
    return words % {"n": count}


def silenced(request: HttpRequest, project: Project, chosen: list[Incident]) -> str:
    """A silence for each: of its rule and segment."""
    now = timezone.now()
    ends_at = now + timedelta(hours=hours_in(request.POST.get("hours", "")))
    count = 0
    for one in {one.fingerprint: one for one in chosen}.values():
        try:
            acting.silence(
                project, matchers_of(one), begins_at=now, ends_at=ends_at, author=request.user
            )
        except acting.CannotSilence as error:
            return _("%(n)s silenced. %(why)s") % {"n": count, "why": error}
        count += 1
    words = ngettext("%(n)s alert silenced.", "%(n)s alerts silenced.", count)
    return words % {"n": count}


def matchers_of(incident: Incident) -> list[Matcher]:
    labels = sorted(incident.labels.items())
    return [Matcher(RULE, incident.rule_id), *(Matcher(name, value) for name, value in labels)]
