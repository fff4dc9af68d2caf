// Draws the figures of boards with plotly: `data-figure` has a figure without colours, which are put in here from the
// stylesheet's tokens. The same values are in each panel's table, without this.
"use strict";

// Plotly sets a few styles as attributes, which the Content-Security-Policy refuses; through the CSSOM they are allowed.
const setAttribute = Element.prototype.setAttribute;
Element.prototype.setAttribute = function (name, value) {
  if (name === "style" && this.style) this.style.cssText = value;
  else setAttribute.call(this, name, value);
};

const plotly = new Promise((ready) => {
  if (window.Plotly) ready(window.Plotly);
  else document.querySelector("script[data-plotly]")?.addEventListener("load", () => ready(window.Plotly));
});
const CONFIG = { displayModeBar: false, doubleClick: false, showTips: false };
const STEPS = [
  { dtickrange: [null, 60000], value: "%H:%M:%S\n%m-%d" },
  { dtickrange: [60000, 43200000], value: "%H:%M\n%m-%d" },
  { dtickrange: [86400000, "M1"], value: "%m-%d" },
  { dtickrange: ["M1", null], value: "%Y-%m" },
];
const MOST_LABELS = 6;
const NARROW = 480; // pixels

let colours = {};
function colour(token, alpha = 1) {
  if (!colours[token]) {
    const probe = document.body.appendChild(document.createElement("span"));
    probe.style.color = `var(--${token})`;
    colours[token] = getComputedStyle(probe).color;
    probe.remove();
  }
  return alpha === 1 ? colours[token] : colours[token].replace(/^rgb\(([^)]*)\)$/, `rgba($1, ${alpha})`);
}

const PAINT = {
  scatter: (trace, tone) => {
    trace.line = { ...trace.line, color: colour(tone) };
    trace.marker = { ...trace.marker, color: colour(tone) };
    if (trace.stackgroup) trace.fillcolor = colour(tone, 0.35);
    else if (trace.fill) trace.fillcolor = colour(tone, 0.16);
  },
  bar: (trace, tone) => (trace.marker = { ...trace.marker, color: colour(tone, 0.85), line: { width: 0 } }),
  heatmap: (trace, tone, width) => {
    trace.colorscale = [[0, colour("accent-soft")], [1, colour(tone)]];
    trace.showscale = width > NARROW; // what a field holds stands in its words and in the table
    trace.colorbar = { ...trace.colorbar, tickfont: { color: colour("ink-3"), size: 10 } };
  },
  pie: (trace) => (trace.marker = { colors: trace.meta.tones.map((tone) => colour(tone, 0.85)), line: { color: colour("panel"), width: 1 } }),
};

function painted(trace, width) {
  const copy = structuredClone(trace);
  PAINT[copy.type]?.(copy, copy.meta?.tone ?? "accent", width);
  return copy;
}

function axis(own, isTime, width = 0) {
  const shared = { gridcolor: colour("line"), linecolor: colour("line"), zeroline: false, automargin: true, fixedrange: true, ticks: "", tickfont: { color: colour("ink-3"), size: 11 } };
  return { ...shared, ...(own.type === "date" ? { tickformatstops: STEPS, hoverformat: "%Y-%m-%d %H:%M" } : {}), ...(isTime ? { tickformatstops: STEPS, showgrid: false, tickangle: 0, nticks: Math.max(2, Math.min(9, Math.floor(width / 64))) } : {}), ...own };
}

// Of names along an axis, as many as have room: each takes `pixels` of the `room`.
function roomy(own, pixels, room) {
  if (own?.tickmode !== "array" || !own.ticktext?.length) return own;
  const step = Math.ceil((own.ticktext.length * pixels(own.ticktext)) / Math.max(room, 90));
  const kept = (list) => list.filter((_one, at) => at % step === 0);
  return step < 2 ? own : { ...own, tickvals: kept(own.tickvals), ticktext: kept(own.ticktext), tickangle: 0 };
}
const across = (words) => 8 + 7 * Math.max(...words.map((one) => one.length));
const up = () => 15;

function layoutOf(box, own) {
  const isTime = own.meta?.axis === "time";
  return {
    ...own,
    ...(isTime ? marked(box, own.xaxis.range, own.shapes) : {}),
    xaxis: axis(roomy(own.xaxis, across, box.clientWidth - 90) ?? {}, isTime, box.clientWidth),
    yaxis: axis({ nticks: 5, ...roomy(own.yaxis, up, box.clientHeight - 40) }, false),
    font: { family: getComputedStyle(document.body).fontFamily, size: 11, color: colour("ink-2") },
    paper_bgcolor: "rgba(0,0,0,0)",
    plot_bgcolor: "rgba(0,0,0,0)",
    margin: { l: 36, r: 10, t: 12, b: 22, pad: 2 },
    hoverlabel: { bgcolor: colour("raised"), bordercolor: colour("line-strong"), font: { family: getComputedStyle(document.body).fontFamily, color: colour("ink"), size: 12 }, align: "left", namelength: 60 },
    dragmode: false,
    showlegend: false,
    width: box.clientWidth,
    height: box.clientHeight,
  };
}

