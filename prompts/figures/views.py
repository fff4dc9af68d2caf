"""What a version did in production: its calls, what they cost, how long they took, what they were
judged, and whether it does better than another one.
"""

import time
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe
from django.views.decorators.vary import vary_on_headers

from accounts.access import project_for
from prompts.figures.comparing import figures
from prompts.figures.table import table_of
from prompts.models import Prompt, PromptVersion
from prompts.views.asked import asked_prompt, number_in, version_of
from traces.queries.filters import DAY
from traces.search.terms import Query, Term
from traces.views.away import tells_when_away

RANGES = {"7d": gettext_lazy("7 days"), "30d": gettext_lazy("30 days")}
LONG = {"7d": 7 * DAY, "30d": 30 * DAY}
MOST_CHOICES = 200


@require_safe
@vary_on_headers("HX-Request")
@tells_when_away
def prompt_figures(request: HttpRequest, project_id: str) -> HttpResponse:
    """`?name=&version=&range=&against=`: a fragment where htmx asks, else a page by itself."""
    project = project_for(request.user, project_id)
    prompt = asked_prompt(request, project)
    version = version_of(prompt, request.GET.get("version", ""))
    key = request.GET.get("range", "") if request.GET.get("range", "") in LONG else "7d"
    until = time.time_ns()
    since = until - LONG[key]
    others = others_of(version)
    against = against_of(request.GET.get("against", ""), version, others)
    found = figures(
        project.id, prompt.name, version.number, against, since=since, until=until, key=key
    )
    context = {
        "project": project,
        "prompt": prompt,
        "version": version,
        "figures": found,
        "against": against,
        "others": others,
        "ranges": RANGES.items(),
        "range": key,
        "calls_url": calls_url(prompt, version.number, since, until),
        "base_url": calls_url(prompt, against, since, until) if against else "",
    }
    is_fragment = request.htmx and not request.htmx.history_restore_request
    template = "prompts/_figures.html" if is_fragment else "prompts/figures.html"
    return render(request, template, context)


def others_of(version: PromptVersion) -> list[int]:
    """The numbers that it can be compared with, the newest first."""
    numbers = version.prompt.versions.exclude(pk=version.pk).order_by("-number")
    return list(numbers.values_list("number", flat=True)[:MOST_CHOICES])


def against_of(asked: str, version: PromptVersion, others: list[int]) -> int | None:
    """The version that is asked for, by default the one before; None where there is no other."""
    if (number := number_in(asked)) in others:
        return number
    return next((one for one in others if one < version.number), None)


def calls_url(prompt: Prompt, number: int, since: int, until: int) -> str:
    """The list of exactly these calls."""
    query = Query((Term("prompt", (prompt.name,)), Term("prompt_version", (str(number),))))
    asked = {"kind": "observations", "q": str(query), "from": since, "to": until}
    return f"{reverse('trace-list', args=[prompt.project_id])}?{urlencode(asked)}"


@require_safe
@vary_on_headers("HX-Request")
@tells_when_away
def prompt_figures_table(request: HttpRequest, project_id: str) -> HttpResponse:
    """`?name=&range=`: all versions side by side, as a fragment or as a page."""
    project = project_for(request.user, project_id)
    prompt = asked_prompt(request, project)
    key = request.GET.get("range", "") if request.GET.get("range", "") in LONG else "7d"
    until = time.time_ns()
    rows = table_of(project.id, prompt, since=until - LONG[key], until=until)
    context = {"project": project, "prompt": prompt, "rows": rows, "range": key}
    if request.htmx:
        return render(request, "prompts/_figures_table.html", context)
    return render(request, "prompts/figures.html", context | {"version": version_of(prompt, "")})
