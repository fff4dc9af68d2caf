# pip install opentelemetry-sdk opentelemetry-exporter-otlp-proto-http
import json
import os

# These two work for every OpenTelemetry SDK and for the Collector (otlphttp).
os.environ["OTEL_EXPORTER_OTLP_ENDPOINT"] = "{{ base_url }}"
os.environ["OTEL_EXPORTER_OTLP_HEADERS"] = "Authorization=Bearer%20{{ secret_key }}"

from opentelemetry import trace
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor

provider = TracerProvider()
provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
trace.set_tracer_provider(provider)
tracer = trace.get_tracer("hello-sonde")

with tracer.start_as_current_span("invoke_agent greeter") as agent:
    agent.set_attribute("gen_ai.operation.name", "invoke_agent")
    with tracer.start_as_current_span("chat gpt-4o-mini", kind=trace.SpanKind.CLIENT) as call:
        question = [{"role": "user", "parts": [{"type": "text", "content": "Say hello."}]}]
        answer = [{"role": "assistant", "parts": [{"type": "text", "content": "Hello!"}]}]
        call.set_attribute("gen_ai.operation.name", "chat")
        call.set_attribute("gen_ai.request.model", "gpt-4o-mini")
        call.set_attribute("gen_ai.input.messages", json.dumps(question))
        call.set_attribute("gen_ai.output.messages", json.dumps(answer))
        call.set_attribute("gen_ai.usage.input_tokens", 12)
        call.set_attribute("gen_ai.usage.output_tokens", 7)

provider.shutdown()
