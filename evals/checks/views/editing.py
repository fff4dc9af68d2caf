"""A check's settings: switching it on, changing it, and trying it first."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.vary import vary_on_headers

from accounts.access import project_for
from accounts.models import Project
from evals.checks import changing
from evals.checks.check import Check
from evals.checks.forms import CheckForm, TrialForm, initial_of
from evals.checks.models import CheckChange, ProjectCheck
from evals.checks.registry import CHECKS
from evals.checks.trying import Tried, latest, tried
from evals.checks.usual import CALLS
from evals.checks.views.asked import check_of, editable, page
from evals.checks.views.runs import runs_of
from traces.clickhouse import LimitReached, Unavailable

CHANGES = 10


@page
@vary_on_headers("HX-Request")
def check_create(request: HttpRequest, project_id: str) -> HttpResponse:
    """`?check=` names the check. A POST with `do` tries it on what is said, or on latest calls."""
    project = editable(request, project_id)
    check = CHECKS.get(request.GET.get("check", ""))
    if check is None:
        raise Http404("There is no such check.")
    initial = {"name": check.key, "types": CALLS, "percent": 100, "is_on": True}
    return edited(request, project, check, None, initial)


@page
@vary_on_headers("HX-Request")
def check_page(request: HttpRequest, project_id: str, check_id: int) -> HttpResponse:
    """One check: its settings, its runs over what is stored, and who changed it."""
    project = project_for(request.user, project_id)
    if request.method == "POST":
        project = editable(request, project_id)
    row = check_of(project, check_id)
    check = CHECKS.get(row.check_key)
    if check is None:
        raise Http404("There is no such check any more.")
    return edited(request, project, check, row, initial_of(row))


def edited(
    request: HttpRequest,
    project: Project,
    check: Check,
    row: ProjectCheck | None,
    initial: dict[str, Any],
) -> HttpResponse:
    sent = request.POST or None
    form = CheckForm(sent, initial=initial)
    options = check.form(sent, kept=row.options if row else None)
    do = request.POST.get("do", "")
    trial = TrialForm(sent if do else None, check=check)
    context = {"project": project, "check": check, "row": row, "form": form}
    context |= {"options": options, "trial": trial}
    if do:
        context |= tries(request, project, check, form, options, trial)
        if request.htmx:  # it shows nothing but what is well
            return render(request, "checks/_tried.html", context)
    elif sent and (made := saved(request, project, check, row, form, options)):
        return redirect("check-page", project.id, made.pk)
    context |= beside(project, row)
    is_bad = bool(form.errors or options.errors or trial.errors)
    return render(request, "checks/check.html", context, status=400 if is_bad else 200)


def beside(project: Project, row: ProjectCheck | None) -> dict[str, Any]:
    if row is None:
        return {}
    changes = CheckChange.objects.filter(project=project, name=row.name).select_related("user")
    return {"changes": list(changes[:CHANGES]), **runs_of(row)}


def saved(
    request: HttpRequest,
    project: Project,
    check: Check,
    row: ProjectCheck | None,
    form: CheckForm,
    options: forms.Form,
) -> ProjectCheck | None:
    """The check, or None with what is wrong at its field."""
    if not (form.is_valid() & options.is_valid()):
        return None
    settings = form.settings(options.cleaned_data)
    try:
        if row is None:
            made = changing.add(project, check.key, settings, request.user)
        else:
            made = changing.change(row, settings, request.user)
    except changing.NotPossible as error:
        form.add_error(error.at, str(error))
        return None
    words = _("“%(name)s” is saved and on.") if made.is_on else _("“%(name)s” is saved, and off.")
    messages.success(request, words % {"name": made.name})
    return made


def tries(
    request: HttpRequest,
    project: Project,
    check: Check,
    form: CheckForm,
    options: forms.Form,
    trial: TrialForm,
) -> dict[str, Any]:
    """The outcomes, or what is wrong."""
    if not options.is_valid() or not trial.is_valid():
        return {"wrong": _("Mend what is marked first.")}
    chosen = options.cleaned_data
    if request.POST["do"] != "latest":
        return {"tried": [tried(check, chosen, trial.span())], "is_text": True}
    form.is_valid()
    said = form.cleaned_data
    try:
        spans = latest(
            project.id,
            types=tuple(said.get("types", ())),
            environments=tuple(said.get("environments", ())),
        )
    except (Unavailable, LimitReached):
        return {"wrong": _("ClickHouse does not answer now. Try again in a moment.")}
    found: list[Tried] = [tried(check, chosen, span) for span in spans]
    return {"tried": found, "is_text": False}
