"use strict";

// Ctrl+Enter runs the statement; what is marked in it stays marked.
document.getElementById("sql-text")?.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey) || event.isComposing) return;
  event.preventDefault();
  document.getElementById("sql-run").click();
});
