"""Judging what is there already: count and cost first, then begin, watch, cancel."""

import time
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.models import Project
from evals.judges import evaluators, past, tasks
from evals.judges.finding import wanted_of
from evals.judges.forms import PastForm
from evals.judges.models import Evaluator, PastRun, State, Target
from evals.judges.views.asked import editable, evaluator_of, page
from traces.errors import Refused, Unavailable
from traces.views.timerange import RANGES, time_asked

MOST_SHOWN = 20
DEFAULT_RANGE, DEFAULT_MOST = "7d", 1_000


@page
def evaluator_past(request: HttpRequest, project_id: str, evaluator_id: str) -> HttpResponse:
    """GET with a query shows how many there are and what they may cost; `?part=runs` is the runs
    alone, which the page asks for until all are over.
    """
    project = editable(request.user, project_id)
    evaluator = evaluator_of(project, evaluator_id)
    if request.method == "POST":
        return begun(request, project, evaluator)
    if request.GET.get("part") == "runs" and request.htmx:
        return render(request, "judges/_past_runs.html", runs_of(project, evaluator))
    return render(request, "judges/past.html", asked(request.GET, project, evaluator))


def runs_of(project: Project, evaluator: Evaluator) -> dict[str, Any]:
    runs = PastRun.objects.filter(version__evaluator=evaluator).select_related("version")
    shown = [(one, past.progressed(one)) for one in runs[:MOST_SHOWN]]
    is_running = any(
        not one.is_over or told.over < told.made for one, told in shown if not one.is_cancelled
    )
    return {
        "project": project,
        "evaluator": evaluator,
        "runs": shown,
        "is_running": is_running,
        "is_paused": evaluator.state == State.PAUSED,
    }


def asked(query: QueryDict, project: Project, evaluator: Evaluator) -> dict[str, Any]:
    problems: list[str] = []
    asked_time = time_asked(query, time.time_ns(), DEFAULT_RANGE, problems)
    typed = {
        "q": query.get("q", evaluator.rule.query),
        "target": query.get("target", evaluator.rule.target),
        "percent": query.get("percent", "100"),
        "most": query.get("most", str(DEFAULT_MOST)),
        "since": asked_time.since,
        "until": asked_time.until,
    }
    form = PastForm(typed)
    estimate = None
    if form.is_valid() and "q" in query:
        estimate = estimated(evaluator, form.cleaned_data, problems)
    elif form.errors:
        problems += [str(errors[0]) for errors in form.errors.values()]
    return {
        **runs_of(project, evaluator),
        "form": form,
        "typed": typed,
        "range": asked_time.key,
        "ranges": RANGES.items(),
        "targets": Target.choices,
        "estimate": estimate,
        "problems": problems,
    }


def estimated(
    evaluator: Evaluator, said: dict[str, Any], problems: list[str]
) -> past.Estimate | None:
    version = evaluators.current(evaluator)
    if version is None:
        return None
    try:
        wanted = wanted_of(said["q"], said["since"], said["until"])
        share = said["percent"] / 100
        return past.estimate(version, wanted, said["target"], share, said["most"])
    except (Unavailable, Refused):
        problems.append(_("ClickHouse is away. Try again in a moment."))
        return None


def begun(request: HttpRequest, project: Project, evaluator: Evaluator) -> HttpResponse:
    form, version = PastForm(request.POST), evaluators.current(evaluator)
    if version is None:
        raise Http404
    if not form.is_valid():
        messages.error(request, next(str(errors[0]) for errors in form.errors.values()))
    elif not past.has_room(project.id):
        messages.warning(request, _("Five runs are at work already. Wait for one of them."))
    else:
        said = form.cleaned_data
        PastRun.objects.create(
            project=project,
            asked_by=request.user,
            version=version,
            target=said["target"],
            sampling=said["percent"] / 100,
            most=said["most"],
            **{name: form.asked[name] for name in ("query", "since", "until")},
        )
        evaluators.log.info(
            "past_run_begun", project=project.id, evaluator=evaluator.pk, user=request.user.pk
        )
        tasks.hand_over()
        messages.success(request, _("The run has begun. You can leave this page."))
    return redirect("evaluator-past", project.id, evaluator.pk)


@require_POST
def past_cancel(
    request: HttpRequest, project_id: str, evaluator_id: str, run_id: int
) -> HttpResponse:
    project = editable(request.user, project_id)
    evaluator = evaluator_of(project, evaluator_id)
    run = get_object_or_404(PastRun, pk=run_id, version__evaluator=evaluator)
    dropped = past.cancel(run)
    messages.success(request, _("Stopped. %(n)d judgements are not made.") % {"n": dropped})
    return redirect("evaluator-past", project.id, evaluator.pk)
