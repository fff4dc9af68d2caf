"""The playground: its page, a version or a trace to start from, running, and saving as a version.

Running costs money, so all of it is for those who may edit.
"""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse, StreamingHttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.access import project_for
from accounts.models import Project
from accounts.roles import LEAST_ROLE, Role
from llm import connections
from llm.loose import text
from llm.slots import Busy, slot
from prompts.models import PromptVersion
from prompts.playground import saving
from prompts.playground.asked import Wrong, payload, runs_in
from prompts.playground.filling import filled_from
from prompts.playground.running import MOST_COLUMNS
from prompts.playground.sources import (
    EMPTY,
    column_of_span,
    column_of_version,
    generation,
    names_of,
    version_of,
    with_connection,
)
from prompts.playground.telling import Telling
from traces.errors import Unavailable


def runnable(request: HttpRequest, project_id: str) -> Project:
    return project_for(request.user, project_id, Role(LEAST_ROLE["edit"]))


@require_safe
def playground(request: HttpRequest, project_id: str) -> HttpResponse:
    """`?name=…&version=…` once or several times begins with these versions side by side, `?trace=…`
    or `?trace=…&span=…` with a real generation.
    """
    project = runnable(request, project_id)
    known = connections.of(project)
    columns, problem = first_columns(request, project)
    context = {
        "project": project,
        "connections": known,
        "names": names_of(project),
        "problem": problem,
        "most": MOST_COLUMNS,
        "state": {
            "columns": [with_connection(column, known) for column in columns],
            "empty": with_connection(dict(EMPTY), known),
            "models": {one.pk: one.model_names for one in known},
        },
    }
    return render(request, "prompts/playground.html", context)


def first_columns(request: HttpRequest, project: Project) -> tuple[list[dict[str, Any]], str]:
    """And what of it could not be opened."""
    if trace_id := request.GET.get("trace"):
        try:
            row = generation(project, trace_id, request.GET.get("span", ""))
        except Unavailable:
            return [dict(EMPTY)], _(
                "ClickHouse is away: the call could not be opened. Reload soon."
            )
        column = column_of_span(row) if row else None
        if column is None:
            words = _("There is no such call, or its input is no conversation.")
            return [dict(EMPTY)], words
        return [column], ""
    names, numbers = request.GET.getlist("name"), request.GET.getlist("version")
    columns = []
    for place, name in enumerate(names[:MOST_COLUMNS]):
        number = whole(numbers[place]) if place < len(numbers) else None
        version = version_of(project, name, number)
        if version is None:
            raise Http404("There is no such version.")
        columns.append(column_of_version(version))
    return columns or [dict(EMPTY)], ""


def whole(given: str) -> int | None:
    """None where nothing is said; a number that no version has where it is none."""
    if not given:
        return None
    return int(given) if given.isascii() and given.isdigit() and len(given) < 10 else 0


@require_safe
def playground_version(request: HttpRequest, project_id: str) -> HttpResponse:
    """A version as a column; without `version` the newest."""
    project = runnable(request, project_id)
    number = whole(request.GET.get("version", ""))
    version = version_of(project, request.GET.get("name", ""), number)
    if version is None:
        return refused(_("There is no such version."), 404)
    column = with_connection(column_of_version(version), connections.of(project))
    return JsonResponse(column)


@require_POST
def playground_run(request: HttpRequest, project_id: str) -> HttpResponse | StreamingHttpResponse:
    project = runnable(request, project_id)
    try:
        asked = runs_in(project, payload(request))
        telling = Telling(project, request.user, asked.runs, asked.sources, slot(), keep=asked.keep)
    except Wrong as error:
        return refused(str(error), 400, error.place)
    except Busy:
        busy = refused(_("As many runs as may be are at work. Try again in a moment."), 503)
        busy["Retry-After"] = "5"
        return busy
    response = StreamingHttpResponse(telling, content_type="application/x-ndjson")
    response["Cache-Control"] = "no-store"
    response["X-Accel-Buffering"] = "no"  # nginx would keep it until it is whole
    response["X-Content-Type-Options"] = "nosniff"
    return response


@require_POST
def playground_fill(request: HttpRequest, project_id: str) -> HttpResponse:
    """What fills the columns' variables, out of a real call."""
    project = runnable(request, project_id)
    try:
        found = filled_from(project, payload(request))
    except Wrong as error:
        return refused(str(error), 400)
    except Unavailable:
        return refused(_("ClickHouse is away. Try again in a moment."), 503)
    return JsonResponse(found)


@require_POST
def playground_save(request: HttpRequest, project_id: str) -> HttpResponse:
    project = runnable(request, project_id)
    try:
        version = saving.saved(project, request.user, payload(request))
    except (Wrong, *saving.REFUSALS) as error:
        return refused(str(error), 400)
    return JsonResponse({**column_of_version(version), **told(project, version)}, status=201)


def told(project: Project, version: PromptVersion) -> dict[str, str]:
    words = _("Saved as version %(number)s of “%(name)s”.")
    page = reverse("prompt-page", args=[project.id, version.prompt.name])
    return {
        "told": words % {"number": version.number, "name": text(version.prompt.name)},
        "url": f"{page}?version={version.number}",
    }


def refused(words: str, status: int, place: int | None = None) -> JsonResponse:
    return JsonResponse({"error": words, "column": place}, status=status)
