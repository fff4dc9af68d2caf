"""The list of a project's datasets, by folder."""

from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.access import project_for
from evals.datasets import listing
from evals.datasets.views.asked import page_number, text_in


@require_safe
def dataset_list(request: HttpRequest, project_id: str) -> HttpResponse:
    """`?folder=`, `?q=`, `?page=`."""
    project = project_for(request.user, project_id)
    folder, text = text_in(request, "folder").strip("/"), text_in(request, "q")
    found = listing.found(project.id, folder, text, page_number(request))
    parts = folder.split("/") if folder else []
    said = {"folder": folder, "q": text}
    context = {
        "project": project,
        "folder": folder,
        "text": text,
        "found": found,
        "crumbs": [(part, "/".join(parts[: at + 1])) for at, part in enumerate(parts)],
        "kept": urlencode({key: value for key, value in said.items() if value}),
        "is_new": not found.total and not found.folders and not folder and not text,
    }
    return render(request, "datasets/list.html", context)
