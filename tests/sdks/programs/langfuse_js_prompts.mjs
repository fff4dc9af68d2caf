// Makes, fetches, compiles and relabels prompts with Langfuse's packages for JavaScript: `langfuse`
// (3) or `@langfuse/client` (5), whichever is installed here.
import { randomBytes } from "node:crypto";

const run = randomBytes(6).toString("hex");
const [text, chat] = [`team a/js greet?#${run}`, `team a/js talk ${run}`];
const fresh = { cacheTtlSeconds: 0, maxRetries: 0 };

async function client3() {
  const { Langfuse } = await import("langfuse");
  const langfuse = new Langfuse();
  return {
    create: (body) => langfuse.createPrompt(body),
    get: (name, { version, ...asked } = {}) =>
      langfuse.getPrompt(name, version, { ...fresh, ...asked }),
    update: (body) => langfuse.updatePrompt(body),
  };
}

async function client5() {
  const { LangfuseClient } = await import("@langfuse/client");
  const { prompt } = new LangfuseClient();
  return {
    create: (body) => prompt.create(body),
    get: (name, asked = {}) => prompt.get(name, { ...fresh, ...asked }),
    update: (body) => prompt.update(body),
  };
}

const prompts = await client5().catch(client3);
await prompts.create({
  name: text,
  prompt: "Hi {{name}}",
  labels: ["production"],
  tags: ["a"],
  config: { temperature: 0.5 },
  commitMessage: "First",
});
await prompts.create({ name: text, prompt: "Hello {{name}}", labels: ["staging"] });
const first = await prompts.get(text);
const facts = {
  first: [first.version, first.prompt, first.tags, first.config],
  compiled: first.compile({ name: "{{x}}" }),
  byLabel: (await prompts.get(text, { label: "staging" })).version,
  byVersion: (await prompts.get(text, { version: 2 })).prompt,
};
await prompts.update({ name: text, version: 2, newLabels: ["production"] });
facts.nowInProduction = (await prompts.get(text)).version;
await prompts.create({
  name: chat,
  type: "chat",
  prompt: [
    { role: "system", content: "You are {{who}}." },
    { type: "placeholder", name: "history" },
  ],
  labels: ["production"],
});
const talk = await prompts.get(chat, { type: "chat" });
const said = [{ role: "user", content: "Yes?" }];
facts.talk = talk.compile({ who: "Ann" }, { history: said }).map((one) => [one.role, one.content]);
facts.missing = await prompts.get(`none ${run}`).then(
  () => false,
  () => true,
);
console.log(JSON.stringify(facts));
