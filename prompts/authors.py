"""What is served names the author of a version: it is made anew when that person's address changes,
and when the person is deleted.
"""

from collections.abc import Collection
from typing import Any

from django.db.models import F
from django.db.models.signals import post_save, pre_delete

from accounts.models import User
from prompts.models import PromptVersion, Revision


def connect() -> None:
    post_save.connect(_saved, sender=User, dispatch_uid="prompts.authors.saved")
    pre_delete.connect(_deleted, sender=User, dispatch_uid="prompts.authors.deleted")


def _saved(
    instance: User, created: bool, update_fields: Collection[str] | None = None, **_: Any
) -> None:
    if not created and (update_fields is None or "email" in update_fields):
        _serve_anew(instance)


def _deleted(instance: User, **_: Any) -> None:
    _serve_anew(instance)


def _serve_anew(author: User) -> None:
    """In the author's projects nothing that is cached counts any more."""
    projects = PromptVersion.objects.filter(author=author).values("prompt__project")
    Revision.objects.filter(project__in=projects).update(number=F("number") + 1)
