"""Realistic OTLP traffic, made once and stamped per request so that the client costs next to
nothing.

A trace has eight spans, ~2 KB of text and a GenAI agent's attributes (~15 a span): what an
instrumented
RAG agent sends.
"""

import itertools
import os
import random
import time

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.common.v1.common_pb2 import AnyValue, KeyValue
from opentelemetry.proto.trace.v1.trace_pb2 import Span, Status

# stands in every trace id; each request has its own eight bytes instead
MARK = b"\xfeSONDE\xfe\xfe"
TEXT = """order refund policy customer delivery warranty invoice account model answer context
    retrieve subscription charger firmware migration workspace export settings
    환불 배송 보증 기간 고객 주문 확인 정책 상품 물류센터"""
WORDS = TEXT.split()
STEPS = (
    ("AGENT", "support-agent", None),
    ("GUARDRAIL", "input check", 0),
    ("RETRIEVER", "retrieve policy", 0),
    ("EMBEDDING", "text-embedding-3-small", 2),
    ("LLM", "plan", 0),
    ("TOOL", "lookup_order", 0),
    ("LLM", "decide", 0),
    ("LLM", "answer", 0),
)


def text(rng: random.Random, size: int) -> str:
    made = []
    while size > 0:
        made.append(rng.choice(WORDS))
        size -= len(made[-1]) + 1
    return " ".join(made)


def attribute(key: str, value: str | int | float) -> KeyValue:
    kind = {str: "string_value", int: "int_value", float: "double_value"}[type(value)]
    return KeyValue(key=key, value=AnyValue(**{kind: value}))


def attributes(rng: random.Random, kind: str, name: str, trace: int) -> list[KeyValue]:
    common = {
        "openinference.span.kind": kind,
        "session.id": f"session-{trace // 3}",
        "user.id": f"user-{trace % 50}",
        "langfuse.trace.tags": '["support","bench"]',
        "app.feature": "refunds",
        "app.region": rng.choice(("eu", "us", "ap")),
        "app.step": name,
        "thread.id": 140_000 + trace,
        "code.function.name": f"app.agents.{name.replace(' ', '_')}",
    }
    if kind == "LLM":
        common |= {
            "gen_ai.operation.name": "chat",
            "gen_ai.provider.name": "openai",
            "gen_ai.request.model": "gpt-4o",
            "gen_ai.response.model": "gpt-4o-2024-08-06",
            "gen_ai.request.temperature": 0.1,
            "gen_ai.usage.input_tokens": 800 + trace % 100,
            "gen_ai.usage.output_tokens": 120,
            "gen_ai.usage.cache_read.input_tokens": 512,
            "gen_ai.input.messages": '[{"role":"user","parts":[{"type":"text","content":"'
            + text(rng, 300)
            + '"}]}]',
            "gen_ai.output.messages": '[{"role":"assistant","parts":[{"type":"text","content":"'
            + text(rng, 160)
            + '"}]}]',
        }
    else:
        common |= {"input.value": text(rng, 70), "output.value": text(rng, 70)}
    return [attribute(key, value) for key, value in common.items()]


def body(traces: int, seed: int = 1) -> bytes:
    """One export request of `traces` traces whose ids hold MARK."""
    rng = random.Random(seed)
    request = ExportTraceServiceRequest()
    resource = request.resource_spans.add()
    for key, value in {
        "service.name": "bench",
        "service.version": "1.2.3",
        "deployment.environment.name": "production",
        "telemetry.sdk.name": "opentelemetry",
        "telemetry.sdk.language": "python",
        "telemetry.sdk.version": "1.38.0",
    }.items():
        resource.resource.attributes.append(attribute(key, value))
    scope = resource.scope_spans.add()
    scope.scope.name, scope.scope.version = "openinference.instrumentation.langchain", "0.1.50"
    now = time.time_ns()
    for trace in range(traces):
        trace_id = MARK + trace.to_bytes(8, "big")
        ids = [(trace * 8 + step + 1).to_bytes(8, "big") for step in range(8)]
        for step, (kind, name, parent) in enumerate(STEPS):
            start = now - 3_000_000_000 + step * 200_000_000
            scope.spans.append(
                Span(
                    trace_id=trace_id,
                    span_id=ids[step],
                    parent_span_id=b"" if parent is None else ids[parent],
                    name=name,
                    kind=Span.SPAN_KIND_INTERNAL,
                    start_time_unix_nano=start,
                    end_time_unix_nano=start + 180_000_000 + rng.randrange(10**8),
                    attributes=attributes(rng, kind, name, trace),
                    status=Status(code=Status.STATUS_CODE_OK),
                )
            )
    return request.SerializeToString()


class Requests:
    """Endless different requests from a few made ones: only the ids change."""

    def __init__(self, traces: int, kinds: int = 4) -> None:
        self.templates = [body(traces, seed) for seed in range(kinds)]
        self.traces = traces
        self.spans = traces * len(STEPS)
        self._count = itertools.count()
        self._run = os.urandom(4)

    def next(self) -> tuple[bytes, bytes]:
        """(the eight bytes that its trace ids begin with, the body)."""
        number = next(self._count)
        stamp = self._run + number.to_bytes(4, "big")
        return stamp, self.templates[number % len(self.templates)].replace(MARK, stamp)
