"use strict";
// A form for a passkey: the browser is asked for what `data-options` says, and its answer is sent with the form. Where
// the browser can do nothing of the kind, or the hall is open under another address than its own, it stays hidden.
(() => {
  const read = (text) => Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (each) => each.charCodeAt(0));
  const write = (buffer) => btoa(String.fromCharCode(...new Uint8Array(buffer)))
    .replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");

  async function ask(options) {
    const publicKey = { ...options, challenge: read(options.challenge) };
    if (!options.user) return navigator.credentials.get({ publicKey });
    publicKey.user = { ...options.user, id: read(options.user.id) };
    publicKey.excludeCredentials = options.excludeCredentials.map((each) => ({ ...each, id: read(each.id) }));
    return navigator.credentials.create({ publicKey });
  }

  function plain({ id, rawId, type, response }) {
    const told = {};
    for (const name of ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"]) {
      if (response[name]) told[name] = write(response[name]);
    }
    return JSON.stringify({ id, rawId: write(rawId), type, response: told });
  }

  for (const form of document.querySelectorAll("form[data-options]")) {
    if (!window.PublicKeyCredential || location.origin !== form.dataset.origin) continue;
    form.hidden = false;
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      const failed = form.querySelector("[role=alert]");
      failed.hidden = true;
      try {
        form.elements.credential.value = plain(await ask(JSON.parse(form.dataset.options)));
        form.submit();
      } catch {
        failed.hidden = false; // most of the time somebody has changed their mind
      }
    });
  }
})();
