"""A trace at a glance, beside the list: what went in and came out, and its figures."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.access import project_for
from traces.queries.conversation import texts_of
from traces.queries.scores import scores_of
from traces.queries.trace import locate
from traces.queries.traces import trace_facts
from traces.render.content import contents
from traces.views.away import tells_when_away

MAX_LINES = 80  # of JSON


@require_safe
@tells_when_away
def peek(request: HttpRequest, project_id: str) -> HttpResponse:
    """`?id=` names the trace; 404 in words where there is none."""
    project = project_for(request.user, project_id)
    trace_id = request.GET.get("id", "").replace("\0", "")
    extent = locate(project.id, trace_id) if trace_id else None
    facts = trace_facts(project.id, trace_id, extent) if extent else None
    if facts is None:
        status = 200 if request.htmx else 404  # htmx swaps no error in
        return render(request, "traces/_peek_nothing.html", {"project": project}, status=status)
    asked, said = texts_of(project.id, [facts]).get(trace_id, ("", ""))
    facts.scores = scores_of(project.id, [trace_id]).get(trace_id, [])
    before, after = contents("GENERATION", asked, said, max_lines=MAX_LINES)
    context = {"project": project, "trace": facts, "asked": before, "said": after}
    return render(request, "traces/_peek.html", context)
