// The pages of prompts: moving between versions, and the editor's messages. Links and forms do the same without.
"use strict";

// j and k walk through the versions.
document.addEventListener("keydown", (event) => {
  if (event.isComposing || event.ctrlKey || event.metaKey || event.altKey || /^(INPUT|TEXTAREA|SELECT)$/.test(event.target.tagName)) return;
  if (event.key !== "j" && event.key !== "k") return;
  const links = [...document.querySelectorAll(".versions a.version")];
  const at = links.includes(document.activeElement) ? links.indexOf(document.activeElement) : links.findIndex((link) => link.hasAttribute("aria-current"));
  links[Math.min(Math.max(at + (event.key === "j" ? 1 : -1), 0), links.length - 1)]?.focus();
});
document.querySelector(".version[aria-current]")?.scrollIntoView({ block: "nearest" });

const editor = document.getElementById("editor");
const rows = document.getElementById("rows");

// Messages are moved, added and removed in place, without asking the server.
editor?.addEventListener("click", (event) => {
  const button = event.target.closest("[data-add], [data-move]");
  if (!button || !rows) return;
  event.preventDefault();
  if (button.dataset.add) add(button.dataset.add);
  else move(button.closest("li"), button.dataset.move, button);
});
rows?.addEventListener("keydown", (event) => {
  if (!event.altKey || (event.key !== "ArrowUp" && event.key !== "ArrowDown")) return;
  event.preventDefault();
  move(event.target.closest("li"), event.key === "ArrowUp" ? "up" : "down", event.target);
});

function add(kind) {
  const made = document.getElementById(`new-${kind}`).content.cloneNode(true).firstElementChild;
  const role = made.querySelector("input[name=row_role]:not([type=hidden])");
  const last = [...rows.querySelectorAll("input[name=row_role]:not([type=hidden])")].at(-1)?.value;
  if (role) role.value = last === "user" ? "assistant" : "user";
  rows.append(made);
  made.querySelector("[name=row_content]").focus();
  told();
}

function move(row, where, button) {
  if (where === "remove") {
    const next = row.nextElementSibling ?? row.previousElementSibling;
    row.remove();
    (next?.querySelector("[name=row_content]") ?? editor.querySelector("[data-add]")).focus();
  } else {
    const other = where === "up" ? row.previousElementSibling : row.nextElementSibling;
    if (!other) return;
    where === "up" ? other.before(row) : other.after(row);
    button.focus();
  }
  told();
}

const told = () => rows.dispatchEvent(new CustomEvent("changed-rows", { bubbles: true }));

// A reference to another prompt goes where the cursor was last.
let writing = editor?.querySelector("textarea[name=text], textarea[name=row_content]");
editor?.addEventListener("focusin", (event) => {
  if (event.target.matches("textarea[name=text], textarea[name=row_content]")) writing = event.target;
});
editor?.addEventListener("click", (event) => {
  const button = event.target.closest("[data-insert]");
  const visible = writing?.checkVisibility() ? writing : [...editor.querySelectorAll("textarea[name=text], textarea[name=row_content]")].find((one) => one.checkVisibility());
  if (!button || !visible) return;
  visible.setRangeText(button.dataset.insert, visible.selectionStart, visible.selectionEnd, "end");
  button.closest("details").open = false;
  visible.focus();
  visible.dispatchEvent(new Event("input", { bubbles: true }));
});

// Ctrl+Enter saves.
editor?.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey) || event.isComposing) return;
  event.preventDefault();
  editor.requestSubmit(document.getElementById("save"));
});

// What was written and not saved is not lost by a slip.
const written = () => [...new FormData(editor)].map(([name, value]) => (name === "csrfmiddlewaretoken" ? "" : `${name}=${value}`)).join("\n");
let before = editor && (editor.querySelector("[role=alert]") ? null : written());
let isSent = false;
editor?.addEventListener("submit", () => (isSent = true));
window.addEventListener("pageshow", () => (isSent = false));
window.addEventListener("beforeunload", (event) => editor && !isSent && written() !== before && event.preventDefault());
