// The list's j and k, and the tree of a trace: folding, arrow keys, and spans that open beside it. Links do the same without.
"use strict";

const LEVEL = "aria-level";
const level = (row) => Number(row.getAttribute(LEVEL));
const isShown = (row) => row && !row.hidden;

// Lists: j and k move from trace to trace.
document.addEventListener("keydown", (event) => {
  if (event.isComposing || event.ctrlKey || event.metaKey || event.altKey || /^(INPUT|TEXTAREA|SELECT)$/.test(event.target.tagName)) return;
  if (event.key !== "j" && event.key !== "k") return;
  const links = [...document.querySelectorAll(".rows a.main")];
  if (!links.length) return;
  const at = links.indexOf(document.activeElement);
  links[Math.min(Math.max(at + (event.key === "j" ? 1 : -1), 0), links.length - 1)].focus();
});

// A row leads to its trace wherever it is clicked, also where a tooltip lies above its link; text can still be selected.
document.addEventListener("click", (event) => {
  const row = event.target.closest(".rows tbody tr");
  if (!row || event.target.closest("a, button, input") || String(getSelection())) return;
  const { ctrlKey, metaKey, shiftKey } = event;
  row.querySelector("a.main")?.dispatchEvent(new MouseEvent("click", { bubbles: true, cancelable: true, ctrlKey, metaKey, shiftKey }));
});

// A <select data-submit> sends its form by itself.
document.addEventListener("change", (event) => event.target.matches("select[data-submit]") && event.target.form.requestSubmit());

// Choosing a range takes exact times out: the last thing that was said counts.
document.addEventListener("change", (event) => {
  if (!event.target.matches("#query select[name=range]")) return;
  for (const hidden of event.target.form.querySelectorAll("[type=hidden][name=from], [type=hidden][name=to]")) hidden.remove();
});

// What there is to choose from is counted anew when the list has changed; the old counts stay in sight meanwhile.
document.addEventListener("htmx:pushedIntoHistory", () => {
  const choices = document.getElementById("choices");
  if (!choices) return;
  const address = new URL(location.href);
  address.searchParams.set("part", "choices");
  htmx.ajax("GET", address.pathname + address.search, { source: choices, target: choices, swap: "innerHTML" });
});

// The tree
const grid = document.querySelector(".treegrid");
const rows = () => [...grid.querySelectorAll("tbody tr")];

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

function show(link, remember = "pushState") {
  clearTimeout(soon);
  const row = link.closest(".treegrid tr");
  if (row) select(row);
  const { href } = link; // the link may be gone once the pane has changed
  history[remember]({}, "", href);
  htmx.ajax("GET", href, { target: "#pane", swap: "innerHTML" }).then(() => (document.getElementById("pane").scrollTop = 0));
}

function select(row) {
  for (const other of grid.querySelectorAll("[aria-selected]")) other.removeAttribute("aria-selected");
  row.setAttribute("aria-selected", "true");
}

function toggle(row) {
  const isOpen = row.getAttribute("aria-expanded") === "true";
  const twist = row.querySelector("a.twist[hx-get]");
  if (!isOpen && twist && !twist.dataset.loaded) return; // htmx fetches the rows
  fold(row, !isOpen);
}

// The next or previous failing span of those that are shown; the link itself knows the others.
function step(link) {
  const all = rows();
  const at = all.findIndex((row) => row.hasAttribute("aria-selected"));
  const forward = link.dataset.step === "1";
  const round = [...all.slice(at + 1), ...all.slice(0, Math.max(at, 0))];
  const failing = forward ? round : round.reverse();
  const found = failing.find((row) => row.matches(".failed") && isShown(row))?.querySelector("a.main");
  if (found) show(found);
  if (found && document.activeElement !== link) found.focus(); // by its key; the button pressed stays in hand
  return Boolean(found);
}

function move(row, key) {
  const expanded = row.getAttribute("aria-expanded");
  if (key === "ArrowRight" && expanded === "false") return row.querySelector(".twist").click();
  if (key === "ArrowLeft" && expanded === "true") return fold(row, false);
  const shown = rows().filter(isShown);
  const at = shown.indexOf(row);
  let next = { ArrowDown: shown[at + 1], ArrowUp: shown[at - 1], Home: shown[0], End: shown.at(-1) }[key];
  if (key === "ArrowRight" && expanded === "true") next = shown[at + 1];
  if (key === "ArrowLeft") next = shown.slice(0, at).findLast((other) => level(other) < level(row));
  const link = next?.querySelector("a.main, a.btn");
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
  document.addEventListener("click", (event) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
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
  // With nothing focused the arrow keys start from the span that is looked at.
  const from = (target) => (target === document.body ? (grid.querySelector('[aria-selected="true"]') ?? rows()[0]) : target.closest(".treegrid tbody tr"));
  document.addEventListener("keydown", (event) => {
    if (event.isComposing || event.ctrlKey || event.metaKey || event.altKey || event.shiftKey) return;
    if (/^(INPUT|TEXTAREA|SELECT)$/.test(event.target.tagName) || event.target.isContentEditable) return;
    const keys = event.target === document.body ? /^Arrow(Up|Down|Left|Right)$/ : /^(Arrow(Up|Down|Left|Right)|Home|End)$/;
    if (!keys.test(event.key)) return;
    const row = from(event.target);
    if (!row) return;
    event.preventDefault();
    move(row, event.key);
  });
  // One stop of the Tab key for the whole tree: the span last focused, at first the one looked at.
  const links = () => grid.querySelectorAll("a.main");
  const stop = (link) => links().forEach((other) => (other.tabIndex = other === link ? 0 : -1));
  stop(grid.querySelector('[aria-selected="true"] a.main') ?? links()[0]);
  grid.addEventListener("focusin", (event) => event.target.matches("a.main") && stop(event.target));
  document.addEventListener("htmx:afterRequest", (event) => {
    const twist = event.target.closest?.("a.twist[hx-get]");
    if (!twist || !event.detail.successful) return;
    twist.dataset.loaded = "yes";
    twist.removeAttribute("hx-get");
    htmx.process(twist);
    twist.closest("tr").setAttribute("aria-expanded", "true");
  });
  window.addEventListener("popstate", () => location.reload());
  grid.querySelector('[aria-selected="true"]')?.scrollIntoView({ block: "nearest" });
}
