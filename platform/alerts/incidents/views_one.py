"""One incident: what it is, how it went, and what people do about it."""

from datetime import datetime, timedelta
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.access import project_for
from accounts.models import Project
from alerts.incidents import acting, figures, timeline
from alerts.incidents.asked import editable, incident_of
from alerts.incidents.course import MOST_BUCKETS, Course, course_of
from alerts.incidents.explaining import explainer
from alerts.incidents.forms import DURATIONS
from alerts.incidents.models import MAX_COMMENT, Incident
from alerts.incidents.people import assignable
from alerts.incidents.related import changed, related
from alerts.incidents.saying import told
from alerts.incidents.telling_where import sent_of
from traces.views.away import tells_when_away

LEAST_AROUND = timedelta(minutes=30)  # that a chart shows before it began
MOST_VALUES = 60  # of the chart's table, the newest


@require_safe
@tells_when_away
def incident_page(request: HttpRequest, project_id: str, incident_id: str) -> HttpResponse:
    """With `?full=1` also what the page asks for by itself, for whoever has no JavaScript."""
    project = project_for(request.user, project_id)
    incident = incident_of(project, incident_id)
    now = timezone.now()
    lines, is_cut = timeline.lines(incident)
    context: dict[str, Any] = {
        "project": project,
        "incident": incident,
        "line": told([incident])[0],
        "timeline": lines,
        "is_cut": is_cut,
        "sent": sent_of(incident),
        "related": related(incident, now),
        "people": assignable(project) if project.may.get("edit") else (),
        "durations": DURATIONS,
        "most_comment": MAX_COMMENT,
    }
    if request.GET.get("full"):
        context |= evidence(project, incident, now) | {"is_full": True}
    return render(request, "alerts/incidents/one.html", context)


@require_safe
@tells_when_away
def incident_evidence(request: HttpRequest, project_id: str, incident_id: str) -> HttpResponse:
    """The chart, the traces and what else changed: what is read from the store of traces."""
    project = project_for(request.user, project_id)
    incident = incident_of(project, incident_id)
    context = {"project": project, "incident": incident}
    context |= evidence(project, incident, timezone.now())
    return render(request, "alerts/incidents/_evidence.html", context)


def evidence(project: Project, incident: Incident, now: datetime) -> dict[str, Any]:
    began, ended = incident.began_at, incident.resolved_at or now
    around = max(LEAST_AROUND, min((ended - began) / 2, timedelta(days=1)))
    since, until = began - 2 * around, min(now, ended + around)
    course = course_of(
        project.id,
        incident.rule_id,
        incident.labels,
        int(since.timestamp()),
        int(until.timestamp()),
    )
    return {
        **charted(course, began, ended),
        **examples(project, incident, now),
        "changed": changed(project, incident),
    }


def charted(course: Course | None, began: datetime, ended: datetime) -> dict[str, Any]:
    if course is None or not course.buckets:
        return {"course": None}
    values = [
        (
            datetime.fromtimestamp(one.end, began.tzinfo),
            figures.written(one.value, course.unit),
            figures.written(one.limit, course.unit) if one.limit is not None else "",
            one,
        )
        for one in course.buckets[-MOST_VALUES:]
    ]
    return {
        "course": course,
        "figure": figures.of_course(course, began, ended),
        "values": values[::-1],
        "is_short": len(course.buckets) >= MOST_BUCKETS,
    }


def examples(project: Project, incident: Incident, now: datetime) -> dict[str, Any]:
    """Traces of the time in which it was bad, and the list of all of them."""
    definition = explainer().definition_of(incident.rule_id)
    if definition is None or "problem" in incident.labels:
        return {"samples": [], "rows": ""}
    since = int(incident.began_at.timestamp())
    until = int((incident.resolved_at or now).timestamp())
    asked = (project.id, definition, incident.labels, since, until)
    return {"samples": explainer().samples(*asked), "rows": explainer().list_address(*asked)}


@require_POST
def incident_change(request: HttpRequest, project_id: str, incident_id: str) -> HttpResponse:
    """`do` is one of DEEDS."""
    project = editable(request, project_id)
    incident = incident_of(project, incident_id)
    deed = DEEDS.get(request.POST.get("do", ""))
    if deed:
        deed(request, project, incident)
    return redirect("alerts-incident", project.id, incident.pk)


def _acknowledge(request: HttpRequest, _project: Project, incident: Incident) -> None:
    acting.acknowledge(incident.pk, request.user)


def _close(request: HttpRequest, _project: Project, incident: Incident) -> None:
    if acting.close(incident.pk, request.user):
        messages.success(request, _("Closed. It opens anew where it gets worse."))


def _assign(request: HttpRequest, project: Project, incident: Incident) -> None:
    wanted = request.POST.get("to", "")
    is_id = wanted.isascii() and wanted.isdecimal() and len(wanted) < 18
    person = assignable(project).filter(pk=wanted).first() if is_id else None
    if wanted and person is None:
        messages.error(request, _("Choose a member of the project."))
        return
    acting.assign(incident.pk, request.user, person)


def _comment(request: HttpRequest, _project: Project, incident: Incident) -> None:
    if not acting.comment(incident.pk, request.user, request.POST.get("text", "")):
        messages.warning(request, _("Write something first."))


def _judge(request: HttpRequest, _project: Project, incident: Incident) -> None:
    verdicts = {"real": True, "false": False, "": None}
    said = request.POST.get("was", "")
    if said in verdicts:
        acting.judge(incident.pk, request.user, verdicts[said])


DEEDS = {
    "acknowledge": _acknowledge,
    "close": _close,
    "assign": _assign,
    "comment": _comment,
    "judge": _judge,
}
