"""Runs of a check over what is stored: asking for one, how far it is, and stopping it."""

import time
from typing import Any

import structlog
from django import forms
from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from accounts.access import project_for
from evals.checks import running, tasks
from evals.checks.models import CheckRun, ProjectCheck
from evals.checks.views.asked import check_of, editable
from traces.queries.filters import FIRST
from traces.search.grammar import MAX_CHARACTERS, parsed
from traces.search.terms import Query, Term
from traces.views.timerange import DEFAULT_RANGE, LEEWAY, RANGES

SHOWN = 10
log = structlog.get_logger(__name__)


class RunForm(forms.Form):
    """Which observations: the list's query, and how far back."""

    q = forms.CharField(
        label=gettext_lazy("Query"),
        required=False,
        max_length=MAX_CHARACTERS,
        help_text=gettext_lazy(
            "As in the list of observations, for example type:GENERATION environment:production. "
            "Empty: all of them."
        ),
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    range = forms.ChoiceField(
        label=gettext_lazy("Time"),
        choices=[(key, words) for key, (_length, words) in RANGES.items()],
        initial=DEFAULT_RANGE,
    )

    def clean_q(self) -> str:
        query = parsed(self.cleaned_data["q"])
        if query.problems:
            raise forms.ValidationError(query.problems[0].message)
        return str(query)


def runs_of(row: ProjectCheck) -> dict[str, Any]:
    """What the page of a check shows of its runs."""
    found = list(row.runs.select_related("asked_by")[:SHOWN])
    return {
        "runs": found,
        "is_running": any(not run.is_over or run.is_stopping for run in found),
        "run_form": RunForm(initial={"q": query_of(row)}),
    }


def query_of(row: ProjectCheck) -> str:
    """What the check looks at, as a query."""
    narrowed = (("type", row.types), ("environment", row.environments))
    return str(Query(tuple(Term(name, tuple(values)) for name, values in narrowed if values)))


@require_POST
def check_run(request: HttpRequest, project_id: str, check_id: int) -> HttpResponse:
    project = editable(request, project_id)
    row = check_of(project, check_id)
    form = RunForm(request.POST)
    if not form.is_valid():
        messages.error(request, next(str(errors[0]) for errors in form.errors.values()))
        return redirect("check-page", project.id, row.pk)
    now = time.time_ns()
    since = max(FIRST, now - RANGES[form.cleaned_data["range"]][0])
    asked = {"query": form.cleaned_data["q"], "since": since, "until": now + LEEWAY}
    try:
        run = running.start(row, asked_by=request.user, **asked)
    except running.TooManyWaiting:
        messages.warning(request, _("There are five runs at work already. Wait for one of them."))
        return redirect("check-page", project.id, row.pk)
    log.info("check_run_asked_for", user=request.user.pk, project=project.id, run=run.pk, **asked)
    transaction.on_commit(lambda: tasks.hand_over(run))
    messages.success(request, _("The run has begun."))
    return redirect("check-page", project.id, row.pk)


@require_safe
def check_runs(request: HttpRequest, project_id: str, check_id: int) -> HttpResponse:
    """The runs alone, which the page asks for while one is at work."""
    project = project_for(request.user, project_id)
    row = check_of(project, check_id)
    return render(request, "checks/_runs.html", {"project": project, "row": row, **runs_of(row)})


@require_POST
def check_run_cancel(request: HttpRequest, project_id: str, run_id: int) -> HttpResponse:
    project = editable(request, project_id)
    run = get_object_or_404(CheckRun, pk=run_id, project_id=project.id)
    if running.cancel(run):
        log.info("check_run_stopped", user=request.user.pk, project=project.id, run=run.pk)
        messages.success(request, _("Stopped. What was scored stays."))
    return redirect("check-page", project.id, run.check_of_id)
