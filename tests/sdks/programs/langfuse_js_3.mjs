// Tells the story with the package `langfuse` for JavaScript (ingestion batches), and reads it back.
import { readFileSync } from "node:fs";
import { Langfuse } from "langfuse";

const story = JSON.parse(readFileSync(new URL("story.json", import.meta.url), "utf8"));
const { draft, polish } = story;
const chat = [{ role: "user", content: story.question }];
const question = { question: story.question };
const langfuse = new Langfuse({ environment: story.environment, release: story.release });

const trace = langfuse.trace({
  name: story.name,
  userId: story.user,
  sessionId: story.session,
  tags: story.tags,
  metadata: story.metadata,
  version: story.version,
  input: question,
});
const root = trace.span({ name: story.name, input: question });
const search = root.span({ name: "search-handbook", input: story.question });
search
  .generation({
    name: "embed-query",
    model: story.embedding.model,
    input: story.question,
    usageDetails: story.embedding.usage,
  })
  .end();
search.end({ output: story.documents });
const drafting = root.generation({
  name: "draft",
  model: draft.model,
  modelParameters: draft.parameters,
  input: chat,
});
drafting.update({ completionStartTime: new Date() });
drafting.end({
  output: { role: "assistant", content: draft.text },
  usageDetails: draft.usage,
});
root
  .generation({
    name: "polish",
    model: polish.model,
    input: [...chat, { role: "assistant", content: draft.text }],
    output: { role: "assistant", content: story.answer },
    usageDetails: polish.usage,
  })
  .end();
root
  .span({ name: "issue-refund", input: story.refund })
  .end({ level: "ERROR", statusMessage: story.refusal });
root.event({ name: "cache-miss", level: "WARNING", metadata: { key: "handbook" } });
root.end({ output: { answer: story.answer } });
trace.update({ output: { answer: story.answer } });
trace.score({ name: "helpful", value: 0.9, comment: "고맙습니다" });
const unpriced = langfuse.trace({ name: "house-model" });
const { model, usage } = story.unpriced;
unpriced
  .generation({ name: "house-model", model, input: "hi", output: "hello", usageDetails: usage })
  .end();
// flushAsync() would not wait for a batch that went out by itself because it was full.
await langfuse.shutdownAsync();

const read = (await langfuse.fetchTrace(trace.id)).data;
const { session, user } = story;
const listed = await langfuse.fetchTraces({ sessionId: session, userId: user });
const other = (await langfuse.fetchTrace(unpriced.id)).data;
console.log(
  JSON.stringify({
    trace_id: trace.id,
    unpriced_id: unpriced.id,
    url: trace.getTraceUrl(),
    names: read.observations.map((one) => one.name).sort(),
    total_cost: read.totalCost,
    scores: Object.fromEntries(read.scores.map((one) => [one.name, one.value])),
    is_listed: listed.data.some((one) => one.id === trace.id),
    unpriced_cost: other.totalCost,
  }),
);
