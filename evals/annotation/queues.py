"""Making and changing queues: the one door of the API and the pages. Whoever calls has asked who
may.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

import structlog
from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Membership as OrganisationMembership
from accounts.models import Project, User
from accounts.roles import LEAST_ROLE, Role
from evals.annotation import models
from evals.annotation.items import complete_where_enough
from evals.annotation.models import Membership, Queue
from evals.scores.models import ScoreConfig
from traces.search.grammar import parsed

MOST_QUEUES = 200  # of a project
MOST_MEMBERS = 100  # of a queue
log = structlog.get_logger(__name__)


class InvalidQueue(Exception):
    """What was asked for makes no queue: a sentence for whoever asked."""


class NameTaken(InvalidQueue):
    """Another queue of the project has the name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Filter:
    """Which new traces a queue takes in by itself: all that the query finds, or a share of them."""

    query: str
    sampling: float = 100.0  # per cent
    a_day: int = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """A queue as somebody wants it."""

    name: str
    description: str = ""
    rubric: str = ""
    config_ids: Sequence[str] = ()
    per_item: int = 1
    filter: Filter | None = None
    members: Collection[User] | None = field(default=None)  # None: as they are


def of_project(project_id: str) -> QuerySet[Queue]:
    return Queue.objects.filter(project=project_id)


def create(project: Project, wish: Wish, **by: object) -> Queue:
    """Raises InvalidQueue. `by` says in the log who did it."""
    if of_project(project.pk).count() >= MOST_QUEUES:
        raise InvalidQueue(_("A project has at most %(most)s queues.") % {"most": MOST_QUEUES})
    queue = Queue(project=project)
    save(queue, wish, "annotation_queue_created", by)
    return queue


def change(queue: Queue, wish: Wish, **by: object) -> None:
    """Raises InvalidQueue; then nothing is changed. Where fewer people are asked for, items that
    have enough annotations are completed.
    """
    earlier, queue.updated_at = queue.per_item, timezone.now()
    save(queue, wish, "annotation_queue_changed", by)
    if queue.per_item < earlier:
        complete_where_enough(queue)


def delete(queue: Queue, **by: object) -> None:
    """With its items and annotations. The scores that were given stay with their traces."""
    told = {"project": queue.project_id, "queue": queue.pk, "name": queue.name}
    queue.delete()
    log.info("annotation_queue_deleted", **told, **by)


def save(queue: Queue, wish: Wish, event: str, by: dict[str, object]) -> None:
    queue.name = checked_name(wish.name)
    queue.description = bounded(wish.description.strip(), models.MAX_DESCRIPTION)
    queue.rubric = bounded(wish.rubric.strip(), models.MAX_RUBRIC)
    queue.config_ids = checked_configs(queue.project_id, wish.config_ids)
    if not 1 <= wish.per_item <= models.MOST_PER_ITEM:
        words = _("An item is annotated by 1 to %(most)s people.")
        raise InvalidQueue(words % {"most": models.MOST_PER_ITEM})
    queue.per_item = wish.per_item
    set_filter(queue, wish.filter)
    try:
        with transaction.atomic():
            queue.save()
            if wish.members is not None:
                set_members(queue, wish.members)
    except IntegrityError as error:
        words = _("Another queue of this project is called “%(name)s”.")
        raise NameTaken(words % {"name": queue.name}) from error
    log.info(event, project=queue.project_id, queue=queue.pk, filter=queue.has_filter, **by)


def checked_name(name: str) -> str:
    name = name.strip()
    if not 0 < len(name) <= models.MAX_NAME:
        words = _("A name has 1 to %(most)s characters.")
        raise InvalidQueue(words % {"most": models.MAX_NAME})
    return name


def bounded(text: str, most: int) -> str:
    if len(text) > most:
        words = _("A text has at most %(most)s characters here.")
        raise InvalidQueue(words % {"most": f"{most:,}"})
    return text


def checked_configs(project_id: str, ids: Sequence[str]) -> list[str]:
    """Each once, in the order given."""
    wanted = list(dict.fromkeys(ids))
    if len(wanted) > models.MOST_CONFIGS:
        words = _("A queue has at most %(most)s score configurations.")
        raise InvalidQueue(words % {"most": models.MOST_CONFIGS})
    known = ScoreConfig.objects.filter(project=project_id, pk__in=wanted).count()
    if known < len(wanted):
        raise InvalidQueue(_("One of the score configurations is not of this project."))
    return wanted


def set_filter(queue: Queue, wanted: Filter | None) -> None:
    """Traces that began before the filter was set, or set again, are not taken."""
    queue.filter_error = ""
    if wanted is None:
        queue.has_filter, queue.filter_since = False, None
        return
    query = parsed(bounded(wanted.query, models.MAX_QUERY))
    if query.problems:
        raise InvalidQueue(query.problems[0].message)
    if not 0 < wanted.sampling <= 100:
        raise InvalidQueue(_("The share is more than 0 and at most 100 per cent."))
    if not 1 <= wanted.a_day <= models.MOST_A_DAY:
        words = _("A filter adds 1 to %(most)s items a day.")
        raise InvalidQueue(words % {"most": f"{models.MOST_A_DAY:,}"})
    if not queue.has_filter or queue.query != str(query):
        queue.filter_since, queue.filter_position = timezone.now(), None
    queue.has_filter, queue.query = True, str(query)
    queue.sampling, queue.a_day = wanted.sampling, wanted.a_day


def set_members(queue: Queue, members: Collection[User]) -> None:
    if len(members) > MOST_MEMBERS:
        words = _("A queue has at most %(most)s members.")
        raise InvalidQueue(words % {"most": MOST_MEMBERS})
    queue.memberships.exclude(user__in=members).delete()
    if members:  # whom the queue is no longer for is given none of its items
        strangers = queue.items.exclude(assignee=None).exclude(assignee__in=members)
        strangers.update(assignee=None)
    for user in members:
        join(queue, user)


def join(queue: Queue, user: User) -> None:
    """Twice is as once."""
    Membership.objects.get_or_create(queue=queue, user=user)


def leave(queue: Queue, user: User) -> bool:
    """Whether they were a member. Items that were assigned to them are so no longer."""
    gone, _kinds = queue.memberships.filter(user=user).delete()
    queue.items.filter(assignee=user).update(assignee=None)
    return bool(gone)


def people_of(project: Project) -> QuerySet[User]:
    """Those who could annotate in the project."""
    editors = [role for role in Role if role.includes(Role(LEAST_ROLE["edit"]))]
    able = OrganisationMembership.objects.filter(
        organisation=project.organisation_id, role__in=editors
    )
    found = User.objects.filter(pk__in=able.values("user"), is_active=True)
    return found.order_by("name", "email")


def may_annotate(queue: Queue, project: Project, user: User) -> bool:
    """Whether this person is given the queue's items."""
    if not project.may.get("edit"):
        return False
    members = set(queue.memberships.values_list("user_id", flat=True))
    return not members or user.pk in members


def configs_of(queue: Queue) -> list[ScoreConfig]:
    """Those in use, in the queue's order."""
    found = ScoreConfig.objects.filter(project=queue.project_id, is_archived=False)
    by_id = found.in_bulk(queue.config_ids)
    return [by_id[one] for one in queue.config_ids if one in by_id]
