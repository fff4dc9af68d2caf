"""What a page of prompts is about, and who asks: shared by all of them."""

from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from accounts.access import project_for
from accounts.models import Project, User
from accounts.roles import LEAST_ROLE, Role
from prompts.changes import By
from prompts.finding import number_in, version_of
from prompts.models import Prompt, Way
from prompts.names import MAX_NAME

__all__ = [
    "address",
    "asked_prompt",
    "by",
    "editable",
    "number_in",
    "page",
    "prompt_of",
    "to",
    "version_of",
]

page = require_http_methods(["GET", "HEAD", "POST"])


def editable(user: User, project_id: str) -> Project:
    return project_for(user, project_id, Role(LEAST_ROLE["edit"]))


def prompt_of(project: Project, name: str) -> Prompt:
    """Or Http404."""
    found = None
    if 0 < len(name) <= MAX_NAME and "\0" not in name:
        found = Prompt.objects.filter(project=project, name=name).first()
    if found is None:
        raise Http404("There is no such prompt.")
    found.project = project  # with the role of whoever asks
    return found


def asked_prompt(request: HttpRequest, project: Project) -> Prompt:
    """That which the query or the form names."""
    return prompt_of(project, request.POST.get("name") or request.GET.get("name", ""))


def by(request: HttpRequest, project: Project) -> By:
    return By(Way.PAGE, user=request.user, role=project.role)


def address(prompt: Prompt, **query: object) -> str:
    url = reverse("prompt-page", args=[prompt.project_id, prompt.name])
    said = {key: value for key, value in query.items() if value not in ("", None)}
    return f"{url}?{urlencode(said)}" if said else url


def to(prompt: Prompt, **query: object) -> HttpResponse:
    return redirect(address(prompt, **query))
