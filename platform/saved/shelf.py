"""What may be read from and put on a person's shelf of saved views."""

from urllib.parse import urlencode

from django.db.models import Q, QuerySet
from django.http import QueryDict

from accounts.models import Project, User
from saved.models import SavedView

# All that makes a list what it is. Places in it, and whatever else an address holds, are not kept.
KEPT = ("q", "kind", "range", "from", "to", "sort", "cols")
MAX_VIEWS = 200  # of one person in a project


class TooMany(Exception):
    """The person has as many views in the project as there may be."""


def views_of(project: Project, user: User) -> QuerySet[SavedView]:
    """The person's own, and those that others share."""
    mine = Q(made_by=user) | Q(is_shared=True)
    return SavedView.objects.filter(mine, project=project).select_related("made_by")


def canonical(address: str) -> str:
    """The parts of a list's address that a view keeps, always in the same order."""
    given = QueryDict(address.removeprefix("?"))
    return urlencode([(name, given[name]) for name in KEPT if given.get(name)])


def save(project: Project, user: User, name: str, address: str, *, is_shared: bool) -> SavedView:
    """Under this name, in place of what the person had there. Raises TooMany."""
    own = SavedView.objects.filter(project=project, made_by=user)
    if not own.filter(name=name).exists() and own.count() >= MAX_VIEWS:
        raise TooMany
    view, _is_new = SavedView.objects.update_or_create(
        project=project,
        made_by=user,
        name=name,
        defaults={"address": canonical(address), "is_shared": is_shared},
    )
    return view
