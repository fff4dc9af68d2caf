// Annotating by keyboard. Digits choose in the score that is current, Enter completes; the page works as a form without any of it.
"use strict";

{
  const form = document.getElementById("annotation");
  const asks = form ? [...form.querySelectorAll("[data-ask]")] : [];

  function current() {
    return asks.find((ask) => ask.classList.contains("current"));
  }

  function makeCurrent(ask) {
    if (!ask) return;
    for (const one of asks) one.classList.toggle("current", one === ask);
    ask.scrollIntoView({ block: "nearest" });
  }

  function step(by) {
    const at = asks.indexOf(current());
    makeCurrent(asks[Math.min(asks.length - 1, Math.max(0, at + by))]);
  }

  // A person who composes Korean or Japanese confirms a word with Enter: that is no command.
  function isComposing(event) {
    return event.isComposing || event.keyCode === 229;
  }

  function isText(element) {
    return element.matches("textarea, select, input:not([type=radio], [type=checkbox]), [contenteditable]");
  }

  function isPressed(element) {
    return element.closest("a, button, summary, [popover]") !== null;
  }

  function choose(event) {
    const ask = current();
    const number = ask?.querySelector("[data-number]");
    if (number) {
      number.focus();
      number.select(); // and the digit is typed into it
      return;
    }
    const option = ask?.querySelector(`[data-key="${event.key}"]`);
    if (!option) return;
    event.preventDefault();
    option.checked = true;
    if (event.key !== "0") step(1);
  }

  function complete(event) {
    event.preventDefault();
    if (event.repeat) return;
    form.requestSubmit(form.querySelector("[data-complete]"));
  }

  function onKey(event) {
    if (isComposing(event)) return;
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) return complete(event);
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "Escape" && isText(event.target)) return event.target.blur();
    if (event.key === "Enter" && event.target.matches("[data-number], [data-slide]")) return complete(event);
    if (isText(event.target)) return;
    if (event.key === "Enter" && !isPressed(event.target)) return complete(event);
    if (/^[0-9]$/.test(event.key)) return choose(event);
    if (event.key === "j" || event.key === "k") return step(event.key === "j" ? 1 : -1);
    // app.js takes a radio button for something one types into, and leaves its keys alone.
    if (event.target.matches("input")) form.querySelector(`[data-keys="${CSS.escape(event.key)}"]`)?.click();
  }

  // The slider writes into the field, which is what is sent; the arrow keys work in both.
  function joinSlide(slide) {
    const number = slide.closest("[data-ask]").querySelector("[data-number]");

    function follow() {
      const text = number.value.trim().replace(",", ".");
      slide.toggleAttribute("data-unset", text === "");
      if (text !== "" && Number.isFinite(Number(text))) slide.value = text;
    }

    function write() {
      number.value = slide.value;
      slide.removeAttribute("data-unset");
    }

    number.addEventListener("input", follow);
    number.addEventListener("keydown", (event) => {
      if (event.key !== "ArrowUp" && event.key !== "ArrowDown") return;
      event.preventDefault();
      if (number.value.trim()) slide[event.key === "ArrowUp" ? "stepUp" : "stepDown"]();
      write();
    });
    slide.addEventListener("input", write);
    follow();
  }

  if (form) {
    form.querySelectorAll("[data-slide]").forEach(joinSlide);
    makeCurrent(asks[0]);
    document.addEventListener("keydown", onKey);
    form.addEventListener("focusin", (event) => makeCurrent(event.target.closest("[data-ask]")));

    // Twice sent is once annotated, but the second one would be about the next item.
    form.addEventListener("submit", (event) => {
      if (form.dataset.sent) return event.preventDefault();
      form.dataset.sent = "1";
    });
    window.addEventListener("pageshow", () => delete form.dataset.sent);

    // The correction opens with the keyboard in it, at once: `toggle` comes after the next keys.
    const correction = form.querySelector(".correction");
    correction?.querySelector("summary").addEventListener("click", (event) => {
      if (correction.open) return;
      event.preventDefault();
      correction.open = true;
      correction.querySelector("textarea").focus();
    });
  }
}
