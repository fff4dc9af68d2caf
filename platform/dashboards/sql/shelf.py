"""What may be read from and put on a person's shelf of statements."""

from django.db.models import Q, QuerySet
from django.utils import timezone

from accounts.models import Project, User
from dashboards.sql.models import SavedSql

MAX_SAVED = 200  # of one person in a project


class TooMany(Exception):
    """The person has as many statements in the project as there may be."""


def saved_of(project: Project, user: User) -> QuerySet[SavedSql]:
    """The person's own, and those that others share."""
    mine = Q(made_by=user) | Q(is_shared=True)
    return SavedSql.objects.filter(mine, project=project).select_related("made_by")


def found(project: Project, user: User, saved_id: str) -> SavedSql | None:
    known = saved_of(project, user)
    return known.filter(pk=saved_id).first() if saved_id and "\0" not in saved_id else None


def save(project: Project, user: User, name: str, **fields) -> SavedSql:
    """Under this name, in place of what the person had there. Raises TooMany."""
    own = SavedSql.objects.filter(project=project, made_by=user)
    if not own.filter(name=name).exists() and own.count() >= MAX_SAVED:
        raise TooMany
    saved, _is_new = SavedSql.objects.update_or_create(
        project=project,
        made_by=user,
        name=name,
        defaults={**fields, "changed_at": timezone.now()},
    )
    return saved
