// The list of incidents: choosing by the box above all and by x, acknowledging by e. The list renews itself only while
// nobody is at work in it. Without this the boxes and buttons are a plain form.
"use strict";

const boxes = () => [...document.querySelectorAll("#incidents input[name=id]")];

document.addEventListener("change", (event) => {
  if (!event.target.matches("[data-tick-incidents]")) return;
  for (const box of boxes()) box.checked = event.target.checked;
});

document.addEventListener("htmx:beforeRequest", (event) => {
  const list = event.target;
  if (!list.matches?.("[data-live]")) return;
  if (boxes().some((box) => box.checked) || list.contains(document.activeElement)) event.preventDefault();
});

document.addEventListener("keydown", (event) => {
  if (event.isComposing || event.ctrlKey || event.metaKey || event.altKey || /^(INPUT|TEXTAREA|SELECT)$/.test(event.target.tagName)) return;
  const box = document.activeElement?.closest?.(".incidents tr")?.querySelector("input[name=id]");
  if (event.key === "x" && box) box.checked = !box.checked;
  if (event.key !== "e") return;
  if (box && !boxes().some((one) => one.checked)) box.checked = true;
  if (boxes().some((one) => one.checked)) document.querySelector("#incidents [data-acknowledge]")?.click();
});
