"""Finding what is to be judged: traces that have come to rest, each made an execution of once.

A rule's watermark says up to when arrivals have been looked at. It stays behind the clock by as
much as rows may take to become visible, and behind what ingest still holds; what is seen twice is
known by its execution.
"""

import hashlib
import time
from collections.abc import Iterable, Mapping, Sequence

import structlog
from django.db import transaction
from django.db.models import Min

from evals.judges import evaluators, reasons
from evals.judges.models import (
    Evaluator,
    EvaluatorVersion,
    Execution,
    PastRun,
    Rule,
    State,
    Target,
)
from evals.judges.targets import ENVIRONMENT, key_of
from ingest.models import HeldBatch
from traces.queries.filters import FIRST, LAST, TraceFilter
from traces.queries.judged import Quiet, observations_among, quiet_traces
from traces.queries.traces import exact_traces
from traces.queries.windows import Place
from traces.search.grammar import parsed
from traces.search.terms import Term

NS = 1_000_000_000
OVERLAP = 120 * NS  # longer than a row takes from its receipt to being seen
AT_ONCE = 200  # traces
MOST_OBSERVATIONS = 10_000  # of those traces
LOOK_SECONDS = 20.0  # then the other evaluators have their turn
NOT_OURS = Term("environment", (ENVIRONMENT,), is_negated=True)

Ids = tuple[str, str]  # of a trace, and of an observation in it or ""

log = structlog.get_logger(__name__)


class Unreadable(Exception):
    """The query of a rule is none any more."""


def due() -> list[str]:
    """The evaluators that look for new traces."""
    return list(Evaluator.objects.filter(state=State.ACTIVE).values_list("pk", flat=True))


def look(evaluator_id: str, now_ns: int, *, seconds: float = LOOK_SECONDS) -> int:
    """Make executions of what has come to rest since the last look. Safe to run twice, also at
    once. Returns how many are new.
    """
    rule = Rule.objects.filter(evaluator=evaluator_id, evaluator__state=State.ACTIVE)
    found = rule.select_related("evaluator__project").first()
    version = evaluators.current(found.evaluator) if found else None
    if found is None or version is None:
        return 0
    try:
        wanted = wanted_of(found.query)
    except Unreadable:
        evaluators.pause(found.evaluator, reasons.UNREADABLE)
        return 0
    return _swept(found, version, wanted, now_ns, time.monotonic() + seconds)


def _swept(
    rule: Rule, version: EvaluatorVersion, wanted: TraceFilter, now_ns: int, deadline: float
) -> int:
    project_id = rule.evaluator.project_id
    until = now_ns - rule.delay_seconds * NS
    # Asked before ClickHouse is: what is written back in between is then seen by it.
    held = HeldBatch.objects.filter(project_id=project_id).aggregate(first=Min("version"))["first"]
    furthest = min(until - OVERLAP, held if held is not None else LAST)
    last, made, is_over = None, 0, False
    while not is_over:
        page = quiet_traces(
            project_id, since=rule.watermark, until=until, after=last, besides=ENVIRONMENT,
            limit=AT_ONCE,
        )  # fmt: skip
        made += make(version, matching(rule, version, wanted, page))
        is_over = len(page) < AT_ONCE
        if page:
            last = page[-1]
        if not is_over and time.monotonic() > deadline and last:
            furthest = min(furthest, last.last)
            break
    Rule.objects.filter(pk=rule.pk, watermark__lt=furthest).update(watermark=furthest)
    return made


def wanted_of(query: str, since: int = FIRST, until: int = LAST) -> TraceFilter:
    """What a query finds, but for the judges' own traces. Raises Unreadable."""
    found = parsed(query)
    if found.problems:
        raise Unreadable(found.problems[0].message)
    return TraceFilter(since=since, until=until, terms=(*found.terms, NOT_OURS))


def matching(
    rule: Rule, version: EvaluatorVersion, wanted: TraceFilter, page: Sequence[Quiet]
) -> list[Ids]:
    """The targets among traces that came to rest: sampled, not judged before, and matching."""
    if rule.target == Target.OBSERVATION:
        ids: list[Ids] = observations_among(
            rule.evaluator.project_id, wanted, page, limit=MOST_OBSERVATIONS
        )
        return [one for one in ids if is_sampled(version.evaluator_id, one, rule.sampling)]
    by_id = {one.trace_id: one for one in page}
    left = [one for one in by_id if is_sampled(version.evaluator_id, (one, ""), rule.sampling)]
    known = judged_before(version, [(one, "") for one in left])
    places = [Place(by_id[one].started, one) for one in left if (one, "") not in known]
    return [(one, "") for one in exact_traces(rule.evaluator.project_id, wanted, places)]


def is_sampled(evaluator_id: str, target: Ids, share: float) -> bool:
    """The same answer for the same target whenever it is asked, also of another version: the two
    are then compared on the same traces.
    """
    digest = hashlib.sha256(f"{evaluator_id}:{key_of(*target)}".encode()).digest()
    return int.from_bytes(digest[:8]) < share * 2**64


def judged_before(version: EvaluatorVersion, targets: Iterable[Ids]) -> set[Ids]:
    """Those that have an execution, whatever came of it."""
    keys = {key_of(*one): one for one in targets}
    found = Execution.objects.filter(version=version, repeat=0, target_key__in=list(keys))
    return {keys[key] for key in found.values_list("target_key", flat=True)}


def make(
    version: EvaluatorVersion,
    targets: Sequence[Ids],
    *,
    run: PastRun | None = None,
    repeats: Sequence[int] = (0,),
    order: str = "",
    items: Mapping[Ids, int | None] | None = None,
) -> int:
    """An execution of each target that has none. Two at once make it once, and a run that was
    stopped makes no more. `items` are of targets that were run for a dataset's item. Returns how
    many are new.
    """
    known = judged_before(version, targets) if repeats == (0,) else set()
    evaluator = version.evaluator
    rows = [
        Execution(
            project_id=evaluator.project_id,
            evaluator=evaluator,
            version=version,
            run=run,
            trace_id=trace_id,
            observation_id=observation_id,
            target_key=key_of(trace_id, observation_id),
            repeat=repeat,
            order=order,
            item_id=(items or {}).get((trace_id, observation_id)),
        )
        for trace_id, observation_id in targets
        if (trace_id, observation_id) not in known
        for repeat in repeats
    ]
    with transaction.atomic():
        if run and not PastRun.objects.select_for_update().filter(pk=run.pk, is_cancelled=False):
            return 0
        made = Execution.objects.bulk_create(rows, ignore_conflicts=True, batch_size=1_000)
    if made:
        log.info("executions_made", evaluator=evaluator.pk, version=version.number, n=len(made))
    return len(made)
