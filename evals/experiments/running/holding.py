"""Who works on which plan: one worker at a time, which is thought dead when it gives no sign."""

from collections.abc import Collection
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import F, QuerySet
from django.utils import timezone

from evals.experiments.models import Plan, PlannedItem, Step
from exports import leases

HOLD = timedelta(seconds=20)  # without a sign of life
MOST_TAKEN = 5  # by workers that all died of it


def waiting(now: datetime, *, besides: Collection[str] = ()) -> list[int]:
    """The plans that nobody works on and that could go on now, `besides` those that ask through
    these connections.
    """
    found = Plan.objects.filter(leases.is_free(now), finished_at=None, due_at__lte=now)
    found = found.exclude(connection__in=list(besides)) if besides else found
    return list(found.order_by("due_at").values_list("pk", flat=True)[:100])


def workers_besides(holder: str) -> int:
    """A worker may be at several plans, which it holds by one name."""
    held = Plan.objects.filter(finished_at=None, held_until__gt=timezone.now())
    return held.exclude(holder=holder).order_by().values("holder").distinct().count()


def has_room(holder: str = "") -> bool:
    """Whether one worker more, or the one of this name, may wait for models."""
    return workers_besides(holder) < settings.EXPERIMENT_MOST_WORKERS


def hold(plan_id: int, holder: str = "") -> Plan | None:
    """The plan, held for this worker alone; None where another has it, it is over, or as many
    workers are at experiments as may.
    """
    holder = holder or leases.new_holder()
    if not has_room(holder):
        return None
    now = timezone.now()
    found = Plan.objects.filter(pk=plan_id, finished_at=None, due_at__lte=now)
    if not leases.taken(found, now, HOLD, holder=holder):
        return None
    plan = Plan.objects.select_related("run", "connection").get(pk=plan_id)
    # Another came at the same moment.
    if workers_besides(holder) >= settings.EXPERIMENT_MOST_WORKERS:
        let_go(plan)
        return None
    if plan.started_at is None:
        Plan.objects.filter(pk=plan_id).update(started_at=now)
    return plan


def mine(plan: Plan) -> "QuerySet[Plan]":
    """The plan, as long as it is this worker's and nobody stopped it."""
    return Plan.objects.filter(pk=plan.pk, holder=plan.holder, finished_at=None)


def still_held(plan: Plan) -> bool:
    return leases.kept(mine(plan), plan.holder, timezone.now() + HOLD)


def let_go(plan: Plan, due_at: datetime | None = None) -> None:
    later = {"due_at": due_at} if due_at else {}
    leases.let_go(Plan.objects.filter(pk=plan.pk), plan.holder, **later)


def finish(plan: Plan, error: str = "") -> bool:
    now = timezone.now()
    is_mine = mine(plan).update(finished_at=now, error=error, held_until=None)
    return bool(is_mine)


def cancel(plan: Plan) -> bool:
    """Stop it where it is. False when it was over already."""
    unfinished = Plan.objects.filter(pk=plan.pk, finished_at=None)
    return bool(unfinished.update(finished_at=timezone.now(), is_cancelled=True, held_until=None))


def next_asked(plan: Plan) -> datetime | None:
    """When the model is to be asked for an item next."""
    return first_due(PlannedItem.objects.filter(plan=plan, step=Step.WAITING))


def next_stored(plan: Plan) -> datetime | None:
    """When an answer is to be stored next."""
    return first_due(PlannedItem.objects.filter(plan=plan, step=Step.ANSWERED))


def first_due(items: "QuerySet[PlannedItem]") -> datetime | None:
    return items.order_by("due_at").values_list("due_at", flat=True).first()


def take(plan: Plan, besides: list[int], now: datetime) -> PlannedItem | None:
    """The next item for which the model is to be asked. It counts how often it was taken up without
    getting on.
    """
    still_mine = {"plan__holder": plan.holder, "plan__finished_at": None}
    items = PlannedItem.objects.filter(plan=plan, step=Step.WAITING)
    due = items.filter(due_at__lte=now, **still_mine).exclude(pk__in=besides)
    item = due.order_by("pk").select_related("item").first()
    if item is None:
        return None
    item.plan = plan
    item.taken += 1
    PlannedItem.objects.filter(pk=item.pk).update(taken=F("taken") + 1)
    return item


def note(plan: Plan, item: PlannedItem, **fields: object) -> bool:
    """Keep how far the item came. False where the plan is no longer this worker's: whoever lost it
    writes nothing more.
    """
    is_open = PlannedItem.objects.filter(
        pk=item.pk, step=item.step, plan__holder=plan.holder, plan__finished_at=None
    )
    if not is_open.update(**{"taken": 0, **fields}):
        return False
    for name, value in fields.items():
        setattr(item, name, value)
    return True


def answered(plan: Plan, now: datetime, most: int) -> list[PlannedItem]:
    """Items whose answers are to be stored."""
    due = PlannedItem.objects.filter(plan=plan, step=Step.ANSWERED, due_at__lte=now)
    still_mine = due.filter(plan__holder=plan.holder, plan__finished_at=None)
    found = list(still_mine.order_by("pk").select_related("item")[:most])
    for item in found:
        item.plan = plan
    return found


def note_stored(plan: Plan, ids: list[int], **fields: object) -> None:
    """The same as `note`, of several whose answers were stored."""
    are_open = PlannedItem.objects.filter(
        pk__in=ids, step=Step.ANSWERED, plan__holder=plan.holder, plan__finished_at=None
    )
    are_open.update(taken=0, tries=0, **fields)
