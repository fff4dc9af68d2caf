"""Who a comment speaks to: `@[Ada](user:7)`, as pages write it, or `@ada@example.org`."""

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass

from django.db.models import Q

from accounts.models import Project, User

MOST = 50  # people of one comment
MENTION = re.compile(
    r"@\[(?P<name>[^\[\]\n]{1,200})\]\(user:(?P<id>[0-9]{1,18})\)"
    r"|(?<![\w@])@(?P<email>[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,5})",
    re.ASCII,
)


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of a comment as it is shown; a mention shows `@` and the name."""

    text: str
    is_mention: bool = False


def pieces(content: str, mentioned: Collection[User]) -> Iterator[Piece]:
    """The whole comment, in order. What names none of `mentioned` is text like the rest."""
    ids = {user.pk for user in mentioned}
    emails = {user.email.lower() for user in mentioned}
    end = 0
    for found in MENTION.finditer(content):
        is_known = int(found["id"]) in ids if found["id"] else found["email"].lower() in emails
        if not is_known:
            continue
        if found.start() > end:
            yield Piece(content[end : found.start()])
        yield Piece(f"@{found['name'] or found['email']}", is_mention=True)
        end = found.end()
    if end < len(content):
        yield Piece(content[end:])


def people(project: Project, content: str) -> list[User]:
    """The members of the project's organisation whom it mentions; others are just text."""
    ids, emails = set(), set()
    for found in MENTION.finditer(content):
        if found["id"]:
            ids.add(int(found["id"]))
        else:
            emails.add(found["email"].lower())
    if not (ids or emails):
        return []
    members = User.objects.filter(
        Q(pk__in=ids) | Q(email__in=emails), memberships__organisation=project.organisation_id
    )
    return list(members.order_by("pk").distinct()[:MOST])


def written(user: User) -> str:
    """How to mention somebody."""
    name = re.sub(r"[\[\]\n]", " ", user.get_full_name()).strip()[:200] or str(user.pk)
    return f"@[{name}](user:{user.pk})"
