"""The list of a project's prompts, by folder."""

import time
from contextlib import suppress
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe
from django.views.decorators.vary import vary_on_headers

from accounts.access import project_for
from accounts.models import Project
from prompts import listing
from prompts.listing import Wanted
from prompts.names import MAX_NAME
from prompts.views.asked import number_in
from traces.clickhouse import LimitReached, Unavailable
from traces.queries.prompt_traffic import calls_by_prompt

DAY = 86_400 * 1_000_000_000


@require_safe
@vary_on_headers("HX-Request")
def prompt_list(request: HttpRequest, project_id: str) -> HttpResponse:
    """`?folder=`, `?q=`, `?tag=`, `?label=`, `?page=`. `?part=calls` is how often each prompt of
    the same page was called.
    """
    project = project_for(request.user, project_id)
    wanted = asked(request)
    found = listing.found(project.id, wanted, number_in(request.GET.get("page", "")) or 1)
    if request.GET.get("part") == "calls":
        return calls_part(request, project, found)
    context = {
        "project": project,
        "wanted": wanted,
        "found": found,
        "crumbs": crumbs(wanted.folder),
        "tags": listing.tags_of(project.id),
        "labels": listing.labels_of(project.id),
        "kept": kept(wanted),
        "is_new": not found.total and not found.folders and not wanted.is_search,
    }
    return render(request, "prompts/list.html", context)


def asked(request: HttpRequest) -> Wanted:
    def text(name: str) -> str:
        return request.GET.get(name, "").replace("\0", "").strip()[:MAX_NAME]

    return Wanted(text("folder").strip("/"), text("q"), text("tag"), text("label"))


def crumbs(folder: str) -> list[tuple[str, str]]:
    """The name and the path of each folder on the way."""
    parts = folder.split("/") if folder else []
    return [(part, "/".join(parts[: at + 1])) for at, part in enumerate(parts)]


def kept(wanted: Wanted) -> str:
    """The query of the page, without its number."""
    said = {
        "folder": wanted.folder,
        "q": wanted.text,
        "tag": wanted.tag,
        "label": wanted.label,
    }
    return urlencode({key: value for key, value in said.items() if value})


def calls_part(request: HttpRequest, project: Project, found: listing.Found) -> HttpResponse:
    now = time.time_ns()
    names = [line.prompt.name for line in found.lines]
    calls: dict[str, int] | None = None  # unknown, as the cells then say
    with suppress(Unavailable, LimitReached):
        calls = calls_by_prompt(project.id, names, since=now - DAY, until=now) if names else {}
    cells = [
        (line.prompt, None if calls is None else calls.get(line.prompt.name, 0))
        for line in found.lines
    ]
    return render(request, "prompts/_calls.html", {"project": project, "cells": cells})
