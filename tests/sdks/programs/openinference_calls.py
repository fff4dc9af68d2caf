"""`openai`, watched by OpenInference's instrumentation."""

import json

from export import provider, trace_id_of, tracer
from openai_calls import make_calls
from openinference.instrumentation import using_attributes
from openinference.instrumentation.openai import OpenAIInstrumentor

OpenAIInstrumentor().instrument()
with (
    using_attributes(
        session_id="weather-1", user_id="ada", metadata={"tier": "gold"}, tags=["beta", "날씨"]
    ),
    tracer.start_as_current_span("ask") as root,
):
    make_calls()
assert provider.force_flush()
print(json.dumps({"trace_id": trace_id_of(root)}))
