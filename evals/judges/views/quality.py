"""How good a judge is: beside people, and beside itself."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.access import project_for
from accounts.models import Project
from evals.judges import calibrating, evaluators, tasks
from evals.judges.forms import MOST_TURNED, RepeatForm, TurnForm
from evals.judges.models import Evaluator, EvaluatorVersion
from evals.judges.past import mean_cost
from evals.judges.views.asked import editable, evaluator_of, page, version_asked
from traces.errors import Refused, Unavailable

MOST_VERSIONS = 100
SOME_TURNED = 50  # targets, unless somebody says how many


@page
def evaluator_quality(request: HttpRequest, project_id: str, evaluator_id: str) -> HttpResponse:
    """`?version=` is the newest unless said."""
    if request.method == "POST":
        project = editable(request.user, project_id)
    else:
        project = project_for(request.user, project_id)
    evaluator = evaluator_of(project, evaluator_id)
    said = request.POST.get("version") or request.GET.get("version", "")
    version = version_asked(evaluator, said)
    form = RepeatForm(request.POST if request.POST.get("do") == "repeat" else None)
    turn = TurnForm(request.POST if request.POST.get("do") == "turn" else None)
    if request.method == "POST" and all(one.is_valid() or not one.is_bound for one in (form, turn)):
        return asked_for(request, project, evaluator, version, form, turn)
    return render(request, "judges/quality.html", shown(project, evaluator, version, form))


def asked_for(
    request: HttpRequest,
    project: Project,
    evaluator: Evaluator,
    version: EvaluatorVersion,
    form: RepeatForm,
    turn: TurnForm,
) -> HttpResponse:
    try:
        if form.is_bound:
            said = form.cleaned_data
            made = calibrating.repeat(version, said["targets"], said["times"])
        elif turn.is_bound:
            said = turn.cleaned_data
            made = calibrating.turn(version, said["order"], said["targets"])
        else:
            made = calibrating.judge_labels(version)
    except (Unavailable, Refused):
        messages.error(request, _("ClickHouse is away. Try again in a moment."))
    else:
        tasks.hand_over()
        messages.success(request, _("%(n)d judgements wait to be made.") % {"n": made})
    page_url = reverse("evaluator-quality", args=[project.id, evaluator.pk])
    return redirect(f"{page_url}?version={version.number}")


def shown(
    project: Project, evaluator: Evaluator, version: EvaluatorVersion, form: RepeatForm
) -> dict[str, Any]:
    try:
        report = calibrating.report(version)
    except (Unavailable, Refused):
        report = None
    mean = mean_cost(evaluator)
    return {
        "project": project,
        "evaluator": evaluator,
        "version": version,
        "numbers": evaluator.versions.values_list("number", flat=True)[:MOST_VERSIONS],
        "report": report,
        "stopped_by": evaluators.reason_shown(evaluator),
        "rows": rows_of(report),
        "cost": None if mean is None or report is None else mean * report.unjudged,
        "form": form,
        "one_cost": mean,
        "most_turned": MOST_TURNED,
        "some_turned": SOME_TURNED,
    }


def rows_of(report: calibrating.Report | None) -> list[tuple[str, list[tuple[int, bool]]]]:
    """Of the matrix: people's word, and how often the judge said each, and whether it is theirs."""
    if report is None:
        return []
    beside = report.beside
    return [
        (word, [(count, row == column) for column, count in enumerate(counts)])
        for row, (word, counts) in enumerate(zip(beside.classes, beside.matrix, strict=True))
    ]
