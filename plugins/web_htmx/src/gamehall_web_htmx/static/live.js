// Puts the pieces of the page that the server sends into place: in order, none twice, none older than what is shown.
(() => {
  "use strict";
  const SILENCE = 40_000; // the stream beats every 15 s
  const part = (id) => document.getElementById(id);
  const shown = () => Number(part("state")?.dataset.rev ?? -1);
  let accepted = shown(); // the revision of the last piece that was let in
  let heard = performance.now();
  let connection = null;
  let attempts = 0;
  let rests = false; // the stream, in the background

  // Whether a piece goes in (take), is too old or there already (drop), or does not follow on what is shown (gap).
  function verdict(text, isNews) {
    const found = /data-rev="(\d+)"/.exec(text);
    if (!found) return "take";
    if (isNews && part("state")?.dataset.past !== undefined) return "past";
    const revision = Number(found[1]);
    if (!/ data-step\b/.test(text)) return revision < accepted ? "drop" : "take";
    return revision === accepted + 1 ? "take" : revision <= accepted ? "drop" : "gap";
  }

  function everything() {
    htmx.ajax("GET", location.pathname + location.search, { source: document.body, swap: "none" });
  }

  document.addEventListener("htmx:before:swap", (event) => {
    const ctx = event.detail.ctx;
    const answer = ctx.response?.raw;
    if (answer?.redirected) { // a whole page: to sign in, or another game
      event.preventDefault();
      location.assign(answer.url);
      return;
    }
    const text = ctx.text ?? "";
    const what = verdict(text, ctx.sourceElement?.id === "stream");
    if (what === "take") {
      const found = /data-rev="(\d+)"/.exec(text);
      if (found && / id="state"/.test(text)) accepted = Number(found[1]);
      return;
    }
    event.preventDefault();
    if (what === "gap") everything();
    if (what === "past") document.documentElement.classList.add("has-news");
  });

  document.addEventListener("htmx:after:swap", (event) => {
    document.dispatchEvent(new CustomEvent("hall:changed", { detail: { text: event.detail.ctx.text ?? "" } }));
    const onward = document.querySelector("a[data-go]");
    if (onward) location.assign(onward.href);
  });
  document.addEventListener("hall:missing", everything);

  // What could not be sent is said where problems are; the page stays as it was.
  function notSent(event) {
    const ctx = event.detail.ctx;
    if (ctx?.request?.method === "POST" && !/ id="alert"/.test(ctx.text ?? "")) {
      const alert = part("alert");
      if (alert) alert.replaceChildren(part("not-sent").content.cloneNode(true));
    }
  }
  document.addEventListener("htmx:response:error", notSent);
  document.addEventListener("htmx:error", notSent);

  // The stream's health.
  const isStream = (event) => event.target.id === "stream";
  function lost(isLost) {
    const told = part("connection");
    if (told) told.hidden = !isLost;
    document.documentElement.classList.toggle("is-cut-off", isLost);
  }
  document.addEventListener("htmx:sse:after:connection", (event) => {
    connection = event.detail.connection;
    heard = performance.now();
    attempts = 0;
    lost(false);
  });
  document.addEventListener("htmx:sse:before:message", () => { heard = performance.now(); });
  for (const name of ["htmx:sse:error", "htmx:sse:close"]) document.addEventListener(name, (event) => {
    if (event.detail.reason !== "removed" && !rests) lost(true);
  });
  // htmx does not try again when the first connection fails.
  for (const name of ["htmx:response:error", "htmx:error"]) document.addEventListener(name, (event) => {
    if (!isStream(event) || event.target._htmx?.sse) return;
    lost(true);
    if ([401, 403, 404].includes(event.detail.ctx?.response?.status)) return;
    attempts += 1;
    const wait = Math.min(30_000, 500 * 2 ** attempts) * (0.7 + 0.6 * Math.random());
    setTimeout(() => htmx.trigger(event.target, "sse-retry"), wait);
  });
  // Whoever signs out here is on their way already, and must arrive.
  let leaves = false;
  addEventListener("beforeunload", () => { leaves = true; });
  addEventListener("pageshow", () => { leaves = false; });
  function ended(event) {
    if (isStream(event) && !leaves) location.reload();
  }
  document.addEventListener("closed", ended);
  // It may have ended while the connection was lost; htmx would go on asking for ever.
  document.addEventListener("htmx:sse:error", (event) => {
    if ([401, 403, 404].includes(event.detail.status)) ended(event);
  });

  // A connection can die without a word, as when a laptop sleeps.
  function listenAgain() {
    if (connection && performance.now() - heard > SILENCE) {
      heard = performance.now();
      connection.reader?.cancel();
    }
  }
  setInterval(listenAgain, 5_000);
  for (const name of ["online", "pageshow", "focus"]) window.addEventListener(name, listenAgain);
  window.addEventListener("pageshow", (event) => { if (event.persisted) everything(); });

  // Over HTTP/1.1 a browser has six connections to a site for all its pages, and whoever listens keeps one: only the
  // pages that were looked at last do so there. One that rests goes on from where it was once it is looked at.
  const LISTENERS = 4;
  const isScarce = performance.getEntriesByType("navigation")[0]?.nextHopProtocol.startsWith("http/1");
  const pages = new BroadcastChannel("pages");
  const own = Math.random();
  const later = new Set(); // the pages that were looked at after this one

  function rest(isOver) {
    if (rests === !isOver) return;
    rests = !isOver;
    if (rests) connection?.reader?.cancel();
    else htmx.trigger(part("stream"), "sse-retry");
  }
  function looked() {
    if (document.hidden) return;
    later.clear();
    rest(true);
    pages.postMessage({ page: own, isThere: true });
  }
  pages.addEventListener("message", ({ data: { page, isThere } }) => {
    if (isThere) later.add(page);
    else later.delete(page);
    rest(!isScarce || !document.hidden || later.size < LISTENERS);
  });
  document.addEventListener("visibilitychange", looked);
  window.addEventListener("pageshow", () => pages.postMessage({ page: own, isThere: true }));
  window.addEventListener("pagehide", () => pages.postMessage({ page: own, isThere: false }));
  document.addEventListener("htmx:sse:before:connection", (event) => { if (rests) event.preventDefault(); });
  document.addEventListener("htmx:before:request", (event) => {
    const last = isStream(event) && connection?.lastEventId;
    if (last) event.detail.ctx.request.headers["Last-Event-ID"] = last;
  });
})();
