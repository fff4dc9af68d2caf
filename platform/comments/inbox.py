"""What comments said to a person: the newest first, and which of it they have not seen."""

from collections.abc import Collection

from django.db.models import QuerySet
from django.utils import timezone

from accounts.models import Membership, User
from comments.models import Mention

PAGE = 50


def page(user: User, before: int | None = None) -> tuple[list[Mention], int | None]:
    """The newest mentions that came before that one, and the last of them where more follow."""
    found = _of(user) if before is None else _of(user).filter(pk__lt=before)
    about = found.select_related("comment__author", "comment__project")
    some = list(about.prefetch_related("comment__mentioned").order_by("-pk")[: PAGE + 1])
    return some[:PAGE], some[PAGE - 1].pk if len(some) > PAGE else None


def unread(user: User) -> int:
    return _of(user).filter(read_at=None).count()


def mark_read(user: User, seen: Collection[Mention]) -> None:
    new = [mention.pk for mention in seen if mention.read_at is None]
    if new:
        Mention.objects.filter(user=user, pk__in=new).update(read_at=timezone.now())


def _of(user: User) -> QuerySet[Mention]:
    """In the organisations that they belong to today, and not by themselves."""
    organisations = Membership.objects.filter(user=user).values("organisation")
    return Mention.objects.filter(
        user=user, comment__project__organisation__in=organisations
    ).exclude(comment__author=user)
