"""Whether a trigger's reason is there: one function for each `When`."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from evals.drift.acting.addresses import verdict_address
from evals.drift.acting.considering import in_a_row
from evals.drift.acting.models import Episode, Trigger, When
from evals.drift.models import DriftVerdict
from evals.drift.monitors import State
from evals.drift.searching import terms_of
from evals.drift.tuning import Mark
from traces.queries.metrics import SCORES, Measure, Question, ask

NS = 1_000_000_000
MOST_MARKS = 20  # that are named
LAG = timedelta(minutes=2)  # so late may spans and scores come
Reasons = dict[str, Any]


def reasons_of(trigger: Trigger, now: datetime) -> Reasons | None:
    """None where there is none; an empty dict where that cannot be told. Raises InvalidMonitor,
    Unanswerable, Unavailable, LimitReached.
    """
    return REASONS[trigger.when](trigger, now)


def _of_verdicts(trigger: Trigger, now: datetime) -> Reasons | None:
    """So many drifts in a row; over once the monitor finds none."""
    judged = DriftVerdict.objects.filter(
        monitor=trigger.monitor,
        state__in=(State.DRIFT, State.NONE),
        at__lte=now,
        judged_at__gte=trigger.created_at,
    )
    newest = judged.select_related("monitor").order_by("-at").first()
    if newest is None or newest.state == State.NONE:
        return None
    streak = in_a_row(newest)
    if streak < trigger.options["after"]:
        return None
    return {
        "monitor": newest.monitor.name,
        "drifts_in_a_row": streak,
        "effect": newest.effect,
        "least_effect": newest.least_effect,
        "address": verdict_address(newest),
    }


def _of_score(trigger: Trigger, now: datetime) -> Reasons | None:
    """Its mean in the last hours is beyond the limit; with fewer scores than the least, nobody
    knows.
    """
    wanted = trigger.options
    until = int((now - LAG).timestamp()) * NS
    question = Question(
        project_id=trigger.project_id,
        view=SCORES,
        measures=(Measure("value", "avg"), Measure("count", "count")),
        since=until - wanted["hours"] * 3600 * NS,
        until=until,
        terms=terms_of(wanted["query"]),
        scores=(wanted["score"],),
    )
    answer = ask(question)
    mean, count = answer.one("avg_value"), answer.one("count_count") or 0
    if mean is None or count < wanted["least"]:
        return {}
    is_beyond = mean > wanted["limit"] if wanted["beyond"] == "above" else mean < wanted["limit"]
    if not is_beyond:
        return None
    return {
        "score": wanted["score"],
        "mean": mean,
        "scores": count,
        "limit": wanted["limit"],
        "beyond": wanted["beyond"],
        "hours": wanted["hours"],
    }


def _of_marks(trigger: Trigger, now: datetime) -> Reasons | None:
    """So many since the last episode, and in so many days. It is over at once."""
    since = now - timedelta(days=trigger.options["days"])
    marked = DriftVerdict.objects.filter(
        monitor__project=trigger.project_id,
        mark=Mark.HARMFUL,
        marked_at__gt=max(since, _last(trigger)),
        marked_at__lte=now,
    )
    if trigger.monitor_id:
        marked = marked.filter(monitor=trigger.monitor_id)
    count = marked.count()
    if count < trigger.options["count"]:
        return None
    named = marked.select_related("monitor").order_by("-marked_at", "pk")[:MOST_MARKS]
    return {"harmful": count, "addresses": [verdict_address(one) for one in named]}


def _of_schedule(trigger: Trigger, now: datetime) -> Reasons | None:
    days = trigger.options["days"]
    if now < _last(trigger) + timedelta(days=days):
        return None
    return {"every_days": days, "last": _last(trigger).isoformat()}


def _last(trigger: Trigger) -> datetime:
    last = Episode.objects.filter(trigger=trigger).order_by("-began_at").first()
    return last.began_at if last else trigger.created_at


REASONS: dict[str, Callable[[Trigger, datetime], Reasons | None]] = {
    str(When.VERDICT): _of_verdicts,
    str(When.SCORE): _of_score,
    str(When.MARKS): _of_marks,
    str(When.SCHEDULE): _of_schedule,
}
AT_ONCE_OVER = (When.MARKS, When.SCHEDULE)
