"""Asking for something to be done about a verdict, and setting what is done by itself."""

from typing import Any

import structlog
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Project, User
from evals.drift.acting.models import MOST_ACTIONS, ActionRun, DriftAction, Status
from evals.drift.acting.tasks import hand_over
from evals.drift.models import DriftMonitor, DriftVerdict

MOST_WAITING = 50  # runs of a project that wait or are worked on
log = structlog.get_logger(__name__)


class TooMany(ValueError):
    """The message says of what, and what to do."""


def ask(
    verdict: DriftVerdict, kind: str, options: dict[str, Any], user: User, project: Project
) -> ActionRun:
    """Raises TooMany."""
    with transaction.atomic():
        Project.objects.select_for_update(of=("self",)).get(pk=project.pk)
        runs = ActionRun.objects.filter(verdict__monitor__project=project, status=Status.WAITING)
        if runs.count() >= MOST_WAITING:
            words = _("%(most)d actions wait already. Wait for one of them.")
            raise TooMany(words % {"most": MOST_WAITING})
        run = ActionRun.objects.create(
            verdict=verdict, kind=kind, options=options, asked_by=user, role=project.role
        )
        transaction.on_commit(lambda: hand_over(run.pk))
    log.info("drift_action_asked", run=run.pk, kind=kind, user=user.pk, project=project.id)
    return run


def again(run: ActionRun, user: User, project: Project) -> bool:
    """Try a failed one once more, now in the name and with the role of who says so. False where it
    has not failed.
    """
    failed = ActionRun.objects.filter(pk=run.pk, status=Status.FAILED)
    fresh = {"status": Status.WAITING, "tries": 0, "due_at": timezone.now(), "finished_at": None}
    fresh |= {"asked_by": user, "role": project.role}
    is_so = bool(failed.update(**fresh))
    if is_so:
        hand_over(run.pk)
        log.info("drift_action_again", run=run.pk, user=user.pk)
    return is_so


def add(monitor: DriftMonitor, action: DriftAction, user: User, project: Project) -> None:
    """Raises TooMany."""
    with transaction.atomic():
        DriftMonitor.objects.select_for_update(of=("self",)).get(pk=monitor.pk)
        if monitor.actions.count() >= MOST_ACTIONS:
            words = _("A monitor has at most %(most)d actions. Delete one first.")
            raise TooMany(words % {"most": MOST_ACTIONS})
        action.monitor, action.author, action.role = monitor, user, project.role or ""
        action.save()
    log.info("drift_action_added", action=action.pk, kind=action.kind, user=user.pk)


def switch(action: DriftAction, *, is_on: bool, user: User) -> None:
    DriftAction.objects.filter(pk=action.pk).update(is_on=is_on)
    log.info("drift_action_switched", action=action.pk, is_on=is_on, user=user.pk)


def delete(action: DriftAction, user: User) -> None:
    """What it did stays in the log."""
    log.info("drift_action_deleted", action=action.pk, kind=action.kind, user=user.pk)
    action.delete()
