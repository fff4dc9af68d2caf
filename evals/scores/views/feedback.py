"""The page behind a feedback link, for people without an account; apps may post JSON to it."""

from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from evals.scores import answers, feedback, pace
from evals.scores.models import DataType
from evals.scores.targets import Target, environment_of
from ingest.langfuse.browsers import allow_any_page, preflight
from ingest.pipeline import Overloaded
from traces.api.parameters import json_in
from traces.errors import Unavailable

MAX_BYTES = 128 * 1024


@require_http_methods(["GET", "HEAD", "POST", "OPTIONS"])
@never_cache
@login_not_required
@csrf_exempt  # the address is the permission, and no cookie is looked at
def feedback_page(request: HttpRequest, token: str) -> HttpResponse:
    """404 for a link that is wrong, expired or revoked, and where the trace is gone. To open it
    writes nothing: mail programs open links by themselves.
    """
    if request.method == "OPTIONS":
        return preflight()
    link = feedback.signed(token, timezone.now())
    if link is None:
        raise Http404("There is no such link.")
    try:
        response = slowed(request, link) or answer(request, link)
    except (Unavailable, Overloaded):
        response = render(request, "503.html", status=503)
        response["Retry-After"] = "5"
    response["X-Robots-Tag"] = "noindex, nofollow"
    response["Referrer-Policy"] = "no-referrer"
    allow_any_page(response)
    return response


def slowed(request: HttpRequest, link: feedback.Link) -> HttpResponse | None:
    """Before any database is asked. None for who comes no oftener than they may."""
    if not pace.is_too_fast(request, link.project_id, link.id):
        return None
    why = _("That was often. Try again in some minutes.")
    response: HttpResponse
    if request.content_type == "application/json":
        response = told(why, 429)
    else:
        response = shown(request, link, None, status=429, why=why)
    response["Retry-After"] = str(pace.WINDOW_SECONDS)
    return response


def answer(request: HttpRequest, link: feedback.Link) -> HttpResponse:
    if not feedback.is_in_force(link):
        raise Http404("There is no such link.")
    environment = environment_of(link.project_id, Target(link.trace_id, link.observation_id))
    known = answers.known_answers(link)
    if request.method != "POST":
        return shown(request, link, answers.AnswerForm(link, known))
    is_json = request.content_type == "application/json"
    sent = posted(request, link) if is_json else request.POST
    if sent is None:
        return told(_("The body must be a JSON object."), 400)
    form = answers.AnswerForm(link, known, sent)
    if not form.is_valid():
        if is_json:
            return told(first_error(form), 400)
        return shown(request, link, form, status=400)
    ids = answers.keep(link, form, environment)
    if is_json:
        return JsonResponse({"ids": list(ids)})
    return shown(request, link, form, is_kept=True)


def shown(
    request: HttpRequest,
    link: feedback.Link,
    form: answers.AnswerForm | None,
    *,
    status: int = 200,
    is_kept: bool = False,
    why: str = "",
) -> HttpResponse:
    context = {"link": link, "form": form, "is_kept": is_kept, "why": why}
    return render(request, "scores/feedback.html", context, status=status)


def told(why: str, status: int) -> HttpResponse:
    return JsonResponse({"message": why}, status=status)


def posted(request: HttpRequest, link: feedback.Link) -> dict[str, Any] | None:
    """`{"scores": {"name": 1}, "comment": "", "correction": ""}` as the form has it."""
    try:
        size = int(request.headers.get("Content-Length") or 0)
        body = json_in(request.body) if size <= MAX_BYTES else None
    except (ValueError, RecursionError):
        return None
    if not isinstance(body, dict) or not isinstance(body.get("scores", {}), dict):
        return None
    sent = {name: body[name] for name in ("comment", "correction") if name in body}
    for place, config in answers.configs_of(link).items():
        value = body.get("scores", {}).get(config.name)
        is_yes_or_no = isinstance(value, bool) and config.data_type == DataType.BOOLEAN
        sent[f"score-{place}"] = int(value) if is_yes_or_no else value
    is_plain = all(isinstance(part, str | int | float | None) for part in sent.values())
    return {name: as_text(part) for name, part in sent.items()} if is_plain else None


def as_text(part: Any) -> str:
    if isinstance(part, float):
        return repr(part)
    return "" if part is None else str(part)


def first_error(form: answers.AnswerForm) -> str:
    return str(next(iter(form.errors.values()))[0])
