// From one trace or observation of a list to the next: the list remembers which it showed and where it goes on, the
// trace's page offers those beside it.
"use strict";

const SHOWN = "sonde-shown"; // in sessionStorage: this tab's alone, and only addresses
const PAGES = 5; // read in search of the next one; a page may be empty where a filter is narrow
const linksIn = (part) => [...part.querySelectorAll("a.main")].map((link) => link.getAttribute("href"));
const moreIn = (part) => part.querySelector(".more-row a[hx-get]")?.getAttribute("href") ?? "";
const keep = (shown) => sessionStorage.setItem(SHOWN, JSON.stringify(shown));

function remember() {
  const table = document.getElementById("traces");
  if (table) keep({ list: location.pathname + location.search, traces: linksIn(table), more: moreIn(table) });
}

// An observation is found by its span; who has gone on to another span of the trace still stands where they came from.
function placeOf(traces) {
  const here = new URL(location.href);
  const span = here.searchParams.get("span");
  const all = traces.map((href) => new URL(href, here));
  const isHere = (one) => one.pathname === here.pathname;
  const at = all.findIndex((one) => isHere(one) && one.searchParams.get("span") === span);
  return at < 0 ? all.findIndex(isHere) : at;
}

function offerSteps(among, shown, at) {
  among.hidden = false;
  among.querySelector("[data-place]").textContent = `${at + 1} / ${shown.traces.length}${shown.more ? "+" : ""}`;
  for (const link of among.querySelectorAll("[data-step-among]")) {
    const href = shown.traces[at + Number(link.dataset.stepAmong)];
    if (href) link.removeAttribute("aria-disabled");
    else link.setAttribute("aria-disabled", "true");
    if (href) link.setAttribute("href", href);
    else link.removeAttribute("href");
  }
}

// The list goes on from where its last row was read.
async function readOn(shown) {
  const before = shown.traces.length;
  for (let pages = 0; shown.more && shown.traces.length === before && pages < PAGES; pages++) {
    const answer = await fetch(shown.more, { headers: { "HX-Request": "true" } }).catch(() => null);
    if (!answer?.ok || answer.redirected) return; // away, or logged out: the list may go on another time
    const rows = document.createElement("template"); // nothing in it runs or loads
    rows.innerHTML = await answer.text();
    shown.traces.push(...linksIn(rows.content));
    shown.more = moreIn(rows.content);
  }
  keep(shown);
}

async function stand(among) {
  const shown = JSON.parse(sessionStorage.getItem(SHOWN) ?? "null");
  const at = shown ? placeOf(shown.traces) : -1;
  if (at < 0) return;
  document.querySelector("[data-back-to-list]")?.setAttribute("href", shown.list);
  offerSteps(among, shown, at);
  if (at + 1 < shown.traces.length || !shown.more) return;
  await readOn(shown);
  offerSteps(among, shown, at);
}

const among = document.getElementById("among");
if (among) stand(among);
else {
  remember();
  document.addEventListener("htmx:afterSettle", remember);
}

// New traces load by themselves while the list is looked at from its top; else they wait to be asked for.
document.addEventListener("htmx:afterSettle", (event) => {
  const fresh = event.target.closest?.("#fresh")?.querySelector("a[data-fresh]");
  if (fresh && scrollY < 60 && !document.hidden && !document.querySelector("details.menu[open], :popover-open")) fresh.click();
});
