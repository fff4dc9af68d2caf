"""The users of the traced application: the list, and one of them."""

from dataclasses import replace
from urllib.parse import quote, urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe
from django.views.decorators.vary import vary_on_headers

from accounts.access import project_for
from traces.queries.groups import one_group
from traces.queries.quality import mean_scores
from traces.queries.traces import list_traces
from traces.search.terms import Term
from traces.views.asked import asked
from traces.views.away import tells_when_away
from traces.views.groups import group_list
from traces.views.timerange import RANGES


@require_safe
@vary_on_headers("HX-Request")
@tells_when_away
def user_list(request: HttpRequest, project_id: str) -> HttpResponse:
    return group_list(request, project_id, "user")


@require_safe
@tells_when_away
def user_page(request: HttpRequest, project_id: str) -> HttpResponse:
    project = project_for(request.user, project_id)
    user_id = request.GET.get("id", "")
    ask = asked(request, default="30d", is_plain=True)
    wanted = replace(ask.wanted, terms=(*ask.wanted.terms, Term("user", (user_id,))))
    page = list_traces(project.id, wanted, limit=50)
    context = {
        "project": project,
        "ask": ask,
        "user_id": user_id,
        "means": mean_scores(project.id, "user", ask.wanted, [user_id]).get(user_id, []),
        "person": one_group(project.id, "user", ask.wanted, user_id),
        "page": page,
        "columns": ask.columns,
        "slowest": max((row.latency_ns for row in page.traces), default=0),
        "ranges": RANGES,
        "without_time": ask.link(**{"from": None, "to": None}),
        "as_list": urlencode([*ask.time, *ask.filters, ("user", user_id)], quote_via=quote),
    }
    return render(request, "traces/user.html", context)
