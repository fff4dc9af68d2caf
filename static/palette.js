// ⌘K or Ctrl K: go to a page, do what a menu does, or look for traces. It offers what the page itself has links and buttons for.
"use strict";

const palette = document.getElementById("palette");
const typed = document.getElementById("palette-input");
const list = document.getElementById("palette-list");
const OFFERED = ".rail-link, .rail .menu-body a.menu-item, .rail .menu-body button.menu-item, .rail .menu-body button[name], #views a.menu-item, [data-command]";
const MOST = 12;
let offers = [];
let chosen = 0;

document.addEventListener("keydown", (event) => {
  if (event.key.toLowerCase() !== "k" || !(event.metaKey || event.ctrlKey) || event.shiftKey || event.altKey || event.isComposing) return;
  event.preventDefault();
  palette.togglePopover();
});

// Before it shows, not after: what is typed at once must not be lost. The field takes the focus by its autofocus.
palette?.addEventListener("beforetoggle", (event) => {
  if (event.newState !== "open") return;
  typed.value = "";
  offer();
});
typed?.addEventListener("input", (event) => event.isComposing || offer());
typed?.addEventListener("compositionend", offer);
typed?.addEventListener("keydown", (event) => {
  if (event.isComposing) return;
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (step && offers.length) {
    event.preventDefault();
    choose((chosen + step + offers.length) % offers.length);
  } else if (event.key === "Enter") {
    event.preventDefault();
    follow(offers[chosen]);
  }
});
list?.addEventListener("click", (event) => {
  const item = event.target.closest("[role=option]");
  if (item) follow(offers[Number(item.dataset.at)]);
});

function words(element) {
  const told = element.getAttribute("aria-label");
  if (told) return told;
  const copy = element.cloneNode(true);
  for (const aside of copy.querySelectorAll("kbd, .chip, svg")) aside.remove();
  const label = element.name ? element.closest("form")?.previousElementSibling : null; // Theme: Dark
  return `${label?.matches(".label") ? `${label.textContent.trim()}: ` : ""}${copy.textContent.replace(/\s+/g, " ").trim()}`;
}

// The pages first, then what menus hold.
const rank = (element) => (element.matches(".rail-link") ? 0 : element.closest("#views") ? 1 : 2);

function found(query) {
  const all = [...document.querySelectorAll(OFFERED)].filter((one) => words(one) && !one.closest("#palette")).sort((a, b) => rank(a) - rank(b));
  return all.map((element) => ({ words: words(element), run: () => element.click() })).filter((one) => one.words.toLowerCase().includes(query.toLowerCase()));
}

// What was typed may be what traces hold, the id of one, or what a prompt is called.
function lookedFor(query) {
  const { traces, searchWords, openWords, prompts, promptWords } = palette.dataset;
  if (!query || !traces) return [];
  const search = { words: `${searchWords} “${query}”`, run: () => location.assign(`${traces}?q=${encodeURIComponent(query)}`) };
  const open = { words: `${openWords} ${query}`, run: () => location.assign(`${traces}/${encodeURIComponent(query)}`) };
  const named = { words: `${promptWords} “${query}”`, run: () => location.assign(`${prompts}?q=${encodeURIComponent(query)}`) };
  return /^[0-9a-f-]{16,64}$/i.test(query) ? [open, search] : [search, named];
}

function offer() {
  const query = typed.value.trim();
  offers = [...found(query).slice(0, MOST), ...lookedFor(query)];
  list.replaceChildren(...(offers.length ? offers.map(item) : [nothing()]));
  choose(0);
}

function item(one, at) {
  const element = document.createElement("li");
  Object.assign(element, { id: `palette-${at}`, textContent: one.words });
  element.setAttribute("role", "option");
  element.dataset.at = at;
  return element;
}

function nothing() {
  const element = document.createElement("li");
  element.className = "faint";
  element.textContent = palette.dataset.noneWords;
  return element;
}

function choose(at) {
  chosen = at;
  for (const element of list.querySelectorAll("[role=option]")) {
    const isChosen = Number(element.dataset.at) === at;
    element.setAttribute("aria-selected", String(isChosen));
    if (isChosen) element.scrollIntoView({ block: "nearest" });
  }
  typed.setAttribute("aria-activedescendant", offers.length ? `palette-${at}` : "");
}

function follow(one) {
  if (!one) return;
  palette.hidePopover();
  one.run();
}
