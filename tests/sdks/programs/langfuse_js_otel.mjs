// Tells the story with Langfuse's packages for JavaScript (OTLP/JSON), and reads it back with its client.
import { readFileSync } from "node:fs";
import { LangfuseClient } from "@langfuse/client";
import { LangfuseSpanProcessor } from "@langfuse/otel";
import { propagateAttributes, startActiveObservation, startObservation } from "@langfuse/tracing";
import { NodeTracerProvider } from "@opentelemetry/sdk-trace-node";

const story = JSON.parse(readFileSync(new URL("story.json", import.meta.url), "utf8"));
const { draft, polish } = story;
const chat = [{ role: "user", content: story.question }];
const processor = new LangfuseSpanProcessor({
  environment: story.environment,
  release: story.release,
});
new NodeTracerProvider({ spanProcessors: [processor] }).register();

async function tell(root) {
  await startActiveObservation(
    "search-handbook",
    (search) => {
      const { model, usage } = story.embedding;
      search
        .startObservation(
          "embed-query",
          { model, input: story.question, usageDetails: usage },
          { asType: "embedding" },
        )
        .end();
      search.update({ input: story.question, output: story.documents });
    },
    { asType: "retriever" },
  );
  root
    .startObservation(
      "draft",
      { model: draft.model, modelParameters: draft.parameters, input: chat },
      { asType: "generation" },
    )
    .update({ completionStartTime: new Date() })
    .update({ output: { role: "assistant", content: draft.text }, usageDetails: draft.usage })
    .end();
  root
    .startObservation(
      "polish",
      {
        model: polish.model,
        input: [...chat, { role: "assistant", content: draft.text }],
        output: { role: "assistant", content: story.answer },
        usageDetails: polish.usage,
      },
      { asType: "generation" },
    )
    .end();
  root
    .startObservation("issue-refund", { input: story.refund }, { asType: "tool" })
    .update({ level: "ERROR", statusMessage: story.refusal })
    .end();
  root.startObservation(
    "cache-miss",
    { level: "WARNING", metadata: { key: "handbook" } },
    { asType: "event" },
  );
}

const traceId = await startActiveObservation(
  story.name,
  async (root) => {
    root.update({ input: { question: story.question } });
    await propagateAttributes(
      {
        userId: story.user,
        sessionId: story.session,
        tags: story.tags,
        metadata: { tier: "gold", plan: '{"seats": 3}' },
        version: story.version,
        traceName: story.name,
      },
      () => tell(root),
    );
    root.update({ output: { answer: story.answer } });
    return root.traceId;
  },
  { asType: "agent" },
);
const { model, usage } = story.unpriced;
const unpriced = startObservation(
  "house-model",
  { model, input: "hi", output: "hello", usageDetails: usage },
  { asType: "generation" },
);
unpriced.end();
await processor.forceFlush();

const langfuse = new LangfuseClient();
langfuse.score.create({ traceId, name: "helpful", value: 0.9, comment: "고맙습니다" });
await langfuse.flush();

const trace = await langfuse.api.trace.get(traceId);
const listed = await langfuse.api.trace.list({ sessionId: story.session, userId: story.user });
const other = await langfuse.api.trace.get(unpriced.traceId);
console.log(
  JSON.stringify({
    trace_id: traceId,
    unpriced_id: unpriced.traceId,
    url: await langfuse.getTraceUrl(traceId),
    names: trace.observations.map((one) => one.name).sort(),
    total_cost: trace.totalCost,
    scores: Object.fromEntries(trace.scores.map((one) => [one.name, one.value])),
    is_listed: listed.data.some((one) => one.id === traceId),
    unpriced_cost: other.totalCost,
  }),
);
