"""Having something done about a verdict, and setting what is done by itself."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.access import project_for
from accounts.models import Project
from evals.drift.acting import actions, shown
from evals.drift.acting.actions import TooMany
from evals.drift.acting.forms import FORMS, BoundsForm
from evals.drift.acting.models import ActionRun, DriftAction, Kind
from evals.drift.models import DriftMonitor, DriftVerdict
from evals.drift.views.asked import editable, monitor_of, page, verdict_of


def kind_asked(request: HttpRequest) -> str:
    kind = str(request.GET.get("do", ""))
    if kind not in FORMS:
        raise Http404("There is no such action.")
    return kind


@page
def act(request: HttpRequest, project_id: str, monitor_id: str, verdict_id: str) -> HttpResponse:
    """`?do=` one of the kinds: its form, and having it done."""
    project = editable(request, project_id)
    monitor = monitor_of(project, monitor_id)
    verdict, kind = verdict_of(monitor, verdict_id), kind_asked(request)
    given = request.POST if request.method == "POST" else None
    form = FORMS[kind](given, project=project, verdict=verdict)
    if given is not None and form.is_valid():
        try:
            actions.ask(verdict, kind, form.options, request.user, project)
        except TooMany as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("It is being done. What comes of it stands below."))
            return redirect("drift-verdict", project.id, monitor.pk, verdict.pk)
    return _form_page(request, project, monitor, kind, verdict=verdict, form=form)


def _form_page(
    request: HttpRequest,
    project: Project,
    monitor: DriftMonitor,
    kind: str,
    *,
    verdict: DriftVerdict | None = None,
    **forms: Any,
) -> HttpResponse:
    context = {
        "project": project,
        "monitor": monitor,
        "verdict": verdict,
        "kind": kind,
        "title": Kind(kind).label,
        "tab": "monitors",
        **forms,
    }
    is_refused = any(form.errors for form in forms.values())
    return render(request, "drift/act.html", context, status=400 if is_refused else 200)


@page
def action_list(request: HttpRequest, project_id: str, monitor_id: str) -> HttpResponse:
    """What is done by itself. `?do=` a kind: the form of a new one."""
    if request.method == "POST" or "do" in request.GET:
        return _action_new(request, project_id, monitor_id)
    project = project_for(request.user, project_id)
    monitor = monitor_of(project, monitor_id)
    told = shown.context(project, monitor, None) | {"tab": "monitors"}
    return render(request, "drift/actions.html", told)


def _action_new(request: HttpRequest, project_id: str, monitor_id: str) -> HttpResponse:
    project = editable(request, project_id)
    monitor, kind = monitor_of(project, monitor_id), kind_asked(request)
    given = request.POST if request.method == "POST" else None
    form, bounds = FORMS[kind](given, project=project, verdict=None), BoundsForm(given)
    if given is not None and form.is_valid() and bounds.is_valid():
        action: DriftAction = bounds.save(commit=False)
        action.kind, action.options = kind, form.options
        try:
            actions.add(monitor, action, request.user, project)
        except TooMany as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("From now on it is done by itself."))
            return redirect("drift-actions", project.id, monitor.pk)
    return _form_page(request, project, monitor, kind, form=form, bounds=bounds)


@require_POST
def action_switch(
    request: HttpRequest, project_id: str, monitor_id: str, action_id: str
) -> HttpResponse:
    """`on` is 1 or 0."""
    monitor, action = _asked(request, project_id, monitor_id, action_id)
    actions.switch(action, is_on=request.POST.get("on") == "1", user=request.user)
    return redirect("drift-actions", project_id, monitor.pk)


@require_POST
def action_delete(
    request: HttpRequest, project_id: str, monitor_id: str, action_id: str
) -> HttpResponse:
    monitor, action = _asked(request, project_id, monitor_id, action_id)
    actions.delete(action, request.user)
    messages.success(request, _("It is no longer done by itself. What it did stays."))
    return redirect("drift-actions", project_id, monitor.pk)


def _asked(
    request: HttpRequest, project_id: str, monitor_id: str, action_id: str
) -> tuple[DriftMonitor, DriftAction]:
    monitor = monitor_of(editable(request, project_id), monitor_id)
    if "\0" in action_id:
        raise Http404
    return monitor, get_object_or_404(DriftAction, pk=action_id, monitor=monitor)


@page
def run_list(
    request: HttpRequest, project_id: str, monitor_id: str, verdict_id: str = ""
) -> HttpResponse:
    """The log of runs alone, which pages ask for until all are over. Posted with `run`: try that
    one again.
    """
    is_again = request.method == "POST"
    project = editable(request, project_id) if is_again else project_for(request.user, project_id)
    monitor = monitor_of(project, monitor_id)
    verdict = verdict_of(monitor, verdict_id) if verdict_id else None
    if is_again:
        _again(request, project, monitor)
        target = [project.id, monitor.pk, verdict.pk] if verdict else [project.id, monitor.pk]
        return redirect("drift-verdict" if verdict else "drift-monitor", *target)
    return render(request, "drift/_action_runs.html", shown.context(project, monitor, verdict))


def _again(request: HttpRequest, project: Project, monitor: DriftMonitor) -> None:
    given = request.POST.get("run", "")
    number = int(given) if given.isascii() and given.isdigit() and len(given) < 19 else 0
    run = get_object_or_404(ActionRun, pk=number, verdict__monitor=monitor)
    if actions.again(run, request.user, project):
        messages.success(request, _("It is tried again."))
