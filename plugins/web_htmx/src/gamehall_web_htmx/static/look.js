"use strict";

// What is chosen shows at once; it is kept when the form is sent.
(() => {
  const form = document.querySelector(".look-form");
  form.addEventListener("change", () => {
    const chosen = Object.fromEntries(new FormData(form));
    const classes = [`theme-${chosen.theme}`, `board-${chosen.board}`, `stones-${chosen.stones}`];
    if (chosen.shapes === "true") classes.push("shapes");
    if (chosen.coordinates === "false") classes.push("no-coordinates");
    if (chosen.animations === "false") classes.push("no-animations");
    document.documentElement.className = classes.join(" ");
  });
})();
