"""How far queues are."""

from dataclasses import dataclass

from django.db.models import Count, Q, QuerySet

from accounts.models import User
from evals.annotation.models import Annotation, Queue, Status

MOST_SHOWN = 20


@dataclass(frozen=True, slots=True)
class Progress:
    queue: Queue
    items: int
    completed: int

    @property
    def pending(self) -> int:
        return self.items - self.completed

    @property
    def share(self) -> int:
        """Of a hundred; a queue that is not done is not shown as if it were."""
        if not self.items:
            return 0
        return 100 if not self.pending else min(99, 100 * self.completed // self.items)


def progress_of(found: QuerySet[Queue]) -> list[Progress]:
    """By name."""
    done = Count("items", filter=Q(items__status=Status.COMPLETED))
    counted = found.annotate(in_all=Count("items"), done=done).order_by("name", "id")
    return [Progress(queue, queue.in_all, queue.done) for queue in counted]


def annotators_of(queue: Queue) -> list[tuple[User, int]]:
    """Who annotated how many of its items, the most first."""
    said = Annotation.objects.filter(item__queue=queue).exclude(done_at=None)
    counts = dict(said.order_by().values_list("user_id").annotate(Count("id")))
    most = sorted(counts, key=lambda one: -counts[one])[:MOST_SHOWN]
    people = User.objects.in_bulk(most)
    return [(people[one], counts[one]) for one in most if one in people]


def is_member(queues: list[Queue], user: User) -> set[str]:
    """The ids of those queues of which the person is a member."""
    return set(
        user.annotation_memberships.filter(queue__in=queues).values_list("queue_id", flat=True)
    )
