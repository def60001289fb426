// Through the moves of a game without a new page, though each has its address; with the arrow keys as well.
(() => {
  "use strict";
  const TAKEN = "input, textarea, select, .cell, .sheet-frame"; // what has arrows of its own

  function show(address) {
    htmx.ajax("GET", address, { source: document.body, swap: "none" });
  }
  document.addEventListener("click", (event) => {
    const link = event.target.closest?.("#moves a, .replay a[href]");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
    event.preventDefault();
    const ply = new URL(link.href).searchParams.get("ply");
    const home = link.id === "replay-latest" || Number(ply) === document.querySelectorAll("#moves li").length;
    history.pushState(null, "", home ? location.pathname : link.href);
    show(location.href);
  });
  window.addEventListener("popstate", () => show(location.href));
  document.addEventListener("keydown", (event) => {
    const name = { ArrowLeft: "back", ArrowRight: "on" }[event.key];
    if (!name || event.ctrlKey || event.metaKey || event.altKey || event.target.closest(TAKEN)) return;
    event.preventDefault();
    document.getElementById(`replay-${name}`)?.click();
  });
})();
