"""A run as a span: priced as every generation is, and stored as a trace where that is wished."""

import json
import secrets
from decimal import Decimal
from typing import Any

from accounts.models import User
from llm.models import LlmConnection, Protocol
from llm.words import told
from pricing.cost import price_spans
from prompts.kept import NO_TEXT
from prompts.playground.running import Outcome, Run
from traces.records import Span

ENVIRONMENT = "sonde-playground"
PROVIDERS = {Protocol.ANTHROPIC: "anthropic", Protocol.AZURE: "azure"}


def span_of(project_id: str, run: Run, outcome: Outcome, source: str, user: User) -> Span:
    """`source` names what the column was made from. Not as the span's prompt: a version's figures
    are of what really ran.
    """
    request = run.request
    span = Span(
        project_id,
        secrets.token_hex(16),
        secrets.token_hex(8),
        outcome.started_ns,
        end_time=outcome.started_ns + outcome.latency_ns,
        completion_start_time=_first(outcome),
        type="GENERATION",
        name="playground",
        trace_name="playground",
        is_root=True,
        is_app_root=True,
        environment=ENVIRONMENT,
        user_id=user.email,
        metadata={"prompt": source} if source else {},
        input=_json([_message(message) for message in request.messages]),
        output=_output(outcome),
        provider=provider_of(run.connection),
        model=NO_TEXT.sub("", outcome.model) or request.model,
        model_parameters=_parameters(run),
        usage=dict(outcome.usage),
        tool_definitions=_json([_tool(tool) for tool in request.tools]) if request.tools else "",
        tool_calls=_json([_call(one) for one in outcome.tool_calls]) if outcome.tool_calls else "",
        tool_call_names=sorted({call.name for call in outcome.tool_calls}),
        source="sonde",
    )
    if outcome.failure:
        span.level, span.status_message = "ERROR", told(outcome.failure)
    priced(span, request.model)
    return span


def priced(span: Span, asked_for: str) -> None:
    """By the name that answered, else by the name that was asked for."""
    price_spans([span])
    if span.total_cost is None and span.usage and span.model != asked_for:
        answered, span.model = span.model, asked_for
        price_spans([span])
        span.model = answered


def price_of(connection: LlmConnection, model: str, asked: int, answered: int) -> Decimal | None:
    """Dollars of so many tokens; None where no price is known."""
    span = Span(connection.project_id, "", "", 0, type="GENERATION", model=model)
    span.provider, span.usage = provider_of(connection), {"input": asked, "output": answered}
    priced(span, model)
    return span.total_cost


def provider_of(connection: LlmConnection) -> str:
    """As prices name it; "" for servers that speak OpenAI's protocol and may be anybody's."""
    if connection.protocol == Protocol.OPENAI and not connection.base_url:
        return "openai"
    return PROVIDERS.get(connection.protocol, "")


def _first(outcome: Outcome) -> int | None:
    return None if outcome.first_ns is None else outcome.started_ns + outcome.first_ns


def _output(outcome: Outcome) -> str:
    if not outcome.tool_calls:
        return NO_TEXT.sub("�", outcome.text)
    calls = [
        {
            "id": call.id,
            "type": "function",
            "function": {"name": call.name, "arguments": call.arguments},
        }
        for call in outcome.tool_calls
    ]
    return _json({"role": "assistant", "content": outcome.text or None, "tool_calls": calls})


def _message(message: Any) -> dict[str, Any]:
    told = {"role": message.role, "content": message.content}
    if message.tool_calls:
        told["tool_calls"] = [
            {
                "id": call.id,
                "type": "function",
                "function": {"name": call.name, "arguments": call.arguments},
            }
            for call in message.tool_calls
        ]
    return {**told, "tool_call_id": message.tool_call_id} if message.tool_call_id else told


def _tool(tool: Any) -> dict[str, Any]:
    parameters = dict(tool.parameters)
    return {"name": tool.name, "description": tool.description, "parameters": parameters}


def _call(call: Any) -> dict[str, str]:
    return {"id": call.id, "name": call.name, "arguments": call.arguments}


def _parameters(run: Run) -> dict[str, str]:
    request = run.request
    said = {
        "temperature": request.temperature,
        "top_p": request.top_p,
        "max_tokens": request.max_tokens,
    }
    told = {name: _json(value) for name, value in said.items() if value is not None}
    return {**told, **{name: _json(value) for name, value in request.extra.items()}}


def _json(value: Any) -> str:
    return NO_TEXT.sub("�", json.dumps(value, ensure_ascii=False))
