"""Pages of triggers of retraining."""

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.access import project_for
from accounts.models import Project
from evals.drift.acting.models import Episode, Trigger, When
from evals.drift.acting.triggers import changing
from evals.drift.acting.triggers.forms import FORMS
from evals.drift.acting.triggers.words import words_of, words_of_reasons
from evals.drift.views.asked import editable, page

PER_PAGE = 20


@dataclass(frozen=True, slots=True)
class Shown:
    trigger: Trigger
    words: str
    open: Episode | None


@require_safe
def trigger_list(request: HttpRequest, project_id: str) -> HttpResponse:
    project = project_for(request.user, project_id)
    triggers = Trigger.objects.filter(project=project).select_related("monitor", "author")
    running = Episode.objects.filter(trigger__project=project, ended_at=None)
    by_trigger = {one.trigger_id: one for one in running}
    episodes = Episode.objects.filter(trigger__project=project).select_related("trigger")
    paged = Paginator(episodes, PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "project": project,
        "tab": "triggers",
        "triggers": [Shown(one, words_of(one), by_trigger.get(one.pk)) for one in triggers],
        "whens": [(when, When(when).label) for when in FORMS],
        "paged": paged,
        "episodes": [(one, words_of_reasons(one)) for one in paged],
    }
    return render(request, "drift/triggers.html", context)


@page
def trigger_new(request: HttpRequest, project_id: str) -> HttpResponse:
    """`?when=` one of the kinds."""
    project, when = editable(request, project_id), str(request.GET.get("when", ""))
    if when not in FORMS:
        raise Http404("There is no such trigger.")
    return _asked(request, project, when, None)


@page
def trigger_edit(request: HttpRequest, project_id: str, trigger_id: str) -> HttpResponse:
    project, trigger = _found(request, project_id, trigger_id)
    return _asked(request, project, trigger.when, trigger)


def _asked(
    request: HttpRequest, project: Project, when: str, trigger: Trigger | None
) -> HttpResponse:
    given = request.POST if request.method == "POST" else None
    form = FORMS[when](given, project=project, trigger=trigger)
    if given is not None and form.is_valid():
        try:
            if trigger is None:
                changing.create(project, when, form.fields_of_trigger, request.user)
            else:
                changing.change(trigger, form.fields_of_trigger, request.user)
        except changing.Refused as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("Saved."))
            return redirect("drift-triggers", project.id)
    context: dict[str, Any] = {
        "project": project,
        "tab": "triggers",
        "form": form,
        "trigger": trigger,
        "title": When(when).label,
    }
    status = 400 if form.errors else 200
    return render(request, "drift/trigger.html", context, status=status)


@require_POST
def trigger_switch(request: HttpRequest, project_id: str, trigger_id: str) -> HttpResponse:
    """`on` is 1 or 0."""
    project, trigger = _found(request, project_id, trigger_id)
    changing.switch(trigger, is_on=request.POST.get("on") == "1", user=request.user)
    return redirect("drift-triggers", project.id)


@require_POST
def trigger_delete(request: HttpRequest, project_id: str, trigger_id: str) -> HttpResponse:
    project, trigger = _found(request, project_id, trigger_id)
    changing.delete(trigger, request.user)
    messages.success(request, _("Deleted."))
    return redirect("drift-triggers", project.id)


def _found(request: HttpRequest, project_id: str, trigger_id: str) -> tuple[Project, Trigger]:
    project = editable(request, project_id)
    if "\0" in trigger_id:
        raise Http404
    return project, get_object_or_404(Trigger, pk=trigger_id, project=project)
