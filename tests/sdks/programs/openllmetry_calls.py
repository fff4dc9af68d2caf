"""`openai`, watched by OpenLLMetry's instrumentation, with an exporter of OpenTelemetry's own."""

import json

from export import provider, trace_id_of, tracer
from openai_calls import make_calls
from opentelemetry.instrumentation.openai import OpenAIInstrumentor

OpenAIInstrumentor().instrument()
with tracer.start_as_current_span("ask") as root:
    root.set_attributes({"user.id": "ada", "session.id": "weather-1"})
    make_calls()
assert provider.force_flush()
print(json.dumps({"trace_id": trace_id_of(root)}))
