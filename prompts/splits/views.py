"""The page of a label's split: start one, watch it, change it, stop it."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe
from django.views.decorators.vary import vary_on_headers

from accounts.access import project_for
from accounts.models import Project
from prompts import listing, releases
from prompts.gates import GateClosed
from prompts.labels import Protected
from prompts.models import Prompt
from prompts.names import LATEST, MAX_LABEL, PRODUCTION, InvalidName
from prompts.splits import running
from prompts.splits.buckets import InvalidShares
from prompts.splits.forms import CanaryForm, SharesForm
from prompts.splits.models import Split
from prompts.splits.watching import judged, rows_of
from prompts.views.asked import asked_prompt, by, editable, number_in

REFUSALS = (
    GateClosed, InvalidName, InvalidShares, Protected, running.InvalidSplit, running.Over,
)  # fmt: skip
MOST_ENDED = 20


@require_safe
@vary_on_headers("HX-Request")
def split_page(request: HttpRequest, project_id: str) -> HttpResponse:
    """`?name=`, `?label=` (production); `?part=watch` is what changes by itself."""
    project = project_for(request.user, project_id)
    prompt = asked_prompt(request, project)
    if request.GET.get("part") == "watch" and request.htmx:
        context = watched(project, prompt, asked_label(request))
        return render(request, "prompts/_split_watch.html", context)
    return shown(request, project, prompt)


def asked_label(request: HttpRequest) -> str:
    said = request.POST or request.GET
    return said.get("label", "").replace("\0", "")[:MAX_LABEL] or PRODUCTION


def watched(project: Project, prompt: Prompt, label: str) -> dict[str, Any]:
    """The split that runs, with how it does."""
    found = Split.objects.filter(prompt=prompt, label=label, ended_at=None)
    split = found.select_related("canary", "started_by", "prompt").first()
    canary = split.canary if split and split.is_canary else None
    return {
        "project": project,
        "prompt": prompt,
        "label": label,
        "split": split,
        "canary": canary,
        "rows": rows_of(split) if split else [],
        "judged": judged(canary) if canary else [],
        "steps": split.history.select_related("user") if split else [],
    }


def shown(
    request: HttpRequest,
    project: Project,
    prompt: Prompt,
    *,
    wrong: str = "",
    shares: SharesForm | None = None,
    canary: CanaryForm | None = None,
) -> HttpResponse:
    """The page; with a form that was refused, and why."""
    label = asked_label(request)
    state = releases.standing(prompt, label)
    watching = watched(project, prompt, label)
    newest = prompt.versions.order_by("-number").values_list("number", flat=True).first()
    other = newest if newest != state.number else None
    running_now = watching["split"]
    ended = Split.objects.filter(prompt=prompt, label=label).exclude(ended_at=None)
    context = watching | {
        "labels": sorted({PRODUCTION, label, *listing.labels_of(project.id)} - {LATEST}),
        "state": state,
        "may_change": project.may["edit"] and state.may_be_moved_by(project.role),
        "shares_form": shares or SharesForm(shares=first_shares(running_now, state.number, other)),
        "canary_form": canary or CanaryForm(initial={"candidate": other}),
        "ended": ended.select_related("started_by").prefetch_related("history__user")[:MOST_ENDED],
        "wrong": wrong,
    }
    is_refused = bool(wrong or (shares and shares.errors) or (canary and canary.errors))
    return render(request, "prompts/split.html", context, status=400 if is_refused else 200)


def first_shares(split: Split | None, base: int | None, other: int | None) -> dict:
    """What the form begins with: the shares as they are, or half and half."""
    if split:
        return split.shares
    return {base: 50, other: 50} if base and other else {base: 50} if base else {}


def address(prompt: Prompt, label: str) -> str:
    said = urlencode({"name": prompt.name, "label": label})
    return f"{reverse('prompt-split', args=[prompt.project_id])}?{said}"


@require_POST
def split_start(request: HttpRequest, project_id: str) -> HttpResponse:
    project = editable(request.user, project_id)
    prompt, form = asked_prompt(request, project), SharesForm(request.POST)

    def start() -> None:
        running.start(prompt, asked_label(request), form.shares, by(request, project))

    return done(request, project, prompt, start, _("The split has begun."), shares=form)


@require_POST
def canary_start(request: HttpRequest, project_id: str) -> HttpResponse:
    project = editable(request.user, project_id)
    prompt, form = asked_prompt(request, project), CanaryForm(request.POST)

    def start() -> None:
        candidate = form.cleaned_data["candidate"]
        label, who = asked_label(request), by(request, project)
        running.start_canary(prompt, label, candidate, form.plan(), who)

    return done(request, project, prompt, start, _("The canary has begun."), canary=form)


@require_POST
def split_change(request: HttpRequest, project_id: str) -> HttpResponse:
    project = editable(request.user, project_id)
    prompt, form = asked_prompt(request, project), SharesForm(request.POST)

    def change() -> None:
        running.change_shares(split_of(request, prompt), form.shares, by(request, project))

    return done(request, project, prompt, change, _("The shares are changed."), shares=form)


@require_POST
def split_stop(request: HttpRequest, project_id: str) -> HttpResponse:
    """`keep` is the version that everybody gets from now on."""
    project = editable(request.user, project_id)
    prompt = asked_prompt(request, project)
    keep = number_in(request.POST.get("keep", ""))
    reason = request.POST.get("reason", "").strip()[:1000]
    override = request.POST.get("override", "").strip()[:1000]

    def stop() -> None:
        split, who = split_of(request, prompt), by(request, project)
        running.stop(split, keep or 0, who, reason=reason, override=override)

    return done(request, project, prompt, stop, _("The split is over."))


def split_of(request: HttpRequest, prompt: Prompt) -> Split:
    pk = number_in(request.POST.get("split", ""))
    found = Split.objects.filter(pk=pk, prompt=prompt).first() if pk else None
    if found is None:
        raise Http404("There is no such split.")
    found.prompt = prompt
    return found


def done(
    request: HttpRequest,
    project: Project,
    prompt: Prompt,
    act: Callable[[], None],
    words: str,
    **forms: Any,
) -> HttpResponse:
    """Do it and go back to the page, or show what is wrong."""
    if any(not form.is_valid() for form in forms.values()):
        return shown(request, project, prompt, **forms)
    try:
        act()
    except REFUSALS as error:
        return shown(request, project, prompt, wrong=str(error), **forms)
    messages.success(request, words)
    return redirect(address(prompt, asked_label(request)))
