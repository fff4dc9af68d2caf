"""Scoring a trace, a span or a session by hand: on their pages, and as a page by itself."""

from urllib.parse import urlencode

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST
from django.views.decorators.vary import vary_on_headers

from accounts.access import project_for
from accounts.models import Project
from accounts.roles import LEAST_ROLE, Role
from evals.scores import annotating
from evals.scores.forms import MOST_FIELDS, ScoringForm
from evals.scores.models import ScoreConfig
from evals.scores.targets import Target, environment_of, target_in
from ingest.pipeline import Overloaded
from traces.queries.langfuse.scores import ScoreQuery, scores_after
from traces.views.away import tells_when_away
from traces.views.talk import with_authors

MOST_SHOWN = 100  # scores of a session


@vary_on_headers("HX-Request")
@tells_when_away
def scoring(request: HttpRequest, project_id: str) -> HttpResponse:
    """`?trace=&span=` or `?session=`: the form, and of a session its scores."""
    project = project_for(request.user, project_id)
    if request.method == "POST":
        return scored(request, project_for(request.user, project_id, Role(LEAST_ROLE["edit"])))
    target = target_in(request.GET)
    own = annotating.own_scores(project, configs_of(project), target, request.user)
    form = ScoringForm(configs_of(project), own)
    return shown(request, project, target, form)


def scored(request: HttpRequest, project: Project) -> HttpResponse:
    target = target_in(request.POST)
    environment = environment_of(project.id, target)
    configs = configs_of(project)
    own = annotating.own_scores(project, configs, target, request.user)
    form = ScoringForm(configs, own, request.POST)
    if not form.is_valid():
        return shown(request, project, target, form)
    try:
        annotating.give(project, target, form.given, user=request.user, environment=environment)
    except Overloaded:
        form.add_error(None, _("The store is busy, and nothing was saved. Try again in a moment."))
        return shown(request, project, target, form)
    messages.success(request, _("Your scores are saved.") if form.given else _("Nothing changed."))
    return redirect(place_of(project, target))


def shown(
    request: HttpRequest, project: Project, target: Target, form: ScoringForm
) -> HttpResponse:
    context = {
        "project": project,
        "target": target,
        "query": urlencode(target.query),
        "place": place_of(project, target),
        "form": form,
        "is_cut": len(form.configs) == MOST_FIELDS,
        "scores": scores_of_session(project, target.session_id),
    }
    if request.htmx and not request.htmx.history_restore_request:
        return render(request, "scores/_scoring.html", context)
    status = 400 if form.errors else 200
    return render(request, "scores/scoring.html", context, status=status)


def configs_of(project: Project) -> list[ScoreConfig]:
    return list(ScoreConfig.objects.filter(project=project, is_archived=False)[:MOST_FIELDS])


def scores_of_session(project: Project, session_id: str) -> list[dict]:
    """The newest first; those of its traces stand with the traces."""
    if not session_id:
        return []
    asked = ScoreQuery(session_ids=[session_id])
    found = scores_after(project.id, asked, limit=MOST_SHOWN, after=None)
    return [{**one, "at": one["timestamp_ns"]} for one in with_authors(project, found)]


def place_of(project: Project, target: Target) -> str:
    """Where the target's scores are seen."""
    if target.session_id:
        page = reverse("session-page", args=[project.id])
        return f"{page}?{urlencode({'id': target.session_id})}#scores"
    page = reverse("trace-page", args=[project.id, target.trace_id])
    return f"{page}?{urlencode({'span': target.query['span'], 'tab': 'scores'})}"


@require_POST
@tells_when_away
def score_take_back(request: HttpRequest, project_id: str) -> HttpResponse:
    """Delete one's own."""
    project = project_for(request.user, project_id, Role(LEAST_ROLE["edit"]))
    target = target_in(request.POST)
    score_id = request.POST.get("score", "")
    if "\0" in score_id or not annotating.take_back(project, score_id, request.user):
        raise Http404("There is no such score of yours.")
    messages.success(request, _("Your score is deleted."))
    return redirect(place_of(project, target))
