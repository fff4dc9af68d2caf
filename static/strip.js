// The bars above the list: drawn over, or walked with the arrow keys, they choose the time that is shown.
// A click on one bar is a link and does the same without this.
"use strict";

const binsOf = (chart) => [...chart.querySelectorAll("[data-since]")];
let drawn = null; // { chart, from, to }: the first and last bar of what is being chosen, in either order

function show(chart, from, to) {
  drawn = from === null ? null : { chart, from, to };
  const [first, last] = [Math.min(from, to), Math.max(from, to)];
  const bins = binsOf(chart);
  bins.forEach((bin, at) => bin.classList.toggle("is-chosen", Boolean(drawn) && first !== last && first <= at && at <= last));
  const said = document.getElementById("strip-chosen");
  if (said) said.textContent = drawn && first !== last ? `${minute(bins[first].dataset.since)} – ${minute(bins[last].dataset.until)} UTC` : "";
}

// Of nanoseconds in text, which are more than a number holds.
function minute(nanoseconds) {
  return new Date(Number(nanoseconds.slice(0, -6))).toISOString().slice(5, 16).replace("T", " ");
}

function zoom({ chart, from, to }) {
  const bins = binsOf(chart);
  const address = new URL(chart.dataset.zoom, location.href);
  address.searchParams.set("from", bins[Math.min(from, to)].dataset.since);
  address.searchParams.set("to", bins[Math.max(from, to)].dataset.until);
  location.assign(address);
}

function binAt(chart, x) {
  const { left, width } = chart.getBoundingClientRect();
  const all = binsOf(chart).length;
  return Math.min(Math.max(Math.floor(((x - left) / width) * all), 0), all - 1);
}

document.addEventListener("pointerdown", (event) => {
  const chart = event.target.closest?.("svg[data-zoom]");
  if (!chart || event.button || event.ctrlKey || event.metaKey || event.shiftKey) return;
  const from = binAt(chart, event.clientX);
  const draw = (move) => show(chart, from, binAt(chart, move.clientX));
  const stop = new AbortController();
  document.addEventListener("pointermove", draw, stop);
  document.addEventListener("pointercancel", () => (stop.abort(), show(chart, null)), stop);
  document.addEventListener("pointerup", (up) => {
    stop.abort();
    draw(up);
    const chosen = drawn;
    show(chart, null);
    if (chosen.from === chosen.to) return; // a click, of which the link makes something
    const ignore = (click) => click.target.closest?.("svg[data-zoom]") && click.preventDefault();
    document.addEventListener("click", ignore, { capture: true, once: true });
    setTimeout(() => document.removeEventListener("click", ignore, { capture: true }));
    zoom(chosen);
  }, stop);
});
document.addEventListener("dragstart", (event) => event.target.closest?.("svg[data-zoom]") && event.preventDefault());

// One stop of Tab: arrows go from bar to bar, with Shift over several; Enter shows their time.
document.addEventListener("keydown", (event) => {
  const bar = event.target.closest?.("svg[data-zoom] a");
  if (!bar || event.ctrlKey || event.metaKey || event.altKey) return;
  const chart = bar.closest("svg");
  const [bins, bars] = [binsOf(chart), [...chart.querySelectorAll("a")]];
  const at = bars.indexOf(bar);
  const to = { ArrowLeft: at - 1, ArrowRight: at + 1, Home: 0, End: bars.length - 1 }[event.key];
  if (event.key === "Escape") return show(chart, null);
  if (event.key === "Enter" && drawn && drawn.from !== drawn.to) return event.preventDefault(), zoom(drawn);
  if (to === undefined) return;
  event.preventDefault();
  const next = bars[Math.min(Math.max(to, 0), bars.length - 1)];
  bar.setAttribute("tabindex", "-1");
  next.setAttribute("tabindex", "0");
  next.focus();
  if (event.shiftKey) show(chart, drawn?.from ?? bins.indexOf(bar), bins.indexOf(next));
  else show(chart, null);
});
