"""`openai`, watched by OpenLIT, which sends spans, log events and metrics."""

import json
import os
from pathlib import Path

os.environ["OTEL_EXPORTER_OTLP_HEADERS"] = (
    f"Authorization=Bearer%20{os.environ['SONDE_SECRET_KEY']}"
)

import openlit
from openai_calls import make_calls
from opentelemetry import trace

openlit.init(
    otlp_endpoint=os.environ["SONDE_URL"],
    application_name="shop",
    environment="staging",
    # Without prices of its own it would fetch some from the Internet.
    pricing_json=str(Path(__file__).with_name("openlit_prices.json")),
)

with trace.get_tracer("shop").start_as_current_span("ask") as root:
    root.set_attributes({"user.id": "ada", "session.id": "weather-1"})
    make_calls()
assert trace.get_tracer_provider().force_flush()
print(json.dumps({"trace_id": f"{root.get_span_context().trace_id:032x}"}))
