// The playground: columns side by side, one form of variables for all of them, and answers read while they come.
"use strict";

class Board {
  constructor(form) {
    this.form = form;
    this.nextPlace = 0;
    this.columns = [];
    this.values = new Map(); // what was typed for a variable stays while no column names it
    const state = JSON.parse(document.getElementById("playground-state").textContent);
    this.models = state.models;
    this.empty = state.empty;
    this.names = new Set([...document.getElementById("prompt-names").options].map((option) => option.value));
    for (const data of state.columns) this.add(data);
    this.button("add-column").addEventListener("click", () => this.add(this.empty));
    this.button("run-all").addEventListener("click", () => this.run(this.columns));
    this.button("stop").addEventListener("click", () => this.running?.abort());
    form.querySelector("[data-fill]").addEventListener("click", () => this.fillFromTrace());
    form.addEventListener("submit", (event) => event.preventDefault());
    window.addEventListener("beforeunload", (event) => {
      if (this.running || this.columns.some((column) => column.isChanged)) event.preventDefault();
    });
    document.addEventListener("keydown", (event) => {
      if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && !event.isComposing) this.run(this.columns);
    });
  }

  button(name) {
    return document.querySelector(`[data-${name}]`);
  }

  words(name) {
    return this.form.dataset[`words${name[0].toUpperCase()}${name.slice(1)}`];
  }

  knows(name) {
    return this.names.has(name);
  }

  learn(name) {
    if (this.names.has(name)) return;
    this.names.add(name);
    document.getElementById("prompt-names").append(new Option(name, name));
  }

  add(data) {
    if (this.columns.length >= Number(this.form.dataset.most)) return;
    const column = new Column(data, this);
    this.columns.push(column);
    this.form.querySelector("[data-columns]").append(column.root);
    this.counted();
  }

  remove(column) {
    this.columns = this.columns.filter((one) => one !== column);
    column.root.remove();
    this.counted();
    (this.columns.at(-1)?.part("remove-column") ?? this.button("add-column")).focus();
  }

  counted() {
    this.button("add-column").disabled = this.columns.length >= Number(this.form.dataset.most);
    for (const [index, column] of this.columns.entries()) {
      const title = column.part("title");
      title.dataset.words ??= title.textContent;
      title.textContent = `${title.dataset.words} ${index + 1}`;
      column.part("remove-column").disabled = this.columns.length === 1;
      column.part("copy-column").disabled = this.columns.length >= Number(this.form.dataset.most);
    }
    this.showValues();
  }

  // Variables

  showValues() {
    const wanted = new Map();
    for (const column of this.columns) for (const name of column.variables()) wanted.set(`variable ${name}`, name);
    for (const column of this.columns) for (const name of column.placeholders()) wanted.set(`placeholder ${name}`, name);
    this.form.querySelector("[data-values]").hidden = wanted.size === 0;
    const box = this.form.querySelector("[data-value-fields]");
    const shown = new Map([...box.children].map((field) => [field.dataset.key, field]));
    for (const [key, field] of shown) if (!wanted.has(key)) field.remove();
    for (const [key, name] of wanted) if (!shown.has(key)) box.append(this.valueField(key, name));
  }

  valueField(key, name) {
    const field = document.getElementById("value-template").content.cloneNode(true).firstElementChild;
    const [label, area] = [field.querySelector("label"), field.querySelector("textarea")];
    const isPlaceholder = key.startsWith("placeholder ");
    field.dataset.key = key;
    area.id = `value-${this.nextPlace++}`;
    label.htmlFor = area.id;
    label.textContent = isPlaceholder ? `${name} []` : name;
    area.value = this.values.get(key) ?? "";
    if (isPlaceholder) area.placeholder = '[{"role": "user", "content": "…"}]';
    area.classList.toggle("mono", isPlaceholder);
    area.addEventListener("input", () => this.values.set(key, area.value));
    return field;
  }

  given() {
    const given = { variables: {}, placeholders: {} };
    for (const field of this.form.querySelector("[data-value-fields]").children) {
      const [kind, ...name] = field.dataset.key.split(" ");
      given[`${kind}s`][name.join(" ")] = field.querySelector("textarea").value;
    }
    return given;
  }

  async fillFromTrace() {
    const trace = this.form.querySelector("[data-fill-trace]").value;
    const answer = await this.post(this.form.dataset.fillUrl, { trace, columns: this.columns.map((column) => column.data()) });
    const found = answer?.ok ? await answer.json() : null;
    const told = this.form.querySelector("[data-fill-told]");
    told.hidden = false;
    told.textContent = found ? found.told : ((await wordsOf(answer)) ?? this.words("broken"));
    if (!found) return;
    for (const [name, text] of Object.entries(found.variables)) this.values.set(`variable ${name}`, text);
    for (const [name, text] of Object.entries(found.placeholders)) this.values.set(`placeholder ${name}`, text);
    this.form.querySelector("[data-value-fields]").replaceChildren();
    this.showValues();
  }

  // Running

  async post(url, body, signal) {
    const headers = { "Content-Type": "application/json", "X-CSRFToken": this.form.querySelector("[name=csrfmiddlewaretoken]").value };
    return fetch(url, { method: "POST", headers, body: JSON.stringify(body), signal }).catch(() => null);
  }

  async run(columns) {
    if (this.running) return;
    this.running = new AbortController();
    this.showRunning(true);
    for (const column of columns) column.begin();
    const body = { columns: columns.map((column) => column.data()), ...this.given(), keep: this.form.querySelector("[data-keep]").checked };
    const answer = await this.post(this.form.dataset.runUrl, body, this.running.signal);
    if (answer?.ok) await this.read(answer, columns);
    else if (!this.running.signal.aborted) await this.refused(answer, columns);
    const left = this.running.signal.aborted ? this.words("stopped") : this.words("broken");
    for (const column of columns) column.stop(left);
    this.running = null;
    this.showRunning(false);
  }

  async refused(answer, columns) {
    let told = null;
    try {
      told = await answer.json();
    } catch {} // not from Sonde: the connection broke
    for (const column of columns) {
      const isMeant = told?.column === null || told?.column === undefined || told.column === column.place;
      column.part("output").hidden = true;
      column.stop(isMeant ? (told?.error ?? this.words("broken")) : "");
    }
  }

  async read(answer, columns) {
    const byPlace = new Map(columns.map((column) => [column.place, column]));
    const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
    let rest = "";
    try {
      for (;;) {
        const { value, done } = await reader.read();
        if (done) return;
        const lines = (rest + value).split("\n");
        rest = lines.pop();
        for (const line of lines) {
          if (!line) continue;
          const event = JSON.parse(line);
          byPlace.get(event.column)?.tell(event);
        }
      }
    } catch {
      // The reading ends in the middle: stopped, or the connection broke; `run` tells which.
    }
  }

  showRunning(is) {
    this.button("stop").hidden = !is;
    this.button("run-all").hidden = is;
    for (const button of this.form.querySelectorAll("[data-run]")) button.disabled = is;
    this.form.querySelector("[data-said]").textContent = is ? this.words("running") : "";
  }
}

const playgroundForm = document.getElementById("playground");
if (playgroundForm) new Board(playgroundForm);
