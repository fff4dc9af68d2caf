"""One judgement: a version of an evaluator, what is to be judged, one call of a model. No queue.

match judge(version, {"input": …, "output": …}, connection=connection):
    case Verdict(score): …
    case Failed(kind, said): …
"""

import json
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from evals.judges import orders
from evals.judges.blocks import messages_of
from evals.judges.mapping import NothingThere, values_of
from evals.judges.models import EvaluatorVersion
from evals.judges.outputs import Score, WrongAnswer, schema_of
from evals.judges.verdict import read
from llm import calls, chat, words
from llm.models import LlmConnection
from prompts.kept import NO_TEXT
from prompts.playground.spans import priced, provider_of
from traces.records import Span

# What went wrong before or after the call; llm.chat.Kind tells what went wrong in it.
NOTHING_THERE = "nothing_there"
WRONG_ANSWER = "wrong_answer"
NO_CONNECTION = "no_connection"


@dataclass(frozen=True, slots=True)
class Call:
    """What was sent and what came back. `cost` is None where it is unknown."""

    sent: list[dict[str, str]]
    answer: str = ""
    model: str = ""
    provider: str = ""
    usage: Mapping[str, int] = field(default_factory=dict)
    cost: Decimal | None = None
    started_ns: int = 0
    latency_ns: int = 0


@dataclass(frozen=True, slots=True)
class Verdict:
    score: Score
    call: Call


@dataclass(frozen=True, slots=True)
class Failed:
    """`kind` is one of the words above, or of llm.chat.Kind; `call` is None where none was made."""

    kind: str
    said: str
    call: Call | None = None
    retry_after: float | None = None


def judge(
    version: EvaluatorVersion,
    fields: Mapping[str, Any],
    *,
    connection: LlmConnection | None = None,
    stop: threading.Event | None = None,
) -> Verdict | Failed:
    """Ask the model once, through the version's own connection unless another is given. `fields`
    are what mappings pick from, by the names in mapping.SOURCES. Nothing is raised and nothing is
    stored.
    """
    connection = connection or version.connection
    if connection is None:
        return Failed(NO_CONNECTION, _("The connection of this version was deleted."))
    try:
        request = request_of(version, fields)
    except NothingThere as error:
        return Failed(NOTHING_THERE, str(error))
    return costed(connection, request, asked(version, connection, request, stop=stop))


def request_of(
    version: EvaluatorVersion, fields: Mapping[str, Any], order: str = ""
) -> chat.Request:
    """In one of the other orders, if one is named. Raises NothingThere, and NothingToTurn."""
    schema = schema_of(version.shape)
    given = dict(version.parameters)
    known = {name: given.pop(name, None) for name in ("temperature", "top_p", "max_tokens")}
    templates, values = ordered(version, fields, order)
    return chat.Request(
        model=version.model,
        messages=messages_of(templates, values, example_of(schema)),
        schema=schema,
        extra=given,
        **known,
    )


def ordered(
    version: EvaluatorVersion, fields: Mapping[str, Any], order: str
) -> tuple[orders.Messages, dict[str, str]]:
    templates, values = version.messages, values_of(version.places, fields)
    if order == orders.PARTS:
        turned = orders.parts_turned(templates)
        if turned is None:
            raise orders.NothingToTurn
        return turned, values
    if order == orders.LISTS:
        as_is, lists = values, orders.lists_of(version.places)
        values = values_of(version.places, fields, turned=lists)
        if values == as_is:
            raise orders.NothingToTurn
    return templates, values


def example_of(schema: Mapping[str, Any]) -> str:
    """The schema as a model reads it most easily: JSON with words where values go."""
    if schema["type"] == "object":
        pairs = (f'"{name}": {example_of(inner)}' for name, inner in schema["properties"].items())
        return f"{{{', '.join(pairs)}}}"
    if schema["type"] == "array":
        return f"[{example_of(schema['items'])}, …]"
    if "enum" in schema:
        return " or ".join(json.dumps(one, ensure_ascii=False) for one in schema["enum"])
    if "minimum" in schema:
        return f"a number from {schema['minimum']:g} to {schema['maximum']:g}"
    return {"string": '"a text"', "boolean": "true or false"}[schema["type"]]


def asked(
    version: EvaluatorVersion,
    connection: LlmConnection,
    request: chat.Request,
    *,
    stop: threading.Event | None = None,
) -> Verdict | Failed:
    """The call alone, whose cost is not known yet: it asks no database, so any thread may do it."""
    seconds = version.timeout_seconds
    patience = calls.Patience(seconds=seconds, idle_seconds=seconds, stop=stop)
    sent = [{"role": one.role, "content": one.content} for one in request.messages]
    started_ns, began = time.time_ns(), time.monotonic_ns()
    try:
        answer = _completed(connection, request, patience)
    except chat.CallFailed as error:
        failure = error.failure
        call = Call(sent, started_ns=started_ns, latency_ns=time.monotonic_ns() - began)
        said = NO_TEXT.sub("�", f"{words.told(failure)} {failure.said}".strip())
        return Failed(failure.kind.value, said, call, failure.retry_after)
    model = NO_TEXT.sub("", answer.model)[:200] or request.model
    call = Call(
        sent=sent,
        answer=NO_TEXT.sub("�", answer.text),
        model=model,
        provider=provider_of(connection),
        usage=dict(answer.usage),
        started_ns=started_ns,
        latency_ns=time.monotonic_ns() - began,
    )
    try:
        return Verdict(read(version.shape, answer.text), call)
    except WrongAnswer as error:
        cut = _("The answer was cut at its most tokens.") if answer.reason == "length" else ""
        return Failed(WRONG_ANSWER, f"{error} {cut}".strip(), call)


def _completed(
    connection: LlmConnection, request: chat.Request, patience: calls.Patience
) -> chat.Answer:
    """Servers that know nothing of schemas are asked once more without: the prompt says the shape
    too, and the answer is checked in any case.
    """
    try:
        return calls.complete(connection, request, patience)
    except chat.CallFailed as error:
        failure = error.failure
        if failure.kind is not chat.Kind.REFUSED or not _is_about_schemas(failure.said):
            raise
    plain = chat.Request(
        model=request.model,
        messages=request.messages,
        temperature=request.temperature,
        top_p=request.top_p,
        max_tokens=request.max_tokens,
        extra=request.extra,
    )
    return calls.complete(connection, plain, patience)


def _is_about_schemas(said: str) -> bool:
    return any(word in said for word in ("response_format", "json_schema", "output_format"))


def costed(
    connection: LlmConnection, request: chat.Request, result: Verdict | Failed
) -> Verdict | Failed:
    """The same with what it cost, as far as prices are known."""
    call = result.call
    if call is None or not call.usage:
        return result
    span = Span(connection.project_id, "", "", 0, type="GENERATION", model=call.model)
    span.provider, span.usage = call.provider, dict(call.usage)
    priced(span, request.model)
    return replace(result, call=replace(call, cost=span.total_cost))
