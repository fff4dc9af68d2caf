"""Releasing: a label is moved to a version, one click back, or taken away."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from prompts import promotion, releases
from prompts.promotion import Asked, Refused
from prompts.uses import including
from prompts.views.asked import asked_prompt, by, editable, number_in, page, to


@page
def promote(request: HttpRequest, project_id: str) -> HttpResponse:
    """`?name=`, `?label=` (production), `?version=` (the newest), `?view=inline`."""
    project = editable(request.user, project_id)
    prompt = asked_prompt(request, project)
    asked = Asked.of(request, prompt)
    if request.method == "POST" and asked.form.is_valid():
        try:
            promotion.promote(asked, by(request, project))
        except Refused as refused:
            asked.refused = refused
        else:
            at = {"label": asked.label, "number": asked.version.number}
            messages.success(request, _("“%(label)s” points at version %(number)s now.") % at)
            return to(prompt, version=asked.version.number, tab="labels")
    context = {"project": project, **asked.context(project.role)}
    wrong = 409 if asked.refused else 400 if asked.form.errors else 200
    return render(request, "prompts/promote.html", context, status=wrong)


@require_POST
def back(request: HttpRequest, project_id: str) -> HttpResponse:
    """The label goes to where it pointed before its last move, unless it was moved meanwhile."""
    project = editable(request.user, project_id)
    prompt = asked_prompt(request, project)
    try:
        said = promotion.go_back(prompt, request.POST, by(request, project))
    except Refused as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, said)
    return to(prompt, tab="labels")


@page
def take_away(request: HttpRequest, project_id: str) -> HttpResponse:
    """`?name=`, `?label=`: afterwards nobody finds the prompt by the label."""
    project = editable(request.user, project_id)
    prompt = asked_prompt(request, project)
    said = request.POST or request.GET
    label = said.get("label", "").replace("\0", "")
    state = releases.standing(prompt, label)
    if state.number is None:
        raise Http404("The label points at no version.")
    wrong = ""
    if request.method == "POST":
        seen = number_in(request.POST.get("seen", ""))
        try:
            promotion.move(prompt, label, None, by(request, project), seen=seen)
        except Refused as refused:
            wrong = str(refused)
        else:
            messages.success(request, _("“%(label)s” is taken away.") % {"label": label})
            return to(prompt, tab="labels")
    context = {
        "project": project,
        "prompt": prompt,
        "label": label,
        "state": state,
        "may_move": state.may_be_moved_by(project.role),
        "including": including(prompt, [label]),
        "traffic": releases.today(project.id, prompt.name),
        "wrong": wrong,
    }
    return render(request, "prompts/take_away.html", context, status=409 if wrong else 200)
