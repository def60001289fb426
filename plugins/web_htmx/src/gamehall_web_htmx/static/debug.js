// Says in the console what the page's stream says, and what becomes of it. It is there with the setting `debug` alone.
(() => {
  "use strict";
  const say = (text, ...more) => console.log(`hall: ${text}`, ...more);
  const length = (text) => new TextEncoder().encode(text).length;
  document.addEventListener("htmx:sse:before:connection", (event) => {
    say(`the stream connects, attempt ${event.detail.connection.attempt + 1}`);
  });
  document.addEventListener("htmx:sse:after:connection", (event) => {
    say(`the stream is there, with ${event.detail.connection.status}`);
  });
  document.addEventListener("htmx:sse:before:message", (event) => {
    const { id, event: kind, data } = event.detail.message;
    say(`the stream says ${kind || "a piece"} at ${id || "no place"}, ${length(data)} bytes`, data);
  });
  document.addEventListener("htmx:sse:error", (event) => say("the stream failed", event.detail.error));
  document.addEventListener("htmx:sse:close", (event) => say(`the stream is closed: ${event.detail.reason}`));
  document.addEventListener("hall:changed", (event) => say(`put in, ${length(event.detail.text)} bytes`));
  document.addEventListener("hall:missing", () => say("asks for everything"));
})();
