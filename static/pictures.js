// Panels as PNG: a chart from its SVG, tiles and tables drawn from the words that they show. Loaded after charts.js, whose colours
// these are.
"use strict";

{
const EDGE = 14, LINE = 24, MOST_ROWS = 400, MOST_WIDE = 320;
const font = (size, weight = 400) => `${weight} ${size}px ${getComputedStyle(document.body).fontFamily}`;
const words = (element) => element?.innerText.trim() ?? "";

// Twice as fine as the page, on its ground, under the panel's title.
function sheet(title, width, height) {
  const canvas = Object.assign(document.createElement("canvas"), { width: 2 * width, height: 2 * (height + 2 * LINE) });
  const context = canvas.getContext("2d");
  context.scale(2, 2);
  context.fillStyle = colour("panel");
  context.fillRect(0, 0, width, height + 2 * LINE);
  context.textBaseline = "middle";
  write(context, title, EDGE, LINE, { style: font(13, 600), tone: "ink", most: width - 2 * EDGE });
  context.translate(0, 2 * LINE);
  return context;
}

function write(context, text, x, y, { style = font(12), tone = "ink-2", most = MOST_WIDE, align = "left" } = {}) {
  context.font = style;
  context.fillStyle = colour(tone);
  context.textAlign = align;
  let shown = text;
  while (shown.length > 1 && context.measureText(shown).width > most) shown = `${shown.slice(0, -2)}…`;
  context.fillText(shown, x, y);
}

async function ofChart(title, box, keys) {
  const { clientWidth: width, clientHeight: height } = box;
  const picture = new Image(); // from its SVG, since the policy takes images from `data:` only
  picture.src = await (await plotly).toImage(box, { format: "svg", width, height });
  await picture.decode();
  const context = sheet(title, width, height + (keys.length ? LINE : 0));
  context.drawImage(picture, 0, 0, width, height);
  let at = EDGE;
  for (const key of keys) {
    context.fillStyle = getComputedStyle(key.querySelector("rect")).fill;
    context.fillRect(at, height + LINE / 2 - 4, 8, 8);
    write(context, words(key), at + 13, height + LINE / 2, { most: 160 });
    at += 30 + Math.min(160, context.measureText(words(key)).width);
  }
  return context.canvas;
}

function ofTiles(title, tiles) {
  const wide = 190;
  const context = sheet(title, wide * tiles.length, 120);
  tiles.forEach((tile, number) => {
    const x = number * wide + EDGE;
    write(context, words(tile.querySelector("h3")), x, 6, { most: wide - EDGE });
    write(context, words(tile.querySelector("strong")), x, 34, { style: font(22, 600), tone: "ink", most: wide - EDGE });
    write(context, words(tile.querySelector(".change")), x, 60, { most: wide - EDGE });
    for (const line of tile.querySelectorAll(".spark path")) {
      const [, , across, up] = line.ownerSVGElement.getAttribute("viewBox").split(" ");
      const course = new Path2D();
      course.addPath(new Path2D(line.getAttribute("d")), new DOMMatrix([(wide - 2 * EDGE) / across, 0, 0, 28 / up, x, 76]));
      context.strokeStyle = colour(line.matches(".base") ? "ink-3" : "accent");
      context.lineWidth = 1.5;
      context.stroke(course);
    }
  });
  return context.canvas;
}

// Rows of {text, right}; the first is the head.
function ofRows(title, rows) {
  const measure = document.createElement("canvas").getContext("2d");
  const wide = [];
  for (const [number, row] of rows.entries()) {
    measure.font = font(12, number ? 400 : 600);
    row.forEach(({ text }, at) => (wide[at] = Math.max(wide[at] ?? 0, Math.min(MOST_WIDE, measure.measureText(text).width + 4))));
  }
  const width = wide.reduce((sum, one) => sum + one + EDGE, EDGE);
  const context = sheet(title, Math.max(width, 240), rows.length * LINE + EDGE);
  rows.forEach((row, number) => {
    let x = EDGE;
    row.forEach(({ text, right }, at) => {
      const style = { style: font(12, number ? 400 : 600), tone: number ? "ink" : "ink-2", most: wide[at], align: right ? "right" : "left" };
      write(context, text, right ? x + wide[at] : x, number * LINE + LINE / 2, style);
      x += wide[at] + EDGE;
    });
    context.fillStyle = colour("line");
    context.fillRect(EDGE, (number + 1) * LINE, width - 2 * EDGE, 1);
  });
  return context.canvas;
}

function rowsOf(table) {
  const found = [...table.rows].map((row) => [...row.cells].map((cell) => ({ text: words(cell), right: cell.matches(".r") })));
  return found.length > MOST_ROWS + 1 ? [...found.slice(0, MOST_ROWS + 1), [{ text: "…" }]] : found;
}

async function pictureOf(panel, title) {
  const chart = panel.querySelector(".figure");
  if (chart) return chart.data && ofChart(title, chart, [...panel.querySelectorAll(".key[aria-pressed=true]")]);
  const table = panel.querySelector(".panel-body table");
  if (table) return ofRows(title, rowsOf(table));
  const tiles = [...panel.querySelectorAll(".tile")];
  if (tiles.length) return ofTiles(title, tiles);
  return ofRows(title, [[], ...[...panel.querySelectorAll("article")].map((one) => [...one.children].map((part) => ({ text: words(part).replace(/\s+/g, " ") })).filter(({ text }) => text))]);
}

document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-png]");
  const panel = button?.closest(".panel-in");
  const canvas = panel && (await pictureOf(panel, words(panel.querySelector("h2"))));
  if (!canvas) return;
  canvas.toBlob((blob) => {
    const link = Object.assign(document.createElement("a"), { href: URL.createObjectURL(blob), download: `${button.dataset.png}.png` });
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 10000);
  }, "image/png");
});
}
