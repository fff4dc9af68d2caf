// The list's j and k, its rows and its filters. Links and forms do the same without.
"use strict";

// Lists: j and k move from trace to trace.
document.addEventListener("keydown", (event) => {
  if (event.isComposing || event.ctrlKey || event.metaKey || event.altKey || /^(INPUT|TEXTAREA|SELECT)$/.test(event.target.tagName)) return;
  if (event.key !== "j" && event.key !== "k") return;
  const links = [...document.querySelectorAll(".rows a.main")];
  if (!links.length) return;
  const at = links.indexOf(document.activeElement);
  const next = links[Math.min(Math.max(at + (event.key === "j" ? 1 : -1), 0), links.length - 1)];
  next.focus();
  if (document.querySelector("#peek:popover-open")) peekAt(next.dataset.trace);
});

// Beside the list: the trace at a glance, by its button or p; Escape closes it.
function peekAt(id) {
  const peek = document.getElementById("peek");
  if (!peek || !id) return;
  peek.showPopover();
  peek.dataset.shown = id;
  htmx.ajax("GET", `${peek.dataset.url}?id=${encodeURIComponent(id)}`, { source: peek, target: peek, swap: "innerHTML" });
}

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-peek]");
  if (button) peekAt(button.dataset.peek);
});
document.addEventListener("keydown", (event) => {
  const peek = document.getElementById("peek");
  if (!peek || event.isComposing || event.ctrlKey || event.metaKey || event.altKey || /^(INPUT|TEXTAREA|SELECT)$/.test(event.target.tagName)) return;
  const isOpen = peek.matches(":popover-open");
  if (event.key === "Escape" && isOpen) return peek.hidePopover();
  if (event.key !== "p") return;
  const id = document.activeElement?.dataset?.trace;
  if (isOpen && (!id || id === peek.dataset.shown)) peek.hidePopover();
  else peekAt(id ?? document.querySelector(".rows a.main")?.dataset.trace);
});

// A row leads to its trace wherever it is clicked, also where a tooltip lies above its link; text can still be selected.
document.addEventListener("click", (event) => {
  const row = event.target.closest(".rows tbody tr");
  if (!row || event.target.closest("a, button, input") || String(getSelection())) return;
  const { ctrlKey, metaKey, shiftKey } = event;
  row.querySelector("a.main")?.dispatchEvent(new MouseEvent("click", { bubbles: true, cancelable: true, ctrlKey, metaKey, shiftKey }));
});

// A link that stands for a box is ticked with Space too.
document.addEventListener("keydown", (event) => {
  const box = event.key === " " && event.target.closest?.("a[role=checkbox]");
  if (!box) return;
  event.preventDefault();
  box.click();
});

// A <select data-submit> sends its form by itself.
document.addEventListener("change", (event) => event.target.matches("select[data-submit]") && event.target.form.requestSubmit());

// What there is to choose from is counted anew when the list has changed; the old counts stay in sight meanwhile.
document.addEventListener("htmx:pushedIntoHistory", () => {
  const choices = document.getElementById("choices");
  if (!choices) return;
  const address = new URL(location.href);
  address.searchParams.set("part", "choices");
  htmx.ajax("GET", address.pathname + address.search, { source: choices, target: choices, swap: "innerHTML" });
});
