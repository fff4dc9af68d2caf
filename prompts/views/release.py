"""Releasing: a label is moved to a version, one click back, or taken away."""

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.models import Project
from accounts.roles import Role
from prompts import labels, listing, releases
from prompts.composition import InvalidComposition
from prompts.diff import inline
from prompts.forms import PromotionForm, checked
from prompts.gates import GateClosed
from prompts.gates.results import Report
from prompts.including import StillIncluded
from prompts.labels import Moved, Protected
from prompts.models import Prompt
from prompts.names import LATEST, PRODUCTION, label_name
from prompts.uses import including
from prompts.views.asked import asked_prompt, by, editable, number_in, page, to, version_of

REFUSALS = (Moved, Protected, InvalidComposition, StillIncluded, GateClosed)


@page
def promote(request: HttpRequest, project_id: str) -> HttpResponse:
    """`?name=`, `?label=` (production), `?version=` (the newest)."""
    project = editable(request.user, project_id)
    prompt = asked_prompt(request, project)
    said = request.POST or request.GET
    form = PromotionForm(request.POST or None)
    try:
        label = checked(label_name, said.get("label", "").strip() or PRODUCTION)
    except ValidationError as error:
        return promotion(request, project, prompt, PRODUCTION, form, wrong=error.messages[0])
    if request.method != "POST":
        return promotion(request, project, prompt, label, form)
    if not form.is_valid():
        return promotion(request, project, prompt, label, form, status=400)
    version = version_of(prompt, said.get("version", ""))
    try:
        labels.move(prompt, label, version, by(request, project), **told(request, form))
    except REFUSALS as error:
        closed = error.report if isinstance(error, GateClosed) else None
        return promotion(request, project, prompt, label, form, wrong=str(error), closed=closed)
    words = _("“%(label)s” points at version %(number)s now.")
    messages.success(request, words % {"label": label, "number": version.number})
    return to(prompt, version=version.number, tab="labels")


def told(request: HttpRequest, form: PromotionForm) -> dict[str, Any]:
    """What whoever promotes has said and seen."""
    said = form.cleaned_data
    return {
        "note": said["note"],
        "override": said["override"],
        "seen": number_in(request.POST.get("seen", "")),
    }


def promotion(
    request: HttpRequest,
    project: Project,
    prompt: Prompt,
    label: str,
    form: PromotionForm,
    *,
    wrong: str = "",
    closed: Report | None = None,
    status: int = 200,
) -> HttpResponse:
    """The page, with what the label points at now; `wrong` says why it was not moved, `closed` what
    its gate found.
    """
    said = request.POST or request.GET
    version = version_of(prompt, said.get("version", ""))
    state = releases.standing(prompt, label)
    change = releases.change_to(prompt, state.number, version)
    context = {
        "project": project,
        "prompt": prompt,
        "version": version,
        "label": label,
        "labels": label_choices(prompt, label),
        "state": state,
        "change": change,
        "lines": inline(change.comparison.text.rows),
        "view_query": urlencode({"name": prompt.name, "label": label, "version": version.number}),
        "is_inline": request.GET.get("view") == "inline",
        "may_move": state.may_be_moved_by(project.role),
        "form": form,
        "wrong": wrong,
        "closed": closed,
        "may_override": project.role.includes(Role.ADMIN),
        "newest": prompt.versions.order_by("-number").values_list("number", flat=True).first(),
    }
    is_conflict = bool(wrong)
    return render(request, "prompts/promote.html", context, status=409 if is_conflict else status)


def label_choices(prompt: Prompt, label: str) -> list[str]:
    names = {PRODUCTION, "staging", label, *listing.labels_of(prompt.project_id)}
    return sorted(names - {LATEST}, key=lambda name: (name != PRODUCTION, name))


@require_POST
def back(request: HttpRequest, project_id: str) -> HttpResponse:
    """The label goes to where it pointed before its last move, unless it was moved meanwhile."""
    project = editable(request.user, project_id)
    prompt = asked_prompt(request, project)
    label = request.POST.get("label", "").replace("\0", "")
    state = releases.standing(prompt, label)
    if state.back_to is None:
        raise Http404("There is no move to take back.")
    version = prompt.versions.filter(number=state.back_to).first()
    if version is None:
        words = _("Version %(number)s, which “%(label)s” pointed at before, is deleted.")
        messages.error(request, words % {"number": state.back_to, "label": label})
        return to(prompt, tab="labels")
    note = _("Back from version %(number)s") % {"number": state.number} if state.number else ""
    seen = number_in(request.POST.get("seen", ""))
    try:
        labels.move(prompt, label, version, by(request, project), note=note, seen=seen)
    except REFUSALS as error:
        messages.error(request, str(error))
        return to(prompt, tab="labels")
    at = {"label": label, "number": version.number}
    messages.success(request, _("“%(label)s” is back at version %(number)s.") % at)
    return to(prompt, version=version.number, tab="labels")


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
            labels.move(prompt, label, None, by(request, project), seen=seen)
        except REFUSALS as error:
            wrong = str(error)
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
