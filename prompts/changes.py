"""Around every change of a project's prompts: one at a time, and known to all caches."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from django.db import transaction
from django.db.models import F

from accounts.models import Project, User
from accounts.roles import Role
from prompts.models import Revision, Way


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
    it no circle of references can be closed from two sides at once.
    """
    with transaction.atomic():
        Revision.objects.get_or_create(project=project)
        Revision.objects.select_for_update().get(project=project)
        yield
        Revision.objects.filter(project=project).update(number=F("number") + 1)
