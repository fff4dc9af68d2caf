"""The page on which prompts leave as files and come back: what would change is shown first."""

from pathlib import Path

import structlog
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.text import slugify
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.access import project_for
from accounts.models import Project
from accounts.roles import LEAST_ROLE, Role
from prompts.changes import By
from prompts.files.applying import Action, Change, How, Refused, apply
from prompts.files.exporting import TooMany, exported, zipped
from prompts.files.forms import HowForm, UploadForm
from prompts.models import Way

log = structlog.get_logger(__name__)
EDITOR = Role(LEAST_ROLE["edit"])
COMMAND_LINE = Path(__file__).parents[1] / "cli.py"


@login_not_required
@require_safe
def command_line(request: HttpRequest) -> HttpResponse:
    """The program `sonde`, as this Sonde understands it. There is nothing of anybody's in it."""
    answer = HttpResponse(COMMAND_LINE.read_bytes(), content_type="text/x-python; charset=utf-8")
    answer["Content-Disposition"] = 'attachment; filename="sonde"'
    return answer


@require_safe
def files_zip(request: HttpRequest, project_id: str) -> HttpResponse:
    project = project_for(request.user, project_id)
    try:
        files = exported(project.id, folder=request.GET.get("folder", "").replace("\0", ""))
        made = zipped(files)
    except TooMany as error:
        messages.error(request, str(error))
        return redirect("prompt-files", project.id)
    log.info("prompts_exported", user=request.user.pk, project=project.id, files=len(files))
    answer = HttpResponse(made, content_type="application/zip")
    name = f"{slugify(project.name) or 'sonde'}-prompts.zip"
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    answer["Cache-Control"] = "private, no-store"
    return answer


@require_http_methods(["GET", "HEAD", "POST"])
def files_page(request: HttpRequest, project_id: str) -> HttpResponse:
    """A POST uploads, and shows what would change."""
    if request.method != "POST":
        return shown(request, project_for(request.user, project_id), UploadForm())
    project = project_for(request.user, project_id, EDITOR)
    form = UploadForm(request.POST, request.FILES)
    if not form.is_valid():
        return shown(request, project, form)
    changes = applied(request, project, form, is_dry=True)
    if changes is None:
        return shown(request, project, form)
    asked = {**form.cleaned_data, "packed": form.cleaned_data["zip"]}
    return render(
        request,
        "prompts/files_plan.html",
        {
            "project": project,
            "form": HowForm(initial=asked),
            "asked": asked,
            "changes": [one for one in changes if is_told(one)],
            "count": len(changes),
            "same": sum(not is_told(one) for one in changes),
            "is_any": any(does_anything(one) for one in changes),
        },
    )


@require_POST
def files_apply(request: HttpRequest, project_id: str) -> HttpResponse:
    project = project_for(request.user, project_id, EDITOR)
    form = HowForm(request.POST)
    if not form.is_valid():
        messages.error(request, next(str(errors[0]) for errors in form.errors.values()))
        return redirect("prompt-files", project.id)
    changes = applied(request, project, form, is_dry=False)
    if changes is None:
        return shown(request, project, form)
    count = sum(does_anything(one) for one in changes)
    log.info("prompts_imported", user=request.user.pk, project=project.id, changed=count)
    words = ngettext(
        "%(count)s file changed something.", "%(count)s files changed something.", count
    )
    messages.success(request, words % {"count": count})
    return redirect("prompt-list", project.id)


def applied(
    request: HttpRequest, project: Project, form: HowForm, *, is_dry: bool
) -> list[Change] | None:
    """None where it was refused, and the form says why."""
    asked = form.cleaned_data
    how = How(asked["is_forced"], is_dry, asked["message"])
    by = By(Way.FILES, user=request.user, role=project.role)
    try:
        return apply(project, form.files_in_it, by, how)
    except Refused as error:
        form.problems = error.problems
        return None


def does_anything(change: Change) -> bool:
    return change.action in (Action.CREATED, Action.CHANGED)


def is_told(change: Change) -> bool:
    return change.action != Action.UNCHANGED or bool(change.labels)


def shown(request: HttpRequest, project: Project, form: HowForm) -> HttpResponse:
    """The page, with what was wrong with what was sent."""
    problems = getattr(form, "problems", [])
    context = {
        "project": project,
        "form": form if isinstance(form, UploadForm) else UploadForm(),
        "problems": problems,
        "url": request.build_absolute_uri("/").rstrip("/"),
    }
    status = 400 if form.errors or problems else 200
    return render(request, "prompts/files.html", context, status=status)
