// A trace's page: its tree is folded and walked with the arrow keys, and spans open beside it. Links do the same without.
"use strict";

const pane = document.getElementById("pane");
const grid = document.querySelector(".treegrid");
const level = (row) => Number(row.getAttribute("aria-level"));
const isShown = (row) => row && !row.hidden;
const LINKS = "a.main, .stand-in a.twist"; // what of a row takes the focus; a parent that is missing can only be folded
const rows = () => [...grid.querySelectorAll("tbody tr")];
const addressOf = (link) => new URL(link.href.baseVal ?? link.href, location.href); // a link in a drawing has the former
const spanOf = (link) => addressOf(link).searchParams.get("span");

// The tree
function below(row) {
  const found = [];
  for (let next = row.nextElementSibling; next && level(next) > level(row); next = next.nextElementSibling) found.push(next);
  return found;
}

function fold(row, open) {
  row.setAttribute("aria-expanded", String(open));
  let closedAt = Infinity; // what a folded span below holds stays hidden
  for (const next of below(row)) {
    if (level(next) <= closedAt) closedAt = Infinity;
    next.hidden = !open || level(next) > closedAt;
    if (next.getAttribute("aria-expanded") === "false" && level(next) < closedAt) closedAt = level(next);
  }
}

function toggle(row) {
  const isOpen = row.getAttribute("aria-expanded") === "true";
  const twist = row.querySelector("a.twist[hx-get]");
  if (!isOpen && twist && !twist.dataset.loaded) return; // htmx fetches the rows
  fold(row, !isOpen);
}

// The link of a span among those that the page holds.
function linkTo(id) {
  return [...document.querySelectorAll(".treegrid a.main, .graph a[data-span-link]")].find((link) => spanOf(link) === id);
}

function reveal(row) {
  const all = rows();
  let at = level(row);
  for (const other of all.slice(0, all.indexOf(row)).reverse()) {
    if (level(other) >= at) continue;
    at = level(other);
    if (other.getAttribute("aria-expanded") === "false") fold(other, true);
  }
}

// Opening a span
function show(link, remember = "pushState") {
  clearTimeout(soon);
  const address = addressOf(link); // the link may be gone once the pane has changed
  const said = new URL(location.href).searchParams;
  if (link.matches(".treegrid a.main, .graph a, [data-step]") && said.get("tab")) address.searchParams.set("tab", said.get("tab"));
  for (const name of ["view", "mark", "find"]) if (said.get(name)) address.searchParams.set(name, said.get(name));
  mark(address.searchParams.get("span"));
  history[remember]({}, "", address);
  htmx.ajax("GET", address.href, { target: "#pane", swap: "innerHTML" }).then(() => (pane.scrollTop = 0));
}

function mark(id) {
  const link = linkTo(id);
  if (!link && id !== "trace") return; // it lies in a part of the tree that is not unfolded
  for (const other of document.querySelectorAll(".treegrid [aria-selected], .graph [aria-current]")) {
    other.removeAttribute(grid ? "aria-selected" : "aria-current");
  }
  if (grid) link?.closest("tr").setAttribute("aria-selected", "true");
  else link?.setAttribute("aria-current", "true");
}

// To the next or previous match. Where the page does not hold its line, the link opens a page that does.
function step(link) {
  const found = linkTo(spanOf(link));
  if (!found) return false;
  const row = found.closest("tr");
  if (row) reveal(row);
  show(found);
  if (document.activeElement === link) found.scrollIntoView({ block: "nearest" }); // the button pressed stays in hand
  else found.focus();
  return true;
}

document.addEventListener("click", (event) => {
  if (!pane || event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
  const twist = event.target.closest(".treegrid .twist");
  if (twist) {
    event.preventDefault();
    return toggle(twist.closest("tr"));
  }
  const stepping = event.target.closest("a[data-step]");
  if (stepping && step(stepping)) return event.preventDefault();
  const link = event.target.closest("a[data-span-link]");
  if (!link) return;
  event.preventDefault();
  show(link);
});
if (pane) window.addEventListener("popstate", () => location.reload());
if (pane && !grid) document.querySelector(".graph [aria-current]")?.scrollIntoView({ block: "nearest", inline: "nearest" });

// Keys in the tree
function move(row, key) {
  const expanded = row.getAttribute("aria-expanded");
  if (key === "ArrowRight" && expanded === "false") return row.querySelector(".twist").click();
  if (key === "ArrowLeft" && expanded === "true") return fold(row, false);
  const linkOf = (one) => one?.querySelector(`${LINKS}, a.btn`);
  const shown = rows().filter((one) => isShown(one) && linkOf(one));
  const at = shown.indexOf(row);
  let next = { ArrowDown: shown[at + 1], ArrowUp: shown[at - 1], Home: shown[0], End: shown.at(-1) }[key];
  if (key === "ArrowRight" && expanded === "true") next = shown[at + 1];
  if (key === "ArrowLeft") next = shown.slice(0, at).findLast((other) => level(other) < level(row));
  const link = linkOf(next);
  link?.focus();
  if (link && /^Arrow(Up|Down)$/.test(key)) showSoon(link);
}

// Who holds an arrow key down gets the span they stop at, not each on the way, and one step Back leaves.
let soon;
function showSoon(link) {
  clearTimeout(soon);
  soon = setTimeout(() => document.activeElement === link && link.matches("[data-span-link]") && show(link, "replaceState"), 150);
}

if (grid) {
  // With nothing focused the arrow keys start from the span that is looked at.
  const from = (target) => (target === document.body ? (grid.querySelector('[aria-selected="true"]') ?? rows()[0]) : target.closest(".treegrid tbody tr"));
  document.addEventListener("keydown", (event) => {
    if (event.isComposing || event.ctrlKey || event.metaKey || event.altKey || event.shiftKey || isTyping(event.target)) return;
    const keys = event.target === document.body ? /^Arrow(Up|Down|Left|Right)$/ : /^(Arrow(Up|Down|Left|Right)|Home|End)$/;
    if (!keys.test(event.key)) return;
    const row = from(event.target);
    if (!row) return;
    event.preventDefault();
    move(row, event.key);
  });
  // One stop of the Tab key for the whole tree: the span last focused, at first the one looked at.
  const links = () => grid.querySelectorAll(LINKS);
  const stop = (link) => links().forEach((other) => (other.tabIndex = other === link ? 0 : -1));
  stop(grid.querySelector('[aria-selected="true"] a.main') ?? links()[0]);
  grid.addEventListener("focusin", (event) => event.target.matches(LINKS) && stop(event.target));
  document.addEventListener("htmx:afterRequest", (event) => {
    const twist = event.target.closest?.("a.twist[hx-get]");
    if (!twist || !event.detail.successful) return;
    twist.dataset.loaded = "yes";
    twist.removeAttribute("hx-get");
    htmx.process(twist);
    twist.closest("tr").setAttribute("aria-expanded", "true");
  });
  grid.querySelector('[aria-selected="true"]')?.scrollIntoView({ block: "nearest" });
}

// Comments: a name that is picked goes into the text where the caret is.
document.addEventListener("click", (event) => {
  const person = event.target.closest("[data-mention]");
  if (!person) return;
  const area = document.getElementById("new-comment");
  const before = area.value.slice(0, area.selectionStart);
  area.setRangeText(`${before && !/\s$/.test(before) ? " " : ""}${person.dataset.mention} `, area.selectionStart, area.selectionEnd, "end");
  person.closest("details").open = false;
  area.focus();
});
