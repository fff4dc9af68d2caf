"""Tells the story with OpenTelemetry's own SDK, by the GenAI conventions (OTLP, protobuf).

The messages of one call come as a log event, which is sent before its span, and an evaluation too.
"""

import json
import os
import time
from pathlib import Path

from opentelemetry._logs import LogRecord, SeverityNumber
from opentelemetry.exporter.otlp.proto.http._log_exporter import OTLPLogExporter
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk._logs import LoggerProvider
from opentelemetry.sdk._logs.export import SimpleLogRecordProcessor
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.trace import Link, SpanKind, Status, StatusCode

story = json.loads(Path(__file__).with_name("story.json").read_text())
os.environ["OTEL_EXPORTER_OTLP_ENDPOINT"] = os.environ["SONDE_URL"]
os.environ["OTEL_EXPORTER_OTLP_HEADERS"] = (
    f"Authorization=Bearer%20{os.environ['SONDE_SECRET_KEY']}"
)
os.environ["OTEL_EXPORTER_OTLP_COMPRESSION"] = "gzip"
resource = Resource.create(
    {
        "service.name": "refund-desk",
        "service.version": story["version"],
        "deployment.environment.name": story["environment"],
    }
)
spans = TracerProvider(resource=resource)
spans.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
logs = LoggerProvider(resource=resource)
logs.add_log_record_processor(SimpleLogRecordProcessor(OTLPLogExporter()))
tracer, logger = spans.get_tracer("refund-desk", "1.2"), logs.get_logger("refund-desk")


def message(role: str, content: str) -> dict:
    return {"role": role, "parts": [{"type": "text", "content": content}]}


def emit(span, event_name: str, **attributes: object) -> None:
    context = span.get_span_context()
    logger.emit(
        LogRecord(
            timestamp=time.time_ns(),
            trace_id=context.trace_id,
            span_id=context.span_id,
            trace_flags=context.trace_flags,
            severity_number=SeverityNumber.INFO,
            event_name=event_name,
            attributes={name.replace("__", "."): value for name, value in attributes.items()},
        )
    )


def start(name: str, operation: str, kind: SpanKind = SpanKind.INTERNAL, **options):
    attributes = {"gen_ai.operation.name": operation, **options.pop("attributes", {})}
    return tracer.start_as_current_span(name, kind=kind, attributes=attributes, **options)


def embed() -> None:
    with start(
        "embeddings",
        "embeddings",
        SpanKind.CLIENT,
        attributes={
            "gen_ai.provider.name": "openai",
            "gen_ai.request.model": story["embedding"]["model"],
            "gen_ai.usage.input_tokens": 8,
        },
    ):
        pass


def draft() -> None:
    call = {
        "gen_ai.provider.name": "openai",
        "gen_ai.request.model": "gpt-4o",
        "gen_ai.response.model": "gpt-4o-2024-08-06",
        "gen_ai.request.temperature": 0.2,
        "gen_ai.input.messages": json.dumps([message("user", story["question"])]),
        "gen_ai.output.messages": json.dumps([message("assistant", story["draft"]["text"])]),
        "gen_ai.usage.input_tokens": 1000,
        "gen_ai.usage.cache_read.input_tokens": 400,
        "gen_ai.usage.output_tokens": 200,
        "gen_ai.usage.reasoning.output_tokens": 50,
        "gen_ai.response.time_to_first_chunk": 0.001,
    }
    with start("chat gpt-4o", "chat", SpanKind.CLIENT, attributes=call) as span:
        emit(span, "gen_ai.evaluation.result", **evaluation)


evaluation = {
    "gen_ai__evaluation__name": "helpful",
    "gen_ai__evaluation__score__value": 0.9,
    "gen_ai__evaluation__explanation": "고맙습니다",
}


def polish() -> None:
    call = {
        "gen_ai.provider.name": "anthropic",
        "gen_ai.request.model": story["polish"]["model"],
        "gen_ai.usage.input_tokens": 3500,
        "gen_ai.usage.cache_read.input_tokens": 2000,
        "gen_ai.usage.cache_creation.input_tokens": 500,
        "gen_ai.usage.output_tokens": 300,
    }
    said = {
        "gen_ai__input__messages": json.dumps([message("user", story["question"])]),
        "gen_ai__output__messages": json.dumps([message("assistant", story["answer"])]),
    }
    with start("chat claude", "chat", SpanKind.CLIENT, attributes=call) as span:
        emit(span, "gen_ai.client.inference.operation.details", **said)


def refund(root) -> None:
    arguments = json.dumps(story["refund"])
    with start(
        "execute_tool issue-refund",
        "execute_tool",
        attributes={"gen_ai.tool.name": "issue-refund", "gen_ai.tool.call.arguments": arguments},
        links=[Link(root.get_span_context(), {"why": "retry"})],
        record_exception=False,
    ) as span:
        span.add_event("retrying", {"attempt": 2})
        span.record_exception(ValueError("card declined"))
        span.set_status(Status(StatusCode.ERROR, story["refusal"]))


with start(
    story["name"],
    "invoke_agent",
    attributes={
        "user.id": story["user"],
        "gen_ai.conversation.id": story["session"],
        "tag.tags": story["tags"],
        "metadata": json.dumps(story["metadata"]),
        "input.value": story["question"],
        "output.value": story["answer"],
        "gen_ai.usage.input_tokens": 4508,  # what the calls below took together
        "shop.basket": [1, 2],
    },
) as root:
    embed()
    draft()
    polish()
    refund(root)
with start(
    "house-model",
    "chat",
    attributes={
        "gen_ai.request.model": story["unpriced"]["model"],
        "gen_ai.usage.input_tokens": 10,
        "gen_ai.usage.output_tokens": 5,
    },
) as unpriced:
    pass
assert spans.force_flush() and logs.force_flush()
print(
    json.dumps(
        {
            "trace_id": f"{root.get_span_context().trace_id:032x}",
            "unpriced_id": f"{unpriced.get_span_context().trace_id:032x}",
        }
    )
)
