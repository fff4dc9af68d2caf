"""What the lists of sessions and of users have in common."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from accounts.access import project_for
from traces.queries.groups import list_groups
from traces.queries.quality import mean_scores
from traces.views.asked import asked
from traces.views.lists import cut_name, cut_named, is_fragment, why_nothing
from traces.views.timerange import RANGES


def group_list(request: HttpRequest, project_id: str, kind: str) -> HttpResponse:
    """`kind` is session or user: by the last activity, the newest first."""
    project = project_for(request.user, project_id)
    ask = asked(request, is_plain=True)
    after = cut_named(ask.after)
    page = list_groups(project.id, kind, ask.wanted, search=ask.typed, after=after)
    cursor = cut_name(page.after)
    context = {
        "project": project,
        "ask": ask,
        "page": page,
        "scores": mean_scores(project.id, kind, ask.wanted, [one.id for one in page.groups]),
        "columns": range(7),  # of the table, beside the first two
        "after": cursor,
        "more_link": ask.link(after=cursor),
        "without_time": ask.link(**{"from": None, "to": None}),
        "without_search": ask.link(q=None),
        "longer_link": ask.link(range="30d", **{"from": None, "to": None}),
        "ranges": RANGES,
        "nothing": None if page.groups or after else why_nothing(project.id, ask),
    }
    if is_fragment(request) and after:
        return render(request, f"traces/_{kind}_rows.html", context)
    return render(request, f"traces/{kind}s.html", context)
