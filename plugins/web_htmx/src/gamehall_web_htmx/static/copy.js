"use strict";
// Beside a line that is there to be passed on, a button that copies it: `data-copy` is its word, `data-copied` the one
// after it was pressed.
(() => {
  for (const line of document.querySelectorAll("[data-copy]")) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "btn btn-outline-secondary btn-sm copy";
    button.textContent = line.dataset.copy;
    button.addEventListener("click", async () => {
      try {
        await navigator.clipboard.writeText(line.value);
      } catch {
        // Only pages that came over HTTPS have a clipboard.
        line.select();
        document.execCommand("copy");
        button.focus();
      }
      button.textContent = line.dataset.copied;
    });
    line.after(button);
  }
})();
