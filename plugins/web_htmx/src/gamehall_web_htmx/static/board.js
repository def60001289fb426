"use strict";

// The board by keyboard: one stop for Tab, arrows from cell to cell. Cells are swapped one by one while people play,
// so everything is found anew by its id, and nothing is tied to an element.
(() => {
  const frame = document.getElementById("position")?.parentElement; // it stays when the position is swapped
  if (!frame) return;

  const CELL = ".cell";
  let here = ""; // the id of the cell at which Tab enters the board
  let inside = false;

  const cells = () => [...frame.querySelectorAll(CELL)];
  const cellAt = (id) => (id ? frame.querySelector(`[id="${id}"]`) : null);

  const entrance = () =>
    cellAt(here) ?? frame.querySelector(".cell.is-aimed, .cell.is-last") ?? cells()[Math.floor(cells().length / 2)];

  function enter(cell) {
    for (const other of frame.querySelectorAll('.cell[tabindex="0"]')) if (other !== cell) other.tabIndex = -1;
    cell.tabIndex = 0;
    here = cell.id;
  }

  // Without scripts a group of buttons and links; with arrows it may be called a grid.
  function upgrade() {
    const grid = frame.querySelector(".cells");
    if (!grid) return;
    const be = (element, role) => element.getAttribute("role") !== role && element.setAttribute("role", role);
    be(grid, "grid");
    for (const line of grid.children) be(line, "row");
    for (const cell of cells()) {
      if (cell.getAttribute("role") === "gridcell") continue;
      cell.setAttribute("role", "gridcell");
      cell.tabIndex = -1;
      if (cell.hasAttribute("href")) {
        cell.dataset.href = cell.getAttribute("href"); // a link may not be a cell of a grid
        cell.removeAttribute("href");
      }
    }
    const cell = entrance();
    if (!cell) return;
    const had = here;
    enter(cell);
    if (inside && document.activeElement === document.body && cell.id === had) cell.focus({ preventScroll: true });
  }

  function target(cell, key, control) {
    const rows = [...frame.querySelectorAll(".line")].map((line) => [...line.children]);
    const row = rows.findIndex((each) => each.includes(cell));
    const column = rows[row].indexOf(cell);
    const [lowest, last] = [rows.length - 1, rows[row].length - 1];
    const places = {
      ArrowUp: [row - 1, column],
      ArrowDown: [row + 1, column],
      ArrowLeft: [row, column - 1],
      ArrowRight: [row, column + 1],
      Home: [control ? 0 : row, 0],
      End: [control ? lowest : row, last],
      PageUp: [0, column],
      PageDown: [lowest, column],
    };
    const place = places[key];
    return place && (rows[place[0]]?.[place[1]] ?? cell);
  }

  document.addEventListener("keydown", (event) => {
    const cell = event.target.closest?.(CELL);
    if (!cell || !frame.contains(cell) || event.altKey || event.metaKey) return;
    const next = target(cell, event.key, event.ctrlKey);
    if (next) {
      event.preventDefault();
      enter(next);
      next.focus();
    } else if ((event.key === "Enter" || event.key === " ") && cell.dataset.href !== undefined) {
      event.preventDefault();
      cell.click();
    }
  });

  document.addEventListener("focusin", (event) => {
    const cell = event.target.closest?.(CELL);
    inside = Boolean(cell && frame.contains(cell));
    if (inside) enter(cell);
  });
  document.addEventListener("pointerdown", (event) => {
    if (!event.target.closest?.(CELL)) inside = false;
  });

  // What moves in several touches: the server says what each touch leads to, and the page stays.
  document.addEventListener("click", async (event) => {
    const link = event.target.closest?.("#position [data-href], #position .aimed a, #position .asks-touched a");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    const address = link.dataset.href ?? link.getAttribute("href");
    try {
      const answer = await fetch(address, { headers: { "HX-Request": "true" } });
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const fresh = page.getElementById("position");
      if (!answer.ok || !fresh) throw new Error(answer.status);
      document.getElementById("position").replaceChildren(...fresh.childNodes);
    } catch {
      location.assign(address);
    }
  });

  // htmx settles what it swaps a moment later, as the server sent it: roles are gone again then.
  new MutationObserver(upgrade).observe(frame, { childList: true, subtree: true, attributeFilter: ["role"] });
  upgrade();
})();
