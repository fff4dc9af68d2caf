// One column of the playground: what its fields hold, and its answer while it comes.
"use strict";

// A variable's name, as the server reads it (prompts/substitution.py).
const VARIABLE = /\{\{[ \t]{0,20}([\p{L}_][\p{L}\p{N}_.-]{0,99})[ \t]{0,20}\}\}/gu;
const MOST_EARLIER = 10;

class Column {
  constructor(data, board) {
    this.board = board;
    this.root = document.getElementById("column-template").content.cloneNode(true).querySelector(".column");
    this.place = board.nextPlace++;
    const models = this.part("models");
    models.id = `models-${this.place}`;
    this.part("model").setAttribute("list", models.id);
    this.fill(data);
    this.root.addEventListener("input", () => this.edited());
    this.root.addEventListener("click", (event) => this.clicked(event));
    this.part("name").addEventListener("change", () => this.load());
    this.part("version").addEventListener("change", () => this.load(this.part("version").value));
    this.part("connection").addEventListener("change", () => this.offerModels(true));
  }

  part(name) {
    return this.root.querySelector(`[data-${name}]`);
  }

  fill(data) {
    this.source = { name: data.name, version: data.version, included: data.included };
    this.config = data.config;
    this.part("name").value = data.name;
    const versions = this.part("version");
    versions.replaceChildren(...data.versions.map((number) => new Option(`v${number}`, number, false, number === data.version)));
    versions.hidden = !data.versions.length;
    this.part("text").value = data.text;
    this.part("messages").replaceChildren(...data.messages.map((message) => messageRow(message)));
    for (const field of this.root.querySelectorAll("[data-setting]")) field.value = data[field.dataset.setting];
    if (data.connection) this.part("connection").value = data.connection;
    this.part("model").value = data.model;
    this.offerModels(false);
    this.show(data.type);
    this.original = this.written();
    this.edited();
  }

  show(type) {
    this.type = type;
    this.part("text").hidden = type !== "text";
    this.part("chat").hidden = type !== "chat";
    for (const button of this.root.querySelectorAll("[data-type]")) button.setAttribute("aria-pressed", button.dataset.type === type);
  }

  offerModels(isChosen) {
    const models = this.board.models[this.part("connection").value] ?? [];
    this.part("models").replaceChildren(...models.map((name) => new Option(name)));
    if (isChosen && models.length) this.part("model").value = models[0];
  }

  messages() {
    return [...this.part("messages").children].map((row) => {
      const placeholder = row.querySelector("[data-placeholder]");
      if (placeholder) return { type: "placeholder", name: placeholder.value };
      return { ...row.beside, role: row.querySelector("[data-role]").value, content: row.querySelector("[data-content]").value };
    });
  }

  settings() {
    return Object.fromEntries([...this.root.querySelectorAll("[data-setting]")].map((field) => [field.dataset.setting, field.value]));
  }

  // What a version would keep of the column.
  written() {
    return JSON.stringify([this.type, this.type === "text" ? this.part("text").value : this.messages(), this.settings(), this.part("model").value]);
  }

  data() {
    return {
      place: this.place, name: this.part("name").value.trim(), version: this.source.version, changed: this.isChanged,
      type: this.type, text: this.part("text").value, messages: this.messages(), config: this.config,
      connection: this.part("connection").value, model: this.part("model").value, ...this.settings(),
    };
  }

  variables() {
    const texts = this.type === "text" ? [this.part("text").value] : this.messages().map((message) => message.content ?? "");
    const included = texts.some((text) => text.includes("@@@langfusePrompt:")) ? (this.source.included ?? []) : [];
    return [...texts.flatMap((text) => [...text.matchAll(VARIABLE)].map((found) => found[1])), ...included];
  }

  placeholders() {
    return this.type === "chat" ? this.messages().filter((message) => message.type === "placeholder" && message.name).map((message) => message.name) : [];
  }

  edited() {
    this.isChanged = this.written() !== this.original;
    this.part("changed").hidden = !this.isChanged || !this.source.version;
    const { tools, schema, extra, ...plain } = this.settings();
    const told = Object.entries(plain).filter(([, value]) => value).map(([name, value]) => `${name} ${value}`);
    for (const [name, value] of Object.entries({ tools, schema, extra })) if (value.trim()) told.push(name);
    this.part("settings-told").textContent = told.join(" · ");
    this.board.showValues();
  }

  async load(number) {
    const name = this.part("name").value.trim();
    if (!this.board.knows(name)) return this.begets(name);
    const query = new URLSearchParams({ name, ...(number ? { version: number } : {}) });
    const answer = await fetch(`${this.board.form.dataset.versionUrl}?${query}`).catch(() => null);
    const data = answer?.ok ? await answer.json() : null;
    if (data) this.fill(data);
    else this.fail((await wordsOf(answer)) ?? this.board.words("broken"));
  }

  // A name for a new prompt: what is here comes from no version any more.
  begets(name) {
    this.source = { name, version: null, included: [] };
    this.part("version").hidden = true;
    this.part("version").replaceChildren();
    this.edited();
  }

