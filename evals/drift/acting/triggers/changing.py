"""Making, changing, switching and deleting triggers."""

from typing import Any

import structlog
from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Project, User
from evals.drift.acting.models import MOST_TRIGGERS, Episode, Trigger

log = structlog.get_logger(__name__)


class Refused(ValueError):
    """The message says why."""


def create(project: Project, when: str, fields: dict[str, Any], user: User) -> Trigger:
    """Raises Refused."""
    with transaction.atomic():
        Project.objects.select_for_update(of=("self",)).get(pk=project.pk)
        known = Trigger.objects.filter(project=project)
        if known.count() >= MOST_TRIGGERS:
            words = _("A project has at most %(most)d triggers. Delete one first.")
            raise Refused(words % {"most": MOST_TRIGGERS})
        if known.filter(name=fields["name"]).exists():
            raise Refused(_("Another trigger is called so. Choose another name."))
        trigger = Trigger.objects.create(project=project, when=when, author=user, **fields)
    log.info("trigger_created", trigger=trigger.pk, when=when, user=user.pk)
    return trigger


def change(trigger: Trigger, fields: dict[str, Any], user: User) -> None:
    """What it wanted before is over: it is looked at anew. Raises Refused."""
    fresh = {**fields, "version": F("version") + 1, "looked_at": None, "last_error": ""}
    try:
        with transaction.atomic():
            Trigger.objects.filter(pk=trigger.pk).update(**fresh)
            _end(trigger)
    except IntegrityError as error:
        raise Refused(_("Another trigger is called so. Choose another name.")) from error
    log.info("trigger_changed", trigger=trigger.pk, user=user.pk)


def switch(trigger: Trigger, *, is_on: bool, user: User) -> None:
    with transaction.atomic():
        fresh = {"is_on": is_on, "version": F("version") + 1, "looked_at": None}
        Trigger.objects.filter(pk=trigger.pk).update(**fresh)
        if not is_on:
            _end(trigger)
    log.info("trigger_switched", trigger=trigger.pk, is_on=is_on, user=user.pk)


def delete(trigger: Trigger, user: User) -> None:
    log.info("trigger_deleted", trigger=trigger.pk, user=user.pk)
    trigger.delete()


def _end(trigger: Trigger) -> None:
    Episode.objects.filter(trigger=trigger, ended_at=None).update(ended_at=timezone.now())
