"""Deleting versions and prompts, and tags."""

from typing import Any

import structlog
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from prompts import releases, uses, versions
from prompts.changes import change as changing
from prompts.composition import InvalidComposition
from prompts.forms import TagForm
from prompts.labels import Protected
from prompts.models import Label, Prompt, PromptVersion
from prompts.versions import InvalidVersion, StillIncluded
from prompts.views.asked import asked_prompt, by, editable, page, to, version_of
from prompts.weighing import HEAVY

log = structlog.get_logger(__name__)


@page
def prompt_delete(request: HttpRequest, project_id: str) -> HttpResponse:
    """`?name=` the prompt with all its versions, or with `?version=` that one."""
    project = editable(request.user, project_id)
    prompt = asked_prompt(request, project)
    number = request.POST.get("version") or request.GET.get("version", "")
    version = version_of(prompt, number) if number else None
    wrong = ""
    if request.method == "POST":
        try:
            with changing(project):  # no version is made between looking and deleting
                gone = [version] if version else list(prompt.versions.defer(*HEAVY))
                versions.remove(project, gone, by(request, project))
        except (StillIncluded, InvalidComposition, Protected) as error:
            wrong = str(error)
        else:
            number = version.number if version else None
            told = {"user": request.user.pk, "project": project.id, "prompt": prompt.name}
            log.info("prompt_deleted", **told, version=number)
            return deleted(request, prompt, version)
    context = {
        "project": project,
        "prompt": prompt,
        "version": version,
        "wrong": wrong,
        **broken(prompt, version),
    }
    return render(request, "prompts/delete.html", context, status=409 if wrong else 200)


def deleted(request: HttpRequest, prompt: Prompt, version: PromptVersion | None) -> HttpResponse:
    if version is not None and Prompt.objects.filter(pk=prompt.pk).exists():
        messages.success(request, _("Version %(number)s is deleted.") % {"number": version.number})
        return to(prompt)
    messages.success(request, _("The prompt “%(name)s” is deleted.") % {"name": prompt.name})
    return redirect("prompt-list", prompt.project_id)


def broken(prompt: Prompt, version: PromptVersion | None) -> dict[str, Any]:
    """What would no longer work."""
    pointing = Label.objects.filter(prompt=prompt).order_by("name")
    if version is not None:
        pointing = pointing.filter(version=version)
    labels = [label.name for label in pointing]
    count = prompt.versions.count()
    is_whole = version is None or count == 1
    if version is None or is_whole:
        including = uses.including(prompt)
    else:
        including = uses.including(prompt, labels, [version.number])
    return {
        "labels": labels,
        "count": count,
        "is_whole": is_whole,
        "including": including,
        "traffic": releases.today(prompt.project_id, prompt.name),
    }


@require_POST
def prompt_tags(request: HttpRequest, project_id: str) -> HttpResponse:
    """`add` or `remove` names a tag."""
    project = editable(request.user, project_id)
    prompt = asked_prompt(request, project)
    kept = [tag for tag in prompt.tags if tag != request.POST.get("remove")]
    form = TagForm(request.POST)
    try:
        if "remove" not in request.POST:
            if not form.is_valid():
                raise ValidationError(form.errors["add"][0])
            kept.append(form.cleaned_data["add"])
        versions.set_tags(prompt, kept, by(request, project))
    except (ValidationError, InvalidVersion) as error:
        messages.error(request, " ".join(getattr(error, "messages", [str(error)])))
    return to(prompt, version=request.POST.get("version", ""))
