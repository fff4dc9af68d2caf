"""What a project's scores say: all names, one of them, and two beside each other."""

import time
from typing import Any
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from accounts.access import project_for
from accounts.models import Project
from evals.scores.comparing import compared
from evals.scores.figures import SOURCES, Place, one_of, rows_of
from evals.scores.models import DataType, ScoreConfig
from traces.queries.score_figures import Named, Scope, environments_of, names_of
from traces.queries.score_pairs import MOST_PAIRS, Which, pairs_of
from traces.search.terms import Query, Term
from traces.views.away import tells_when_away
from traces.views.timerange import RANGES, time_asked

DEFAULT = "30d"
COMPARABLE = (DataType.NUMERIC, DataType.BOOLEAN, DataType.CATEGORICAL)


def asked_scope(request: HttpRequest, project: Project) -> tuple[Scope, dict[str, Any]]:
    """Which scores a page is about, and what all three are told of that."""
    problems: list[str] = []
    asked = time_asked(request.GET, time.time_ns(), DEFAULT, problems)
    exact = {"from": asked.since, "to": asked.until}
    kept: dict[str, Any] = {"range": asked.key} if asked.key else exact
    environment = clean(request.GET.get("environment", ""))
    if environment:
        kept["environment"] = environment
    scope = Scope(project.id, asked.since, asked.until, environment)
    context = {
        "project": project,
        "problems": problems,
        "ranges": [(key, words) for key, (_long, words) in RANGES.items()],
        "range": asked.key,
        "kept": kept,
        "kept_query": urlencode(kept),
        "environment": environment,
        "environments": sorted({*environments_of(scope), *filter(None, (environment,))}),
    }
    return scope, context


@require_safe
@tells_when_away
def score_analytics(request: HttpRequest, project_id: str) -> HttpResponse:
    project = project_for(request.user, project_id)
    scope, context = asked_scope(request, project)
    rows = rows_of(scope)
    context["rows"] = [(row, address_of(project, row.named, context)) for row in rows]
    context["choices"] = choices([row.named for row in rows])
    context["has_configs"] = ScoreConfig.objects.filter(project=project).exists()
    return render(request, "scores/analytics.html", context)


def address_of(project: Project, named: Named, context: dict[str, Any]) -> str:
    query = {"name": named.name, "type": named.data_type, **context["kept"]}
    return f"{reverse('score-figures', args=[project.id])}?{urlencode(query)}"


@require_safe
@tells_when_away
def score_figures(request: HttpRequest, project_id: str) -> HttpResponse:
    """`?name=&type=`: one score's distribution and course."""
    project = project_for(request.user, project_id)
    scope, context = asked_scope(request, project)
    name, data_type = (clean(request.GET.get(part, "")) for part in ("name", "type"))
    found = one_of(scope, name, data_type)
    context |= {"name": name, "type": data_type, "one": found}
    context["type_words"] = DataType(data_type).label if data_type in DataType.values else data_type
    if found:
        urls = [traces_url(scope, terms_of(name, place)) for place in found.places]
        context["bars"] = [(block, urls[block.column]) for block in found.bars]
        context["categories"] = list(zip(found.categories, urls, strict=False))
    return render(request, "scores/figures.html", context)


def terms_of(name: str, place: Place) -> tuple[Term, ...]:
    """A column's scores, as the list of traces asks for them."""
    if not isinstance(place, str):
        low, high = (f"{bound:.12g}".replace("e+", "e") for bound in place)
        return Term("scores", (low,), name, ">="), Term("scores", (high,), name, "<=")
    return (Term("scores", (place,), name),)


def traces_url(scope: Scope, terms: tuple[Term, ...]) -> str:
    if scope.environment:
        terms = (*terms, Term("environment", (scope.environment,)))
    query = {"q": str(Query(terms)), "from": scope.since, "to": scope.until}
    return f"{reverse('trace-list', args=[scope.project_id])}?{urlencode(query)}"


@require_safe
@tells_when_away
def score_compare(request: HttpRequest, project_id: str) -> HttpResponse:
    """`?a=&b=`: two scores of the same things; each may be of one source only."""
    project = project_for(request.user, project_id)
    scope, context = asked_scope(request, project)
    names = [one for one in names_of(scope) if one.data_type in COMPARABLE]
    ours, theirs = which_in(request, "a"), which_in(request, "b")
    by_trace = request.GET.get("by") == "trace"
    context |= {
        "choices": choices(names),
        "sources": SOURCES,
        "a": ours,
        "b": theirs,
        "by_trace": by_trace,
        "most": MOST_PAIRS,
    }
    if ours and theirs and ours != theirs:
        context["found"] = compared(pairs_of(scope, ours, theirs, by_trace=by_trace), ours, theirs)
    return render(request, "scores/compare.html", context)


def choices(names: list[Named]) -> list[tuple[str, str, str]]:
    """What a select says of each: `TYPE:name`, the name, and the type where a name has several."""
    return [
        (f"{one.data_type}:{one.name}", one.name, DataType(one.data_type).label)
        for one in names
        if one.data_type in COMPARABLE
    ]


def which_in(request: HttpRequest, side: str) -> Which | None:
    data_type, _, name = clean(request.GET.get(side, "")).partition(":")
    source = request.GET.get(f"{side}_source", "")
    if not name:
        return None
    if data_type not in COMPARABLE or (source and source not in SOURCES):
        raise Http404("There is no such kind of score.")
    return Which(name, data_type, source)


def clean(text: str) -> str:
    return text.replace("\0", "")
