// Clocks that tick between two pieces of news, by what the page's state says is left.
(() => {
  "use strict";
  const LOW = 20_000;
  const part = (id) => document.getElementById(id);
  let state = {};
  let since = 0;

  const digits = (ms) => {
    const all = Math.ceil(Math.max(0, ms) / 1000);
    const minutes = Math.floor(all / 60);
    const two = (n) => String(n).padStart(2, "0");
    return minutes < 60 ? `${minutes}:${two(all % 60)}` : `${Math.floor(minutes / 60)}:${two(minutes % 60)}:${two(all % 60)}`;
  };

  function show() {
    state = { ...part("state").dataset };
    since = performance.now();
    (state.left ?? "").split(",").forEach((left, seat) => {
      const clock = part(`clock-${seat}`);
      if (!clock || left === "") return;
      clock.dataset.left = left;
      clock.classList.toggle("is-running", state.runs === String(seat));
      tell(clock, Number(left));
    });
  }

  function tell(clock, left) {
    const text = digits(left);
    const face = clock.querySelector(".clock-digits");
    if (face.textContent === text) return;
    face.textContent = text;
    clock.querySelector(".visually-hidden").textContent = text;
    clock.classList.toggle("is-low", left < LOW && !("past" in state));
  }

  setInterval(() => {
    const clock = state.runs === undefined ? null : part(`clock-${state.runs}`);
    if (clock?.dataset.left === undefined) return;
    const left = Number(clock.dataset.left) - (performance.now() - since);
    if (left > 0 || state.left) tell(clock, left);
    else if (left < -300 && left > -600) document.dispatchEvent(new Event("hall:missing")); // a period has begun
  }, 200);

  document.addEventListener("hall:shown", show);
  show();
})();
