"use strict";
// The PIN pad. Digits live in the password field of this page until the form is sent once; nothing is shown or stored.
(() => {
  const form = document.getElementById("pin-form");
  const field = document.getElementById("pin");
  const pad = document.getElementById("pad");
  const echo = document.getElementById("echo");
  const dots = [...pad.querySelectorAll(".dots i")];
  const digits = [...pad.querySelectorAll(".key")].filter((key) => /^[0-9]$/.test(key.dataset.key));
  const shuffle = document.getElementById("shuffle");
  let sent = false;

  form.querySelector(".plain").hidden = true;
  pad.hidden = false;

  const show = () => {
    const count = field.value.length;
    dots.forEach((dot, index) => dot.classList.toggle("on", index < count));
    echo.textContent = count ? form.dataset.echo.replace("{n}", count) : form.dataset.none;
  };
  const press = (key) => {
    if (sent) return;
    if (key === "clear") field.value = "";
    else if (key === "back") field.value = field.value.slice(0, -1);
    else if (field.value.length < 4) field.value += key;
    show();
    if (field.value.length === 4) send();
  };
  // The answer to the form is the next page: looking for another one at the same time would only race with it.
  const send = () => {
    sent = true;
    const watch = document.getElementById("watch");
    watch.dispatchEvent(new Event("htmx:abort"));
    watch.remove();
    form.submit();
  };
  const relabel = (order) => digits.forEach((key, index) => { key.dataset.key = key.textContent = order[index]; });
  const shuffled = () => {
    const order = [..."1234567890"];
    for (let last = 9; last > 0; last -= 1) {
      const other = crypto.getRandomValues(new Uint32Array(1))[0] % (last + 1);
      [order[last], order[other]] = [order[other], order[last]];
    }
    return order;
  };

  pad.addEventListener("click", (event) => {
    const key = event.target.closest("[data-key]");
    if (key) press(key.dataset.key);
  });
  shuffle.addEventListener("click", () => {
    const on = shuffle.getAttribute("aria-pressed") !== "true";
    shuffle.setAttribute("aria-pressed", String(on));
    relabel(on ? shuffled() : [..."1234567890"]);
    press("clear");
  });
  // A keyboard, or the ten-key with the raised dot on 5. Tab, Enter and Space stay what they are.
  document.addEventListener("keydown", (event) => {
    if (/^[0-9]$/.test(event.key)) press(event.key);
    else if (event.key === "Backspace") press("back");
    else if (event.key === "Delete" || event.key === "Escape") press("clear");
    else return;
    event.preventDefault();
  });
  // Coming back to a kept page must not find the last digits in it.
  addEventListener("pageshow", (event) => { if (event.persisted) location.reload(); });
  addEventListener("pagehide", () => { field.value = ""; });
  field.value = "";
  show();
})();
