"""Making, changing and ending monitors. Whoever calls has asked who may."""

import json

from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Project, User
from evals.drift import tasks
from evals.drift.models import MAX_KEY, MAX_NAME, MAX_QUERY, MOST_MONITORS, DriftMonitor
from evals.drift.monitors import InvalidMonitor
from evals.drift.of_dataset import dataset_of
from evals.drift.searching import terms_of
from evals.drift.stored import read
from evals.drift.watched import check
from evals.drift.windows import BaselineKind

LONGEST_PAUSE = 24 * 31  # hours between runs
LEAST_OF_LEAST, MOST_OF_LEAST = 20, 100_000  # values of each side
MAX_BASELINE, MAX_NOTE = 2_000, 1_000  # characters
ASKED = ("watched", "key", "figure", "kind", "query", "method", "least_effect")


def save(monitor: DriftMonitor, user: User | None = None) -> DriftMonitor:
    """A new one or one that was changed, which is due at once. Raises InvalidMonitor or
    InvalidBaseline, with a text for people.
    """
    _check(monitor)
    with transaction.atomic():
        Project.objects.select_for_update().get(pk=monitor.project_id)
        others = DriftMonitor.objects.filter(project=monitor.project_id).exclude(pk=monitor.pk)
        names = set(others.values_list("name", flat=True))
        if monitor.name in names:
            raise InvalidMonitor(_("There is a monitor of this name already."))
        if monitor._state.adding:
            if len(names) >= MOST_MONITORS:
                told = {"most": MOST_MONITORS}
                raise InvalidMonitor(_("A project has at most %(most)s monitors.") % told)
            monitor.author = monitor.author or user
        else:
            _begin_anew(monitor)
        monitor.next_at = timezone.now()
        monitor.paused_reason, monitor.last_error, monitor.failing_since = "", "", None
        monitor.save()
    return monitor


def _begin_anew(monitor: DriftMonitor) -> None:
    """What people's marks said of another question moves this one's threshold no more."""
    stored = DriftMonitor.objects.select_for_update().get(pk=monitor.pk)
    monitor.version = stored.version + 1
    if any(getattr(monitor, name) != getattr(stored, name) for name in ASKED):
        monitor.tuned_effect, monitor.tuned_since = None, timezone.now()


def _check(monitor: DriftMonitor) -> None:
    if not 0 < len(monitor.name.strip()) <= MAX_NAME:
        raise InvalidMonitor(_("A monitor has a name."))
    monitor.__dict__.pop("chosen", None)
    check(monitor)
    monitor.wanted()
    chosen = read(monitor.baseline)
    if chosen.kind is BaselineKind.DATASET:
        dataset_of(monitor, chosen.dataset)
    terms_of(monitor.query)
    _check_bounds(monitor)


def _check_bounds(monitor: DriftMonitor) -> None:
    if not 1 <= monitor.every_hours <= LONGEST_PAUSE:
        raise InvalidMonitor(
            _("A monitor runs at most once an hour, and at least once in 31 days.")
        )
    if not LEAST_OF_LEAST <= monitor.least_samples <= MOST_OF_LEAST:
        told = {"least": LEAST_OF_LEAST, "most": f"{MOST_OF_LEAST:,}"}
        raise InvalidMonitor(_("Take from %(least)s to %(most)s values of each side.") % told)
    most = {"note": MAX_NOTE, "query": MAX_QUERY, "key": MAX_KEY, "figure": MAX_KEY}
    if any(len(getattr(monitor, name)) > length for name, length in most.items()):
        raise InvalidMonitor(_("A text is too long."))
    if len(json.dumps(monitor.baseline)) > MAX_BASELINE:
        raise InvalidMonitor(_("That is no baseline."))


def switch(monitor: DriftMonitor, *, is_on: bool) -> None:
    """One that is switched on is due at once."""
    DriftMonitor.objects.filter(pk=monitor.pk).exclude(is_on=is_on).update(
        is_on=is_on, version=F("version") + 1, next_at=timezone.now(), asked_at=None
    )
    monitor.refresh_from_db()


def run_now(monitor: DriftMonitor) -> None:
    """Also one that is off. `asked_at` is empty again when it is done."""
    monitor.asked_at = timezone.now()
    monitor.save(update_fields=("asked_at",))
    transaction.on_commit(lambda: tasks.hand_over(monitor.project_id))


def delete(monitor: DriftMonitor) -> None:
    """With its verdicts."""
    monitor.delete()


def free_name(project: Project, wanted: str) -> str:
    """The name, with a number behind it where there is a monitor of that name."""
    names = set(DriftMonitor.objects.filter(project=project).values_list("name", flat=True))
    name, number = wanted, 1
    while name in names:
        number += 1
        name = f"{wanted[: MAX_NAME - 5]} {number}"
    return name
