"""What pages answer when the store cannot: a page that says so, never a 500."""

from collections.abc import Callable
from functools import wraps

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from accounts.access import project_for
from traces.errors import LimitReached, Unavailable


def tells_when_away(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """ClickHouse away gives 503 and words, a question too big 422 and what to narrow; a fragment
    holds the words alone.
    """

    @wraps(view)
    def wrapped(request: HttpRequest, project_id: str, *args, **kwargs) -> HttpResponse:
        try:
            return view(request, project_id, *args, **kwargs)
        except LimitReached:
            return _answer(request, project_id, "traces/_too_much.html", 422)
        except Unavailable:
            return _answer(request, project_id, "traces/_away.html", 503)

    return wrapped


def _answer(request: HttpRequest, project_id: str, words: str, status: int) -> HttpResponse:
    project = project_for(request.user, project_id)
    if request.htmx and not request.htmx.history_restore_request:
        return render(request, words, {"project": project})  # 200: htmx swaps no error in
    context = {"project": project, "words": words}
    response = render(request, "traces/message.html", context, status=status)
    if status == 503:
        response["Retry-After"] = "5"
    return response
