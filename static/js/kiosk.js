"use strict";
// Comfort only: every screen works without this file. Nothing of a resident is kept here, nothing is written to storage.
(() => {
  const body = document.body;
  const find = (selector, root = document) => root.querySelector(selector);
  const seconds = (name) => Number(body.dataset[name] || 0);

  // Say the screen: the live region is filled after loading, so that a screen reader speaks it; recorded audio, where
  // this language has it, is played once.
  const voice = find("#voice");
  if (voice) {
    setTimeout(() => { voice.textContent = voice.dataset.voice; }, 300);
    if (voice.dataset.audio) new Audio(voice.dataset.audio).play().catch(() => {});
  }
  const heading = find("#main h1");
  if (heading && !find("#main [autofocus]")) { heading.tabIndex = -1; heading.focus({ preventScroll: true }); }

  // One press is one press: a form that has been sent is not sent again from this page.
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (event.defaultPrevented) return;
    if (form.dataset.sent) { event.preventDefault(); return; }
    if (!form.hasAttribute("hx-post")) form.dataset.sent = "1";
  });
  // A press that went wrong brings its own screen (HX-Retarget); whatever a proxy may answer is never put into the page.
  document.addEventListener("htmx:beforeSwap", (event) => {
    if (event.detail.xhr.getResponseHeader("HX-Retarget")) event.detail.shouldSwap = true;
  });
  addEventListener("pageshow", (event) => { if (event.persisted) location.reload(); });

  // Nobody there: after `idle` seconds a question, after `grace` more the form of leaving is sent. No limit on staying.
  const dialog = find("#idle");
  let last = Date.now();
  let warned = false;
  const stay = () => { last = Date.now(); warned = false; if (dialog && dialog.open) dialog.close(); };
  for (const kind of ["pointerdown", "keydown"]) addEventListener(kind, () => { if (!warned) last = Date.now(); }, { passive: true });
  const extend = find("#idle-extend");
  if (extend) extend.addEventListener("submit", (event) => {
    event.preventDefault();
    fetch(extend.action, { method: "POST", body: new FormData(extend), headers: { "HX-Request": "true" } })
      .then((answer) => { if (answer.headers.get("HX-Redirect")) location.assign(answer.headers.get("HX-Redirect")); });
    stay();
  });
  if (dialog && seconds("idle")) setInterval(() => {
    const away = (Date.now() - last) / 1000;
    if (!warned && away > seconds("idle")) { warned = true; dialog.showModal(); chime(); }
    if (warned && away > seconds("idle") + seconds("grace")) { last = Infinity; find("#idle-leave").requestSubmit(); }
  }, 500);

  // The sheet is forgotten: light and sound until it is taken or the sound is stopped.
  const alarm = find("#alarm");
  const sound = find("#alarm-sound");
  const chime = () => { if (sound) sound.play().catch(() => {}); };
  if (alarm) {
    const stop = find("#alarm-stop");
    let silent = false;
    stop.addEventListener("click", () => { silent = true; sound.pause(); stop.hidden = true; });
    setTimeout(() => {
      alarm.hidden = false;
      if (voice) voice.textContent = alarm.dataset.voice;
      const again = setInterval(() => { if (silent) clearInterval(again); else chime(); }, 4000);
      chime();
    }, seconds("alarm") * 1000);
  }

  // A screen that ends by itself (thank you, money given back): its form is sent after `leave` seconds.
  if (seconds("leave")) setTimeout(() => { const form = find("#leave"); if (form) form.requestSubmit(); }, seconds("leave") * 1000);
})();
