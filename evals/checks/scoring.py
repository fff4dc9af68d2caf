"""What enabled checks say of spans, as scores: one for each check and span, however often asked."""

from collections.abc import Generator, Iterable, Sequence
from hashlib import blake2b

from evals.checks.check import BOOLEAN, CATEGORICAL
from evals.checks.enabled import RESERVED, WHOLE, Enabled, Kind, share_of
from evals.checks.spans import subject_of
from evals.checks.subject import Outcome, Subject
from ingest import seldom
from traces.merge import START_UNKNOWN
from traces.records import Score, Span

MOST_REASON = 1_000
PREFIX = "check-"  # of the ids of checks' scores
# A later revision of a check counts above the earlier whatever they were asked of: each change of
# a span raises its version by two.
A_REVISION = 1_000


def is_complete(span: Span) -> bool:
    """Whether it is an observation of which all is said, or at least what came out of it. What is
    not is checked when the rest comes."""
    if not span.span_id or span.is_deleted or START_UNKNOWN in span.marks:
        return False
    return span.end_time is not None or bool(span.output) or span.type == "EVENT"


def scores_of(span: Span, checks: Iterable[Enabled], *, now: int) -> list[Score]:
    """The scores of one span, by those of the checks that want it."""
    return [score for score in one_by_one(span, checks, now=now) if score is not None]


def one_by_one(
    span: Span, checks: Iterable[Enabled], *, now: int
) -> Generator[Score | None, None, None]:
    """The same check after check, None where one has nothing to say: whoever has no more time asks
    no further.
    """
    some = wanted(span, checks) if is_complete(span) else []
    if not some:
        return
    subject = subject_of(span)
    for one in some:
        outcome = asked(one, subject)
        yield None if outcome is None else score_of(one, span, outcome, now)


def wanted(span: Kind, checks: Iterable[Enabled]) -> list[Enabled]:
    if span.environment.startswith(RESERVED):
        return []
    some = [one for one in checks if one.wants(span)]
    if any(one.below < WHOLE for one in some):
        share = share_of(span.trace_id)
        some = [one for one in some if share < one.below]
    return some


def asked(one: Enabled, subject: Subject) -> Outcome | None:
    """None where the check fails over it, which it should not: the log says so, without text."""
    try:
        return one.check.run(subject, one.options)
    except Exception as error:
        seldom.warn("check_failed", check=one.check.key, id=one.id, error=type(error).__name__)
        return None


def score_of(one: Enabled, span: Span, outcome: Outcome, now: int) -> Score:
    """Its id names the score and the span; its version follows the span's, so that of two that race
    the one that saw the later state counts, and a re-send counts once."""
    kind = one.check.data_type
    value, words = None, ""
    if kind == CATEGORICAL:
        words = str(outcome.score)
    else:
        value = float(outcome.score)
        words = ("True" if outcome.score else "False") if kind == BOOLEAN else ""
    return Score(
        span.project_id,
        score_id(one.name, span.trace_id, span.span_id),
        one.name,
        span.end_time or span.start_time,
        data_type=kind,
        value=value,
        string_value=words,
        trace_id=span.trace_id,
        observation_id=span.span_id,
        comment=outcome.reason[:MOST_REASON],
        source="EVAL",
        environment=span.environment,
        metadata={"check": one.check.key},
        received_at=now,
        version=version_of(one, span.version or span.received_at),
    )


def version_of(one: Enabled, version: int) -> int:
    """Of the score of a span that has this version."""
    return version + A_REVISION * one.revision


def score_id(name: str, trace_id: str, span_id: str) -> str:
    """By the score's name, so that a check which is deleted and set up again doubles nothing."""
    named = f"{name}\0{trace_id}\0{span_id}".encode("utf-8", "replace")
    return f"{PREFIX}{blake2b(named, digest_size=16).hexdigest()}"


def newest(spans: Sequence[Span]) -> list[Span]:
    """Of each span its row of the highest version."""
    found: dict[tuple[str, str], Span] = {}
    for span in spans:
        key = span.trace_id, span.span_id
        if key not in found or found[key].version <= span.version:
            found[key] = span
    return list(found.values())
