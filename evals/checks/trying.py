"""Trying a check before it is switched on: on a text, or on the latest calls that it would see."""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from evals.checks.check import BOOLEAN, NUMERIC, Check
from evals.checks.scoring import is_complete, newest
from evals.checks.spans import subject_of
from evals.checks.subject import Outcome
from traces.queries.filters import DAY, HOUR, TraceFilter
from traces.queries.observations import list_observations
from traces.records import Span
from traces.search.terms import Term
from traces.stored import stored_spans

LATEST = 5
REACH = 7 * DAY


@dataclass(frozen=True, slots=True)
class Tried:
    """What the check says of one span; no outcome where there is nothing to say of it."""

    span: Span
    outcome: Outcome | None
    is_failed: bool | None
    words: str


def tried(check: Check, options: Mapping[str, Any], span: Span) -> Tried:
    outcome = check.run(subject_of(span), options)
    if outcome is None:
        return Tried(span, None, None, "")
    return Tried(span, outcome, check.is_failed(outcome, options), words_of(check, outcome))


def words_of(check: Check, outcome: Outcome) -> str:
    if check.data_type == BOOLEAN:
        return _("true") if outcome.score else _("false")
    return f"{outcome.score:.4g}" if check.data_type == NUMERIC else str(outcome.score)


def latest(
    project_id: str,
    *,
    types: tuple[str, ...] = (),
    environments: tuple[str, ...] = (),
    now: int | None = None,
) -> list[Span]:
    """The newest complete calls of these types and environments."""
    now = time.time_ns() if now is None else now
    terms = [Term("type", types)] if types else []
    terms += [Term("environment", environments)] if environments else []
    wanted = TraceFilter(since=now - REACH, until=now + HOUR, terms=tuple(terms))
    page = list_observations(project_id, wanted, limit=LATEST)
    keys = [(one.trace_id, one.span_id) for one in page.observations]
    rows = [row for some in stored_spans(project_id, keys).values() for row in some]
    found = [span for span in newest(rows) if is_complete(span)]
    return sorted(found, key=lambda span: span.start_time, reverse=True)
