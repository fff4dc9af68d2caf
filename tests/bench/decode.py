"""Microseconds that one core takes to decode and map one span: `python tests/bench/decode.py`.

`make bench` calls it.
"""

import os
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "platform")]

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import (  # noqa: E402
    ExportTraceServiceRequest,
)

from ingest.mapping.origin import Sender  # noqa: E402
from ingest.otlp.decode import JSON, PROTOBUF, decode_traces  # noqa: E402
from tests.bench import traffic  # noqa: E402

SPANS = 800
WORDS = "The quick brown fox answers a question about tracing, in some detail. "
CHAT = '[{"role":"user","parts":[{"type":"text","content":"%s"}]}]'
RESOURCE = (
    ("service.name", "bench"),
    ("telemetry.sdk.name", "opentelemetry"),
    ("telemetry.sdk.language", "python"),
    ("deployment.environment.name", "production"),
)
CALL = (
    ("gen_ai.operation.name", "chat"),
    ("gen_ai.provider.name", "openai"),
    ("gen_ai.request.model", "gpt-4o"),
    ("gen_ai.response.model", "gpt-4o-2024-08-06"),
    ("server.address", "api.openai.com"),
)
COUNTS = (
    ("gen_ai.usage.input_tokens", 1200),
    ("gen_ai.usage.output_tokens", 300),
    ("gen_ai.usage.cache_read.input_tokens", 200),
    ("gen_ai.request.max_tokens", 512),
)


def request(spans: int = SPANS, payload: int = 2_000) -> bytes:
    """Eight-span traces of chat calls: 15 attributes and `payload` bytes of text a span."""
    export = ExportTraceServiceRequest()
    group = export.resource_spans.add()
    for key, value in RESOURCE:
        group.resource.attributes.add(key=key).value.string_value = value
    scope = group.scope_spans.add()
    scope.scope.name = "openinference.instrumentation.openai"
    said = CHAT % (WORDS * (payload // 2 // len(WORDS)))
    start = time.time_ns()
    for number in range(spans):
        if number % 8 == 0:
            trace, root = os.urandom(16), b""
        span = scope.spans.add(
            trace_id=trace,
            span_id=os.urandom(8),
            parent_span_id=root,
            name="chat gpt-4o",
            kind=3,
            start_time_unix_nano=start + number * 1000,
            end_time_unix_nano=start + number * 1000 + 1_000_000_000,
        )
        root = root or span.span_id
        for key, value in (
            *CALL,
            ("gen_ai.response.id", f"chatcmpl-{number}"),
            ("user.id", f"user-{number % 50}"),
            ("session.id", f"session-{number // 8}"),
            ("gen_ai.input.messages", said),
            ("gen_ai.output.messages", said),
        ):
            span.attributes.add(key=key).value.string_value = value
        for key, count in COUNTS:
            span.attributes.add(key=key).value.int_value = count
        span.attributes.add(key="gen_ai.request.temperature").value.double_value = 0.2
    return export.SerializeToString()


def as_json(body: bytes) -> bytes:
    """The same request as a JavaScript exporter writes it."""
    from base64 import b64decode

    import msgspec
    from google.protobuf.json_format import MessageToDict

    found = MessageToDict(ExportTraceServiceRequest.FromString(body))
    for span in found["resourceSpans"][0]["scopeSpans"][0]["spans"]:
        for name in ("traceId", "spanId", "parentSpanId"):
            if name in span:
                span[name] = b64decode(span[name]).hex()
        span["kind"] = 3
    return msgspec.json.encode(found)


def microseconds_a_span(body: bytes, content_type: str, rounds: int = 7) -> float:
    best = float("inf")
    for _ in range(rounds):
        sender = Sender("bench", time.time_ns())
        began = time.process_time()
        decoded = decode_traces(body, content_type, sender)
        best = min(best, time.process_time() - began)
        assert len(decoded.items) == SPANS
    return best / SPANS * 1e6


def main() -> None:
    chats = request()
    for what, sent, kind in (
        ("chat calls, protobuf", chats, PROTOBUF),
        ("chat calls, JSON", as_json(chats), JSON),
        ("the traffic of make bench, protobuf", traffic.body(SPANS // 8), PROTOBUF),
    ):
        print(f"{what}: {microseconds_a_span(sent, kind):.1f} µs a span")


if __name__ == "__main__":
    main()
