"""What an execution leaves in the store: its score, and the judgement as a trace of its own."""

import json
import time
import uuid
from datetime import datetime

from evals.judges.judging import Call
from evals.judges.models import Execution
from evals.judges.targets import ENVIRONMENT
from traces.records import Score, Span

SPANS = uuid.UUID("7a1f3c58-2f6c-5d0f-8e0a-4f1b8d0c6f27")


def score_of(execution: Execution, now: datetime) -> Score:
    version = execution.version
    return Score(
        project_id=execution.project_id,
        id=execution.score_id,
        name=version.evaluator.name,
        timestamp=int(now.timestamp() * 1_000_000_000),
        data_type=version.shape.data_type,
        value=execution.value,
        string_value=execution.string_value,
        trace_id=execution.trace_id,
        observation_id=execution.observation_id,
        comment=execution.reasoning,
        source="EVAL",
        environment=execution.environment or "default",
        execution_trace_id=execution.execution_trace_id,
        metadata={
            "evaluator": version.evaluator_id,
            "evaluator_version": str(version.number),
            "execution": str(execution.pk),
            "model": execution.model,
        },
    )


def span_of(execution: Execution, call: Call, *, said: str = "") -> Span:
    """One attempt. In an environment that nobody judges, and that lists can leave out."""
    version = execution.version
    started = call.started_ns or time.time_ns()
    span = Span(
        execution.project_id,
        execution.execution_trace_id,
        uuid.uuid5(SPANS, f"{execution.pk}:{execution.attempts}:{started}").hex[:16],
        started,
        end_time=started + call.latency_ns,
        type="GENERATION",
        name=version.evaluator.name,
        trace_name=f"judge: {version.evaluator.name}",
        is_root=True,
        is_app_root=True,
        environment=ENVIRONMENT,
        input=json.dumps(call.sent, ensure_ascii=False),
        output=call.answer,
        provider=call.provider,
        model=call.model or version.model,
        model_parameters={
            name: json.dumps(value, ensure_ascii=False)
            for name, value in version.parameters.items()
        },
        usage=dict(call.usage),
        metadata={
            "evaluator": version.evaluator.name,
            "evaluator_version": str(version.number),
            "target_trace_id": execution.trace_id,
            "target_observation_id": execution.observation_id,
        },
        source="sonde",
    )
    if call.cost is not None:
        span.total_cost, span.cost_source = call.cost, "computed"
    if said:
        span.level, span.status_message = "ERROR", said
    return span
