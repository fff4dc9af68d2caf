// From one trace of a list to the next: the list remembers which it showed, the trace's page offers those beside it.
"use strict";

const SHOWN = "sonde-shown"; // in sessionStorage: this tab's alone, and only addresses
const listed = () => [...document.querySelectorAll("#traces a.main")].map((link) => link.getAttribute("href"));

function remember() {
  if (!document.getElementById("traces")) return;
  sessionStorage.setItem(SHOWN, JSON.stringify({ list: location.pathname + location.search, traces: listed() }));
}

function offer(among) {
  const shown = JSON.parse(sessionStorage.getItem(SHOWN) ?? "null");
  const here = location.pathname;
  const at = shown ? shown.traces.findIndex((href) => href.split("?")[0] === here) : -1;
  if (at < 0) return;
  among.hidden = false;
  among.querySelector("[data-place]").textContent = `${at + 1} / ${shown.traces.length}`;
  for (const link of among.querySelectorAll("[data-step-among]")) {
    const href = shown.traces[at + Number(link.dataset.stepAmong)];
    link.toggleAttribute("aria-disabled", !href);
    if (href) link.setAttribute("href", href);
  }
  const back = document.querySelector("[data-back-to-list]");
  if (back) back.setAttribute("href", shown.list);
}

const among = document.getElementById("among");
if (among) offer(among);
else {
  remember();
  document.addEventListener("htmx:afterSettle", remember);
}

// New traces load by themselves while the list is looked at from its top; else they wait to be asked for.
document.addEventListener("htmx:afterSettle", (event) => {
  const fresh = event.target.closest?.("#fresh")?.querySelector("a[data-fresh]");
  if (fresh && scrollY < 60 && !document.hidden && !document.querySelector("details.menu[open], :popover-open")) fresh.click();
});
