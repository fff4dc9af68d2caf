"""What a verdict gives rise to: webhooks are told, and the monitor's actions are asked for. Each
once, in one transaction, however often it is considered.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from evals.drift.acting.announcing import drift_detected
from evals.drift.acting.models import ActionRun, Considered, DriftAction, Occasion, Status
from evals.drift.models import DriftVerdict
from evals.drift.monitors import State
from evals.drift.tuning import Mark

LOOK_BACK = timedelta(days=2)  # so long may all workers be down
MOST_AT_ONCE = 200
MOST_IN_A_ROW = 50


def consider_all(now: datetime | None = None) -> list[int]:
    """What was not considered yet; the ids of runs that are to be worked on."""
    since = (now or timezone.now()) - LOOK_BACK
    drifts = Q(state=State.DRIFT, judged_at__gte=since)
    harmful = Q(mark=Mark.HARMFUL, marked_at__gte=since)
    found: list[int] = []
    for occasion, wanted in ((str(Occasion.DRIFT), drifts), (str(Occasion.HARMFUL), harmful)):
        for verdict in _new(occasion, wanted):
            found += consider(verdict, occasion, now)
    return found


def _new(occasion: str, wanted: Q) -> "QuerySet[DriftVerdict]":
    known = Considered.objects.filter(verdict=OuterRef("pk"), occasion=occasion)
    verdicts = DriftVerdict.objects.filter(wanted).exclude(Exists(known))
    return verdicts.select_related("monitor__project").order_by("at", "pk")[:MOST_AT_ONCE]


def consider(verdict: DriftVerdict, occasion: str, now: datetime | None = None) -> list[int]:
    """Runs of the monitor's actions, by their ids. None where it was considered before."""
    now = now or timezone.now()
    with transaction.atomic():
        _told, is_new = Considered.objects.get_or_create(
            verdict=verdict, occasion=occasion, defaults={"at": now}
        )
        if not is_new:
            return []
        if occasion == Occasion.DRIFT:
            drift_detected(verdict)
        runs = list(_runs(verdict, occasion, now))
    return [run.pk for run in runs if not run.is_over]


def _runs(verdict: DriftVerdict, occasion: str, now: datetime) -> Iterator[ActionRun]:
    actions = DriftAction.objects.filter(monitor=verdict.monitor, occasion=occasion, is_on=True)
    streak = in_a_row(verdict)
    for action in actions.select_for_update():  # so that its bounds are exact
        if occasion == Occasion.DRIFT and streak < action.after:
            continue
        held = _held(action, now)
        yield ActionRun.objects.create(
            verdict=verdict,
            action=action,
            kind=action.kind,
            options=action.options,
            asked_by=action.author,
            role=action.role,
            status=Status.SKIPPED if held else Status.WAITING,
            said=held,
            finished_at=now if held else None,
            created_at=now,
            due_at=now,
        )


def in_a_row(verdict: DriftVerdict) -> int:
    """How many drifts in a row end with this one; what could not be compared is passed over."""
    judged = DriftVerdict.objects.filter(
        monitor=verdict.monitor, at__lte=verdict.at, state__in=(State.DRIFT, State.NONE)
    )
    states = judged.order_by("-at").values_list("state", flat=True)[:MOST_IN_A_ROW]
    return next((n for n, state in enumerate(states) if state != State.DRIFT), len(states))


def _held(action: DriftAction, now: datetime) -> str:
    """Why it is not done this time; empty where it is."""
    done = action.runs.exclude(status=Status.SKIPPED)
    if done.filter(created_at__gt=now - timedelta(hours=action.pause_hours)).exists():
        words = _("It was done less than %(hours)d hours before.")
        return words % {"hours": action.pause_hours}
    if done.filter(created_at__gt=now - timedelta(days=1)).count() >= action.most_a_day:
        return _("It was done %(most)d times in a day already.") % {"most": action.most_a_day}
    return ""