  clicked(event) {
    const button = event.target.closest("button");
    if (!button) return;
    const has = (name) => button.hasAttribute(`data-${name}`);
    if (has("type")) this.show(button.dataset.type);
    else if (has("add")) this.add(button.dataset.add);
    else if (has("remove-message")) button.closest("li").remove();
    else if (has("up")) raise(button.closest("li"));
    else if (has("copy-column")) return this.board.add(this.copy());
    else if (has("remove-column")) return this.board.remove(this);
    else if (has("run")) return this.board.run([this]);
    else if (has("save")) return this.save();
    else return;
    this.edited();
  }

  add(kind) {
    const last = this.messages().at(-1)?.role;
    const row = messageRow(kind === "placeholder" ? { type: "placeholder", name: "" } : { role: last === "user" ? "assistant" : "user", content: "" });
    this.part("messages").append(row);
    row.querySelector("[data-placeholder], [data-content]").focus();
  }

  copy() {
    const versions = [...this.part("version").options].map((option) => Number(option.value));
    return { ...this.data(), version: this.source.version, versions, included: this.source.included };
  }

  // The answer.

  begin() {
    this.keepEarlier();
    this.fail("");
    this.thought = this.answer = "";
    this.part("output").hidden = this.part("running").hidden = false;
    this.part("running-words").textContent = this.board.words("running");
    this.part("thought").hidden = this.part("answer").hidden = true;
    this.part("answer").classList.remove("is-json");
    for (const name of ["thought-text", "answer", "calls-made", "outcome"]) this.part(name).replaceChildren();
    this.isRunning = true;
  }

  tell(event) {
    if (event.kind === "text" || event.kind === "thought") {
      const [box, holder] = event.kind === "text" ? [this.part("answer"), this.part("answer")] : [this.part("thought-text"), this.part("thought")];
      holder.hidden = false;
      box.append(event.text);
    } else if (event.kind === "tool_call") {
      const call = document.getElementById("call-template").content.cloneNode(true);
      call.querySelector("[data-call-name]").textContent = event.name;
      call.querySelector("[data-call-arguments]").textContent = event.arguments;
      this.part("calls-made").append(call);
    } else if (event.kind === "end") this.end(event);
  }

  end(event) {
    if (event.pretty) this.part("answer").textContent = event.pretty;
    this.part("answer").classList.toggle("is-json", Boolean(event.pretty));
    this.part("outcome").innerHTML = event.html; // made by a template of Sonde's, which escapes
    this.stop();
  }

  stop(words) {
    if (!this.isRunning) return;
    this.isRunning = false;
    this.part("running").hidden = true;
    if (words) this.fail(words);
  }

  // What a column said before stays on the page while it is open, and nowhere else.
  keepEarlier() {
    if (!this.part("outcome").childElementCount && !this.part("answer").textContent) return;
    const run = document.createElement("div");
    run.className = "run";
    const answer = document.createElement("pre");
    answer.textContent = this.part("answer").textContent;
    answer.tabIndex = 0;
    run.append(answer, ...this.part("calls-made").children, ...this.part("outcome").children);
    this.part("earlier").hidden = false;
    const list = this.part("earlier-list");
    list.prepend(run);
    if (list.childElementCount > MOST_EARLIER) list.lastElementChild.remove();
  }

  fail(words) {
    this.part("error").hidden = !words;
    this.part("error-words").textContent = words;
  }

  async save() {
    this.fail("");
    const body = { ...this.data(), commit: this.part("commit").value };
    const answer = await this.board.post(this.board.form.dataset.saveUrl, body);
    if (!answer?.ok) return this.fail((await wordsOf(answer)) ?? this.board.words("broken"));
    const saved = await answer.json();
    const { connection, model } = this.data();
    this.fill({ ...saved, connection, model });
    this.root.querySelector(".save-menu").open = false;
    this.part("commit").value = "";
    this.part("saved").hidden = false;
    this.part("saved-words").textContent = saved.told;
    this.part("saved-link").href = saved.url;
    this.board.learn(saved.name);
  }
}

function messageRow(message) {
  const kind = message.type === "placeholder" ? "placeholder" : "message";
  const row = document.getElementById(`${kind}-template`).content.cloneNode(true).querySelector("li");
  if (kind === "placeholder") {
    row.querySelector("[data-placeholder]").value = message.name;
    return row;
  }
  row.querySelector("[data-role]").value = message.role;
  row.querySelector("[data-content]").value = message.content;
  const { tool_calls: calls, tool_call_id: answered } = message;
  row.beside = { ...(calls ? { tool_calls: calls } : {}), ...(answered ? { tool_call_id: answered } : {}) };
  const words = calls ? calls.map((call) => `${call.function?.name}(${call.function?.arguments})`).join("\n") : answered;
  row.querySelector("[data-calls]").hidden = !words;
  row.querySelector("[data-calls]").textContent = words ?? "";
  return row;
}

function raise(row) {
  row.previousElementSibling?.before(row);
  row.querySelector("[data-up]").focus();
}

async function wordsOf(answer) {
  try {
    return (await answer.json()).error;
  } catch {
    return null;
  }
}
