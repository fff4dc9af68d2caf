"""The URLs that Langfuse's SDKs print, sent on to the pages that show the same."""

from urllib.parse import quote

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_safe

from accounts.access import project_for, projects_of
from traces.errors import Unavailable
from traces.queries.trace import locate

KNOWN = {
    "traces": "trace-list",
    "sessions": "session-list",
    "users": "user-list",
    "datasets": "dataset-list",
    "experiments": "experiment-list",
}


@require_safe
def langfuse(request: HttpRequest, project_id: str, rest: str = "") -> HttpResponse:
    """/project/<id>/traces/<trace>?observation=<span>, /project/<id>/sessions/<session>,
    /project/<id>/datasets/<dataset>/runs/<run>, /project/<id>/experiments/results?baseline=<run>,
    and the lists.
    """
    project = project_for(request.user, project_id)
    kind, _slash, item = rest.strip("/").partition("/")
    if kind == "traces" and item:
        span = request.GET.get("observation", "")
        url = reverse("trace-page", args=[project.id, item])
        return redirect(f"{url}?span={quote(span, safe='')}" if span else url)
    if kind in ("sessions", "users") and item:
        url = reverse(f"{kind.removesuffix('s')}-page", args=[project.id])
        return redirect(f"{url}?id={quote(item, safe='')}")
    if run_id := run_in(request, kind, item):
        url = reverse("experiment-page", args=[project.id])
        return redirect(f"{url}?id={quote(run_id, safe='')}")
    if kind == "datasets" and item:
        return redirect("dataset-page", project.id, item.partition("/")[0])
    return redirect(KNOWN.get(kind, "trace-list"), project.id)


def run_in(request: HttpRequest, kind: str, item: str) -> str:
    """The experiment that the address is about."""
    if kind == "experiments" and item == "results":
        return request.GET.get("baseline", "")
    return item.partition("/runs/")[2] if kind == "datasets" else ""


@require_safe
def langfuse_trace(request: HttpRequest, trace_id: str) -> HttpResponse:
    """/trace/<trace>, which SDKs up to 2 print: to whichever project of this person's has it."""
    for project in projects_of(request.user):
        try:
            is_here = locate(project.id, trace_id) is not None
        except Unavailable:
            is_here = True  # the page itself says why it cannot show it now
        if is_here:
            return redirect("trace-page", project.id, trace_id)
    raise Http404("There is no such trace, or it is not yours to see.")
