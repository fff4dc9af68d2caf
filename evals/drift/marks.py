"""What people say of verdicts, and what that does to a monitor's threshold.

The threshold is worked out anew from all marks, in the order in which they were given: so to take
one back is as if it had never been.
"""

from dataclasses import dataclass

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from evals.drift.methods import Method, least_effect
from evals.drift.models import MAX_NOTE, DriftMonitor, DriftVerdict
from evals.drift.tuning import LEAST_JUDGED, Judged, Mark, tuned

MOST_MARKS = 500  # the newest; tuning looks at fewer


@dataclass(frozen=True, slots=True)
class Step:
    """What one mark made of the threshold."""

    verdict: DriftVerdict
    before: float
    after: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """`own` is the threshold without any mark, `now` the one that holds; None while no verdict says
    by which method is measured. Of the marks that count, `expected` and `harmful`; `steps` are
    those that moved it, in their order. `missing` more marks are needed before any does.
    """

    own: float | None
    now: float | None
    expected: int = 0
    harmful: int = 0
    steps: tuple[Step, ...] = ()

    @property
    def is_tuned(self) -> bool:
        return self.now != self.own

    @property
    def missing(self) -> int:
        return max(0, LEAST_JUDGED - self.expected - self.harmful)


def mark(verdict: DriftVerdict, user: User | None, said: Mark, note: str = "") -> Standing:
    """Also one that was marked before, which is then said anew."""
    return _said(verdict, user, str(said), note)


def unmark(verdict: DriftVerdict, user: User | None) -> Standing:
    return _said(verdict, user, "", "")


def reset(monitor: DriftMonitor) -> Standing:
    """The threshold is its own again. The marks stay on their verdicts and move it no more."""
    with transaction.atomic():
        locked = DriftMonitor.objects.select_for_update().get(pk=monitor.pk)
        locked.tuned_since = timezone.now()
        locked.save(update_fields=("tuned_since",))
        standing = _tune(locked)
    monitor.refresh_from_db()
    return standing


def tuning(monitor: DriftMonitor) -> Standing:
    marked = monitor.verdicts.exclude(mark="").exclude(effect=None).exclude(method="")
    if monitor.tuned_since:
        marked = marked.filter(marked_at__gt=monitor.tuned_since)
    newest = list(marked.select_related("marked_by").order_by("-marked_at", "-pk")[:MOST_MARKS])
    method = newest[0].method if newest else _method_of(monitor)
    if not method:
        return Standing(own=monitor.least_effect, now=monitor.least_effect)
    # Effects of another method are in another unit.
    judged = [one for one in reversed(newest) if one.method == method]
    return _replayed(monitor, Method(method), judged)


def _replayed(monitor: DriftMonitor, method: Method, judged: list[DriftVerdict]) -> Standing:
    own = least_effect(method) if monitor.least_effect is None else monitor.least_effect
    present, steps, seen = own, [], []
    for verdict in judged:
        seen.append(Judged(verdict.effect or 0.0, Mark(verdict.mark)))
        if moved := tuned(present, seen, method=method):
            steps.append(Step(verdict, present, moved.least_effect))
            present = moved.least_effect
    expected = sum(one.mark == Mark.EXPECTED for one in judged)
    return Standing(
        own=own,
        now=present,
        expected=expected,
        harmful=len(judged) - expected,
        steps=tuple(steps),
    )


def _method_of(monitor: DriftMonitor) -> str:
    if monitor.method:
        return monitor.method
    newest = monitor.verdicts.exclude(method="").order_by("-at").values_list("method", flat=True)
    return newest.first() or ""


def _said(verdict: DriftVerdict, user: User | None, said: str, note: str) -> Standing:
    with transaction.atomic():
        monitor = DriftMonitor.objects.select_for_update().get(pk=verdict.monitor_id)
        verdict.mark, verdict.note = said, note[:MAX_NOTE]
        verdict.marked_by, verdict.marked_at = (user, timezone.now()) if said else (None, None)
        verdict.save(update_fields=("mark", "note", "marked_by", "marked_at"))
        return _tune(monitor)


def _tune(monitor: DriftMonitor) -> Standing:
    standing = tuning(monitor)
    monitor.tuned_effect = standing.now if standing.is_tuned else None
    monitor.save(update_fields=("tuned_effect",))
    return standing
