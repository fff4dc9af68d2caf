"""What evaluators say of an answer, as scores of the item's root observation."""

import threading
import time
from collections.abc import Mapping, Sequence
from typing import Any

import structlog

from evals.checks.check import BOOLEAN, CATEGORICAL, InvalidOptions
from evals.checks.registry import CHECKS
from evals.checks.spans import subject_of
from evals.checks.subject import Outcome
from evals.experiments.models import PlannedItem
from evals.experiments.running.answering import Answered, id_of, root_of, trace_of
from evals.experiments.running.evaluators import JUDGE, Evaluator
from evals.judges.judging import Failed, Verdict, asked, costed, request_of
from evals.judges.mapping import NothingThere
from evals.judges.models import EvaluatorVersion
from evals.judges.targets import ENVIRONMENT
from llm.chat import Request
from traces.records import Score, Span

MOST_REASON = 1_000
log = structlog.get_logger(__name__)

Wanted = tuple[EvaluatorVersion, Request]


def of_checks(
    item: PlannedItem, evaluators: Sequence[Evaluator], task: Span, call: Span
) -> list[Score]:
    """`task` has the texts and what was expected, `call` what it cost and which tools it wanted."""
    subject = None
    found = []
    for one in evaluators:
        if one.kind == JUDGE or one.ref not in CHECKS:
            continue
        subject = subject or subject_of(as_seen(task, call))
        outcome = asked_check(one, subject)
        if outcome is not None:
            kind = CHECKS[one.ref].data_type
            found.append(score_of(item, one.name, kind, outcome))
    return found


def as_seen(task: Span, call: Span) -> Span:
    task.total_cost, task.tool_calls = call.total_cost, call.tool_calls
    return task


def asked_check(one: Evaluator, subject: Any) -> Outcome | None:
    check = CHECKS[one.ref]
    try:
        return check.run(subject, check.options_of(one.options))
    except InvalidOptions as error:
        log.warning("check_has_other_options", check=one.ref, error=str(error))
        return None


def score_of(item: PlannedItem, name: str, kind: str, outcome: Outcome) -> Score:
    words = str(outcome.score) if kind == CATEGORICAL else ""
    if kind == BOOLEAN:
        words = "True" if outcome.score else "False"
    value = None if kind == CATEGORICAL else float(outcome.score)
    return stored(item, name, kind, value, words, outcome.reason)


def stored(
    item: PlannedItem, name: str, kind: str, value: float | None, words: str, reason: str
) -> Score:
    now = time.time_ns()
    return Score(
        item.plan.run.project_id,
        f"experiment-{id_of(item, f'score:{name}', 32)}",
        name,
        now,
        data_type=kind,
        value=value,
        string_value=words,
        trace_id=trace_of(item),
        observation_id=root_of(item),
        comment=reason[:MOST_REASON],
        source="EVAL",
        environment="sdk-experiment",
        received_at=now,
    )


def fields_of(item: PlannedItem, answer: Answered) -> dict[str, Any]:
    """What judges' prompts pick from."""
    version = item.item
    return {
        "input": version.input,
        "output": answer.text,
        "expected_output": version.expected_output,
        "metadata": version.metadata,
        "tools": answer.tool_calls or None,
    }


def judges_of(evaluators: Sequence[Evaluator]) -> dict[str, EvaluatorVersion]:
    """By the score's name; those that are gone are left out."""
    wanted = {one.ref: one.name for one in evaluators if one.kind == JUDGE}
    rows = EvaluatorVersion.objects.filter(pk__in=list(wanted)).exclude(connection=None)
    return {wanted[row.pk]: row for row in rows.select_related("connection", "evaluator")}


def requests_of(
    versions: Mapping[str, EvaluatorVersion], item: PlannedItem, answer: Answered
) -> tuple[dict[str, Wanted], list[str]]:
    """What to ask each judge, and which cannot be asked, with the reason."""
    found, unasked = {}, []
    for name, version in versions.items():
        try:
            found[name] = version, request_of(version, fields_of(item, answer))
        except NothingThere as error:
            unasked.append(f"{name}: {error}")
    return found, unasked


def judged(wanted: Mapping[str, Wanted], stop: threading.Event) -> dict[str, Verdict | Failed]:
    """One after the other; asks no database, so any thread may do it."""
    return {
        name: asked(version, version.connection, request, stop=stop)
        for name, (version, request) in wanted.items()
        if version.connection is not None
    }


def verdict_score(item: PlannedItem, name: str, version: EvaluatorVersion, one: Verdict) -> Score:
    said = one.score
    kind = version.shape.data_type
    score = stored(item, name, kind, said.value, said.string_value, said.reasoning)
    score.metadata = {"evaluator": version.evaluator_id, "evaluator_version": str(version.number)}
    return score


def judge_span(
    item: PlannedItem, name: str, wanted: Wanted, result: Verdict | Failed
) -> Span | None:
    """The judgement, beside the item's run: not among what an experiment's item cost, and in an
    environment that nobody judges.
    """
    version, request = wanted
    result = costed(version.connection, request, result) if version.connection else result
    call = result.call
    if call is None:
        return None
    span = Span(
        item.plan.run.project_id,
        trace_of(item),
        id_of(item, f"judge:{name}", 16),
        call.started_ns,
        end_time=call.started_ns + call.latency_ns,
        parent_span_id=id_of(item, "item-run", 16),
        type="EVALUATOR",
        name=name,
        environment=ENVIRONMENT,
        input="\n\n".join(one["content"] for one in call.sent),
        output=call.answer,
        provider=call.provider,
        model=call.model or version.model,
        usage=dict(call.usage),
        total_cost=call.cost,
        cost_source="computed" if call.cost is not None else "unknown" if call.usage else "",
        source="sonde",
    )
    if isinstance(result, Failed):
        span.level, span.status_message = "ERROR", result.said
    return span
