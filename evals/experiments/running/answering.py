"""A model's answer to an item: asked for once, kept, and stored as SDKs' experiments are."""

import hashlib
import json
import threading
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from evals.experiments.models import PlannedItem
from evals.experiments.running.variables import text_of
from llm import calls, words
from llm.chat import CallFailed, Failed, Request
from llm.models import LlmConnection
from prompts.kept import NO_TEXT
from prompts.playground.spans import priced, provider_of
from traces.api.moments import iso
from traces.records import Span

ENVIRONMENT = "sdk-experiment"  # where Langfuse's SDKs put theirs
SECONDS = 300


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """`failure` is why there is no answer, for good."""

    started_ns: int
    latency_ns: int
    sent: list[dict[str, Any]] = field(default_factory=list)
    text: str = ""
    model: str = ""
    usage: dict[str, int] = field(default_factory=dict)
    tool_calls: list[dict[str, str]] = field(default_factory=list)
    failure: str = ""

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


def answered(
    connection: LlmConnection, request: Request, stop: threading.Event
) -> Answered | Failed:
    """Asks no database, so any thread may do it."""
    patience = calls.Patience(seconds=SECONDS, idle_seconds=SECONDS, stop=stop)
    started, began = time.time_ns(), time.monotonic_ns()
    try:
        answer = calls.complete(connection, request, patience)
    except CallFailed as error:
        return error.failure
    return Answered(
        started_ns=started,
        latency_ns=time.monotonic_ns() - began,
        sent=[{"role": one.role, "content": one.content} for one in request.messages],
        text=NO_TEXT.sub("�", answer.text),
        model=NO_TEXT.sub("", answer.model) or request.model,
        usage=dict(answer.usage),
        tool_calls=[
            {name: NO_TEXT.sub("�", text) for name, text in asdict(one).items()}
            for one in answer.tool_calls
        ],
    )


def not_answered(request: Request | None, said: str) -> Answered:
    messages = request.messages if request else ()
    sent = [{"role": one.role, "content": one.content} for one in messages]
    return Answered(started_ns=time.time_ns(), latency_ns=0, sent=sent, failure=said)


def failure_words(failure: Failed) -> str:
    return f"{words.told(failure)} {failure.said}".strip()


def id_of(item: PlannedItem, part: str, length: int) -> str:
    """The same each time: what is stored again is stored once."""
    named = f"{item.plan_id}\0{item.pk}\0{part}"
    return hashlib.sha256(named.encode()).hexdigest()[:length]


def trace_of(item: PlannedItem) -> str:
    return id_of(item, "trace", 32)


def root_of(item: PlannedItem) -> str:
    return id_of(item, "task", 16)


def spans_of(item: PlannedItem, answer: Answered) -> list[Span]:
    """The item's run, the task in it, and the call in that."""
    outer = span_of(item, answer, "item-run", name="experiment-item-run")
    outer.is_root = outer.is_app_root = True
    task = span_of(item, answer, "task", name="experiment-item-task")
    task.parent_span_id = outer.span_id
    call = span_of(item, answer, "call", name=item.plan.prompt_name)
    call.parent_span_id = task.span_id
    as_call(call, item, answer)
    return [outer, task, call]


def span_of(item: PlannedItem, answer: Answered, part: str, *, name: str) -> Span:
    plan, version = item.plan, item.item
    span = Span(
        plan.run.project_id,
        trace_of(item),
        id_of(item, part, 16),
        answer.started_ns,
        end_time=answer.started_ns + answer.latency_ns,
        name=name,
        trace_name=plan.run.name,
        environment=ENVIRONMENT,
        input=text_of(version.input),
        output=answer.text,
        metadata={"prompt": f"{plan.prompt_name} v{plan.prompt_version}"},
        experiment_id=plan.run.public_id,
        experiment=experiment_of(item),
        source="sonde",
    )
    if answer.failure:
        span.level, span.status_message = "ERROR", answer.failure
    return span


def experiment_of(item: PlannedItem) -> dict[str, str]:
    plan, version = item.plan, item.item
    said = {
        "name": plan.run.name,
        "description": plan.run.description,
        "dataset.id": version.dataset_id,
        "item.id": version.item_id,
        "item.version": iso(int(plan.version_at.timestamp() * 1000) * 1_000_000) or "",
        "item.root_observation_id": root_of(item),
        "item.expected_output": text_of(version.expected_output),
        **{f"metadata.{key}": text_of(value) for key, value in mapped(plan.run.metadata)},
        **{f"item.metadata.{key}": text_of(value) for key, value in mapped(version.metadata)},
    }
    return {key: NO_TEXT.sub("�", text) for key, text in said.items() if text}


def mapped(value: Any) -> list[tuple[str, Any]]:
    return list(value.items()) if isinstance(value, Mapping) else []


def as_call(span: Span, item: PlannedItem, answer: Answered) -> None:
    """Not as the prompt's span: a version's figures are of what really ran."""
    plan = item.plan
    span.type = "GENERATION"
    span.input = json.dumps(answer.sent, ensure_ascii=False)
    span.provider = provider_of(plan.connection) if plan.connection else ""
    span.model = answer.model or plan.model
    span.model_parameters = {name: text_of(value) for name, value in plan.parameters.items()}
    span.usage = dict(answer.usage)
    if answer.tool_calls:
        span.tool_calls = json.dumps(answer.tool_calls, ensure_ascii=False)
        span.tool_call_names = sorted({one["name"] for one in answer.tool_calls})
    priced(span, plan.model)
