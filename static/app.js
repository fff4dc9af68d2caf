// What pages do beyond links and forms: copying, menus that close, and a keyboard path. Every page works without it.
"use strict";

document.documentElement.classList.add("js");

// Copy: <button data-copy="#id-of-element"> copies its text, <button data-copy-text="…"> that text.
document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-copy], [data-copy-text]");
  if (!button) return;
  const source = button.dataset.copy && document.querySelector(button.dataset.copy);
  const text = source ? (source.value ?? source.textContent) : button.dataset.copyText;
  announce(button, (await copy(text)) ? button.dataset.copied : button.dataset.copyFailed);
});

async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return copyOldWay(text); // the clipboard API wants https or localhost
  }
}

function copyOldWay(text) {
  const area = document.createElement("textarea");
  area.value = text;
  area.className = "sr";
  document.body.append(area);
  area.select();
  const copied = document.execCommand("copy");
  area.remove();
  return copied;
}

function announce(button, words) {
  const label = button.querySelector("[data-label]") ?? button;
  const before = label.textContent;
  if (button.dataset.busy || !words) return;
  button.dataset.busy = "1";
  label.textContent = words;
  document.getElementById("spoken").textContent = words;
  setTimeout(() => {
    label.textContent = before;
    delete button.dataset.busy;
  }, 1600);
}

// Menus are <details class="menu">: one open at a time, closed by a click elsewhere.
document.addEventListener("click", (event) => {
  for (const menu of document.querySelectorAll("details.menu[open]")) {
    if (!menu.contains(event.target)) menu.open = false;
  }
});

// Toasts go when they are dismissed; the ones that only confirm also go by themselves.
document.addEventListener("click", (event) => event.target.closest("[data-dismiss]")?.closest(".toast")?.remove());
for (const toast of document.querySelectorAll(".toast.success, .toast.info")) {
  setTimeout(() => toast.matches(":hover, :focus-within") || toast.remove(), 8000);
}

// Keys: ? helps, / searches, Escape leaves a menu, and data-keys="g t" on a link follows it.
let prefix = "";
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape") return closeMenu();
  if (event.isComposing || event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
  if (event.key === "?") return document.getElementById("keys")?.togglePopover();
  if (event.key === "/") return focusSearch(event);
  const keys = prefix ? `${prefix} ${event.key}` : event.key;
  const link = document.querySelector(`[data-keys="${CSS.escape(keys)}"]`);
  prefix = !prefix && event.key === "g" ? "g" : "";
  if (prefix) setTimeout(() => (prefix = ""), 1200);
  if (link) {
    event.preventDefault();
    link.click();
  }
});

function isTyping(element) {
  return element.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(element.tagName);
}

function focusSearch(event) {
  const search = document.querySelector("[data-search]");
  if (!search) return;
  event.preventDefault();
  search.focus();
  search.select?.();
}

// The list of keys names / only where there is something to search.
if (!document.querySelector("[data-search]")) for (const words of document.querySelectorAll("[data-search-key]")) words.hidden = true;

function closeMenu() {
  const menu = document.querySelector("details.menu[open]");
  if (!menu) return;
  menu.open = false;
  menu.querySelector("summary").focus();
}

// htmx swaps only what a 2xx answered. When a fragment could not be fetched, one toast says so.
document.addEventListener("htmx:responseError", sayFetchFailed);
document.addEventListener("htmx:sendError", sayFetchFailed);

// A row of tabs wider than the screen begins with the current one in sight.
function showCurrentTabs() {
  for (const tab of document.querySelectorAll(".tabs [aria-current]")) {
    const tabs = tab.parentElement;
    const [own, all] = [tab.getBoundingClientRect(), tabs.getBoundingClientRect()];
    if (own.left < all.left || own.right > all.right) tabs.scrollLeft += own.left - all.left - (all.width - own.width) / 2;
  }
}
showCurrentTabs();
document.addEventListener("htmx:afterSettle", showCurrentTabs);

function sayFetchFailed() {
  const toasts = document.getElementById("toasts");
  if (toasts.querySelector("[data-fetch-failed]")) return;
  toasts.append(document.getElementById("fetch-failed").content.cloneNode(true));
}
