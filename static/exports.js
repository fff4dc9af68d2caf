// Choosing traces in the list: the box above all, ranges with Shift, and the line that offers all that match.
// Without this the boxes and buttons are a plain form.
"use strict";

const ticks = () => [...document.querySelectorAll("#traces .tick[name=trace]")];
let lastTick = null;

document.addEventListener("click", (event) => {
  const tick = event.target;
  if (tick.matches?.("[data-tick-all]")) return tickAll(tick.checked);
  if (tick.closest?.("[data-untick]")) return tickAll(false);
  if (!tick.matches?.(".tick[name=trace]")) return;
  const all = ticks();
  if (event.shiftKey && all.includes(lastTick)) {
    const [from, to] = [all.indexOf(lastTick), all.indexOf(tick)].sort((a, b) => a - b);
    for (const one of all.slice(from, to + 1)) one.checked = tick.checked;
  }
  lastTick = tick;
  if (!tick.checked) notAll();
  showTicked();
});

function tickAll(isOn) {
  for (const tick of ticks()) tick.checked = isOn;
  lastTick = null;
  if (!isOn) notAll();
  showTicked();
}

// Unticking one means: not all that match.
function notAll() {
  const all = document.querySelector("#selection [data-all]");
  if (all) all.checked = false;
}

// All that match are offered once all on the page are ticked.
function showTicked() {
  const form = document.getElementById("selection");
  if (!form) return;
  const [all, on] = [ticks(), ticks().filter((tick) => tick.checked)];
  const isWhole = on.length > 0 && on.length === all.length;
  const head = document.querySelector("[data-tick-all]");
  if (head) [head.checked, head.indeterminate] = [isWhole, on.length > 0 && !isWhole];
  form.classList.toggle("is-open", on.length > 0);
  form.classList.toggle("may-be-all", isWhole);
  form.querySelector("[data-ticked]").textContent = on.length.toLocaleString(document.documentElement.lang);
  compare(form.querySelector("[data-compare]"), on);
  const total = document.getElementById("total");
  form.querySelector("[data-total]").textContent = total?.textContent ? `(${total.textContent.trim()})` : "";
}

// Two can be looked at side by side, the one above on the left.
function compare(link, on) {
  link.hidden = on.length !== 2;
  if (link.hidden) return;
  const page = on[0].closest("tr").querySelector("a.main").href;
  link.href = `${page.split(/[?#]/)[0]}?span=trace&with=${encodeURIComponent(on[1].value)}`;
}

document.addEventListener("htmx:afterSettle", showTicked);
window.addEventListener("pageshow", showTicked);
