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
from prompts.models import Prompt, PromptVersion, Way
from prompts.names import MAX_NAME

MOST_VERSION = 2**31 - 1  # what the column holds

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


def number_in(text: str) -> int | None:
    """A version's number as addresses and forms write it; None for anything else."""
    text = text.strip()
    is_number = text.isascii() and text.isdigit() and len(text) < 11
    return int(text) if is_number and 0 < int(text) <= MOST_VERSION else None


def version_of(prompt: Prompt, text: str) -> PromptVersion:
    """The version of this number, or of the label; the newest where nothing is asked for."""
    versions = prompt.versions.select_related("author")
    number = number_in(text)
    if not text:
        found = versions.order_by("-number").first()
    elif number is not None:
        found = versions.filter(number=number).first()
    else:
        found = versions.filter(labels__name=text.replace("\0", "")).first()
    if found is None:
        raise Http404("There is no such version.")
    found.prompt = prompt
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
