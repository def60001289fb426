// What a game's page does with its state: whose turn it is, the list of moves, what is said and heard.
(() => {
  "use strict";
  const part = (id) => document.getElementById(id);
  const root = document.documentElement;
  const rest = document.title.slice(document.title.indexOf(" – "));
  let state = { ...part("state").dataset };

  function write(name, value) {
    for (const field of document.querySelectorAll(`.board-form [name=${name}]`)) field.value = value ?? "";
  }

  const isOver = () => !["turn", "wait", "replay"].includes(state.mood);

  function showTurn() {
    write("ply", state.ply);
    write("seen", state.seen);
    write("revision", state.rev);
    const board = document.querySelector(".board-form .board");
    if (board) {
      board.classList.forEach((name) => { if (name.startsWith("ghost-")) board.classList.remove(name); });
      if (state.ghost) board.classList.add(`ghost-${state.ghost}`);
      board.classList.toggle("is-waiting", "waits" in state);
      board.classList.toggle("is-over", isOver());
    }
    const status = part("status");
    status.className = `status mood-${state.mood}`;
    for (const card of document.querySelectorAll(".player")) {
      card.classList.toggle("is-turn", card.id === `player-${state.turn}`);
    }
    document.title = status.querySelector(".headline").textContent + rest;
    const icon = part("favicon");
    icon.href = state.mood === "turn" ? icon.dataset.turn : icon.dataset.usual;
  }

  // The list of moves
  function link(name, ply, works) {
    const arrow = part(`replay-${name}`);
    if (!arrow) return;
    if (works) {
      arrow.href = `?ply=${ply}`;
      arrow.removeAttribute("aria-disabled");
      arrow.removeAttribute("role");
    }
  }

  function showMoves() {
    const list = part("moves");
    const last = list?.lastElementChild;
    if (!last) return;
    for (const old of list.querySelectorAll(".is-shown")) {
      old.classList.remove("is-shown");
      old.firstElementChild.removeAttribute("aria-current");
    }
    if (!last.id) { // it came alone
      last.id = `move-${state.ply}`;
      const number = Object.assign(document.createElement("span"), { className: "n", textContent: `${state.ply}.` });
      last.firstElementChild.prepend(number);
    }
    last.classList.add("is-shown");
    last.firstElementChild.setAttribute("aria-current", "step");
    list.scrollTop = list.scrollHeight;
    link("first", 0, state.ply > 0);
    link("back", state.ply - 1, state.ply > 0);
    const sheet = document.querySelector(".time-sheet");
    if (sheet) sheet.dataset.stale = "";
    if (sheet?.open) document.dispatchEvent(new Event("hall:missing"));
  }
  document.addEventListener("toggle", (event) => {
    if (event.target.matches?.(".time-sheet[data-stale]") && event.target.open) document.dispatchEvent(new Event("hall:missing"));
  }, true);

  // What is said and heard
  let sounds = null;
  document.addEventListener("pointerdown", () => { sounds ??= new AudioContext(); }, { once: true });
  document.addEventListener("keydown", () => { sounds ??= new AudioContext(); }, { once: true });

  function play(notes) {
    const volume = Number(root.dataset.volume ?? 60) / 100;
    if (!sounds || !volume) return;
    sounds.resume();
    notes.forEach(([pitch, length], number) => {
      const at = sounds.currentTime + number * 0.11;
      const tone = new OscillatorNode(sounds, { frequency: pitch, type: "triangle" });
      const loudness = new GainNode(sounds, { gain: volume * 0.5 });
      loudness.gain.setTargetAtTime(0, at, length / 4);
      tone.connect(loudness).connect(sounds.destination);
      tone.start(at);
      tone.stop(at + length);
    });
  }

  function tellOthers(before) {
    if ("past" in state || "past" in before) return;
    if (isOver() && state.mood !== before.mood) play(state.mood === "lost" ? [[330, 0.2], [247, 0.4]] : [[392, 0.2], [494, 0.2], [587, 0.4]]);
    else if (Number(state.ply) > Number(before.ply)) play(state.mood === "turn" ? [[196, 0.06], [523, 0.15]] : [[196, 0.06]]);
    if (state.ply === before.ply) return;
    const typed = part("move-text");
    if (typed) typed.value = "";
    const move = part("moves")?.lastElementChild?.firstElementChild.cloneNode(true);
    move?.querySelectorAll(".n, .took").forEach((each) => each.remove());
    part("said").textContent = move ? move.textContent.trim() : "";
  }

  document.addEventListener("hall:changed", (event) => {
    const now = part("state").dataset;
    if (now.rev === state.rev && now.ply === state.ply && !/ id="state"/.test(event.detail.text)) return;
    const before = state;
    if (!("past" in now)) root.classList.remove("has-news");
    const text = event.detail.text;
    state = { ...now };
    if (/ data-step\b/.test(text)) {
      if (!/ id="offers"/.test(text)) part("offers").replaceChildren();
      part("alert").replaceChildren();
      showMoves();
      if (state.acts !== before.acts && !/ id="acts-now"/.test(text)) document.dispatchEvent(new Event("hall:missing"));
    }
    showTurn();
    tellOthers(before);
    document.dispatchEvent(new Event("hall:shown"));
  });
  const list = part("moves");
  if (list) list.scrollTop = list.scrollHeight;

  // The move that was sent waits in its place for the answer.
  document.addEventListener("htmx:before:request", (event) => {
    const button = event.detail.ctx.sourceEvent?.submitter;
    if (button?.matches(".cell")) button.classList.add("is-sent");
  });
  document.addEventListener("htmx:finally:request", () => {
    for (const each of document.querySelectorAll(".is-sent")) each.classList.remove("is-sent");
  });
})();
