"""Sessions: the list, and one as a conversation."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe
from django.views.decorators.vary import vary_on_headers

from accounts.access import project_for
from traces.queries.conversation import Turn, conversation
from traces.queries.filters import FIRST, LAST, TraceFilter
from traces.queries.groups import one_group
from traces.queries.windows import Place
from traces.render.content import Content, contents
from traces.views.away import tells_when_away
from traces.views.groups import group_list
from traces.views.lists import is_fragment


@require_safe
@vary_on_headers("HX-Request")
@tells_when_away
def session_list(request: HttpRequest, project_id: str) -> HttpResponse:
    return group_list(request, project_id, "session")


@require_safe
@vary_on_headers("HX-Request")
@tells_when_away
def session_page(request: HttpRequest, project_id: str) -> HttpResponse:
    project = project_for(request.user, project_id)
    session_id = request.GET.get("id", "")
    ever = TraceFilter(since=FIRST, until=LAST)
    started, _tilde, trace_id = request.GET.get("after", "").partition("~")
    is_place = trace_id and started.isdecimal() and len(started) < 20
    after = Place(int(started), trace_id) if is_place else None
    found = conversation(project.id, session_id, ever, after=after)
    context = {
        "project": project,
        "session_id": session_id,
        "turns": [(turn, *turn_contents(turn)) for turn in found.turns],
        "after": f"{found.after.at}~{found.after.id}" if found.after else "",
    }
    if is_fragment(request) and after:
        return render(request, "traces/_turns.html", context)
    is_there = found.turns or found.after
    context["session"] = one_group(project.id, "session", ever, session_id) if is_there else None
    status = 200 if context["session"] else 404
    return render(request, "traces/session.html", context, status=status)


def turn_contents(turn: Turn) -> tuple[Content, Content]:
    return contents("GENERATION", turn.input, turn.output, max_lines=60)
