// npm install @langfuse/tracing @langfuse/otel @opentelemetry/sdk-trace-node
import { LangfuseSpanProcessor } from "@langfuse/otel";
import { startActiveObservation } from "@langfuse/tracing";
import { NodeTracerProvider } from "@opentelemetry/sdk-trace-node";

const processor = new LangfuseSpanProcessor({
  publicKey: "{{ public_key }}",
  secretKey: "{{ secret_key }}",
  baseUrl: "{{ base_url }}",
});
new NodeTracerProvider({ spanProcessors: [processor] }).register();

await startActiveObservation("answer-question", async (root) => {
  const generation = root.startObservation(
    "ask-model",
    { model: "gpt-4o-mini", input: [{ role: "user", content: "Say hello." }] },
    { asType: "generation" },
  );
  generation
    .update({
      output: { role: "assistant", content: "Hello from JavaScript!" },
      usageDetails: { input: 12, output: 7 },
    })
    .end();
  root.update({ input: "Say hello.", output: "Hello from JavaScript!" });
});

await processor.forceFlush();
