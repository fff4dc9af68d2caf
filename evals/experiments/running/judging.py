"""The judges of an experiment. Each judgement is a piece of work of its own: asked through the
judge's own connection, at that one's pace, for the evaluator's own money. What a judge says is kept
before it is stored, so that nobody is asked, and paid, again for it.
"""

import threading
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.utils import timezone

from evals.experiments.models import Judgement, Plan, PlannedItem, Step
from evals.experiments.running.answering import Answered
from evals.experiments.running.scoring import fields_of, judge_span, verdict_score
from evals.judges import evaluators, queue, reasons
from evals.judges.judging import NO_CONNECTION, Failed, Verdict, asked, costed, request_of
from evals.judges.mapping import NothingThere
from evals.judges.models import EvaluatorVersion, Pace, State
from evals.judges.settling import next_try
from ingest.admission import Overloaded
from ingest.pipeline import accept
from llm.chat import Kind, Request

OPEN = (Step.WAITING, Step.ANSWERED)
MOST_TAKEN = 5  # by workers that all died of it
MOST_STORED = 50  # judgements at once
MAX_SAID = 2_000
STORE_WAIT = timedelta(seconds=5)
HOPELESS_WAIT = timedelta(seconds=5)
RECHECK = timedelta(minutes=1)  # of an evaluator that is paused or has spent its day's budget

Found = Verdict | Failed


@dataclass(frozen=True, slots=True)
class Heard:
    """What a judge was asked, and what it said."""

    request: Request
    found: Found


def ask_for(plan: Plan, ids: Iterable[int], versions: Mapping[str, EvaluatorVersion]) -> None:
    """Said twice, each judge is asked once."""
    rows = [
        Judgement(plan=plan, item_id=item_id, version=version, name=name)
        for item_id in ids
        for name, version in versions.items()
    ]
    Judgement.objects.bulk_create(rows, ignore_conflicts=True, batch_size=1_000)


def of_worker(plan: Plan) -> "QuerySet[Judgement]":
    """Those of the plan, as long as it is this worker's and nobody stopped it."""
    return Judgement.objects.filter(plan=plan, plan__holder=plan.holder, plan__finished_at=None)


def take(
    plan: Plan, version: EvaluatorVersion, besides: list[int], now: datetime
) -> Judgement | None:
    """The next judgement of the judge, unless its evaluator is paused or has spent its budget."""
    may_spend = Q(version__evaluator__held_until=None) | Q(version__evaluator__held_until__lte=now)
    due = of_worker(plan).filter(may_spend, version=version, step=Step.WAITING, due_at__lte=now)
    free = due.exclude(version__evaluator__state=State.PAUSED).exclude(pk__in=besides)
    judgement = free.order_by("pk").select_related("item__item").first()
    if judgement is None:
        return None
    judgement.plan = judgement.item.plan = plan
    judgement.version = version
    judgement.taken += 1
    Judgement.objects.filter(pk=judgement.pk).update(taken=F("taken") + 1)
    return judgement


def note(judgement: Judgement, **fields: object) -> bool:
    """Keep how far it came. False where it is no longer this worker's."""
    is_open = of_worker(judgement.plan).filter(pk=judgement.pk, step=judgement.step)
    return bool(is_open.update(**{"taken": 0, **fields}))


def over(judgement: Judgement, said: str, **fields: object) -> None:
    """It gives no score, for good."""
    note(judgement, step=Step.ANSWERED, said=said[:MAX_SAID], **fields)


def question(judgement: Judgement, stop: threading.Event) -> Callable[[], Heard] | None:
    """What a thread, which asks no database, is to do; None where nothing is left to be asked."""
    version = judgement.version
    if judgement.taken > MOST_TAKEN:
        over(judgement, "Whoever took it up was killed, or broke.")
        return None
    if (connection := version.connection) is None:
        over(judgement, reasons.words_of(NO_CONNECTION))
        return None
    try:
        request = request_of(version, fields_of(judgement.item, Answered(**judgement.item.answer)))
    except NothingThere as error:
        over(judgement, str(error))
        return None
    return lambda: Heard(request, asked(version, connection, request, stop=stop))


def settle(pace: Pace, judgement: Judgement, heard: Heard) -> None:
    """Make of the answer what judges make of it everywhere: only a real try counts as one."""
    evaluator, found = judgement.version.evaluator, heard.found
    if isinstance(found, Failed):
        if found.kind == Kind.STOPPED:
            note(judgement)
            return
        if found.kind in reasons.SLOWING:
            note(judgement, due_at=queue.slow_down(pace, found.retry_after))
            return
        if found.kind in reasons.HOPELESS:
            due_at = timezone.now() + HOPELESS_WAIT
            if note(judgement, due_at=due_at, said=found.said[:MAX_SAID]):
                evaluators.note_hopeless(evaluator, found.kind, found.said)
            return
        if found.kind in reasons.STRAINED:
            queue.slow_down(pace)
    else:
        queue.went_well(pace)
        evaluators.note_answered(evaluator)
    connection = judgement.version.connection
    assert connection is not None
    tried(judgement, costed(connection, heard.request, found))