// What happened meanwhile, as lines across the time: releases, prompts, notes.
function marked(box, [since, until], own) {
  const told = JSON.parse(document.getElementById("markers")?.dataset.markers ?? "[]").filter((one) => one.at >= since && one.at <= until);
  const isNamed = box.clientWidth > NARROW && told.length <= MOST_LABELS;
  const tone = (kind) => colour(kind === "incident" ? "bad" : "ink-3");
  const isLate = (at) => Date.parse(at) > Date.parse(since) + 0.75 * (Date.parse(until) - Date.parse(since));
  const side = (at) => (!isNamed ? "center" : isLate(at) ? "right" : "left"); // its words stay within the chart
  const lines = isNamed ? beneath(told, (one) => (Date.parse(one.at) - Date.parse(since)) / (Date.parse(until) - Date.parse(since)) * box.clientWidth, isLate) : [];
  return {
    shapes: [...(own ?? []).map(shaded), ...told.map((one) => ({ type: "line", xref: "x", yref: "paper", x0: one.at, x1: one.at, y0: 0, y1: 1, line: { color: tone(one.kind), width: 1, dash: "dash" } }))],
    annotations: told.map((one, at) => ({ xref: "x", yref: "paper", x: one.at, y: 1, yshift: -13 * (lines[at] ?? 0), yanchor: "top", xanchor: side(one.at), showarrow: false, text: isNamed ? one.short : "▾", hovertext: one.words, captureevents: true, font: { color: tone(one.kind), size: 10 }, bgcolor: colour("panel", 0.7) })),
  };
}

// A time that stands out, from top to bottom: its name is a colour of the stylesheet.
const shaded = (one) => ({ ...one, type: "rect", xref: "x", yref: "paper", y0: 0, y1: 1, layer: "below", fillcolor: colour(one.name, 0.16), line: { width: 0 } });

// For each, how many lines of words lower it stands, so that no words cover others'.
function beneath(told, across, isLate) {
  const lines = [];
  return told.map((one) => {
    const width = 6 * one.short.length + 6;
    const begin = across(one) - (isLate(one.at) ? width : 0);
    const isFree = (taken) => taken.every(([from, to]) => begin > to || begin + width < from);
    const line = [...lines, []].findIndex(isFree);
    (lines[line] ??= []).push([begin, begin + width]);
    return line;
  });
}

async function draw(box) {
  const Plotly = await plotly;
  if (!box.isConnected || !box.clientWidth) return;
  const { data, layout } = JSON.parse(box.dataset.figure);
  const hidden = [...(box.data ?? [])].map((trace) => trace.visible);
  await Plotly.react(box, data.map((trace, at) => ({ ...painted(trace, box.clientWidth), visible: hidden[at] ?? true })), layoutOf(box, layout), CONFIG);
  if (box.dataset.drawn) return;
  box.dataset.drawn = "1";
  box.classList.toggle("leads", data.some((trace) => trace.customdata));
  box.on("plotly_click", (event) => openRows(event, box));
  sizes.observe(box);
}

const drawAll = (root) => root.querySelectorAll?.("[data-figure]").forEach(draw);
const sizes = new ResizeObserver((entries) => entries.forEach(({ target }) => {
  if (target.clientWidth && (target.layout?.width !== target.clientWidth || target.layout?.height !== target.clientHeight)) draw(target);
}));

// A mark leads to its rows; of several under the pointer, the one that is nearest to it.
function openRows({ points, event }, box) {
  const found = points.map((point) => ({ point, address: addressOf(point) })).filter((one) => one.address);
  if (!found.length) return;
  const top = event.clientY - box.getBoundingClientRect().top;
  const away = ({ point }) => (point.yaxis?.d2p && typeof point.y === "number" && points.length > 1 ? Math.abs(point.yaxis._offset + point.yaxis.d2p(point.y) - top) : 0);
  const { address } = found.reduce((best, one) => (away(one) < away(best) ? one : best));
  if (event.ctrlKey || event.metaKey) window.open(address, "_blank", "noopener");
  else location.assign(address);
}

function addressOf(point) {
  const own = Array.isArray(point.customdata) ? point.customdata[0] : point.customdata;
  return own ? (point.data.meta?.rows ?? "") + own : "";
}

// The legend beside the title shows and hides its series.
document.addEventListener("click", async (event) => {
  const key = event.target.closest("[data-series]");
  const box = key?.closest(".panel-in").querySelector(".figure");
  if (!box?.data) return;
  const isShown = key.getAttribute("aria-pressed") === "true";
  key.setAttribute("aria-pressed", String(!isShown));
  (await plotly).restyle(box, { visible: !isShown }, [Number(key.dataset.series)]);
});

function repaint() {
  colours = {};
  drawAll(document);
}
new MutationObserver(repaint).observe(document.documentElement, { attributeFilter: ["data-theme"] });
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", repaint);
document.addEventListener("DOMContentLoaded", () => drawAll(document));
document.addEventListener("htmx:load", (event) => {
  const brings = event.target.id === "markers" && event.target.dataset.markers !== "[]";
  drawAll(brings ? document : event.target); // the lines that it brings belong on all charts
});
document.addEventListener("htmx:beforeCleanupElement", (event) => {
  if (!event.target.matches?.("[data-drawn]")) return;
  sizes.unobserve(event.target);
  window.Plotly.purge(event.target);
});
