"""Trying a draft on one trace: a real call, of which nothing is stored."""

import time
from dataclasses import dataclass

import structlog
from django.http import QueryDict
from django.utils.translation import gettext as _

from accounts.models import Project
from evals.judges import targets
from evals.judges.editing import EditorForm
from evals.judges.judging import Failed, Verdict, judge
from evals.judges.models import Evaluator
from llm.slots import Busy, slot
from traces.errors import Refused, Unavailable
from traces.queries.filters import DAY, HOUR, TraceFilter
from traces.queries.traces import list_traces
from traces.search.terms import Term

MOST_SECONDS = 60  # a page waits
MAX_ID = 800

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Trial:
    """`problem` says why nothing was asked; else one of `verdict` and `failed` is there."""

    problem: str = ""
    verdict: Verdict | None = None
    failed: Failed | None = None


def newest_trace(project_id: str) -> str:
    """The trace that a try begins with; none where there is none, or nobody can tell."""
    now = time.time_ns()
    not_ours = Term("environment", (targets.ENVIRONMENT,), is_negated=True)
    wanted = TraceFilter(since=now - 7 * DAY, until=now + HOUR, terms=(not_ours,))
    try:
        found = list_traces(project_id, wanted, limit=1).traces
    except (Unavailable, Refused):
        return ""
    return found[0].trace_id if found else ""


def tried(project: Project, form: EditorForm, sent: QueryDict) -> Trial:
    trace_id, observation_id = (sent.get(name, "").strip() for name in ("trace", "observation"))
    if not trace_id or any(len(one) > MAX_ID or "\0" in one for one in (trace_id, observation_id)):
        return Trial(_("Give the id of a trace to try it on."))
    if not form.is_valid() or form.draft is None:
        errors = [str(error) for found in form.errors.values() for error in found]
        return Trial(_("It cannot be tried yet: %(why)s") % {"why": " ".join(errors)[:1_000]})
    try:
        found = targets.found(project.id, trace_id, observation_id)
    except (Unavailable, Refused):
        return Trial(_("ClickHouse is away. Try again in a moment."))
    if found is None:
        return Trial(_("There is no such trace or observation in this project."))
    version = form.draft.version(Evaluator(project=project), 0, None)
    version.timeout_seconds = min(version.timeout_seconds, MOST_SECONDS)
    log.info("evaluator_tried", project=project.id, connection=version.connection_id)
    try:
        with slot():
            result = judge(version, found.fields)
    except Busy:
        return Trial(_("As many runs as may be are at work. Try again in a moment."))
    return Trial(verdict=result) if isinstance(result, Verdict) else Trial(failed=result)
