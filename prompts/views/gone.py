"""What was deleted: the page of it, and what is still known of a prompt that is gone."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.access import project_for
from accounts.models import Project
from prompts import deletions
from prompts.gates.models import GateChange
from prompts.models import Numbering, Prompt
from prompts.views.asked import number_in

MOST_CHANGES = 30


@require_safe
def deleted(request: HttpRequest, project_id: str) -> HttpResponse:
    """`?page=`: which versions and prompts, by whom, and when."""
    project = project_for(request.user, project_id)
    page = number_in(request.GET.get("page", "")) or 1
    rows, has_older = deletions.page_of(project, page)
    names = Prompt.objects.filter(project=project, name__in={row.name for row in rows})
    context = {
        "project": project,
        "rows": [(row, deletions.ranges(row.numbers)) for row in rows],
        "there": set(names.values_list("name", flat=True)),
        "page": page,
        "has_older": has_older,
    }
    return render(request, "prompts/deleted.html", context)


def missing(request: HttpRequest, project: Project, name: str) -> HttpResponse:
    """Traces may name prompts and versions that are kept elsewhere, or no more."""
    name = name.replace("\0", "")
    prompt = Prompt.objects.filter(project=project, name=name).first()
    ended = None if prompt else deletions.of_prompt(project, name)
    number = number_in(request.GET.get("version", ""))
    taken = deletions.of_version(prompt, number) if prompt and number else None
    context = {"project": project, "name": name, "prompt": prompt, "ended": ended, "taken": taken}
    if ended:
        context |= remembered(project, name)
    return render(request, "prompts/no_prompt.html", context, status=404)


def remembered(project: Project, name: str) -> dict[str, Any]:
    """The history that waits for a prompt of the same name, and the number that it will go on
    with.
    """
    changes = GateChange.objects.filter(project=project, prompt_name=name).select_related("user")
    last = Numbering.objects.filter(project=project, name=name).values_list("last", flat=True)
    return {
        "moves": deletions.moves_of(project, name),
        "changes": list(changes[:MOST_CHANGES]),
        "next": (last.first() or 0) + 1,
    }
