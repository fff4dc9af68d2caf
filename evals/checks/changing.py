"""Adding, changing and deleting a project's checks: bounded, written down, and known to ingest."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import structlog
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Project, User
from evals.checks.enabled import forget
from evals.checks.models import MOST_CHECKS, CheckChange, ProjectCheck
from evals.checks.registry import CHECKS
from evals.checks.usual import USUAL

# What a change of may change outcomes, so that they are found anew.
DECIDING = ("options", "types", "names", "environments", "sampling")

log = structlog.get_logger(__name__)


class NotPossible(ValueError):
    """The message says why, at a field or for all of them."""

    def __init__(self, message: str, at: str | None = None) -> None:
        super().__init__(message)
        self.at = at


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """A check as somebody wants it. Options are those that the check has checked."""

    name: str
    options: Mapping[str, Any] = field(default_factory=dict)
    types: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    environments: tuple[str, ...] = ()
    sampling: float = 1.0
    is_on: bool = True


def add(project: Project, key: str, settings: Settings, by: User) -> ProjectCheck:
    """Raises NotPossible."""
    if ProjectCheck.objects.filter(project=project).count() >= MOST_CHECKS:
        words = _("A project has at most %(most)s checks. Delete one that nobody looks at.")
        raise NotPossible(words % {"most": MOST_CHECKS})
    row = ProjectCheck(project=project, check_key=key, author=by)
    return saved(row, settings, by, before=None)


def change(row: ProjectCheck, settings: Settings, by: User) -> ProjectCheck:
    """Raises NotPossible. Outcomes that are stored stay until their spans are checked again."""
    return saved(row, settings, by, before=told(row))


def saved(
    row: ProjectCheck, settings: Settings, by: User, *, before: dict[str, Any] | None
) -> ProjectCheck:
    was_on = before is not None and before["is_on"]
    row.name, row.is_on, row.sampling = settings.name, settings.is_on, settings.sampling
    row.options = dict(settings.options)
    row.types, row.names = list(settings.types), list(settings.names)
    row.environments = list(settings.environments)
    after = told(row)
    if before is None or any(before[one] != after[one] for one in DECIDING):
        # Above that of every check the project ever had, one of the same score's name among them.
        row.revision = 1 + CheckChange.objects.filter(project=row.project).count()
    if row.is_on and not was_on:
        row.on_since = timezone.now()
    try:
        with transaction.atomic():
            row.save()
            note(row.project, row.name, before, after, by)
    except IntegrityError:
        words = _("Another check of the project writes scores of this name.")
        raise NotPossible(words, "name") from None
    return row


def delete(row: ProjectCheck, by: User) -> None:
    """Its scores stay."""
    with transaction.atomic():
        note(row.project, row.name, told(row), None, by)
        row.delete()


def switch(row: ProjectCheck, by: User, *, is_on: bool) -> None:
    kept = told(row)
    names = ("name", "options", "types", "names", "environments", "sampling")
    change(row, Settings(**{name: kept[name] for name in names}, is_on=is_on), by)


def add_usual(project: Project, by: User) -> list[ProjectCheck]:
    """Those of the usual set of which the project has none yet."""
    known = set(ProjectCheck.objects.filter(project=project).values_list("check_key", flat=True))
    with transaction.atomic():
        return [
            add(
                project,
                one.key,
                Settings(
                    name=one.name,
                    options=CHECKS[one.key].options_of(one.options),
                    types=one.types,
                ),
                by,
            )
            for one in USUAL
            if one.key not in known
        ]


def told(row: ProjectCheck) -> dict[str, Any]:
    """The settings, as they are written down."""
    return {
        "check": row.check_key,
        "name": row.name,
        "options": dict(row.options),
        "types": list(row.types),
        "names": list(row.names),
        "environments": list(row.environments),
        "sampling": row.sampling,
        "is_on": row.is_on,
    }


def note(project: Project, name: str, before: dict | None, after: dict | None, by: User) -> None:
    """Inside the transaction of the change. Ingest reads what is on once that is committed."""
    transaction.on_commit(lambda: forget(project.id))
    if before == after:
        return
    CheckChange.objects.create(project=project, name=name, before=before, after=after, user=by)
    log.info("check_changed", project=project.id, name=name, user=by.pk, before=before, after=after)
