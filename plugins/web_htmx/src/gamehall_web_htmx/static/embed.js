"use strict";
// A game in a frame that goes on: what has changed of it is taken over now and then, for as long as somebody looks.
(() => {
  const seconds = Number(document.documentElement.dataset.lookAgain);

  function takeOver(fresh) {
    const shown = document.querySelector("main");
    [...shown.children].forEach((old, n) => {
      const now = fresh.querySelector("main").children[n];
      if (old.outerHTML === now.outerHTML) return;
      old.className = now.className; // the element stays, so that its change is read out where it is a status
      old.replaceChildren(...now.childNodes);
    });
    document.title = fresh.title;
  }

  async function look() {
    let goesOn = true;
    try {
      if (!document.hidden) {
        const answer = await fetch(location.href, { headers: { Accept: "text/html" } });
        if (answer.ok) {
          const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
          takeOver(fresh);
          goesOn = "lookAgain" in fresh.documentElement.dataset;
        }
      }
    } catch {
      // The hall is away for a moment.
    }
    if (goesOn) setTimeout(look, seconds * 1000);
  }

  if (seconds) setTimeout(look, seconds * 1000);
})();
