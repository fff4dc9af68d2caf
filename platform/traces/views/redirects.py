"""The URLs that Langfuse's SDKs print, sent on to the pages that show the same."""

from urllib.parse import quote

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_GET

from accounts.access import project_for

KNOWN = {"traces": "trace-list", "sessions": "session-list", "users": "user-list"}


@require_GET
def langfuse(request: HttpRequest, project_id: str, rest: str = "") -> HttpResponse:
    """/project/<id>/traces/<trace>?observation=<span>, /project/<id>/sessions/<session>, and the lists."""
    project = project_for(request.user, project_id)
    kind, _slash, item = rest.strip("/").partition("/")
    if kind == "traces" and item:
        span = request.GET.get("observation", "")
        url = reverse("trace-page", args=[project.id, item])
        return redirect(f"{url}?span={quote(span, safe='')}" if span else url)
    if kind in ("sessions", "users") and item:
        url = reverse(f"{kind.removesuffix('s')}-page", args=[project.id])
        return redirect(f"{url}?id={quote(item, safe='')}")
    return redirect(KNOWN.get(kind, "trace-list"), project.id)
