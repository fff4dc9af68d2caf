"""A tracer that exports to Sonde over OTLP/HTTP, for instrumentations that bring none along."""

import os

from opentelemetry import trace
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor

resource = Resource.create({"service.name": "shop", "deployment.environment.name": "staging"})
provider = TracerProvider(resource=resource)
exporter = OTLPSpanExporter(
    endpoint=f"{os.environ['SONDE_URL']}/v1/traces",
    headers={"Authorization": f"Bearer {os.environ['SONDE_SECRET_KEY']}"},
)
provider.add_span_processor(BatchSpanProcessor(exporter))
trace.set_tracer_provider(provider)
tracer = trace.get_tracer("shop")


def trace_id_of(span: trace.Span) -> str:
    return f"{span.get_span_context().trace_id:032x}"
