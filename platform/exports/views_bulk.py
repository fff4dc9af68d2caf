"""Tagging and deleting the traces that were ticked in the list, or all that its query finds."""

import time

import structlog
from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.access import project_for
from accounts.models import Project, User
from accounts.roles import LEAST_ROLE, Role
from exports import actions, bulk, runs, tasks
from exports.actions import BulkAction
from exports.forms import BulkForm, ConfirmForm
from exports.models import Action, BulkRun
from exports.views import back, back_to_list, refused
from traces.queries.histogram import histogram
from traces.views.away import tells_when_away

log = structlog.get_logger(__name__)


def allowed(user: User, project_id: str, action: str) -> Project:
    is_deletion = action == Action.DELETE
    return project_for(
        user, project_id, Role(LEAST_ROLE["delete_traces" if is_deletion else "edit"])
    )


@require_POST
@tells_when_away
def bulk_start(request: HttpRequest, project_id: str) -> HttpResponse:
    """Deleting answers with a page that asks again, and a registered action with one that asks what
    it is to be done with; `confirmed` is that page's answer.
    """
    project = allowed(request.user, project_id, request.POST.get("action", ""))
    form = BulkForm(request.POST)
    if not form.is_valid():
        return refused(request, project, form)
    asked = form.asked
    if not asked["trace_ids"]:  # what begins after the page was looked at was never meant
        asked["until"] = max(min(asked["until"], time.time_ns()), asked["since"] + 1)
    if asked["action"] == Action.DELETE and (question := unconfirmed(request, project, asked)):
        return question
    if action := actions.named(asked["action"]):
        return targeted(request, project, asked, action)
    return begun(request, project, asked)


def targeted(
    request: HttpRequest, project: Project, asked: dict, action: BulkAction
) -> HttpResponse:
    """Begun, once it is known what with; until then the page that asks."""
    form = action.form(request.POST if "confirmed" in request.POST else None, project=project)
    if form.is_valid():
        told = {"target": form.target, "options": form.options}
        return begun(request, project, asked | told)
    run = BulkRun(project_id=project.id, **asked)
    count = len(run.trace_ids) or runs.estimate(run, bulk.traces_of(run))
    context = {"project": project, "asked": asked, "count": count, "form": form, "action": action}
    return render(request, "exports/target.html", context)


def unconfirmed(request: HttpRequest, project: Project, asked: dict) -> HttpResponse | None:
    """The page that asks whether one is sure, until one is. Nobody is sure of a number that is
    not known to be more than none.
    """
    answers = request.POST if "confirmed" in request.POST else None
    if answers and asked["trace_ids"]:
        return None
    count = number(request.POST.get("confirmed", "")) if answers else counted(project, asked)
    if not count:
        messages.warning(request, _("No trace was found to delete. Nothing is deleted."))
        return back_to_list(project, asked)
    form = ConfirmForm(answers, wanted=count)
    if form.is_valid():
        return None
    context = {"project": project, "asked": asked, "count": count, "form": form}
    return render(request, "exports/delete.html", context)


def counted(project: Project, asked: dict) -> int:
    """How many it will be, at least about."""
    run = BulkRun(project_id=project.id, **asked)
    return len(run.trace_ids) or histogram(project.id, bulk.traces_of(run)).found


def begun(request: HttpRequest, project: Project, asked: dict) -> HttpResponse:
    try:
        run = bulk.start(project_id=project.id, asked_by=request.user, **asked)
    except bulk.AlreadyRunning:
        return is_running(request, project)
    told = asked | {"trace_ids": len(asked["trace_ids"])}
    log.info("bulk_asked_for", user=request.user.pk, project=project.id, run=run.pk, **told)
    return handed_over(request, project, run)


def handed_over(request: HttpRequest, project: Project, run: BulkRun) -> HttpResponse:
    transaction.on_commit(lambda: tasks.hand_over(run))
    messages.success(request, _("It has begun. Here is how far it is."))
    return back(project)


def is_running(request: HttpRequest, project: Project) -> HttpResponse:
    messages.warning(request, _("Traces are being changed already. One run at a time."))
    return back(project)


@require_POST
def bulk_undo(request: HttpRequest, project_id: str, run_id: int) -> HttpResponse:
    project = project_for(request.user, project_id, Role(LEAST_ROLE["edit"]))
    run = get_object_or_404(BulkRun, pk=run_id, project_id=project.id)
    if not run.can_be_undone:
        raise Http404
    try:
        undo = bulk.undo(run, asked_by=request.user)
    except bulk.AlreadyRunning:
        return is_running(request, project)
    log.info("bulk_undo", user=request.user.pk, project=project.id, run=undo.pk, undoes=run.pk)
    return handed_over(request, project, undo)


@require_POST
def bulk_cancel(request: HttpRequest, project_id: str, run_id: int) -> HttpResponse:
    project = project_for(request.user, project_id, Role(LEAST_ROLE["edit"]))
    run = get_object_or_404(BulkRun, pk=run_id, project_id=project.id)
    allowed(request.user, project_id, run.action)
    if runs.cancel(run):
        messages.success(request, _("Stopped. What is done already stays so."))
    return back(project)


def number(text: str) -> int:
    return int(text) if text.isdecimal() and text.isascii() and len(text) < 16 else 0
