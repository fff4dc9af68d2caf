# One trace with one model call, as OTLP/JSON. Nothing to install.
trace_id=$(od -An -N16 -tx1 /dev/urandom | tr -d ' \n')
span_id=$(od -An -N8 -tx1 /dev/urandom | tr -d ' \n')
now=$(date +%s)

curl -sS --fail "{{ base_url }}/v1/traces" \
  -u "{{ public_key }}:{{ secret_key }}" \
  -H "Content-Type: application/json" \
  --data-binary @- <<EOF
{"resourceSpans": [{
  "resource": {"attributes": [
    {"key": "service.name", "value": {"stringValue": "hello-sonde"}}
  ]},
  "scopeSpans": [{"spans": [{
    "traceId": "$trace_id",
    "spanId": "$span_id",
    "name": "chat gpt-4o-mini",
    "kind": 3,
    "startTimeUnixNano": "${now}000000000",
    "endTimeUnixNano": "${now}850000000",
    "attributes": [
      {"key": "gen_ai.operation.name", "value": {"stringValue": "chat"}},
      {"key": "gen_ai.request.model", "value": {"stringValue": "gpt-4o-mini"}},
      {"key": "gen_ai.usage.input_tokens", "value": {"intValue": "12"}},
      {"key": "gen_ai.usage.output_tokens", "value": {"intValue": "7"}},
      {"key": "gen_ai.input.messages", "value": {"stringValue":
        "[{\"role\": \"user\", \"parts\": [{\"type\": \"text\", \"content\": \"Say hello.\"}]}]"}},
      {"key": "gen_ai.output.messages", "value": {"stringValue":
        "[{\"role\": \"assistant\", \"parts\": [{\"type\": \"text\", \"content\": \"Hello from curl!\"}]}]"}}
    ]
  }]}]
}]}
EOF
