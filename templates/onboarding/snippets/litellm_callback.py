# pip install litellm opentelemetry-sdk opentelemetry-exporter-otlp-proto-http
# (and set OPENAI_API_KEY, or the key of the provider that you call)
import os

os.environ["LANGFUSE_PUBLIC_KEY"] = "{{ public_key }}"
os.environ["LANGFUSE_SECRET_KEY"] = "{{ secret_key }}"
os.environ["LANGFUSE_OTEL_HOST"] = "{{ base_url }}"

import litellm

litellm.callbacks = ["langfuse_otel"]

completion = litellm.completion(
    model="gpt-4o-mini",
    messages=[{"role": "user", "content": "Say hello."}],
)
print(completion.choices[0].message.content)
