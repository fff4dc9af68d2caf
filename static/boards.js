// Boards beyond their forms and links: the reader's time zone, refreshing by themselves, panels that fail. Loaded before htmx asks for panels.
"use strict";

// Days are counted in the browser's own zone, unless the address names another.
const ownZone = Intl.DateTimeFormat().resolvedOptions().timeZone;
if (ownZone) {
  document.cookie = `sonde_zone=${ownZone}; path=/; max-age=31536000; samesite=lax${location.protocol === "https:" ? "; secure" : ""}`;
  document.querySelectorAll("[data-zone][placeholder]").forEach((input) => (input.placeholder = ownZone));
}

// Of a row of boards that is wider than the window, the one that is open is in sight.
const tabs = document.querySelector(".board-tabs");
const openTab = tabs?.querySelector("[aria-current]");
if (openTab) tabs.scrollLeft = openTab.offsetLeft - tabs.offsetLeft - (tabs.clientWidth - openTab.clientWidth) / 2;

const reload = (panel) => htmx.trigger(panel, "reload");
const board = document.getElementById("board");

// By itself, while the page is in sight; at once when it comes back and is overdue.
const seconds = Number(board?.dataset.refresh ?? 0);
if (seconds) {
  let last = Date.now();
  const due = () => {
    if (document.hidden || Date.now() - last < seconds * 1000) return;
    last = Date.now();
    board.querySelectorAll(".panel-in").forEach(reload);
  };
  setInterval(due, 1000);
  document.addEventListener("visibilitychange", due);
}

// What is drawn stays in sight while its successor waits for a turn.
board?.addEventListener("htmx:beforeSwap", (event) => {
  const panel = event.target.closest(".panel-in");
  if (!panel || panel.querySelector("[aria-busy]") || !event.detail.serverResponse?.includes("data-waiting")) return;
  event.detail.shouldSwap = false;
  setTimeout(() => panel.isConnected && reload(panel), 500);
});

// A panel that could not be fetched says so in its own place, and offers to try again.
for (const name of ["htmx:sendError", "htmx:responseError", "htmx:timeout"]) {
  board?.addEventListener(name, (event) => {
    const body = event.target.closest(".panel-in")?.querySelector(".panel-body");
    const words = document.getElementById("panel-failed");
    if (!body || !words) return;
    event.stopPropagation();
    body.removeAttribute("aria-busy");
    body.replaceChildren(words.content.cloneNode(true));
  });
}
board?.addEventListener("click", (event) => {
  const panel = event.target.closest("[data-retry]")?.closest(".panel-in");
  if (panel) reload(panel);
});

document.addEventListener("change", (event) => event.target.matches("select[data-submit]") && event.target.form.requestSubmit());
