"use strict";

// Aim, then place: where one touches with a finger, or by choice, the first touch of a cell only shows the move. The
// second one makes it, or the button below the board, which lies where no cell and no other button can be hit.
(() => {
  const frame = document.getElementById("position")?.parentElement; // it stays when the position is swapped
  const bar = document.getElementById("move-bar");
  if (!frame || !bar) return;

  const BOUNCE = 50; // milliseconds in which a finger touches twice without meaning it
  const root = document.documentElement;
  const words = bar.querySelector(".move-aimed");
  let aimed = "";
  let aimedAt = 0;
  let finger = matchMedia("(pointer: coarse)").matches;

  function asks() {
    const live = bar.dataset.live === "yes";
    if (live && document.querySelector(".near .clock.is-low")) return false;
    const wish = root.dataset.confirm;
    return wish === "always" || (wish === "slow" && !live) || (wish === "auto" && finger);
  }

  const cell = () => (aimed ? frame.querySelector(`button.cell[id="${aimed}"]`) : null);

  function show() {
    const found = cell();
    for (const other of frame.querySelectorAll("button.cell.is-aimed")) if (other !== found) other.classList.remove("is-aimed");
    bar.classList.toggle("aims", Boolean(found));
    if (!found) {
      aimed = "";
      words.replaceChildren();
      return;
    }
    found.classList.add("is-aimed");
    const from = frame.querySelector(".cell.is-aimed:not(button)");
    const name = (each) => each.id.replace("cell-", "").toUpperCase();
    const move = from ? `${name(from)} – ${name(found)}` : name(found);
    if (!words.firstChild) words.append(bar.querySelector("template").content.cloneNode(true));
    words.querySelector("[data-aim=play]").textContent = words.dataset[from ? "move" : "place"].replace("{}", move);
  }

  // Before anything that sends the form: a touch that only aims goes no further.
  document.addEventListener(
    "click",
    (event) => {
      const touched = event.target.closest?.("#position button.cell");
      if (!touched) return;
      const waits = touched.closest(".board").classList.contains("is-waiting");
      const again = touched.id === aimed;
      const bounces = again && event.timeStamp - aimedAt < BOUNCE;
      if (!waits && (again ? !bounces : !asks())) return;
      event.preventDefault();
      event.stopImmediatePropagation();
      if (waits || again) return;
      aimed = touched.id;
      aimedAt = event.timeStamp;
      show();
    },
    true,
  );

  bar.addEventListener("click", (event) => {
    const does = event.target.closest("[data-aim]")?.dataset.aim;
    const found = cell();
    if (!does) return;
    if (does === "play" && found) found.form.requestSubmit(found);
    aimed = "";
    show();
    found?.focus({ preventScroll: true });
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !aimed) return;
    aimed = "";
    show();
  });
  document.addEventListener("pointerdown", (event) => (finger = event.pointerType !== "mouse"), true);

  function refresh() {
    frame.querySelector("input[name=aim]")?.remove(); // for pages without scripts
    show();
  }
  new MutationObserver(refresh).observe(frame, { childList: true, subtree: true });
  refresh();
})();
