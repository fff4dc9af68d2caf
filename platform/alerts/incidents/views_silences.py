"""Silences: who is not told of what, until when and why."""

from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.access import project_for
from accounts.models import Project
from alerts.incidents import acting, silencing
from alerts.incidents.asked import editable, number_in, silence_of
from alerts.incidents.forms import (
    DURATIONS,
    HOW_WORDS,
    Row,
    SilenceForm,
    hours_in,
    matchers_of,
    padded,
    rows_in,
)
from alerts.incidents.listing import rules_of
from alerts.incidents.matching import MOST_MATCHERS
from alerts.incidents.models import MAX_ID, Incident, Silence

A_PAGE = 50
STATES = {
    "active": gettext_lazy("Active"),
    "coming": gettext_lazy("Coming"),
    "over": gettext_lazy("Ended"),
}
page = require_http_methods(["GET", "HEAD", "POST"])


@require_safe
def silence_list(request: HttpRequest, project_id: str) -> HttpResponse:
    project = project_for(request.user, project_id)
    now, state = timezone.now(), request.GET.get("state", "")
    state = state if state in STATES else "active"
    rows = Silence.objects.filter(project=project)
    found = {name: rows.filter(of) for name, of in silencing.of_states(now).items()}
    pages = Paginator(found[state].select_related("author"), A_PAGE)
    shown = pages.get_page(number_in(request.GET.get("page", "")))
    rules = dict(rules_of(project))
    context = {
        "project": project,
        "state": state,
        "states": [(name, words, found[name].count()) for name, words in STATES.items()],
        "page": shown,
        "lines": [(one, silencing.said(one, rules)) for one in shown],
        "kept": f"state={state}&",
        "durations": DURATIONS,
        "is_first": not rows.exists(),
    }
    return render(request, "alerts/silences/list.html", context)


@page
def silence_create(request: HttpRequest, project_id: str) -> HttpResponse:
    """`?incident=` fills it in. A POST with `more` asks for another row, with `look` for what it
    would hold; htmx asks for the latter while it is filled in.
    """
    project = editable(request, project_id)
    if request.method != "POST":
        return filled(request, project, SilenceForm(), *prefilled(request, project))
    form = SilenceForm(request.POST)
    rows, rule = asked(request.POST)
    if request.htmx:
        context = {"project": project, **previewed(project, rows, rule)}
        return render(request, "alerts/silences/_preview.html", context)
    is_meant = not {"more", "look"} & request.POST.keys()
    if is_meant and form.is_valid() and made(request, project, form):
        return redirect("alerts-silences", project.id)
    return filled(request, project, form, rows, rule)


def asked(said: QueryDict) -> tuple[list[Row], str]:
    return rows_in(said), said.get("rule", "").replace("\0", "")[:MAX_ID]


def prefilled(request: HttpRequest, project: Project) -> tuple[list[Row], str]:
    """Of the incident that the address names, or its `rule`, `label` and `value`."""
    incident_id = request.GET.get("incident", "").replace("\0", "")[:MAX_ID]
    incident = Incident.objects.filter(project=project, pk=incident_id).first()
    if incident is None:
        return asked(request.GET)
    labels = sorted(incident.labels.items())
    return [Row(label=name, value=value) for name, value in labels], incident.rule_id


def filled(
    request: HttpRequest, project: Project, form: SilenceForm, rows: list[Row], rule: str
) -> HttpResponse:
    context: dict[str, Any] = {
        "project": project,
        "form": form,
        "rows": padded(rows),
        "rule": rule,
        "rules": silencing.rules_to_choose(project, rule),
        "hows": HOW_WORDS,
        "labels": silencing.labels_of(project),
        "has_room": len(rows) < MOST_MATCHERS,
        **previewed(project, rows, rule),
    }
    status = 400 if form.errors else 200
    return render(request, "alerts/silences/new.html", context, status=status)


def previewed(project: Project, rows: list[Row], rule: str) -> dict[str, Any]:
    """What is open now and would be held."""
    matchers = matchers_of(rows, rule)
    held = silencing.would_hold(project, matchers)
    return {"held": held[: silencing.SHOWN], "held_count": len(held), "is_asked": bool(matchers)}


def made(request: HttpRequest, project: Project, form: SilenceForm) -> Silence | None:
    """None where the form says why not."""
    begins_at, ends_at = form.times(timezone.now())
    try:
        found = acting.silence(
            project,
            matchers_of(*asked(request.POST)),
            begins_at=begins_at,
            ends_at=ends_at,
            author=request.user,
            comment=form.cleaned_data["comment"],
        )
    except acting.CannotSilence as error:
        form.add_error(None, str(error))
        return None
    messages.success(request, _("The silence is made."))
    return found


@require_POST
def silence_change(request: HttpRequest, project_id: str, silence_id: str) -> HttpResponse:
    """`do` is end, or extend by `hours` from when it would have ended."""
    project = editable(request, project_id)
    silence = silence_of(project, silence_id)
    if request.POST.get("do") == "end":
        acting.end_silence(silence)
        messages.success(request, _("The silence is over. What still fires is told."))
    else:
        extended(request, silence)
    return redirect("alerts-silences", project.id)


def extended(request: HttpRequest, silence: Silence) -> None:
    until = silence.ends_at + timedelta(hours=hours_in(request.POST.get("hours", "")))
    try:
        acting.extend_silence(silence, until)
    except acting.CannotSilence as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("It holds until %(time)s UTC.") % {"time": f"{until:%F %H:%M}"})
