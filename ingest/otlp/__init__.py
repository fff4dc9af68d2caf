"""OpenTelemetry's protocol over HTTP. docs/ingest/otlp.md is its page."""
