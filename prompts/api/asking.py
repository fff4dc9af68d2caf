"""Who asks over an API, and for which prompt."""

from typing import Any

from django.http import HttpRequest
from django.shortcuts import get_object_or_404

from accounts.grants import Grant
from accounts.models import Project, Scope
from accounts.roles import Role
from prompts.changes import By
from prompts.models import Prompt, PromptVersion, Way
from prompts.names import LATEST, sought
from prompts.serving import Unserved


def by_key(grant: Grant) -> By:
    """A key that may change the project's settings counts as an admin for protected labels."""
    role = Role.ADMIN if Scope.ADMIN in grant.scopes else None
    return By(Way.API, public_key=grant.public_key, role=role)


def project_of(request: HttpRequest) -> Project:
    return get_object_or_404(Project, pk=request.auth.project_id)


def prompt_of(request: HttpRequest, name: str) -> Prompt:
    found = Prompt.objects.select_related("project").filter(
        project=request.auth.project_id, name=sought(name)
    )
    prompt = found.first()
    if prompt is None:
        raise Unserved(f"Prompt not found: “{name}”.")
    return prompt


def version_of(prompt: Prompt, number: int) -> PromptVersion:
    found = prompt.versions.select_related("author", "prompt").filter(number=number).first()
    if found is None:
        raise Unserved(f"Prompt not found: “{prompt.name}” with version {number}.")
    return found


def latest_of(prompt: Prompt) -> PromptVersion:
    """A prompt without versions is none: the last takes it along."""
    return prompt.versions.select_related("author", "prompt").order_by("-number")[0]


def labels_of_versions(prompt: Prompt) -> dict[int, list[str]]:
    """The labels of every version that has any, by its number, `latest` among them."""
    found: dict[int, list[str]] = {latest_of(prompt).number: [LATEST]}
    for name, number in prompt.labels.values_list("name", "version__number"):
        found.setdefault(number, []).append(name)
    return {number: sorted(names) for number, names in found.items()}


def number_in(given: Any) -> int | None:
    """A version's number, as a text or as a number; None for what cannot be one."""
    text = str(given)
    if isinstance(given, bool) or not (text.isascii() and text.isdigit() and len(text) < 10):
        return None
    return int(text)
