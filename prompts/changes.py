"""Around every change of a project's prompts: one at a time, and known to all caches."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from django.db import OperationalError, connection, transaction
from django.db.models import F
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from psycopg.errors import LockNotAvailable

from accounts.models import Project, User
from accounts.roles import Role
from prompts.models import Revision, Way

WAIT_SECONDS = 10


class Busy(OperationalError):
    """Somebody else has been changing the project's prompts for too long; it passes."""

    words: Promise = _("Somebody else is changing prompts of this project. Try again in a moment.")


@dataclass(frozen=True, slots=True)
class By:
    """Who changes something, and by which door. A program has a key and no user."""

    way: Way
    user: User | None = None
    public_key: str = ""
    role: Role | None = None  # what they are in the project; a key with the scope admin is one


@contextmanager
def change(project: Project) -> Iterator[None]:
    """All or nothing, while nobody else changes a prompt of the project.

    Changes of a project come seldom and are short, so one lock for all of them is cheap, and with
    it no circle of references can be closed from two sides at once. Raises Busy where the lock is
    not to be had: gates ask ClickHouse while they hold it, and nobody queues for that for ever.
    """
    with transaction.atomic():
        _lock(project)
        yield
        Revision.objects.filter(project=project).update(number=F("number") + 1)


def _lock(project: Project) -> None:
    """The time-out is for this lock alone, and ends with it."""
    try:
        with connection.cursor() as cursor:
            cursor.execute(f"SET LOCAL lock_timeout = '{WAIT_SECONDS}s'")
            Revision.objects.get_or_create(project=project)
            Revision.objects.select_for_update().get(project=project)
            cursor.execute("SET LOCAL lock_timeout TO DEFAULT")
    except OperationalError as error:
        if isinstance(error.__cause__, LockNotAvailable):
            raise Busy(str(Busy.words)) from error
        raise
