"""What evaluators say of an answer, as scores of the item's root observation."""

import time
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

import structlog

from evals.checks.check import BOOLEAN, CATEGORICAL, InvalidOptions
from evals.checks.registry import CHECKS
from evals.checks.spans import subject_of
from evals.checks.subject import Outcome
from evals.experiments.models import Judgement, PlannedItem
from evals.experiments.running.answering import Answered, id_of, root_of, trace_of
from evals.experiments.running.evaluators import JUDGE, Evaluator
from evals.judges.models import EvaluatorVersion
from evals.judges.targets import ENVIRONMENT
from traces.records import Score, Span

MOST_REASON = 1_000
log = structlog.get_logger(__name__)


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


def verdict_score(judgement: Judgement, said: Mapping[str, Any]) -> Score:
    """`said` is a judges' Score, as JSON."""
    version = judgement.version
    kind = version.shape.data_type
    value, words = said["value"], said["string_value"]
    score = stored(judgement.item, judgement.name, kind, value, words, said["reasoning"])
    score.metadata = {"evaluator": version.evaluator_id, "evaluator_version": str(version.number)}
    return score


def judge_span(judgement: Judgement, number: int, attempt: Mapping[str, Any]) -> Span:
    """One try of a judge, beside the item's run: not among what an experiment's item cost, and in
    an environment that nobody judges.
    """
    item, version, call = judgement.item, judgement.version, attempt["call"]
    cost = None if call["cost"] is None else Decimal(call["cost"])
    span = Span(
        item.plan.run.project_id,
        trace_of(item),
        id_of(item, f"judge:{judgement.name}:{number}", 16),
        call["started_ns"],
        end_time=call["started_ns"] + call["latency_ns"],
        parent_span_id=id_of(item, "item-run", 16),
        type="EVALUATOR",
        name=judgement.name,
        environment=ENVIRONMENT,
        input="\n\n".join(one["content"] for one in call["sent"]),
        output=call["answer"],
        provider=call["provider"],
        model=call["model"] or version.model,
        usage=dict(call["usage"]),
        total_cost=cost,
        cost_source="computed" if cost is not None else "unknown" if call["usage"] else "",
        source="sonde",
    )
    if attempt["said"]:
        span.level, span.status_message = "ERROR", attempt["said"]
    return span