def tried(judgement: Judgement, found: Found) -> None:
    """Keep a try, and what it cost: also one that nobody waits for any more was paid for."""
    now, tries = timezone.now(), judgement.tries + 1
    call = found.call
    if call is not None and (isinstance(found, Verdict) or call.answer or call.usage):
        evaluators.spend(judgement.version.evaluator, call.cost, now)
    kept = {"tries": tries, "attempts": [*judgement.attempts, *attempts_of(found)]}
    if isinstance(found, Verdict):
        note(judgement, step=Step.ANSWERED, said="", **kept)
    elif found.kind in reasons.FINAL or tries >= judgement.version.most_attempts:
        over(judgement, found.said, **kept)
    else:
        note(judgement, due_at=next_try(tries, now), said=found.said[:MAX_SAID], **kept)


def attempts_of(found: Found) -> list[dict[str, Any]]:
    if found.call is None:
        return []
    call = asdict(found.call)
    call["cost"] = None if found.call.cost is None else str(found.call.cost)
    score = asdict(found.score) if isinstance(found, Verdict) else None
    return [{"call": call, "score": score, "said": getattr(found, "said", "")}]


def store(plan: Plan) -> int:
    """Stores what judges said, each try with what it cost; how many judgements. While the store is
    away all of it stays where it is.
    """
    now = timezone.now()
    due = of_worker(plan).filter(step=Step.ANSWERED, due_at__lte=now).order_by("pk")
    found = list(due.select_related("item__item", "version__evaluator")[:MOST_STORED])
    if not found:
        return 0
    rows: list[Any] = []
    for one in found:
        one.plan = one.item.plan = plan
        rows += [judge_span(one, number, tried) for number, tried in enumerate(one.attempts)]
        rows += [verdict_score(one, tried["score"]) for tried in one.attempts if tried["score"]]
    ids = [one.pk for one in found]
    mine = of_worker(plan).filter(pk__in=ids, step=Step.ANSWERED)
    try:
        accept(plan.run.project_id, rows)
    except Overloaded:
        mine.update(due_at=now + STORE_WAIT)
        return 0
    mine.filter(said="").update(step=Step.DONE, attempts=[])
    mine.exclude(said="").update(step=Step.FAILED, attempts=[])
    finish_items(plan, {one.item_id for one in found})
    return len(found)


def finish_items(plan: Plan, ids: Iterable[int] | None = None) -> None:
    """Those of which no judge is to be asked any more are done, also where a judge was deleted."""
    is_open = Exists(Judgement.objects.filter(item=OuterRef("pk"), step__in=OPEN))
    items = PlannedItem.objects.filter(~is_open, plan=plan, step=Step.STORED)
    if ids is not None:
        items = items.filter(pk__in=list(ids))
    done = list(items.values_list("pk", flat=True))
    said: dict[int, list[str]] = {}
    failed = Judgement.objects.filter(item__in=done, step=Step.FAILED).order_by("pk")
    for item_id, name, words in failed.values_list("item", "name", "said"):
        said.setdefault(item_id, []).append(f"{name}: {words}")
    still_mine = PlannedItem.objects.filter(
        step=Step.STORED, plan__holder=plan.holder, plan__finished_at=None
    )
    for item_id, lines in said.items():
        still_mine.filter(pk=item_id).update(step=Step.DONE, said="\n".join(lines)[:MAX_SAID])
    still_mine.filter(pk__in=done).update(step=Step.DONE)


def give_up_unasked(plan: Plan) -> None:
    """Judges whose connection was deleted answer nothing more."""
    gone = of_worker(plan).filter(step=Step.WAITING, version__connection=None)
    gone.update(step=Step.ANSWERED, said=reasons.words_of(NO_CONNECTION))


def next_due(plan: Plan, version: EvaluatorVersion, now: datetime) -> datetime | None:
    """When the judge is to be asked next; None where it need not be."""
    waiting = of_worker(plan).filter(version=version, step=Step.WAITING).order_by("due_at")
    judgement = waiting.select_related("version__evaluator").first()
    if judgement is None:
        return None
    evaluator = judgement.version.evaluator
    if evaluator.state == State.PAUSED:
        return max(judgement.due_at, now + RECHECK)
    if evaluator.held_until and evaluator.held_until > now:
        return max(judgement.due_at, min(evaluator.held_until, now + RECHECK))
    return judgement.due_at


def next_stored(plan: Plan) -> datetime | None:
    kept = of_worker(plan).filter(step=Step.ANSWERED).order_by("due_at")
    return kept.values_list("due_at", flat=True).first()
