"""The page behind a share link: one trace, to be read, and nothing of its project."""

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from django.views.decorators.vary import vary_on_headers

from sharing import links
from sharing.models import Kind
from traces.errors import LimitReached, Unavailable
from traces.views.lists import is_fragment
from traces.views.trace import answer


@require_safe
@never_cache
@login_not_required
@vary_on_headers("HX-Request", "HX-Target")
def shared_trace(request: HttpRequest, token: str) -> HttpResponse:
    """404 for a token that is wrong, expired or revoked, and where the trace is gone."""
    link = links.opened(Kind.TRACE, token, timezone.now())
    if link is None:
        raise Http404("There is no such link.")
    try:
        response = answer(request, link.project, link.object_id, is_public=True)
    except LimitReached:
        response = too_much(request)
    except Unavailable:
        response = render(request, "503.html", status=503)
    if response is None:
        raise Http404("The trace has been deleted.")
    response["X-Robots-Tag"] = "noindex, nofollow"
    response["Referrer-Policy"] = "no-referrer"
    return response


def too_much(request: HttpRequest) -> HttpResponse:
    if is_fragment(request):
        return render(request, "traces/_too_much.html")  # 200: htmx swaps no error in
    return render(request, "traces/shared_too_much.html", status=422)
