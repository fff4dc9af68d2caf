"""What was said about things. Whoever calls has asked whether the project may be seen."""

from collections import defaultdict
from collections.abc import Collection

from django.db import transaction
from django.db.models import Count, QuerySet
from django.utils import timezone

from accounts.models import Project, User
from comments import mentions
from comments.models import MAX_CONTENT, MAX_OBJECT_ID, Comment, ObjectType

__all__ = [
    "InvalidComment",
    "ObjectType",
    "add",
    "counts",
    "edit",
    "forget",
    "in_project",
    "of",
    "one",
    "own",
]


class InvalidComment(ValueError):
    """Too long, empty, or by nobody of the organisation; the message says which."""


def of(
    project_id: str, object_type: str, object_ids: Collection[str], *, trace_id: str = ""
) -> dict[str, list[Comment]]:
    """The comments on each of these, oldest first, with their authors; nothing where there are
    none. Of observations those in the trace, and those of which nobody said in which.
    """
    found: dict[str, list[Comment]] = defaultdict(list)
    about = _about(project_id, object_type, object_ids, trace_id).select_related("author")
    about = about.prefetch_related("mentioned")
    for comment in about.order_by("created_at", "id"):
        found[comment.object_id].append(comment)
    return dict(found)


def counts(
    project_id: str, object_type: str, object_ids: Collection[str], *, trace_id: str = ""
) -> dict[str, int]:
    """How many comments each of these has, of those that have any."""
    about = _about(project_id, object_type, object_ids, trace_id)
    return dict(about.order_by().values_list("object_id").annotate(Count("id")))


def _about(
    project_id: str, object_type: str, object_ids: Collection[str], trace_id: str
) -> QuerySet[Comment]:
    """Postgres takes no NUL, and nothing that has comments is named with one."""
    ids = [one for one in object_ids if "\0" not in one]
    found = Comment.objects.filter(project=project_id, object_type=object_type, object_id__in=ids)
    return found.filter(trace_id__in=("", trace_id)) if trace_id else found


def in_project(project_id: str) -> QuerySet[Comment]:
    return Comment.objects.filter(project=project_id).select_related("author")


def add(
    project: Project,
    *,
    object_type: str,
    object_id: str,
    content: str,
    trace_id: str = "",
    author: User | None = None,
    public_key: str = "",
) -> Comment:
    """Store a comment and whom it mentions. Raises InvalidComment."""
    if object_type not in ObjectType.values:
        raise InvalidComment(f"A comment is about one of {', '.join(ObjectType.values)}.")
    if not 0 < len(object_id) <= MAX_OBJECT_ID or "\0" in object_id:
        raise InvalidComment(f"The id must have 1 to {MAX_OBJECT_ID} characters.")
    _check(content)
    with transaction.atomic():
        comment = Comment.objects.create(
            project=project,
            object_type=object_type,
            object_id=object_id,
            trace_id=trace_id,
            content=content,
            author=author,
            public_key=public_key,
        )
        comment.mentioned.set(mentions.people(project, content))
    return comment


def one(project_id: str, comment_id: str) -> Comment | None:
    if "\0" in comment_id:
        return None
    return in_project(project_id).filter(id=comment_id).first()


def own(project_id: str, comment_id: str, user: User) -> Comment | None:
    """The comment, if it is theirs to change."""
    comment = one(project_id, comment_id)
    return comment if comment and comment.author_id == user.pk else None


def edit(comment: Comment, content: str) -> None:
    """Say something else, and mention whom that mentions. Raises InvalidComment."""
    _check(content)
    with transaction.atomic():
        comment.content, comment.edited_at = content, timezone.now()
        comment.save(update_fields=("content", "edited_at"))
        comment.mentioned.set(mentions.people(comment.project, content))


def _check(content: str) -> None:
    if not content.strip() or len(content) > MAX_CONTENT or "\0" in content:
        raise InvalidComment(f"A comment must have 1 to {MAX_CONTENT} characters.")


def forget(
    project_id: str, object_type: str, object_ids: Collection[str], *, trace_id: str = ""
) -> None:
    """What they are about is deleted."""
    _about(project_id, object_type, object_ids, trace_id).delete()
